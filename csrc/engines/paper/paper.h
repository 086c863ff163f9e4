/*
 * paper.h - the paper engine's side of whole_block.h, which says what each function does. FORMAT.md, section "Paper block". Room
 * engines/paper: the published method, as an engine; it may use base, text, books, coding and the headers in engines.
 */
#ifndef QCZ_ENGINES_PAPER_PAPER_H
#define QCZ_ENGINES_PAPER_PAPER_H

#include "engines/whole_block.h"

uint64_t paper_encode_memory(unsigned level, size_t size);
qcz_status paper_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                        qcz_error *error);
qcz_status paper_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error);
qcz_status paper_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment,
                        qcz_error *error);

#endif
