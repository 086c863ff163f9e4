/*
 * decode_paper_block.c - fuzz target for the decoder of paper blocks. An input is the raw size, 3 bytes, little-endian, then the payload.
 *
 *     clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/decode_paper_block.c \
 *         csrc/[a-z]*.c -o decode_paper_block
 *
 * With gcc alone, link replay.c or mutate.c, which have a main, in place of `-fsanitize=fuzzer`.
 */
#include "decoder_checks.h"
#include "engines/paper/paper.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_RAW_SIZE = 1 << 20 };

/* After the flags: 21 numbers, the last six of them sizes of streams (FORMAT.md, section 3.1). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 1, .number_count = 21, .first_stream_size = 15};

static void check_statistics(const fuzz_input *input, const paper_statistics *statistics)
{
    uint64_t bytes = statistics->header_size;
    uint64_t events = 0;
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        bytes += statistics->stream_sizes[stream];
    for (unsigned level = 0; level < PAPER_LEVEL_COUNT; level++)
        events += statistics->events_per_level[level];
    require(bytes == input->size, "header and streams are the payload");
    require(events == statistics->event_count, "every event has a level");
    require(statistics->event_count <= statistics->word_count, "an event is one word at least");
    require(statistics->word_count <= input->raw_size, "a word is one byte at least");
}

static qcz_status decode(const fuzz_input *input, uint8_t *output, paper_statistics *statistics)
{
    qcz_error error;
    const qcz_status status = qcz_paper_decode(input->payload, input->size, output, input->raw_size, statistics, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    else if (statistics != NULL)
        check_statistics(input, statistics);
    return status;
}

/* The two outputs start out different, so that a byte the decoder forgets to write shows. */
static void decode_twice(const fuzz_input *input, uint8_t *plain, uint8_t *counted)
{
    paper_statistics statistics;
    memset(plain, 0x00, input->raw_size);
    memset(counted, 0xFF, input->raw_size);
    const qcz_status status = decode(input, plain, NULL);
    require(decode(input, counted, &statistics) == status, "statistics do not change the outcome");
    require(status != QCZ_OK || memcmp(plain, counted, input->raw_size) == 0, "the same payload gives the same bytes");
}

/* Returns whether the header is well-formed. */
static int check_memory(const fuzz_input *input)
{
    qcz_error error;
    uint64_t needed = 0;
    const qcz_status status = qcz_paper_memory(input->payload, input->size, input->raw_size, &needed, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    return status == QCZ_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES)
        return 0;
    const size_t stated = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    const fuzz_input input = {data + RAW_SIZE_BYTES, size - RAW_SIZE_BYTES, stated % (MAX_RAW_SIZE + 1)};
    uint8_t *plain = allocate(input.raw_size);
    uint8_t *counted = allocate(input.raw_size);
    if (check_memory(&input))
        decode_twice(&input, plain, counted);
    else
        require(decode(&input, plain, NULL) != QCZ_OK, "a header is refused when decoding too");
    free(plain);
    free(counted);
    return 0;
}
