/*
 * arithmetic_coder.h - the arithmetic coder under every stream of the engines paper and mix. Room coding: the arithmetic coder and
 * the models of numbers and symbols; it may use base, text and books.
 *
 * A range coder with 64-bit interval arithmetic: the interval is [low, low + range), symbols take [start, start + size) out of
 * `total`, and 32 bits leave at a time once range < 2^32. With totals up to 2^21 the rounding costs less than 0.01 %.
 * FORMAT.md, section "Arithmetic coder".
 */
#ifndef QCZ_CODING_ARITHMETIC_CODER_H
#define QCZ_CODING_ARITHMETIC_CODER_H

#include "base/buffer.h"

/* ---- encoder ------------------------------------------------------------------------------------------------------- */

typedef struct arithmetic_encoder {
    uint64_t low;
    uint64_t range;
    qcz_buffer output;
} arithmetic_encoder;

void arithmetic_encoder_start(arithmetic_encoder *encoder);

/* Moves the top 32 bits of `low` to the output. */
void arithmetic_encoder_shift(arithmetic_encoder *encoder);

/* Adds one to the output read as a number, because `low` overflowed. */
void arithmetic_encoder_carry(arithmetic_encoder *encoder);

/*
 * Writes the fewest bytes that identify the interval: a decoder reads zeros past the end. Errors: QCZ_ERROR_MEMORY, if memory ran
 * out here or earlier.
 */
qcz_status arithmetic_encoder_finish(arithmetic_encoder *encoder);

/* How many bits the encoder has used so far, times 256: those written, and the fraction that the interval stands for. */
uint64_t arithmetic_encoder_cost(const arithmetic_encoder *encoder);

static inline void arithmetic_encoder_narrow(arithmetic_encoder *encoder, uint64_t start, uint64_t size)
{
    encoder->low += start;
    if (encoder->low < start)
        arithmetic_encoder_carry(encoder);
    encoder->range = size;
    if (encoder->range < (uint64_t)1 << 32)
        arithmetic_encoder_shift(encoder);
}

static inline void encode_interval(arithmetic_encoder *encoder, uint32_t start, uint32_t size, uint32_t total)
{
    const uint64_t unit = encoder->range / total;
    arithmetic_encoder_narrow(encoder, unit * start, unit * size);
}

/* `one` is the probability of a one in 16 bits, 1 .. 65535. */
static inline void encode_bit(arithmetic_encoder *encoder, unsigned bit, uint32_t one)
{
    const uint64_t bound = (encoder->range >> 16) * one;
    arithmetic_encoder_narrow(encoder, bit ? 0 : bound, bit ? bound : encoder->range - bound);
}

/* ---- decoder ------------------------------------------------------------------------------------------------------- */

/* `code` is the coded number less the low end of the interval; it stays below `range` in any stream an encoder wrote. */
typedef struct arithmetic_decoder {
    uint64_t code;
    uint64_t range;
    const uint8_t *next;
    const uint8_t *end;
    uint32_t bytes_past_end;
} arithmetic_decoder;

void arithmetic_decoder_start(arithmetic_decoder *decoder, const uint8_t *bytes, size_t size);

/* The next four bytes, most significant first; zeros past the end. */
uint32_t arithmetic_decoder_read_tail(arithmetic_decoder *decoder);

/* An encoder leaves out at most the eight last bytes. A stream read further than that was cut or is corrupt. */
static inline int arithmetic_decoder_overran(const arithmetic_decoder *decoder)
{
    return decoder->bytes_past_end > 8;
}

static inline void arithmetic_decoder_refill(arithmetic_decoder *decoder)
{
    uint32_t bits;
    if (decoder->end - decoder->next >= 4) {
        const uint8_t *next = decoder->next;
        bits = (uint32_t)next[0] << 24 | (uint32_t)next[1] << 16 | (uint32_t)next[2] << 8 | next[3];
        decoder->next += 4;
    } else {
        bits = arithmetic_decoder_read_tail(decoder);
    }
    decoder->code = decoder->code << 32 | bits;
    decoder->range <<= 32;
}

static inline void arithmetic_decoder_narrow(arithmetic_decoder *decoder, uint64_t start, uint64_t size)
{
    decoder->code -= start;
    decoder->range = size;
    if (decoder->range < (uint64_t)1 << 32)
        arithmetic_decoder_refill(decoder);
}

static inline unsigned decode_bit(arithmetic_decoder *decoder, uint32_t one)
{
    const uint64_t bound = (decoder->range >> 16) * one;
    const unsigned bit = decoder->code < bound;
    arithmetic_decoder_narrow(decoder, bit ? 0 : bound, bit ? bound : decoder->range - bound);
    return bit;
}

#endif
