/* engine.c - the fast engine as the table of engines knows it. */
#include "engines/fast/block.h"
#include "engines/fast/fast.h"

static const qcz_level_facts levels[FAST_LAST_LEVEL - FAST_FIRST_LEVEL + 1] = {
    {.block_size = 16 << 20, .purpose = "The fastest"},
    {.block_size = 16 << 20, .purpose = "Between 1 and 3"},
    {.block_size = 16 << 20, .purpose = "For every day: smaller than xz on prose, and faster"},
};

static const whole_block functions = {
    .encode_memory = fast_encode_memory, .encode = fast_encode, .decode_memory = fast_decode_memory, .decode = fast_decode};

const engine fast_engine = {
    .facts = {.name = "fast",
              .number = 3,
              .first_level = FAST_FIRST_LEVEL,
              .last_level = FAST_LAST_LEVEL,
              .default_level = 3,
              .owns_levels = 1,
              .first_positions_level = 2,
              .levels = levels},
    .position_count = fast_item_count,
    WHOLE_BLOCK_ENGINE(&functions),
};
