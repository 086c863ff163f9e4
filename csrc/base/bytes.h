/*
 * bytes.h - numbers read from bytes, little-endian, and a bounded reader of headers. Room base: what all rooms stand on; it uses
 * qcz.h alone.
 */
#ifndef QCZ_BASE_BYTES_H
#define QCZ_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t load_u32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline uint64_t load_u64(const uint8_t *bytes)
{
    return (uint64_t)load_u32(bytes) | (uint64_t)load_u32(bytes + 4) << 32;
}

/* Reads from [next, end) and never past it; `failed` is set by the first read that would. */
typedef struct byte_reader {
    const uint8_t *next;
    const uint8_t *end;
    int failed;
} byte_reader;

uint8_t read_u8(byte_reader *reader);

/* LEB128: seven bits a byte, least significant first, at most 32 bits, no superfluous last byte. */
uint32_t read_varint(byte_reader *reader);

#endif
