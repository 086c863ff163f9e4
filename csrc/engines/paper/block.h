/*
 * block.h - the header of a paper block, shared by its encoder and decoder. FORMAT.md, section "Paper block". Room engines/paper:
 * the published method, as an engine; it may use base, text, books, coding and the headers in engines.
 */
#ifndef QCZ_ENGINES_PAPER_BLOCK_H
#define QCZ_ENGINES_PAPER_BLOCK_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "engines/engine.h"
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

/* Reads and checks a head; all of it has to be the header. */
qcz_status paper_header_read(const engine_head *head, paper_header *header, qcz_error *error);

/* The bytes of all streams: the size that the segment has to have. */
uint64_t paper_stream_total(const paper_header *header);

#endif
