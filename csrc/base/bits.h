/*
 * bits.h - numbers of any width, least significant bit first, and Elias gamma codes. FORMAT.md, "Bits". Room base: what all rooms
 * stand on; it uses qcz.h alone.
 */
#ifndef QCZ_BASE_BITS_H
#define QCZ_BASE_BITS_H

#include "base/buffer.h"
#include "base/bytes.h"

/* ---- writer -------------------------------------------------------------------------------------------------------- */

typedef struct bit_writer {
    qcz_buffer output;
    uint64_t pending;
    unsigned pending_count; /* below 8 between calls */
} bit_writer;

/* `count` is at most 32; `value` has no more bits than that. */
static inline void write_bits(bit_writer *writer, uint32_t value, unsigned count)
{
    writer->pending |= (uint64_t)value << writer->pending_count;
    writer->pending_count += count;
    while (writer->pending_count >= 8) {
        buffer_put_u8(&writer->output, (uint8_t)writer->pending);
        writer->pending >>= 8;
        writer->pending_count -= 8;
    }
}

/* The place of the highest bit that is one, counted from 1; 0 for 0. */
static inline unsigned bit_width_of(uint32_t value)
{
#if defined(__GNUC__)
    return value == 0 ? 0 : 32 - (unsigned)__builtin_clz(value);
#endif
    unsigned width = 0;
    for (; value != 0; value >>= 1)
        width++;
    return width;
}

/* A number below 2^31: the width of number + 1 in ones, a zero, and what is below the leading bit of number + 1. */
static inline void write_gamma(bit_writer *writer, uint32_t number)
{
    const unsigned width = bit_width_of(number + 1) - 1;
    write_bits(writer, ((uint32_t)1 << width) - 1, width + 1);
    write_bits(writer, (number + 1) & (((uint32_t)1 << width) - 1), width);
}

/* Fills up the last byte. Errors: QCZ_ERROR_MEMORY, if memory ran out here or earlier. */
static inline qcz_status finish_bits(bit_writer *writer)
{
    if (writer->pending_count > 0)
        write_bits(writer, 0, 8 - writer->pending_count);
    return writer->output.status;
}

/* ---- reader -------------------------------------------------------------------------------------------------------- */

enum { BIT_READER_PADDING = 8 };

/* Past the end it reads what lies there, BIT_READER_PADDING bytes at most: who asks bits_overran in the end is told. */
typedef struct bit_reader {
    const uint8_t *bytes;
    size_t size;
    size_t position; /* may go beyond the size */
    uint64_t pending;
    unsigned pending_count;
} bit_reader;

static inline void refill_bits(bit_reader *reader)
{
    const size_t place = reader->position < reader->size ? reader->position : reader->size;
    reader->pending |= load_u64(reader->bytes + place) << reader->pending_count;
    reader->position += (63 - reader->pending_count) >> 3;
    reader->pending_count |= 56;
}

/* `count` is at most 32. */
static inline uint32_t read_bits(bit_reader *reader, unsigned count)
{
    refill_bits(reader);
    const uint32_t value = (uint32_t)(reader->pending & (((uint64_t)1 << count) - 1));
    reader->pending >>= count;
    reader->pending_count -= count;
    return value;
}

/* More than 30 ones give 2^31 - 1, which is beyond any limit of the format. */
static inline uint32_t read_gamma(bit_reader *reader)
{
    refill_bits(reader);
    unsigned width = 0;
    while (width < 31 && (reader->pending >> width & 1) != 0)
        width++;
    if (width == 31)
        return INT32_MAX;
    reader->pending >>= width + 1;
    reader->pending_count -= width + 1;
    return (((uint32_t)1 << width) | read_bits(reader, width)) - 1;
}

/* Goes on with the next whole byte. */
static inline void align_bits(bit_reader *reader)
{
    reader->pending >>= reader->pending_count & 7;
    reader->pending_count &= ~7u;
}

/* Bytes of which a bit was read. */
static inline size_t bits_position(const bit_reader *reader)
{
    return reader->position - reader->pending_count / 8;
}

static inline int bits_overran(const bit_reader *reader)
{
    return bits_position(reader) > reader->size;
}

#endif
