/*
 * decode_fast_block.c - fuzz target for the decoder of fast blocks. An input is the raw size, 3 bytes, little-endian, then the payload.
 * Built as decode_mix_block.c is.
 */
#include "decoder_checks.h"
#include "engines/fast/fast.h"

#include <string.h>

enum { MAX_RAW_SIZE = 1 << 20 };

/* After the level and the flags: ten numbers, the last of them the size of the first of two streams (FORMAT.md, "Fast block"). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 2, .number_count = 10, .first_stream_size = 10};

static qcz_status decode(const fuzz_input *input, uint8_t *output)
{
    qcz_error error;
    const qcz_status status = qcz_fast_decode(input->payload, input->size, output, input->raw_size, &error);
    if (status != QCZ_OK)
        check_error(input, status, &error);
    return status;
}

/* Returns whether the header is well-formed. */
static int check_memory(const fuzz_input *input)
{
    qcz_error error;
    fast_statistics statistics;
    uint64_t needed = 0;
    const qcz_status status = qcz_fast_memory(input->payload, input->size, input->raw_size, &needed, &statistics, &error);
    if (status != QCZ_OK) {
        check_error(input, status, &error);
        return 0;
    }
    require(statistics.level >= 1 && statistics.level <= 3, "a known level");
    require(statistics.item_count <= input->raw_size, "an item is one byte at least");
    require(statistics.event_count <= statistics.item_count, "an event is one item at least");
    require(needed > 0, "decoding takes memory");
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < RAW_SIZE_BYTES)
        return 0;
    const size_t stated = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    const fuzz_input input = {data + RAW_SIZE_BYTES, size - RAW_SIZE_BYTES, stated % (MAX_RAW_SIZE + 1)};
    uint8_t *first = allocate(input.raw_size);
    uint8_t *second = allocate(input.raw_size);
    /* The two outputs start out different, so that a byte the decoder forgets to write shows. */
    memset(first, 0x00, input.raw_size);
    memset(second, 0xFF, input.raw_size);
    const int is_well_formed = check_memory(&input);
    const qcz_status status = decode(&input, first);
    require(is_well_formed || status != QCZ_OK, "a header is refused when decoding too");
    require(decode(&input, second) == status, "the same payload has the same outcome");
    require(status != QCZ_OK || memcmp(first, second, input.raw_size) == 0, "the same payload gives the same bytes");
    free(first);
    free(second);
    return 0;
}
