/* decoder_checks.h - what the fuzz targets of all block decoders have in common. */
#ifndef DECODER_CHECKS_H
#define DECODER_CHECKS_H

#include "fuzz_target.h"
#include "qcz.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct fuzz_input {
    const uint8_t *payload;
    size_t size;
    size_t raw_size;
} fuzz_input;

/* Not assert(): a fuzz target built with NDEBUG must still find what it is for. */
static inline void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

/* Of exactly `size` bytes, so that a sanitizer sees the first byte that is touched past it. */
static inline uint8_t *allocate(size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    require(bytes != NULL, "the harness has memory");
    return bytes;
}

static inline void check_error(const fuzz_input *input, qcz_status status, const qcz_error *error)
{
    require(status == QCZ_ERROR_CORRUPT || status == QCZ_ERROR_LIMIT || status == QCZ_ERROR_MEMORY, "a known status");
    require(error->status == status, "the error carries the status that was returned");
    require(error->message != NULL && error->message[0] != '\0', "every error has a message");
    require(error->offset <= input->size, "an error lies in the payload");
}

#endif
