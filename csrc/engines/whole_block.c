/* whole_block.c - the shell around functions that code a block in one go. */
#include "engines/whole_block.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

typedef struct block_encoder {
    const whole_block *functions;
    qcz_encoder_options options;
    qcz_buffer payload; /* of the block that was planned */
} block_encoder;

typedef struct block_decoder {
    const whole_block *functions;
    qcz_decoder_options options;
    engine_head head; /* its bytes are a copy of its own */
} block_decoder;

uint64_t whole_block_plan_memory(const engine_encoder_setup *setup, size_t size)
{
    const whole_block *functions = setup->self->own;
    return sizeof(block_encoder) + functions->encode_memory(setup->options->level, size);
}

qcz_status whole_block_encoder_new(const engine_encoder_setup *setup, void **encoder)
{
    block_encoder *made = malloc(sizeof *made);
    if (made == NULL)
        return QCZ_ERROR_MEMORY;
    *made = (block_encoder){.functions = setup->self->own, .options = *setup->options};
    *encoder = made;
    return QCZ_OK;
}

qcz_status whole_block_plan(void *encoder, const engine_block *block, qcz_buffer *head, qcz_error *error)
{
    block_encoder *self = encoder;
    qcz_buffer_free(&self->payload);
    const qcz_status status = self->functions->encode(&self->options, block, head, &self->payload, error);
    if (status != QCZ_OK)
        qcz_buffer_free(&self->payload);
    return status;
}

qcz_status whole_block_encode(void *encoder, size_t start, size_t end, qcz_buffer *payload, qcz_error *error)
{
    (void)start;
    (void)end;
    (void)error;
    block_encoder *self = encoder;
    *payload = self->payload;
    self->payload = (qcz_buffer){0};
    return QCZ_OK;
}

void whole_block_encoder_free(void *encoder)
{
    block_encoder *self = encoder;
    qcz_buffer_free(&self->payload);
    free(self);
}

qcz_status whole_block_head_memory(const engine_decoder_setup *setup, const engine_head *head, uint64_t *needed, qcz_error *error)
{
    const whole_block *functions = setup->self->own;
    const qcz_status status = functions->decode_memory(head, needed, error);
    *needed += sizeof(block_decoder) + head->size + 1;
    return status;
}

qcz_status whole_block_decoder_new(const engine_decoder_setup *setup, void **decoder)
{
    block_decoder *made = malloc(sizeof *made);
    if (made == NULL)
        return QCZ_ERROR_MEMORY;
    *made = (block_decoder){.functions = setup->self->own, .options = *setup->options};
    *decoder = made;
    return QCZ_OK;
}

qcz_status whole_block_open(void *decoder, const engine_head *head, qcz_error *error)
{
    block_decoder *self = decoder;
    uint64_t needed;
    const qcz_status status = self->functions->decode_memory(head, &needed, error); /* for its checks */
    if (status != QCZ_OK)
        return status;
    uint8_t *copy = malloc(head->size + 1);
    if (copy == NULL)
        return out_of_memory(error);
    memcpy(copy, head->bytes, head->size);
    free((void *)self->head.bytes);
    self->head = (engine_head){.bytes = copy, .size = head->size, .block_size = head->block_size};
    return QCZ_OK;
}

qcz_status whole_block_decode(void *decoder, const engine_segment *segment, qcz_error *error)
{
    block_decoder *self = decoder;
    return self->functions->decode(&self->options, &self->head, segment, error);
}

void whole_block_decoder_free(void *decoder)
{
    block_decoder *self = decoder;
    free((void *)self->head.bytes);
    free(self);
}
