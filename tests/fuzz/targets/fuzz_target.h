/* fuzz_target.h - what a fuzz target tells mutate.c of its inputs: the raw size, 3 bytes, little-endian, then the payload. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

enum { RAW_SIZE_BYTES = 3 };

typedef struct fuzz_shape {
    size_t first_number;      /* where the varints of the payload's header begin in an input */
    size_t number_count;
    size_t first_stream_size; /* of the varints: from there on, they are sizes that have to sum up to the rest; or number_count */
} fuzz_shape;

extern const fuzz_shape fuzz_target_shape;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
