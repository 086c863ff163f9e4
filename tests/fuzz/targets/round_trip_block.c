/*
 * round_trip_block.c - fuzz target for the encoders of the levels 1 to 9. An input is 3 bytes that choose level and processor paths,
 * then the content. decode_block.h says how it is built.
 */
#include "fuzz_target.h"
#include "qcz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVEL_COUNT = 9, MAX_CONTENT_SIZE = 1 << 16 };

/* There is no head; mutate.c may take the start of the content for one number. */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES, .number_count = 1, .first_stream_size = 1};

/* Not assert(): a fuzz target built with NDEBUG must still find what it is for. */
static void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

static qcz_cpu_path path_of(uint8_t choice)
{
    static const qcz_cpu_path paths[] = {QCZ_CPU_PORTABLE, QCZ_CPU_SSE41, QCZ_CPU_AVX2, QCZ_CPU_AVX512, QCZ_CPU_NEON};
    const qcz_cpu_path path = paths[choice % (sizeof paths / sizeof *paths)];
    return qcz_cpu_has(path) ? path : QCZ_CPU_FASTEST;
}

/* The number of the engine of a level. */
static unsigned engine_of(unsigned level)
{
    for (size_t i = 0; i < qcz_engine_count(); i++) {
        const qcz_engine_facts *facts = qcz_engine_facts_at(i);
        if (facts->owns_levels && level >= facts->first_level && level <= facts->last_level)
            return facts->number;
    }
    require(0, "every level has an engine");
    return 0;
}

static void check_block(const uint8_t *content, size_t size, const qcz_buffer *head, const qcz_buffer *payload,
                        const qcz_decoder_options *options)
{
    qcz_error error;
    qcz_decoder *decoder = NULL;
    uint8_t *output = malloc(size > 0 ? size : 1);
    require(output != NULL, "the harness has memory");
    require(qcz_decoder_new(options, &decoder, &error) == QCZ_OK, "there is a decoder");
    require(qcz_decoder_open(decoder, head->bytes, head->size, size, &error) == QCZ_OK, "the head is well-formed");
    require(qcz_decoder_segment(decoder, payload->bytes, payload->size, output, 0, size, &error) == QCZ_OK,
            "the decoder takes the segment");
    require(memcmp(content, output, size) == 0, "the content comes back");
    qcz_decoder_free(decoder);
    free(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES || size - RAW_SIZE_BYTES > MAX_CONTENT_SIZE)
        return 0;
    const uint8_t *content = data + RAW_SIZE_BYTES;
    const size_t content_size = size - RAW_SIZE_BYTES;
    const unsigned level = 1 + data[0] % LEVEL_COUNT;
    const qcz_encoder_options options = {.engine = engine_of(level), .level = level, .path = path_of(data[1])};
    qcz_encoder *encoder = NULL;
    qcz_error error;
    qcz_buffer head;
    qcz_buffer payload;
    require(qcz_encoder_new(&options, &encoder, &error) == QCZ_OK, "there is an encoder");
    const qcz_status status = qcz_encoder_plan(encoder, content, content_size, NULL, NULL, &head, &error);
    require(status == QCZ_OK || status == QCZ_ERROR_NOT_TEXT, "an encoder with memory gives a head or declines");
    if (status == QCZ_OK) {
        require(qcz_encoder_segment(encoder, content_size, &payload, &error) == QCZ_OK, "then it gives a segment");
        check_block(content, content_size, &head, &payload,
                    &(qcz_decoder_options){.engine = options.engine, .path = path_of(data[2])});
        qcz_buffer_free(&head);
        qcz_buffer_free(&payload);
    }
    qcz_encoder_free(encoder);
    return 0;
}
