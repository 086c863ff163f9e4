/* decode_mix_block.c - fuzz target for the decoder of mix blocks: decode_block.h says how it is built and what an input is. */

/* What a larger block changes in the decoder is the size of its tables, by powers of two. */
enum { ENGINE_NUMBER = 2, MAX_BLOCK_SIZE = 1 << 17 };

#include "decode_block.h"

/* After the level and the flags: six numbers, one of them a byte below 128 (FORMAT.md, section "Mix block"). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 2, .number_count = 6, .first_stream_size = 6};
