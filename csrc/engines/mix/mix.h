/* mix.h - the mixing engine: one block in, one block out. FORMAT.md, section "Mix block". */
#ifndef QCZ_ENGINES_MIX_MIX_H
#define QCZ_ENGINES_MIX_MIX_H

#include "qcz.h"

/* What a mix block holds, as `qcz info` prints it. */
typedef struct mix_statistics {
    uint32_t level;
    uint32_t line_ends_apart;
    uint64_t item_count;
    uint64_t word_count; /* entries of the codebook of words */
    uint64_t gap_count;
} mix_statistics;

/*
 * Writes the payload of a mix block at `level` 4 .. 9. `size` is at most QCZ_MAX_BLOCK_SIZE. On success the caller owns `*payload`.
 * Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT where the block is so unlike text that a decoder would refuse the effort.
 */
qcz_status qcz_mix_encode(const uint8_t *block, size_t size, unsigned level, qcz_cpu_path path, qcz_buffer *payload);

/* As qcz_paper_memory. `statistics` may be NULL. */
qcz_status qcz_mix_memory(const uint8_t *payload, size_t size, size_t raw_size, uint64_t *needed, mix_statistics *statistics,
                          qcz_error *error);

/* As qcz_paper_decode. */
qcz_status qcz_mix_decode(const uint8_t *payload, size_t size, uint8_t *output, size_t raw_size, qcz_cpu_path path,
                          qcz_error *error);

#endif
