/*
 * error.h - how a function says that it failed, and why. Room base: what all rooms stand on; it uses qcz.h alone.
 *
 * One rule for all rooms. A function that can fail returns a qcz_status. One that knows more than the status fills in a qcz_error
 * with a constant message and the place in the payload. Two things are asked once at the end, instead of at every call: a buffer
 * that is written to (qcz_buffer.status) and a reader that is read from (byte_reader.failed, ..._overran) remember the first
 * failure; until somebody asks, the one takes no more bytes, and what the other gives means nothing. What only allocates returns
 * NULL, as malloc does.
 */
#ifndef QCZ_BASE_ERROR_H
#define QCZ_BASE_ERROR_H

#include "qcz.h"

/* Fills in `*error` and returns `status`. `message` is a constant string. */
qcz_status fail(qcz_error *error, qcz_status status, const char *message, size_t offset);

/* The same for an allocation that failed. */
qcz_status out_of_memory(qcz_error *error);

#endif
