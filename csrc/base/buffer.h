/*
 * buffer.h - output of unknown size: bytes put at the end of a qcz_buffer, which grows. Room base: what all rooms stand on; it uses
 * qcz.h alone.
 *
 * A buffer remembers the first failure in its `status` and takes no bytes from then on: who has put all he has asks once.
 */
#ifndef QCZ_BASE_BUFFER_H
#define QCZ_BASE_BUFFER_H

#include "qcz.h"

/* Makes room for `extra` more bytes. Returns the status of the buffer: QCZ_OK, or what failed first. */
qcz_status buffer_reserve(qcz_buffer *buffer, size_t extra);

void buffer_put_u8(qcz_buffer *buffer, uint8_t value);
/* As read_varint reads it. */
void buffer_put_varint(qcz_buffer *buffer, uint32_t value);
void buffer_put_bytes(qcz_buffer *buffer, const uint8_t *bytes, size_t size);

#endif
