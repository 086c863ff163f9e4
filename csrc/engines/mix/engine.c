/* engine.c - the mixing engine as the table of engines knows it. */
#include "engines/mix/level.h"
#include "engines/mix/mix.h"

static const qcz_level_facts levels[MIX_LAST_LEVEL - MIX_FIRST_LEVEL + 1] = {
    {.block_size = 16 << 20, .purpose = "Smaller than brotli and xz, as fast as bzip3"},
    {.block_size = 32 << 20, .purpose = "Between 4 and 6"},
    {.block_size = 64 << 20, .purpose = "Small, at half the speed of bzip3"},
    {.block_size = 64 << 20, .purpose = "Smaller and slower"},
    {.block_size = 128 << 20, .purpose = "Smaller and slower still"},
    {.block_size = 128 << 20, .purpose = "The smallest, for what is kept"},
};

static const whole_block functions = {
    .encode_memory = mix_encode_memory, .encode = mix_encode, .decode_memory = mix_decode_memory, .decode = mix_decode};

const engine mix_engine = {
    .facts = {.name = "mix",
              .number = 2,
              .first_level = MIX_FIRST_LEVEL,
              .last_level = MIX_LAST_LEVEL,
              .default_level = 6,
              .owns_levels = 1,
              .levels = levels},
    WHOLE_BLOCK_ENGINE(&functions),
};
