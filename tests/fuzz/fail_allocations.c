/*
 * fail_allocations.c - encodes and decodes a file as a mix block, or a fast one at levels 1 to 3, again and again, each time with one more allocation that works.
 *
 *     gcc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Icsrc -Wl,--wrap=malloc,--wrap=calloc \
 *         -Wl,--wrap=realloc tests/fuzz/fail_allocations.c csrc/[a-z]*.c -o fail_allocations
 *     ./fail_allocations LEVEL FILE
 *
 * Whatever is missing, the engine has to say so, and to leave nothing behind: the sanitizer sees what it does not free.
 */
#include "engines/fast/fast.h"
#include "engines/mix/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FILE_SIZE = 1 << 16, FAR_MORE_THAN_ARE_NEEDED = 100000 };

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *bytes, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);

static size_t allocations_left;

static int may_allocate(void)
{
    if (allocations_left == 0)
        return 0;
    allocations_left--;
    return 1;
}

void *__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return may_allocate() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *bytes, size_t size)
{
    return may_allocate() ? __real_realloc(bytes, size) : NULL;
}

static void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

enum { FIRST_MIX_LEVEL = 4 };

static qcz_status encode_block(const uint8_t *block, size_t size, unsigned level, qcz_buffer *payload)
{
    return level < FIRST_MIX_LEVEL ? qcz_fast_encode(block, size, level, &(fast_phrase_positions){.depths = NULL}, payload)
                                   : qcz_mix_encode(block, size, level, QCZ_CPU_FASTEST, payload);
}

static qcz_status decode_block(const qcz_buffer *payload, unsigned level, uint8_t *output, size_t size, qcz_error *error)
{
    return level < FIRST_MIX_LEVEL ? qcz_fast_decode(payload->bytes, payload->size, output, size, error)
                                   : qcz_mix_decode(payload->bytes, payload->size, output, size, QCZ_CPU_FASTEST, error);
}

/* Returns how many allocations an encoder needs. */
static size_t encode(const uint8_t *block, size_t size, unsigned level, qcz_buffer *payload)
{
    for (size_t granted = 0; granted < FAR_MORE_THAN_ARE_NEEDED; granted++) {
        allocations_left = granted;
        const qcz_status status = encode_block(block, size, level, payload);
        if (status == QCZ_OK)
            return granted;
        require(status == QCZ_ERROR_MEMORY, "an encoder without memory says so");
    }
    require(0, "the encoder ends");
    return 0;
}

static size_t decode(const uint8_t *block, size_t size, unsigned level, const qcz_buffer *payload)
{
    static uint8_t output[MAX_FILE_SIZE];
    for (size_t granted = 0; granted < FAR_MORE_THAN_ARE_NEEDED; granted++) {
        qcz_error error;
        allocations_left = granted;
        const qcz_status status = decode_block(payload, level, output, size, &error);
        require(status == QCZ_OK || (status == QCZ_ERROR_MEMORY && error.status == status), "a decoder without memory says so");
        if (status == QCZ_OK) {
            require(memcmp(block, output, size) == 0, "the content comes back");
            return granted;
        }
    }
    require(0, "the decoder ends");
    return 0;
}

int main(int argument_count, char **arguments)
{
    static uint8_t block[MAX_FILE_SIZE];
    FILE *file = argument_count == 3 ? fopen(arguments[2], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: fail_allocations LEVEL FILE\n");
        return EXIT_FAILURE;
    }
    allocations_left = FAR_MORE_THAN_ARE_NEEDED; /* for the file's own buffer */
    const size_t size = fread(block, 1, sizeof block, file);
    fclose(file);
    qcz_buffer payload;
    const unsigned level = (unsigned)strtoul(arguments[1], NULL, 10);
    const size_t to_encode = encode(block, size, level, &payload);
    const size_t to_decode = decode(block, size, level, &payload);
    qcz_buffer_free(&payload);
    allocations_left = FAR_MORE_THAN_ARE_NEEDED;
    printf("%zu allocations to encode, %zu to decode\n", to_encode, to_decode);
    return EXIT_SUCCESS;
}
