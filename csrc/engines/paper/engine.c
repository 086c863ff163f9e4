/*
 * engine.c - the published method as the table of engines knows it. Its levels are all alike: they are there so that any may be
 * named.
 */
#include "engines/paper/paper.h"

enum { LEVEL_COUNT = 9 };

#define ANY_LEVEL {.block_size = 64 << 20, .purpose = "The published method"}

static const qcz_level_facts levels[LEVEL_COUNT] = {ANY_LEVEL, ANY_LEVEL, ANY_LEVEL, ANY_LEVEL, ANY_LEVEL,
                                                    ANY_LEVEL, ANY_LEVEL, ANY_LEVEL, ANY_LEVEL};

static const whole_block functions = {
    .encode_memory = paper_encode_memory, .encode = paper_encode, .decode_memory = paper_decode_memory, .decode = paper_decode};

const engine paper_engine = {
    .facts = {.name = "paper",
              .number = 1,
              .first_level = 1,
              .last_level = LEVEL_COUNT,
              .default_level = 6,
              .first_positions_level = 1,
              .takes_parse = 1,
              .reports_costs = 1,
              .levels = levels},
    WHOLE_BLOCK_ENGINE(&functions),
};
