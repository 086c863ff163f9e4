/* fast.h - the fast engine: one block in, one block out. FORMAT.md, section "Fast block". */
#ifndef QCZ_ENGINES_FAST_FAST_H
#define QCZ_ENGINES_FAST_FAST_H

#include "qcz.h"

/* What a fast block holds, as `qcz info` prints it. */
typedef struct fast_statistics {
    uint32_t level;
    uint64_t item_count;
    uint64_t event_count; /* items coded by themselves, phrases and matches */
    uint64_t word_count;  /* entries of the codebook of words */
    uint64_t gap_count;
    uint64_t phrase_count;
} fast_statistics;

/* At which items of a block phrases may begin. */
typedef struct fast_phrase_positions {
    const uint8_t *depths; /* per item: up to which level, 1 .. 9, of the hierarchy (3, 5, .. 144 items); NULL: any phrase anywhere */
    size_t count;          /* of items, if there are depths */
    int bigrams;           /* whether phrases of two items may begin anywhere, if there are depths */
} fast_phrase_positions;

/* Counts the items of a block: there are as many depths. Errors as qcz_fast_encode. */
qcz_status qcz_fast_item_count(const uint8_t *block, size_t size, size_t *count);

/*
 * Writes the payload of a fast block at `level` 1 .. 3. `size` is at most QCZ_MAX_BLOCK_SIZE. On success the caller owns `*payload`.
 * Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT for a level or size out of range, or another number of depths than items.
 */
qcz_status qcz_fast_encode(const uint8_t *block, size_t size, unsigned level, const fast_phrase_positions *positions,
                           qcz_buffer *payload);

/* As qcz_paper_memory. `statistics` may be NULL. */
qcz_status qcz_fast_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, fast_statistics *statistics,
                           qcz_error *error);

/* As qcz_paper_decode. */
qcz_status qcz_fast_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_error *error);

#endif
