/*
 * decode_mix_block.c - fuzz target for the decoder of mix blocks. An input is the raw size, 3 bytes, little-endian, then the payload.
 *
 *     clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/decode_mix_block.c \
 *         csrc/[a-z]*.c -o decode_mix_block
 *
 * With gcc alone, link replay.c or mutate.c, which have a main, in place of `-fsanitize=fuzzer`.
 */
#include "decoder_checks.h"
#include "engines/mix/mix.h"

#include <stdlib.h>
#include <string.h>

/* Small, so that an input takes no time; what a raw size changes in the decoder is the size of its tables, by powers of two. */
enum { MAX_RAW_SIZE = 1 << 17 };

/* After the level and the flags: six numbers, one of them a byte below 128 (FORMAT.md, section "Mix block"). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 2, .number_count = 6, .first_stream_size = 6};

static qcz_status decode(const fuzz_input *input, qcz_cpu_path path, uint8_t *output)
{
    qcz_error error;
    const qcz_status status = qcz_mix_decode(input->payload, input->size, output, input->raw_size, path, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    return status;
}

/* One of the paths that this processor has; which one depends on the input, so that all get their turn. */
static qcz_cpu_path any_path(const fuzz_input *input)
{
    static const qcz_cpu_path paths[] = {QCZ_CPU_PORTABLE, QCZ_CPU_SSE41, QCZ_CPU_AVX2, QCZ_CPU_AVX512, QCZ_CPU_NEON};
    const size_t count = sizeof paths / sizeof *paths;
    size_t number = (input->size + input->raw_size) % count;
    while (!qcz_cpu_has(paths[number]))
        number = (number + 1) % count;
    return paths[number];
}

/* The two outputs start out different, so that a byte the decoder forgets to write shows. */
static void decode_twice(const fuzz_input *input, uint8_t *fastest, uint8_t *other)
{
    memset(fastest, 0x00, input->raw_size);
    memset(other, 0xFF, input->raw_size);
    const qcz_status status = decode(input, QCZ_CPU_FASTEST, fastest);
    require(decode(input, any_path(input), other) == status, "the processor does not change the outcome");
    require(status != QCZ_OK || memcmp(fastest, other, input->raw_size) == 0, "the same payload gives the same bytes");
}

static void check_statistics(const fuzz_input *input, uint64_t needed, const mix_statistics *statistics)
{
    require(statistics->level >= 4 && statistics->level <= 9, "a known level");
    require(statistics->item_count <= input->raw_size, "an item is one byte at least");
    require(statistics->word_count <= statistics->item_count, "every word of the codebook occurs");
    require(statistics->gap_count <= statistics->item_count, "every gap of the codebook occurs");
    require(needed > 0, "decoding takes memory");
}

/* Returns whether the header is well-formed. */
static int check_memory(const fuzz_input *input)
{
    qcz_error error;
    mix_statistics statistics;
    uint64_t needed = 0;
    const qcz_status status = qcz_mix_memory(input->payload, input->size, input->raw_size, &needed, &statistics, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    else
        check_statistics(input, needed, &statistics);
    return status == QCZ_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES)
        return 0;
    const size_t stated = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    const fuzz_input input = {data + RAW_SIZE_BYTES, size - RAW_SIZE_BYTES, stated % (MAX_RAW_SIZE + 1)};
    uint8_t *fastest = allocate(input.raw_size);
    uint8_t *other = allocate(input.raw_size);
    if (check_memory(&input))
        decode_twice(&input, fastest, other);
    else
        require(decode(&input, QCZ_CPU_FASTEST, fastest) != QCZ_OK, "a header is refused when decoding too");
    free(fastest);
    free(other);
    return 0;
}
