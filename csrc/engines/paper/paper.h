/*
 * paper.h - the paper engine: one block in, one block out. FORMAT.md, section "Paper block". Room engines/paper: the published
 * method, as an engine; it may use base, text, books, coding and engines/engine.h.
 */
#ifndef QCZ_ENGINES_PAPER_PAPER_H
#define QCZ_ENGINES_PAPER_PAPER_H

#include "engines/paper/parse.h"

/* What a block holds, as `qcz info` prints it. */
typedef struct paper_statistics {
    uint64_t word_count;
    uint64_t event_count;                         /* after expanding matches */
    uint64_t literal_count;                       /* events written one by one */
    uint64_t match_count;                         /* references to earlier events */
    uint64_t escape_word_count;                   /* distinct words outside the codebook */
    uint64_t book_sizes[PAPER_BOOK_COUNT];
    uint64_t events_per_level[PAPER_LEVEL_COUNT]; /* matches expanded */
    uint64_t stream_sizes[PAPER_STREAM_COUNT];    /* codebook, escape words, escapes, case, levels, entries */
    uint64_t header_size;
} paper_statistics;

/* Writes the payload of a paper block. On success the caller owns `*payload`. Errors: QCZ_ERROR_MEMORY, QCZ_ERROR_LIMIT. */
qcz_status qcz_paper_encode(const paper_parse *parse, qcz_buffer *payload);

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
qcz_status qcz_paper_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, paper_statistics *statistics,
                            qcz_error *error);

#endif
