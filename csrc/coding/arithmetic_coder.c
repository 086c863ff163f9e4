#include "coding/arithmetic_coder.h"

void arithmetic_encoder_start(arithmetic_encoder *encoder)
{
    *encoder = (arithmetic_encoder){.low = 0, .range = UINT64_MAX};
}

void arithmetic_encoder_shift(arithmetic_encoder *encoder)
{
    for (unsigned shift = 64; shift > 32; shift -= 8)
        buffer_put_u8(&encoder->output, (uint8_t)(encoder->low >> (shift - 8)));
    encoder->low <<= 32;
    encoder->range <<= 32;
}

void arithmetic_encoder_carry(arithmetic_encoder *encoder)
{
    for (size_t i = encoder->output.size; i > 0;)
        if (++encoder->output.bytes[--i] != 0)
            return;
}

/* The logarithm to base two of a number that is not zero, times 256, rounded down: each squaring gives one binary digit more. */
static uint64_t binary_logarithm(uint64_t number)
{
    unsigned width = 64;
    while ((number & (uint64_t)1 << 63) == 0) {
        number <<= 1;
        width--;
    }
    uint64_t mantissa = number >> 32; /* 1 <= mantissa / 2^31 < 2 */
    uint64_t logarithm = width - 1;
    for (unsigned digit = 0; digit < 8; digit++) {
        mantissa = mantissa * mantissa >> 31;
        const uint64_t is_two_or_more = mantissa >> 32;
        mantissa >>= is_two_or_more;
        logarithm = logarithm << 1 | is_two_or_more;
    }
    return logarithm;
}

uint64_t arithmetic_encoder_cost(const arithmetic_encoder *encoder)
{
    return (((uint64_t)encoder->output.size * 8 + 64) << 8) - binary_logarithm(encoder->range);
}

qcz_status arithmetic_encoder_finish(arithmetic_encoder *encoder)
{
    /* The number with the most trailing zero bits in the interval; its zero bytes need not be written. */
    for (unsigned zero_bits = 64; zero_bits > 0; zero_bits -= 8) {
        const uint64_t mask = zero_bits == 64 ? UINT64_MAX : ((uint64_t)1 << zero_bits) - 1;
        const uint64_t rounded = (encoder->low + mask) & ~mask;
        /* A rounded value that wrapped to zero stands for 2^64: it is a carry. */
        if (rounded - encoder->low < encoder->range) {
            if (rounded < encoder->low)
                arithmetic_encoder_carry(encoder);
            encoder->low = rounded;
            break;
        }
    }
    for (unsigned shift = 64; shift > 0; shift -= 8)
        buffer_put_u8(&encoder->output, (uint8_t)(encoder->low >> (shift - 8)));
    /* Zeros written before these may be many, and a decoder takes more than eight missing bytes for a cut. */
    const size_t least = encoder->output.size < 8 ? 0 : encoder->output.size - 8;
    while (encoder->output.size > least && encoder->output.bytes[encoder->output.size - 1] == 0)
        encoder->output.size--;
    return encoder->output.status;
}

void arithmetic_decoder_start(arithmetic_decoder *decoder, const uint8_t *bytes, size_t size)
{
    *decoder = (arithmetic_decoder){.range = 1, .next = bytes, .end = bytes + size};
    arithmetic_decoder_refill(decoder);
    arithmetic_decoder_refill(decoder);
    decoder->range = UINT64_MAX;
}

uint32_t arithmetic_decoder_read_tail(arithmetic_decoder *decoder)
{
    uint32_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        bits <<= 8;
        if (decoder->next < decoder->end)
            bits |= *decoder->next++;
        else if (decoder->bytes_past_end < UINT32_MAX)
            decoder->bytes_past_end++;
    }
    return bits;
}
