/*
 * replay_blocks.c - decodes and encodes blocks that another build has coded, to see that both come to the same bytes.
 *
 *     gcc -m32 -std=c11 -O1 -Icsrc tests/engines/replay_blocks.c $(find csrc -name '*.c') -o replay_blocks
 *     ./replay_blocks FILE
 *
 * FILE has blocks, one after the other: five numbers of 32 bits (engine; level, or 0 if the block is only to be decoded; sizes of
 * content, head and payload), then content, head and payload. Each is replayed by every processor path that there is. Prints how
 * many bytes an address has, how many paths there are, and how many blocks.
 */
#include "base/bytes.h"
#include "qcz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 5, MOST_BYTES = 1 << 28 };

typedef struct coded_block {
    uint32_t numbers[NUMBERS];
    const uint8_t *content;
    size_t size;
    const uint8_t *head;
    size_t head_size;
    const uint8_t *payload;
    size_t payload_size;
} coded_block;

static void require(int condition, const coded_block *block, qcz_cpu_path path, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s; engine %u, level %u, %zu bytes, path %d\n", promise, (unsigned)block->numbers[0],
            (unsigned)block->numbers[1], block->size, (int)path);
    exit(EXIT_FAILURE);
}

static void decode(const coded_block *block, qcz_cpu_path path)
{
    const qcz_decoder_options options = {.engine = block->numbers[0], .path = path};
    qcz_error error;
    qcz_decoder *decoder;
    uint8_t *content = malloc(block->size + 1);
    require(content != NULL, block, path, "there is memory for the content");
    require(qcz_decoder_new(&options, &decoder, &error) == QCZ_OK, block, path, "there is a decoder");
    require(qcz_decoder_open(decoder, block->head, block->head_size, block->size, &error) == QCZ_OK, block, path, "the head is right");
    require(qcz_decoder_segment(decoder, block->payload, block->payload_size, content, 0, block->size, &error) == QCZ_OK, block, path,
            "the segment is right");
    require(memcmp(content, block->content, block->size) == 0, block, path, "the content is the same");
    qcz_decoder_free(decoder);
    free(content);
}

static int is_same(const qcz_buffer *buffer, const uint8_t *bytes, size_t size)
{
    return buffer->size == size && (size == 0 || memcmp(buffer->bytes, bytes, size) == 0);
}

static void encode(const coded_block *block, qcz_cpu_path path)
{
    const qcz_encoder_options options = {.engine = block->numbers[0], .level = block->numbers[1], .path = path};
    qcz_error error;
    qcz_encoder *encoder;
    qcz_buffer head;
    qcz_buffer payload;
    require(qcz_encoder_new(&options, &encoder, &error) == QCZ_OK, block, path, "there is an encoder");
    require(qcz_encoder_plan(encoder, block->content, block->size, NULL, NULL, &head, &error) == QCZ_OK, block, path,
            "the engine takes the block");
    require(qcz_encoder_segment(encoder, block->size, &payload, &error) == QCZ_OK, block, path, "the block has a segment");
    require(is_same(&head, block->head, block->head_size), block, path, "the head is the same");
    require(is_same(&payload, block->payload, block->payload_size), block, path, "the payload is the same");
    qcz_buffer_free(&head);
    qcz_buffer_free(&payload);
    qcz_encoder_free(encoder);
}

/* The block at `next`, and where the one after it is. */
static const uint8_t *read_block(const uint8_t *next, coded_block *block)
{
    for (unsigned number = 0; number < NUMBERS; number++, next += 4)
        block->numbers[number] = load_u32(next);
    block->size = block->numbers[2];
    block->head_size = block->numbers[3];
    block->payload_size = block->numbers[4];
    block->content = next;
    block->head = block->content + block->size;
    block->payload = block->head + block->head_size;
    return block->payload + block->payload_size;
}

int main(int argument_count, char **arguments)
{
    static uint8_t bytes[MOST_BYTES];
    FILE *file = argument_count == 2 ? fopen(arguments[1], "rb") : NULL;
    if (file == NULL)
        return EXIT_FAILURE;
    const uint8_t *const end = bytes + fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    unsigned paths = 0;
    unsigned blocks = 0;
    for (qcz_cpu_path path = QCZ_CPU_PORTABLE; path <= QCZ_CPU_NEON; path++) {
        if (!qcz_cpu_has(path))
            continue;
        paths++;
        blocks = 0;
        for (const uint8_t *next = bytes; next < end; blocks++) {
            coded_block block;
            next = read_block(next, &block);
            decode(&block, path);
            if (block.numbers[1] > 0)
                encode(&block, path);
        }
    }
    printf("%zu bytes an address, %u paths, %u blocks\n", sizeof(void *), paths, blocks);
    return EXIT_SUCCESS;
}
