/*
 * fast.h - the fast engine's side of whole_block.h, which says what each function does. FORMAT.md, section "Fast block".
 * May use base, text, books, coding, and engine.h.
 */
#ifndef QCZ_ENGINES_FAST_FAST_H
#define QCZ_ENGINES_FAST_FAST_H

#include "engines/whole_block.h"

uint64_t fast_encode_memory(unsigned level, size_t size);
qcz_status fast_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                       qcz_error *error);
qcz_status fast_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error);
qcz_status fast_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment,
                       qcz_error *error);

/* Counts the items of a block: there are as many positions. Errors: QCZ_ERROR_MEMORY. */
qcz_status fast_item_count(const uint8_t *block, size_t size, size_t *count);

#endif
