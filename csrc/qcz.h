/*
 * qcz.h - the public interface of the C engines of quasicryth: blocks of text in, segments of bytes out, and back.
 *
 * An *engine* is a way to code text. It codes one *block* at a time: it reads the whole block and writes its *head*, what a decoder
 * must know before the first word; then it codes the block *segment* by segment, in order. A decoder opens the head, and decodes
 * the segments in the same order. Where a block begins may be a *prepared state*, made of a codebook: a text that both sides have
 * read before.
 *
 * Nothing here knows files, frames or Python. There is no state but in the objects that the caller holds: different threads may use
 * different objects at the same time, and share a prepared state. Sizes are bytes unless a name says otherwise; a pointer to no
 * bytes at all still has to point somewhere. The layout of heads and segments is specified in quasicryth/frames/FORMAT.md, a
 * section for each engine.
 *
 * Every function that can fail returns a qcz_status; those that know more fill in a qcz_error. `error` may not be NULL. After a
 * failure no output is owed to the caller: buffers are empty, objects are NULL.
 */
#ifndef QCZ_H
#define QCZ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version ----------------------------------------------------------------------------------------------------- */

#define QCZ_VERSION_MAJOR 0
#define QCZ_VERSION_MINOR 1
#define QCZ_VERSION_PATCH 0

/* "major.minor.patch" of what was built; the macros above are of what was compiled against. */
const char *qcz_version(void);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Values are stable: a new status takes an unused number. */
typedef enum qcz_status {
    QCZ_OK = 0,
    QCZ_ERROR_CORRUPT = 10,   /* the bytes cannot come from an encoder */
    QCZ_ERROR_LIMIT = 20,     /* a limit of the format would be exceeded */
    QCZ_ERROR_MEMORY = 30,    /* an allocation failed */
    QCZ_ERROR_PARAMETER = 40, /* an argument is out of range, or a call comes out of order */
    QCZ_ERROR_NOT_TEXT = 50   /* the block is so unlike text that the engine does not take it; another kind of segment will */
} qcz_status;

/* The name of a status in lower case, such as "corrupt"; "unknown" for any other value. */
const char *qcz_status_name(qcz_status status);

/* Where and why a call failed. `message` is a constant string; `offset` counts bytes from the start of the head or the segment. */
typedef struct qcz_error {
    qcz_status status;
    const char *message;
    size_t offset;
} qcz_error;

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

/* ---- buffers ----------------------------------------------------------------------------------------------------- */

/* Bytes handed out by the library; free with qcz_buffer_free. */
typedef struct qcz_buffer {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    qcz_status status; /* the first failure of those who wrote to it */
} qcz_buffer;

void qcz_buffer_free(qcz_buffer *buffer);

/* ---- engines and their facts ------------------------------------------------------------------------------------- */

enum { QCZ_MAX_BLOCK_SIZE = 1 << 30 /* bytes of content in a block */ };

typedef struct qcz_level_facts {
    uint32_t block_size; /* bytes of content in a block where nobody says so */
    const char *purpose; /* what the level is for, in a few words */
} qcz_level_facts;

typedef struct qcz_engine_facts {
    const char *name;             /* as users write it */
    uint8_t number;               /* in the headers of blocks; never 0 */
    uint8_t first_level;          /* levels are first_level .. last_level */
    uint8_t last_level;
    uint8_t default_level;        /* where the engine is named and no level is */
    uint8_t owns_levels;          /* 1: the engine of its levels where no engine is named; no two own the same */
    uint8_t first_positions_level; /* from this level on it looks phrases up at positions that one may choose; 0: never */
    uint8_t takes_parse;          /* 1: phrases are found by the caller, who hands them over as a parse */
    uint8_t takes_codebooks;      /* 1: blocks may begin from a prepared state */
    uint8_t reports_costs;        /* 1: it tells the costs of tokens, see qcz_encoder_options */
    uint32_t segment_size;        /* bytes of content that a segment should have; 0: a block is one segment */
    const qcz_level_facts *levels; /* of first_level first */
} qcz_engine_facts;

size_t qcz_engine_count(void);
/* `index` is below qcz_engine_count(). What is returned lasts as long as the program. */
const qcz_engine_facts *qcz_engine_facts_at(size_t index);

/* ---- processor paths --------------------------------------------------------------------------------------------- */

/* The compilations of an engine for kinds of processors. All give the same bytes; build and processor decide which there are. */
typedef enum qcz_cpu_path {
    QCZ_CPU_FASTEST,
    QCZ_CPU_PORTABLE,
    QCZ_CPU_SSE41,
    QCZ_CPU_AVX2,
    QCZ_CPU_AVX512,
    QCZ_CPU_NEON
} qcz_cpu_path;

/* Whether this build and this processor have the path: 1 or 0. */
int qcz_cpu_has(qcz_cpu_path path);

/* ---- prepared states --------------------------------------------------------------------------------------------- */

/*
 * What an engine makes of a codebook at one level. It never changes: any number of encoders and decoders, in any threads, may use
 * it at the same time, and it has to outlive them.
 */
typedef struct qcz_prepared qcz_prepared;

/*
 * Prepares engine number `engine` at `level` for blocks that begin from the `size` bytes at `codebook`, which need not last.
 * Errors: QCZ_ERROR_PARAMETER for an engine that takes no codebooks, a level or a size out of range; QCZ_ERROR_MEMORY.
 */
qcz_status qcz_prepare(unsigned engine, unsigned level, const uint8_t *codebook, size_t size, qcz_prepared **prepared,
                       qcz_error *error);
/* Sets `*needed` to the most memory that qcz_prepare keeps or takes. Errors: QCZ_ERROR_PARAMETER. */
qcz_status qcz_prepare_memory(unsigned engine, unsigned level, size_t size, uint64_t *needed, qcz_error *error);
void qcz_prepared_free(qcz_prepared *prepared);

/* ---- encoder ----------------------------------------------------------------------------------------------------- */

/* Where in a block phrases may begin, for engines that look them up. */
typedef struct qcz_positions {
    const uint8_t *depths; /* for each position: up to which level, 1 .. 9, of the hierarchy (3 .. 144 tokens); NULL: anywhere */
    size_t count;          /* of depths; it has to be what qcz_position_count says */
    int bigrams;           /* 1: phrases of two tokens may begin anywhere; looked at only if there are depths */
} qcz_positions;

/* The phrases of a block, found by the caller: engines/paper/parse.h says what it is. */
struct paper_parse;

/* Is told the cost of a token, in bits times 256, and what kind of token it is: a constant string. For reports only. */
typedef void qcz_cost_report(void *context, const char *kind, uint64_t cost);

typedef struct qcz_encoder_options {
    unsigned engine;               /* its number */
    unsigned level;
    qcz_cpu_path path;
    const qcz_prepared *prepared;  /* of the same engine and level, or NULL */
    qcz_cost_report *report;       /* or NULL */
    void *report_context;
} qcz_encoder_options;

/*
 * The working copy of one thread. It codes block after block; between two of them it goes back to the prepared state, in time
 * proportional to what the block has changed.
 */
typedef struct qcz_encoder qcz_encoder;

/* Errors: QCZ_ERROR_PARAMETER, QCZ_ERROR_MEMORY. */
qcz_status qcz_encoder_new(const qcz_encoder_options *options, qcz_encoder **encoder, qcz_error *error);

/*
 * Sets `*needed` to the most memory that an encoder takes, from its making to the last segment, for a block of `size` bytes, beside
 * the block itself. Errors: QCZ_ERROR_PARAMETER.
 */
qcz_status qcz_plan_memory(const qcz_encoder_options *options, size_t size, uint64_t *needed, qcz_error *error);

/* Sets `*count` to how many positions the block has. Errors: QCZ_ERROR_PARAMETER, QCZ_ERROR_MEMORY. */
qcz_status qcz_position_count(const qcz_encoder_options *options, const uint8_t *block, size_t size, size_t *count,
                              qcz_error *error);

/*
 * Begins a block: reads it all, and writes its head, which may be empty. `positions` and `parse` may be NULL. The block, positions
 * and parse have to stay as they are until its last segment. On success the caller owns `*head`.
 *
 * Errors: QCZ_ERROR_PARAMETER for a size above QCZ_MAX_BLOCK_SIZE, positions or a parse that the engine does not take or of another
 * block; QCZ_ERROR_NOT_TEXT; QCZ_ERROR_LIMIT; QCZ_ERROR_MEMORY.
 */
qcz_status qcz_encoder_plan(qcz_encoder *encoder, const uint8_t *block, size_t size, const qcz_positions *positions,
                            const struct paper_parse *parse, qcz_buffer *head, qcz_error *error);

/*
 * Codes the next `size` bytes of the block as a segment; the whole block, for an engine whose segment_size is 0. On success the
 * caller owns `*payload`. Errors: QCZ_ERROR_PARAMETER for more bytes than are left, QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY.
 */
qcz_status qcz_encoder_segment(qcz_encoder *encoder, size_t size, qcz_buffer *payload, qcz_error *error);

void qcz_encoder_free(qcz_encoder *encoder);

/* ---- decoder ----------------------------------------------------------------------------------------------------- */

/* Is told what is in a block: `group` is NULL, or what the numbers of several `name`s together are. Strings are constant. */
typedef void qcz_fact_report(void *context, const char *group, const char *name, uint64_t value);

typedef struct qcz_decoder_options {
    unsigned engine;              /* its number */
    qcz_cpu_path path;
    const qcz_prepared *prepared; /* of the same engine, or NULL */
    qcz_fact_report *report;      /* or NULL; called while a block is opened and decoded */
    void *report_context;
} qcz_decoder_options;

/* The working copy of one thread, as for an encoder. */
typedef struct qcz_decoder qcz_decoder;

/* Errors: QCZ_ERROR_PARAMETER, QCZ_ERROR_MEMORY. */
qcz_status qcz_decoder_new(const qcz_decoder_options *options, qcz_decoder **decoder, qcz_error *error);

/*
 * Sets `*needed` to the most memory that a decoder takes, from its making to the last segment, for a block of `block_size` bytes
 * with this head, beside head, segments and the block itself. Reads the head, and checks it. Errors: QCZ_ERROR_CORRUPT,
 * QCZ_ERROR_LIMIT, QCZ_ERROR_PARAMETER.
 */
qcz_status qcz_head_memory(const qcz_decoder_options *options, const uint8_t *head, size_t head_size, size_t block_size,
                           uint64_t *needed, qcz_error *error);

/*
 * Begins a block of `block_size` bytes with this head, which need not last. Nothing in the head is trusted.
 * Errors: QCZ_ERROR_CORRUPT, QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY.
 */
qcz_status qcz_decoder_open(qcz_decoder *decoder, const uint8_t *head, size_t head_size, size_t block_size, qcz_error *error);

/*
 * Decodes a segment into the bytes from `start` to `end` of the block at `block`, whose bytes before `start` are there already:
 * from earlier segments, or from another source. Nothing in the payload is trusted: whatever it holds, no other byte is touched,
 * and the time is bounded by the two sizes. On failure the bytes are undefined, and the block cannot be continued.
 * Errors: QCZ_ERROR_CORRUPT, QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY, QCZ_ERROR_PARAMETER for bytes out of order.
 */
qcz_status qcz_decoder_segment(qcz_decoder *decoder, const uint8_t *payload, size_t size, uint8_t *block, size_t start, size_t end,
                               qcz_error *error);

void qcz_decoder_free(qcz_decoder *decoder);

#ifdef __cplusplus
}
#endif

#endif
