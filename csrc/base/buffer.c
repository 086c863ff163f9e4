#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* Half as much again, so that a buffer filled byte by byte is copied a constant number of times a byte. */
static qcz_status grow(qcz_buffer *buffer, size_t extra)
{
    if (buffer->status != QCZ_OK)
        return buffer->status;
    uint8_t *bytes = NULL;
    if (extra <= SIZE_MAX / 2 - buffer->capacity)
        bytes = realloc(buffer->bytes, buffer->capacity + buffer->capacity / 2 + extra + 64);
    if (bytes == NULL)
        return buffer->status = QCZ_ERROR_MEMORY;
    buffer->bytes = bytes;
    buffer->capacity += buffer->capacity / 2 + extra + 64;
    return QCZ_OK;
}

qcz_status buffer_reserve(qcz_buffer *buffer, size_t extra)
{
    return extra <= buffer->capacity - buffer->size ? buffer->status : grow(buffer, extra);
}

void buffer_put_u8(qcz_buffer *buffer, uint8_t value)
{
    if (buffer_reserve(buffer, 1) == QCZ_OK)
        buffer->bytes[buffer->size++] = value;
}

void buffer_put_varint(qcz_buffer *buffer, uint32_t value)
{
    for (; value >= 0x80; value >>= 7)
        buffer_put_u8(buffer, (uint8_t)(value | 0x80));
    buffer_put_u8(buffer, (uint8_t)value);
}

void buffer_put_bytes(qcz_buffer *buffer, const uint8_t *bytes, size_t size)
{
    if (size == 0 || buffer_reserve(buffer, size) != QCZ_OK)
        return;
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
}

void qcz_buffer_free(qcz_buffer *buffer)
{
    free(buffer->bytes);
    *buffer = (qcz_buffer){0};
}
