#include "base/bytes.h"

#include <stdlib.h>

uint8_t read_u8(byte_reader *reader)
{
    if (reader->next == reader->end) {
        reader->failed = 1;
        return 0;
    }
    return *reader->next++;
}

uint32_t read_varint(byte_reader *reader)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const uint8_t byte = read_u8(reader);
        const uint32_t bits = byte & 0x7Fu;
        if (reader->failed || (shift == 28 && bits > 15) || (shift > 0 && byte == 0))
            break;
        value |= bits << shift;
        if (byte < 0x80)
            return value;
    }
    reader->failed = 1;
    return 0;
}

void *allocate_array(size_t count, size_t item_size)
{
    return count > SIZE_MAX / item_size ? NULL : malloc(count * item_size);
}

int buffer_reserve(qcz_buffer *buffer, size_t extra)
{
    if (extra <= buffer->capacity - buffer->size)
        return 1;
    if (extra > SIZE_MAX / 2 - buffer->capacity)
        return 0;
    const size_t capacity = buffer->capacity + buffer->capacity / 2 + extra + 64;
    uint8_t *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL)
        return 0;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return 1;
}

int buffer_put_u8(qcz_buffer *buffer, uint8_t value)
{
    if (!buffer_reserve(buffer, 1))
        return 0;
    buffer->bytes[buffer->size++] = value;
    return 1;
}

int buffer_put_varint(qcz_buffer *buffer, uint32_t value)
{
    while (value >= 0x80) {
        if (!buffer_put_u8(buffer, (uint8_t)(value | 0x80)))
            return 0;
        value >>= 7;
    }
    return buffer_put_u8(buffer, (uint8_t)value);
}

int buffer_put_bytes(qcz_buffer *buffer, const uint8_t *bytes, size_t size)
{
    if (!buffer_reserve(buffer, size))
        return 0;
    if (size > 0)
        memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    return 1;
}

void qcz_buffer_free(qcz_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (qcz_buffer){0};
}
