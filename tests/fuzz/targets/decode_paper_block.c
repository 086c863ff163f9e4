/* decode_paper_block.c - fuzz target for the decoder of paper blocks: decode_block.h says how it is built and what an input is. */
enum { ENGINE_NUMBER = 1, MAX_BLOCK_SIZE = 1 << 20 };

#include "decode_block.h"

/* After the flags: 21 numbers, the last six of them sizes of streams (FORMAT.md, section "Paper block"). */
const fuzz_shape fuzz_target_shape = {.first_number = RAW_SIZE_BYTES + 1, .number_count = 21, .first_stream_size = 15};
