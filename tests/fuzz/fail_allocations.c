/*
 * fail_allocations.c - encodes and decodes a file with an engine again and again, each time with one more allocation that works.
 *
 *     gcc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Icsrc -Wl,--wrap=malloc,--wrap=calloc \
 *         -Wl,--wrap=realloc tests/fuzz/fail_allocations.c $(find csrc -name '*.c') -o fail_allocations
 *     ./fail_allocations ENGINE LEVEL FILE
 *
 * ENGINE is a name; one that takes a parse cannot be tried here. Whatever is missing, the engine has to say so, and to leave nothing
 * behind: the sanitizer sees what it does not free.
 */
#include "qcz.h"

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

static const qcz_engine_facts *find_engine(const char *name)
{
    for (size_t i = 0; i < qcz_engine_count(); i++)
        if (strcmp(qcz_engine_facts_at(i)->name, name) == 0)
            return qcz_engine_facts_at(i);
    require(0, "there is such an engine");
    return NULL;
}

enum { MOST_SEGMENTS = 64 };

/* A block as it was coded. */
typedef struct coded_block {
    qcz_buffer head;
    qcz_buffer payloads[MOST_SEGMENTS];
    size_t ends[MOST_SEGMENTS];
    size_t count;
} coded_block;

static void free_block(coded_block *block)
{
    qcz_buffer_free(&block->head);
    for (size_t i = 0; i < block->count; i++)
        qcz_buffer_free(&block->payloads[i]);
    *block = (coded_block){.count = 0};
}

static qcz_status encode_segments(qcz_encoder *encoder, size_t size, size_t step, coded_block *coded, qcz_error *error)
{
    for (size_t start = 0; start < size; start += step) {
        const size_t end = size - start < step ? size : start + step;
        require(coded->count < MOST_SEGMENTS, "the file is short");
        const qcz_status status = qcz_encoder_segment(encoder, end - start, &coded->payloads[coded->count], error);
        if (status != QCZ_OK) {
            qcz_buffer payload;
            qcz_error again;
            const qcz_status next = qcz_encoder_segment(encoder, end - start, &payload, &again);
            require(next == QCZ_ERROR_PARAMETER, "an encoder that failed goes on");
            return status;
        }
        coded->ends[coded->count++] = end;
    }
    return QCZ_OK;
}

static qcz_status encode_block(const qcz_encoder_options *options, size_t step, const uint8_t *block, size_t size, coded_block *coded)
{
    qcz_encoder *encoder = NULL;
    qcz_error error;
    qcz_status status = qcz_encoder_new(options, &encoder, &error);
    if (status == QCZ_OK)
        status = qcz_encoder_plan(encoder, block, size, NULL, NULL, &coded->head, &error);
    if (status == QCZ_OK)
        status = encode_segments(encoder, size, step, coded, &error);
    require(status == QCZ_OK || error.status == status, "an error carries its status");
    qcz_encoder_free(encoder);
    if (status != QCZ_OK)
        free_block(coded);
    return status;
}

static qcz_status decode_block(const qcz_decoder_options *options, const coded_block *coded, uint8_t *output, size_t size)
{
    qcz_decoder *decoder = NULL;
    qcz_error error;
    qcz_status status = qcz_decoder_new(options, &decoder, &error);
    if (status == QCZ_OK)
        status = qcz_decoder_open(decoder, coded->head.bytes, coded->head.size, size, &error);
    for (size_t i = 0; status == QCZ_OK && i < coded->count; i++)
        status = qcz_decoder_segment(decoder, coded->payloads[i].bytes, coded->payloads[i].size, output,
                                     i == 0 ? 0 : coded->ends[i - 1], coded->ends[i], &error);
    require(status == QCZ_OK || error.status == status, "an error carries its status");
    qcz_decoder_free(decoder);
    return status;
}

/* Returns how many allocations an encoder needs. */
static size_t encode(const qcz_encoder_options *options, size_t step, const uint8_t *block, size_t size, coded_block *coded)
{
    for (size_t granted = 0; granted < FAR_MORE_THAN_ARE_NEEDED; granted++) {
        allocations_left = granted;
        const qcz_status status = encode_block(options, step, block, size, coded);
        if (status == QCZ_OK)
            return granted;
        require(status == QCZ_ERROR_MEMORY, "an encoder without memory says so");
    }
    require(0, "the encoder ends");
    return 0;
}

static size_t decode(const qcz_decoder_options *options, const uint8_t *block, size_t size, const coded_block *coded)
{
    static uint8_t output[MAX_FILE_SIZE];
    for (size_t granted = 0; granted < FAR_MORE_THAN_ARE_NEEDED; granted++) {
        allocations_left = granted;
        const qcz_status status = decode_block(options, coded, output, size);
        require(status == QCZ_OK || status == QCZ_ERROR_MEMORY, "a decoder without memory says so");
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
    static coded_block coded;
    FILE *file = argument_count == 4 ? fopen(arguments[3], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: fail_allocations ENGINE LEVEL FILE\n");
        return EXIT_FAILURE;
    }
    allocations_left = FAR_MORE_THAN_ARE_NEEDED; /* for the file's own buffer */
    const size_t size = fread(block, 1, sizeof block, file);
    fclose(file);
    const qcz_engine_facts *facts = find_engine(arguments[1]);
    const size_t step = facts->segment_size != 0 ? facts->segment_size : sizeof block;
    const qcz_encoder_options encoding = {.engine = facts->number, .level = (unsigned)strtoul(arguments[2], NULL, 10)};
    const qcz_decoder_options decoding = {.engine = facts->number};
    const size_t to_encode = encode(&encoding, step, block, size, &coded);
    const size_t to_decode = decode(&decoding, block, size, &coded);
    free_block(&coded);
    allocations_left = FAR_MORE_THAN_ARE_NEEDED;
    printf("%zu allocations to encode, %zu to decode\n", to_encode, to_decode);
    return EXIT_SUCCESS;
}
