/* decode_fast_block.c - fuzz target for the decoder of fast blocks: decode_block.h says how it is built and what an input is. */
enum { ENGINE_NUMBER = 3, MAX_BLOCK_SIZE = 1 << 20 };

#include "decode_block.h"

/* After the level and the flags: ten numbers, the last of them the size of the first of two streams (FORMAT.md, "Fast block"). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 2, .number_count = 10, .first_stream_size = 10};
