/*
 * block.h - the header of a paper block, shared by its encoder and decoder. FORMAT.md, section "Paper block". Room engines/paper:
 * the published method, as an engine; it may use base, text, books, coding and engines/engine.h.
 */
#ifndef QCZ_ENGINES_PAPER_BLOCK_H
#define QCZ_ENGINES_PAPER_BLOCK_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "engines/paper/parse.h"

enum { PAPER_CASE_FOLDED = 1 }; /* the only flag; the other bits are reserved */

enum paper_stream { STREAM_CODEBOOK, STREAM_ESCAPE_WORDS, STREAM_ESCAPES, STREAM_CASE, STREAM_LEVELS, STREAM_ENTRIES };

typedef struct paper_header {
    uint32_t flags;
    uint32_t word_count;
    uint32_t book_sizes[PAPER_BOOK_COUNT];
    uint32_t unigram_bytes;     /* sum of the lengths of the codebook's words */
    uint32_t escape_word_count; /* distinct words outside the codebook */
    uint32_t escape_word_bytes;
    uint32_t stream_sizes[PAPER_STREAM_COUNT];
} paper_header;

void paper_header_write(const paper_header *header, qcz_buffer *payload);

/* Reads and checks the header; `*header_size` is where the streams begin. `size` must be the payload's whole size. */
qcz_status paper_header_read(const uint8_t *payload, size_t size, size_t raw_size, paper_header *header, size_t *header_size,
                             qcz_error *error);

#endif
