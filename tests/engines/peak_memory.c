/*
 * peak_memory.c - counts what an engine allocates for a file, and compares it with what it says before.
 *
 *     gcc -std=c11 -O1 -Icsrc -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free tests/engines/peak_memory.c \
 *         $(find csrc -name '*.c') -o peak_memory
 *     ./peak_memory ENGINE LEVEL FILE...
 *
 * Prints a line for each file: what encoding was said to take and took at its peak, then the same of decoding. Fails if more was taken.
 */
#include "qcz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void __real_free(void *bytes);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *bytes, size_t size);
void __wrap_free(void *bytes);

enum { BEFORE = 64 }; /* bytes in front of an allocation, which keep its size and its alignment */

static size_t taken;
static size_t peak;

static void *note(uint8_t *bytes, size_t size)
{
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, &size, sizeof size);
    taken += size;
    peak = taken > peak ? taken : peak;
    return bytes + BEFORE;
}

static size_t size_of(const void *bytes)
{
    size_t size;
    memcpy(&size, (const uint8_t *)bytes - BEFORE, sizeof size);
    return size;
}

void *__wrap_malloc(size_t size)
{
    return note(__real_malloc(size + BEFORE), size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return note(__real_calloc(1, count * size + BEFORE), count * size);
}

void __wrap_free(void *bytes)
{
    if (bytes == NULL)
        return;
    taken -= size_of(bytes);
    __real_free((uint8_t *)bytes - BEFORE);
}

/* As if the memory always moved: then old and new are there at once. */
void *__wrap_realloc(void *bytes, size_t size)
{
    void *moved = __wrap_malloc(size);
    if (moved != NULL && bytes != NULL)
        memcpy(moved, bytes, size_of(bytes) < size ? size_of(bytes) : size);
    if (moved != NULL)
        __wrap_free(bytes);
    return moved;
}

static void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    exit(EXIT_FAILURE);
}

static const qcz_engine_facts *find_engine(const char *name)
{
    for (size_t i = 0; i < qcz_engine_count(); i++)
        if (strcmp(qcz_engine_facts_at(i)->name, name) == 0)
            return qcz_engine_facts_at(i);
    require(0, "there is such an engine");
    return NULL;
}

static void encode(const qcz_encoder_options *options, const uint8_t *block, size_t size, qcz_buffer *head, qcz_buffer *payload)
{
    qcz_error error;
    qcz_encoder *encoder;
    uint64_t said;
    require(qcz_plan_memory(options, size, &said, &error) == QCZ_OK, "the memory of a plan is known");
    taken = peak = 0;
    require(qcz_encoder_new(options, &encoder, &error) == QCZ_OK, "there is an encoder");
    require(qcz_encoder_plan(encoder, block, size, NULL, NULL, head, &error) == QCZ_OK, "the engine takes the block");
    require(qcz_encoder_segment(encoder, size, payload, &error) == QCZ_OK, "the block has a segment");
    printf("encoding: said %llu, took %zu", (unsigned long long)said, peak);
    require(peak <= said, "an encoder takes no more than it says");
    qcz_encoder_free(encoder);
}

static void decode(const qcz_decoder_options *options, const qcz_buffer *head, const qcz_buffer *payload, size_t size)
{
    qcz_error error;
    qcz_decoder *decoder;
    uint64_t said;
    uint8_t *block = __real_malloc(size + 1);
    require(block != NULL, "there is memory");
    require(qcz_head_memory(options, head->bytes, head->size, size, &said, &error) == QCZ_OK, "the memory of a head is known");
    taken = peak = 0;
    require(qcz_decoder_new(options, &decoder, &error) == QCZ_OK, "there is a decoder");
    require(qcz_decoder_open(decoder, head->bytes, head->size, size, &error) == QCZ_OK, "the head is right");
    require(qcz_decoder_segment(decoder, payload->bytes, payload->size, block, 0, size, &error) == QCZ_OK, "the segment is right");
    printf("; decoding: said %llu, took %zu\n", (unsigned long long)said, peak);
    require(peak <= said, "a decoder takes no more than it says");
    qcz_decoder_free(decoder);
    __real_free(block);
}

static size_t read_file(const char *name, uint8_t **bytes)
{
    FILE *file = fopen(name, "rb");
    require(file != NULL && fseek(file, 0, SEEK_END) == 0, "the file can be read");
    const size_t size = (size_t)ftell(file);
    rewind(file);
    *bytes = __real_malloc(size + 1);
    require(*bytes != NULL && fread(*bytes, 1, size, file) == size, "the file can be read");
    fclose(file);
    return size;
}

int main(int argument_count, char **arguments)
{
    require(argument_count > 3, "there are an engine, a level and a file");
    const qcz_engine_facts *facts = find_engine(arguments[1]);
    const qcz_encoder_options encoding = {.engine = facts->number, .level = (unsigned)strtoul(arguments[2], NULL, 10)};
    const qcz_decoder_options decoding = {.engine = facts->number};
    for (int i = 3; i < argument_count; i++) {
        uint8_t *block;
        qcz_buffer head;
        qcz_buffer payload;
        const size_t size = read_file(arguments[i], &block);
        encode(&encoding, block, size, &head, &payload);
        decode(&decoding, &head, &payload, size);
        qcz_buffer_free(&head);
        qcz_buffer_free(&payload);
        __real_free(block);
    }
    return EXIT_SUCCESS;
}
