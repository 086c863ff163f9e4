/*
 * round_trip_mix_block.c - fuzz target for the encoder of mix blocks. An input is 3 bytes that choose level and processor paths, then
 * the content.
 *
 *     clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/round_trip_mix_block.c \
 *         csrc/[a-z]*.c -o round_trip_mix_block
 *
 * With gcc alone, link replay.c or mutate.c, which have a main, in place of `-fsanitize=fuzzer`.
 */
#include "fuzz_target.h"
#include "engines/mix/mix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LEVEL = 4, LEVEL_COUNT = 6, MAX_CONTENT_SIZE = 1 << 16 };

/* There is no header; mutate.c may take the start of the content for one number. */
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

static void check_payload(const uint8_t *content, size_t size, const qcz_buffer *payload, qcz_cpu_path path)
{
    qcz_error error;
    uint64_t needed = 0;
    uint8_t *output = malloc(size > 0 ? size : 1);
    require(output != NULL, "the harness has memory");
    require(qcz_mix_memory(payload->bytes, payload->size, size, &needed, NULL, &error) == QCZ_OK, "the header is well-formed");
    require(qcz_mix_decode(payload->bytes, payload->size, output, size, path, &error) == QCZ_OK, "the decoder takes the payload");
    require(memcmp(content, output, size) == 0, "the content comes back");
    free(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES || size - RAW_SIZE_BYTES > MAX_CONTENT_SIZE)
        return 0;
    const uint8_t *content = data + RAW_SIZE_BYTES;
    const size_t content_size = size - RAW_SIZE_BYTES;
    qcz_buffer payload;
    const unsigned level = FIRST_LEVEL + data[0] % LEVEL_COUNT;
    const qcz_status status = qcz_mix_encode(content, content_size, level, path_of(data[1]), &payload);
    require(status == QCZ_OK || status == QCZ_ERROR_LIMIT, "an encoder with memory gives a payload or declines");
    if (status == QCZ_OK) {
        check_payload(content, content_size, &payload, path_of(data[2]));
        qcz_buffer_free(&payload);
    }
    return 0;
}
