#include "engines/mix/level.h"

#define WORD_SOME \
    (1u << WORD_IN_TWO_WORDS | 1u << WORD_IN_CLASSES_AND_GAP | 1u << WORD_IN_WORD_AND_GAP | 1u << WORD_IN_GAP | \
     1u << WORD_IN_ORDER_ZERO | 1u << WORD_IN_WORD | 1u << WORD_IN_SKIPPED_WORD | 1u << WORD_IN_THREE_WORDS)
#define WORD_MANY \
    (1u << WORD_IN_SHORT_WINDOW | 1u << WORD_IN_WORD_ABOVE | 1u << WORD_IN_WORD_AND_GAP | 1u << WORD_IN_GAP | \
     1u << WORD_IN_CLASSES_AND_GAP | 1u << WORD_IN_SKIPPED_WORD | 1u << WORD_IN_ORDER_ZERO | \
     1u << WORD_IN_SUFFIX_AND_GAP | 1u << WORD_IN_FIELD | 1u << WORD_IN_THREE_GAPS | 1u << WORD_IN_LINE | \
     1u << WORD_IN_WINDOW | 1u << WORD_IN_GAP_AND_CASES | 1u << WORD_IN_CAPITAL_WORD | 1u << WORD_IN_RARE_WORD | \
     1u << WORD_IN_TWO_WORDS_AND_GAPS)
#define GAP_SOME \
    (1u << GAP_IN_WORD | 1u << GAP_IN_TWO_GAPS | 1u << GAP_IN_WORD_AND_GAP | 1u << GAP_IN_LINE_AND_GAP | 1u << GAP_IN_COLUMN | \
     1u << GAP_IN_TWO_WORDS | 1u << GAP_IN_THREE_GAPS | 1u << GAP_IN_BRACKET)
#define GAP_MANY ((1u << GAP_CONTEXT_COUNT) - 1)

static const mix_level levels[] = {
    {.coding = MIX_FEW_CHOICES, .word_line_bits = 15, .gap_line_bits = 13, .spelling_line_bits = 13,
     .flag_line_bits = 13, .strong_step = 5, .match_orders = 1, .history_bits = 20, .word_book_limit = 1 << 16},
    {.coding = MIX_SOME_CHOICES, .word_line_bits = 17, .gap_line_bits = 15, .spelling_line_bits = 14,
     .flag_line_bits = 14, .strong_step = 5, .match_orders = 1, .history_bits = 20, .word_book_limit = 1 << 16},
    {.coding = MIX_MANY_CHOICES, .word_line_bits = 19, .gap_line_bits = 16, .spelling_line_bits = 15,
     .flag_line_bits = 14, .strong_step = 5, .match_orders = 2, .history_bits = 21, .word_book_limit = 1 << 17},
    {.coding = MIX_BITS, .word_contexts = WORD_SOME, .gap_contexts = GAP_SOME, .word_line_bits = 21, .gap_line_bits = 17, .spelling_line_bits = 18,
     .flag_line_bits = 15, .strong_step = 8, .match_orders = 3, .history_bits = 21, .word_book_limit = 1 << 17},
    {.coding = MIX_BITS, .word_contexts = WORD_MANY, .gap_contexts = GAP_MANY, .word_line_bits = 22, .gap_line_bits = 19, .spelling_line_bits = 19,
     .flag_line_bits = 15, .strong_step = 8, .match_orders = 6, .history_bits = 22, .word_book_limit = 1 << 18},
    {.coding = MIX_BITS, .word_contexts = WORD_MANY, .gap_contexts = GAP_MANY, .word_line_bits = 23, .gap_line_bits = 20, .spelling_line_bits = 19,
     .flag_line_bits = 15, .strong_step = 8, .match_orders = 6, .history_bits = 23, .word_book_limit = 1 << 18},
};

const mix_level *mix_level_find(unsigned level)
{
    return level >= MIX_FIRST_LEVEL && level <= MIX_LAST_LEVEL ? &levels[level - MIX_FIRST_LEVEL] : NULL;
}
