/* error.h - how a function says where and why it failed. Room base: what every other room stands on; it uses qcz.h alone. */
#ifndef QCZ_BASE_ERROR_H
#define QCZ_BASE_ERROR_H

#include "qcz.h"

/* Fills in `*error` and returns `status`. `message` is a constant string. */
qcz_status fail(qcz_error *error, qcz_status status, const char *message, size_t offset);

/* The same for an allocation that failed. */
qcz_status out_of_memory(qcz_error *error);

#endif
