/*
 * decode_block.h - a fuzz target for the decoder of any engine that codes a block as one segment. The file that includes it names the
 * engine: ENGINE_NUMBER, and MAX_BLOCK_SIZE, small enough that an input takes no time. An input is the size of the block, 3 bytes,
 * little-endian, then the head and the segment, one behind the other.
 *
 *     clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/targets/decode_mix_block.c \
 *         $(find csrc -name '*.c') -o decode_mix_block
 *
 * With gcc alone, link replay.c or mutate.c, which have a main, in place of `-fsanitize=fuzzer`.
 */
#ifndef DECODE_BLOCK_H
#define DECODE_BLOCK_H

#include "fuzz_target.h"
#include "qcz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HEAD_SIZE = 128 };

typedef struct fuzz_input {
    const uint8_t *head;
    size_t head_size;
    size_t size; /* of head and segment */
    size_t block_size;
} fuzz_input;

/* Not assert(): a fuzz target built with NDEBUG must still find what it is for. */
static void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

/* Of exactly `size` bytes, so that a sanitizer sees the first byte that is touched past it. */
static uint8_t *allocate(size_t size)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);
    require(bytes != NULL, "the harness has memory");
    return bytes;
}

static void check_error(const fuzz_input *input, qcz_status status, const qcz_error *error)
{
    require(status == QCZ_ERROR_CORRUPT || status == QCZ_ERROR_LIMIT || status == QCZ_ERROR_MEMORY, "a status of bad bytes");
    require(error->status == status, "the error carries the status that was returned");
    require(error->message != NULL && error->message[0] != '\0', "every error has a message");
    require(error->offset <= input->size, "an error lies in the input");
}

/* Takes note that it was called; what it is told has to be strings. */
static void count_fact(void *context, const char *group, const char *name, uint64_t value)
{
    (void)value;
    require(name != NULL && name[0] != '\0' && (group == NULL || group[0] != '\0'), "facts have names");
    ++*(unsigned *)context;
}

/* Whether the bytes so far are a head; it finds where the head of an input ends. */
static int is_head(const fuzz_input *input, size_t size)
{
    const qcz_decoder_options options = {.engine = ENGINE_NUMBER};
    qcz_error error;
    uint64_t needed;
    const qcz_status status = qcz_head_memory(&options, input->head, size, input->block_size, &needed, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    require((needed > 0) == (status == QCZ_OK), "a head that is right says what it takes");
    return status == QCZ_OK;
}

static size_t find_head_size(const fuzz_input *input)
{
    for (size_t size = 0; size <= input->size && size <= MOST_HEAD_SIZE; size++)
        if (is_head(input, size))
            return size;
    return input->size;
}

/* One of the paths that this processor has; which one depends on the input, so that all get their turn. */
static qcz_cpu_path any_path(const fuzz_input *input)
{
    static const qcz_cpu_path paths[] = {QCZ_CPU_PORTABLE, QCZ_CPU_SSE41, QCZ_CPU_AVX2, QCZ_CPU_AVX512, QCZ_CPU_NEON};
    const size_t count = sizeof paths / sizeof *paths;
    size_t number = (input->size + input->block_size) % count;
    while (!qcz_cpu_has(paths[number]))
        number = (number + 1) % count;
    return paths[number];
}

static qcz_status decode(const fuzz_input *input, const qcz_decoder_options *options, uint8_t *output)
{
    qcz_decoder *decoder = NULL;
    qcz_error error;
    qcz_status status = qcz_decoder_new(options, &decoder, &error);
    require(status == QCZ_OK, "there is a decoder");
    status = qcz_decoder_open(decoder, input->head, input->head_size, input->block_size, &error);
    if (status == QCZ_OK)
        status = qcz_decoder_segment(decoder, input->head + input->head_size, input->size - input->head_size, output, 0,
                                     input->block_size, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    qcz_decoder_free(decoder);
    return status;
}

/* The two outputs start out different, so that a byte the decoder forgets to write shows. */
static void decode_twice(const fuzz_input *input, uint8_t *plain, uint8_t *described)
{
    unsigned facts = 0;
    const qcz_decoder_options fastest = {.engine = ENGINE_NUMBER};
    const qcz_decoder_options other = {
        .engine = ENGINE_NUMBER, .path = any_path(input), .report = count_fact, .report_context = &facts};
    memset(plain, 0x00, input->block_size);
    memset(described, 0xFF, input->block_size);
    const qcz_status status = decode(input, &fastest, plain);
    require(decode(input, &other, described) == status, "neither processor nor report change the outcome");
    require(status != QCZ_OK || memcmp(plain, described, input->block_size) == 0, "the same input gives the same bytes");
    require(status != QCZ_OK || facts > 0, "there is something to say of a block");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES)
        return 0;
    const size_t stated = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    fuzz_input input = {.head = data + RAW_SIZE_BYTES, .size = size - RAW_SIZE_BYTES, .block_size = stated % (MAX_BLOCK_SIZE + 1)};
    input.head_size = find_head_size(&input);
    uint8_t *plain = allocate(input.block_size);
    uint8_t *described = allocate(input.block_size);
    decode_twice(&input, plain, described);
    free(plain);
    free(described);
    return 0;
}

#endif
