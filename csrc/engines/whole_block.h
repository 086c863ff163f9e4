/*
 * whole_block.h - the shape of an engine, for engines that code a block in one go: the head and the one segment come out of the
 * same work. Room engines: the interface of all engines, and which there are; it may use base and engine.h.
 *
 * Such an engine writes the four functions below, and WHOLE_BLOCK_ENGINE gives the rest of its `engine`. The encoder does all its
 * work when it plans, and keeps the segment until it is asked for.
 */
#ifndef QCZ_ENGINES_WHOLE_BLOCK_H
#define QCZ_ENGINES_WHOLE_BLOCK_H

#include "engines/engine.h"

typedef struct whole_block {
    /* The most memory that encode takes, its outputs included. */
    uint64_t (*encode_memory)(unsigned level, size_t size);
    qcz_status (*encode)(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                         qcz_error *error);
    /* The most memory that decode takes, beside its arguments; checks the head. */
    qcz_status (*decode_memory)(const engine_head *head, uint64_t *needed, qcz_error *error);
    qcz_status (*decode)(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment,
                         qcz_error *error);
} whole_block;

uint64_t whole_block_plan_memory(const engine_encoder_setup *setup, size_t size);
qcz_status whole_block_encoder_new(const engine_encoder_setup *setup, void **encoder);
qcz_status whole_block_plan(void *encoder, const engine_block *block, qcz_buffer *head, qcz_error *error);
qcz_status whole_block_encode(void *encoder, size_t start, size_t end, qcz_buffer *payload, qcz_error *error);
void whole_block_encoder_free(void *encoder);
qcz_status whole_block_head_memory(const engine_decoder_setup *setup, const engine_head *head, uint64_t *needed, qcz_error *error);
qcz_status whole_block_decoder_new(const engine_decoder_setup *setup, void **decoder);
qcz_status whole_block_open(void *decoder, const engine_head *head, qcz_error *error);
qcz_status whole_block_decode(void *decoder, const engine_segment *segment, qcz_error *error);
void whole_block_decoder_free(void *decoder);

/* The fields of an `engine` for the whole_block at `functions`, beside its facts and position_count. */
#define WHOLE_BLOCK_ENGINE(functions)                                                                                             \
    .own = (functions), .plan_memory = whole_block_plan_memory, .encoder_new = whole_block_encoder_new, .plan = whole_block_plan, \
    .encode = whole_block_encode, .encoder_free = whole_block_encoder_free, .head_memory = whole_block_head_memory,               \
    .decoder_new = whole_block_decoder_new, .open = whole_block_open, .decode = whole_block_decode,                               \
    .decoder_free = whole_block_decoder_free

#endif
