/* block.h - the header of a mix block, shared by its encoder and decoder. FORMAT.md, section "Mix block". */
#ifndef QCZ_ENGINES_MIX_BLOCK_H
#define QCZ_ENGINES_MIX_BLOCK_H

#include "base/buffer.h"
#include "base/bytes.h"

enum { MIX_LINE_ENDS_APART = 1 }; /* a flag: whether a gap ends a line is coded after the word; the other bits are reserved */

typedef struct mix_header {
    uint32_t level;
    uint32_t flags;
    uint32_t item_count;
    uint32_t word_count;  /* entries of the codebook of words */
    uint32_t word_bytes;  /* their lengths together */
    uint32_t class_level; /* words of this level and above have a class */
    uint32_t gap_count;
    uint32_t gap_bytes;
} mix_header;

void mix_header_write(const mix_header *header, qcz_buffer *payload);

/* Reads and checks the header; `*header_size` is where the coded bits begin. */
qcz_status mix_header_read(const uint8_t *payload, size_t size, size_t raw_size, mix_header *header, size_t *header_size,
                           qcz_error *error);

#endif
