#include "coding/length_model.h"

#include "base/bits.h"

/* Part of the format: small numbers in two nodes of the tree, and every bit length of 32 bits. */
enum { SMALL_COUNT = 32, BIT_LENGTH_COUNT = 33 };

void length_model_start(length_model *model, node_arena *arena)
{
    frequency_model_start(&model->small, SMALL_COUNT, arena);
    frequency_model_start(&model->bit_length, BIT_LENGTH_COUNT, arena);
}

void encode_length(arithmetic_encoder *encoder, length_model *model, uint32_t value)
{
    if (value < SMALL_COUNT - 1) {
        encode_symbol(encoder, &model->small, value);
        return;
    }
    encode_symbol(encoder, &model->small, SMALL_COUNT - 1);
    const uint32_t excess = value - (SMALL_COUNT - 1);
    const uint32_t length = bit_width_of(excess);
    encode_symbol(encoder, &model->bit_length, length);
    for (uint32_t bit = length; bit-- > 1;)
        encode_interval(encoder, excess >> (bit - 1) & 1, 1, 2);
}

static uint32_t decode_even_bit(arithmetic_decoder *decoder)
{
    const uint64_t half = decoder->range / 2;
    const uint32_t bit = decoder->code >= half;
    arithmetic_decoder_narrow(decoder, bit ? half : 0, half);
    return bit;
}

uint32_t decode_length(arithmetic_decoder *decoder, length_model *model)
{
    const uint32_t small = decode_symbol(decoder, &model->small);
    if (small < SMALL_COUNT - 1)
        return small;
    const uint32_t length = decode_symbol(decoder, &model->bit_length);
    uint32_t excess = length > 0;
    for (uint32_t bit = 1; bit < length; bit++)
        excess = excess << 1 | decode_even_bit(decoder);
    return excess > UINT32_MAX - (SMALL_COUNT - 1) ? UINT32_MAX : excess + (SMALL_COUNT - 1);
}
