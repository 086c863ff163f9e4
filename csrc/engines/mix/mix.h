/*
 * mix.h - the mixing engine's side of whole_block.h, which says what each function does. FORMAT.md, section "Mix block".
 * May use base, text, books, coding, and engine.h.
 */
#ifndef QCZ_ENGINES_MIX_MIX_H
#define QCZ_ENGINES_MIX_MIX_H

#include "engines/whole_block.h"

uint64_t mix_encode_memory(unsigned level, size_t size);
qcz_status mix_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                      qcz_error *error);
qcz_status mix_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error);
qcz_status mix_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment,
                      qcz_error *error);

#endif
