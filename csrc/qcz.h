/*
 * qcz.h - the C engine of quasicryth: blocks in, blocks out.
 *
 * The engine knows words, models and one block at a time. It knows no files, no frames and no Python. It keeps no state
 * between calls, so any number of threads may call it, each with its own arguments. Sizes are bytes unless a name says
 * otherwise; a pointer to no bytes at all still has to point somewhere. The layout of every stream is specified in FORMAT.md,
 * sections "Paper block", "Mix block" and "Fast block".
 */
#ifndef QCZ_H
#define QCZ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Values are stable: a new error takes an unused number. */
typedef enum qcz_status {
    QCZ_OK = 0,
    QCZ_ERROR_CORRUPT = 10, /* the bytes cannot come from an encoder */
    QCZ_ERROR_LIMIT = 20,   /* a limit of the format or of the caller would be exceeded */
    QCZ_ERROR_MEMORY = 30   /* an allocation failed */
} qcz_status;

/* Where and why a call failed. `message` is a constant string; `offset` counts bytes from the start of the block payload. */
typedef struct qcz_error {
    qcz_status status;
    const char *message;
    size_t offset;
} qcz_error;

/* ---- limits and shapes ------------------------------------------------------------------------------------------- */

enum {
    QCZ_MAX_BLOCK_SIZE = 1 << 30, /* uncompressed bytes of a block */
    QCZ_BOOK_COUNT = 11,          /* unigrams, bigrams, and the n-grams 3, 5, 8, 13, 21, 34, 55, 89, 144 */
    QCZ_LEVEL_COUNT = 12,         /* encoding levels: 0 = escape, level k = book k - 1 */
    QCZ_MAX_BOOK_SIZE = 65536,    /* entries of one codebook */
    QCZ_COMMON_UNIGRAMS = 4096,   /* size of the first tier of the unigram codebook */
    QCZ_STREAM_COUNT = 6
};

/* Words in one entry of each book: Fibonacci numbers (paper, section 1.5). */
extern const uint32_t qcz_book_words[QCZ_BOOK_COUNT];

/* ---- checksum ---------------------------------------------------------------------------------------------------- */

/* Running XXH64 (public specification, version 0.2). */
typedef struct qcz_xxh64 {
    uint64_t lanes[4];
    uint64_t seed;
    uint64_t total_size;
    uint8_t pending[32];
    uint32_t pending_size;
} qcz_xxh64;

void qcz_xxh64_start(qcz_xxh64 *state, uint64_t seed);
void qcz_xxh64_update(qcz_xxh64 *state, const uint8_t *bytes, size_t size);
/* Does not change the state: more bytes may follow. */
uint64_t qcz_xxh64_digest(const qcz_xxh64 *state);

/*
 * Whether `computed` is the checksum that data states: 1 or 0. Built with QCZ_SKIP_CHECKSUMS, for fuzzing only, always 1, so that
 * mutated data reaches the code that checksums keep it from.
 */
int qcz_checksum_matches(uint64_t computed, uint64_t stated);

/* ---- words (paper, sections 1.2 to 1.4) --------------------------------------------------------------------------- */

enum { QCZ_CASE_AS_IS = 0, QCZ_CASE_TITLE = 1, QCZ_CASE_UPPER = 2 };

/*
 * A block as words. Word i of the block is the distinct word `word_ids[i]`, written with `case_flags[i]`. Distinct words are
 * numbered in the order they first occur; word id w is the `lengths[w]` bytes at `offsets[w]` of `text`.
 */
typedef struct qcz_words {
    uint8_t *text;        /* the block with case folded, as long as the block */
    uint32_t *word_ids;   /* word_count */
    uint8_t *case_flags;  /* word_count, or NULL if case was not folded */
    size_t word_count;
    uint32_t *offsets;    /* distinct_count */
    uint32_t *lengths;    /* distinct_count */
    uint32_t *counts;     /* distinct_count: occurrences */
    size_t distinct_count;
    uint64_t hash_seed;   /* for hash tables over this block: depends on all of it */
} qcz_words;

/* A zero byte among the first 8,192 makes a block binary: its case is not folded (paper, section 1.2). */
int qcz_is_binary(const uint8_t *block, size_t size);

/*
 * Splits `block` into words and numbers them. `size` is at most QCZ_MAX_BLOCK_SIZE. With `fold_case` zero the text stays as it is and
 * there are no flags. On success the caller owns `*words` and frees it with qcz_words_free; on failure there is nothing to free.
 * Errors: QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY.
 */
qcz_status qcz_words_split(const uint8_t *block, size_t size, int fold_case, qcz_words *words);
void qcz_words_free(qcz_words *words);

/*
 * Sorts `ids` (word ids of `words`, no two alike) by the bytes of the words; a prefix comes first. Time: total length of the words
 * times log2(count). Errors: QCZ_ERROR_MEMORY.
 */
qcz_status qcz_words_sort(const qcz_words *words, uint32_t *ids, size_t count);

/* ---- the paper engine: one block ----------------------------------------------------------------------------------- */

/* What the front end found in a block; all arrays belong to the caller and are only read. */
typedef struct qcz_parse {
    const qcz_words *words;
    const uint32_t *unigrams;                 /* word ids; tier one, then tier two, each in sorted order */
    uint32_t book_sizes[QCZ_BOOK_COUNT];      /* entries of each codebook */
    const uint16_t *phrases[QCZ_BOOK_COUNT];  /* book_sizes[k] * qcz_book_words[k] unigram indices, sorted; [0] unused */
    const uint8_t *event_levels;              /* event_count encoding levels */
    const uint16_t *event_indexes;            /* event_count indices into the level's book; 0 for an escape */
    size_t event_count;
    const uint32_t *escape_ids;               /* the word id of every escape event, in order */
    size_t escape_count;
} qcz_parse;

/* What a block holds, as `qcz info` prints it. */
typedef struct qcz_block_statistics {
    uint64_t word_count;
    uint64_t event_count;                       /* after expanding matches */
    uint64_t literal_count;                     /* events written one by one */
    uint64_t match_count;                       /* references to earlier events */
    uint64_t escape_word_count;                 /* distinct words outside the codebook */
    uint64_t book_sizes[QCZ_BOOK_COUNT];
    uint64_t events_per_level[QCZ_LEVEL_COUNT]; /* matches expanded */
    uint64_t stream_sizes[QCZ_STREAM_COUNT];    /* codebook, escape words, escapes, case, levels, entries */
    uint64_t header_size;
} qcz_block_statistics;

/* Bytes handed out by the engine; free with qcz_buffer_free. */
typedef struct qcz_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
} qcz_buffer;

void qcz_buffer_free(qcz_buffer *buffer);

/* Writes the payload of a paper block. On success the caller owns `*payload`. Errors: QCZ_ERROR_MEMORY, QCZ_ERROR_LIMIT. */
qcz_status qcz_paper_encode(const qcz_parse *parse, qcz_buffer *payload);

/*
 * Sets `*needed` to the most memory qcz_paper_decode will allocate for this payload, beside the output itself. Reads the
 * payload's header only, and checks it. Errors: QCZ_ERROR_CORRUPT, QCZ_ERROR_LIMIT, with `*error` filled in.
 */
qcz_status qcz_paper_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_error *error);

/*
 * Decodes the payload of a paper block into exactly `raw_size` bytes at `output`. Nothing in the payload is trusted: whatever it
 * holds, no byte outside the arguments is touched, and the time is bounded by the two sizes. `statistics` may be NULL. On failure
 * `*error` is filled in and the contents of `output` are undefined. Errors: QCZ_ERROR_CORRUPT, QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY.
 */
qcz_status qcz_paper_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size,
                            qcz_block_statistics *statistics, qcz_error *error);

/* ---- the mixing engine: one block ---------------------------------------------------------------------------------- */

/* The compilations of the mixing engine. All give the same bytes; which of them there are depends on build and processor. */
typedef enum qcz_cpu_path {
    QCZ_CPU_FASTEST,
    QCZ_CPU_PORTABLE,
    QCZ_CPU_SSE41,
    QCZ_CPU_AVX2,
    QCZ_CPU_AVX512,
    QCZ_CPU_NEON
} qcz_cpu_path;

int qcz_cpu_has(qcz_cpu_path path);

/* What a mix block holds, as `qcz info` prints it. */
typedef struct qcz_mix_statistics {
    uint32_t level;
    uint32_t line_ends_apart;
    uint64_t item_count;
    uint64_t word_count; /* entries of the codebook of words */
    uint64_t gap_count;
} qcz_mix_statistics;

/*
 * Writes the payload of a mix block at `level` 4 .. 9. `size` is at most QCZ_MAX_BLOCK_SIZE. On success the caller owns `*payload`.
 * Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT where the block is so unlike text that a decoder would refuse the effort.
 */
qcz_status qcz_mix_encode(const uint8_t *block, size_t size, unsigned level, qcz_cpu_path path, qcz_buffer *payload);

/* As qcz_paper_memory. `statistics` may be NULL. */
qcz_status qcz_mix_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_mix_statistics *statistics,
                          qcz_error *error);

/* As qcz_paper_decode. */
qcz_status qcz_mix_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_cpu_path path,
                          qcz_error *error);

/* ---- the fast engine: one block ------------------------------------------------------------------------------------ */

/* What a fast block holds, as `qcz info` prints it. */
typedef struct qcz_fast_statistics {
    uint32_t level;
    uint64_t item_count;
    uint64_t event_count; /* items coded by themselves, phrases and matches */
    uint64_t word_count;  /* entries of the codebook of words */
    uint64_t gap_count;
    uint64_t phrase_count;
} qcz_fast_statistics;

/* At which items of a block phrases may begin. */
typedef struct qcz_phrase_positions {
    const uint8_t *depths; /* per item: up to which level, 1 .. 9, of the hierarchy (3, 5, .. 144 items); NULL: any phrase anywhere */
    size_t count;          /* of items, if there are depths */
    int bigrams;           /* whether phrases of two items may begin anywhere, if there are depths */
} qcz_phrase_positions;

/* Counts the items of a block: there are as many depths. Errors as qcz_fast_encode. */
qcz_status qcz_fast_item_count(const uint8_t *block, size_t size, size_t *count);

/*
 * Writes the payload of a fast block at `level` 1 .. 3. `size` is at most QCZ_MAX_BLOCK_SIZE. On success the caller owns `*payload`.
 * Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT for a level or size out of range, or another number of depths than items.
 */
qcz_status qcz_fast_encode(const uint8_t *block, size_t size, unsigned level, const qcz_phrase_positions *positions,
                           qcz_buffer *payload);

/* As qcz_paper_memory. `statistics` may be NULL. */
qcz_status qcz_fast_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, qcz_fast_statistics *statistics,
                           qcz_error *error);

/* As qcz_paper_decode. */
qcz_status qcz_fast_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_error *error);

#ifdef __cplusplus
}
#endif

#endif
