#include "mix_level.h"

#define WORD_FEW \
    (1u << WORD_IN_TWO_WORDS | 1u << WORD_IN_CLASSES_AND_GAP | 1u << WORD_IN_WORD_AND_GAP | 1u << WORD_IN_GAP)
#define WORD_SOME \
    (WORD_FEW | 1u << WORD_IN_ORDER_ZERO | 1u << WORD_IN_WORD | 1u << WORD_IN_SKIPPED_WORD | 1u << WORD_IN_THREE_WORDS)
#define WORD_MANY \
    (1u << WORD_IN_SHORT_WINDOW | 1u << WORD_IN_WORD_ABOVE | 1u << WORD_IN_WORD_AND_GAP | 1u << WORD_IN_GAP | \
     1u << WORD_IN_CLASSES_AND_GAP | 1u << WORD_IN_SKIPPED_WORD | 1u << WORD_IN_ORDER_ZERO | \
     1u << WORD_IN_SUFFIX_AND_GAP | 1u << WORD_IN_FIELD | 1u << WORD_IN_THREE_GAPS | 1u << WORD_IN_LINE | \
     1u << WORD_IN_WINDOW | 1u << WORD_IN_GAP_AND_CASES | 1u << WORD_IN_CAPITAL_WORD | 1u << WORD_IN_RARE_WORD | \
     1u << WORD_IN_TWO_WORDS_AND_GAPS)
#define GAP_FEW (1u << GAP_IN_WORD | 1u << GAP_IN_TWO_GAPS | 1u << GAP_IN_WORD_AND_GAP | 1u << GAP_IN_LINE_AND_GAP)
#define GAP_SOME \
    (GAP_FEW | 1u << GAP_IN_COLUMN | 1u << GAP_IN_TWO_WORDS | 1u << GAP_IN_THREE_GAPS | 1u << GAP_IN_BRACKET)
#define GAP_MANY ((1u << GAP_CONTEXT_COUNT) - 1)

static const mix_level levels[] = {
    {.word_contexts = WORD_FEW, .gap_contexts = GAP_FEW, .is_lean = 1, .word_line_bits = 16, .gap_line_bits = 14, .spelling_line_bits = 14,
     .strong_step = 5, .match_orders = 1, .history_bits = 20, .word_book_limit = 1 << 16},
    {.word_contexts = WORD_SOME, .gap_contexts = GAP_FEW, .is_lean = 1, .word_line_bits = 20, .gap_line_bits = 15, .spelling_line_bits = 16,
     .strong_step = 5, .match_orders = 1, .history_bits = 20, .word_book_limit = 1 << 16},
    {.word_contexts = WORD_SOME, .gap_contexts = GAP_SOME, .is_lean = 1, .word_line_bits = 21, .gap_line_bits = 17, .spelling_line_bits = 17,
     .strong_step = 5, .match_orders = 2, .history_bits = 21, .word_book_limit = 1 << 17},
    {.word_contexts = WORD_SOME, .gap_contexts = GAP_SOME, .word_line_bits = 21, .gap_line_bits = 17, .spelling_line_bits = 18,
     .strong_step = 8, .match_orders = 3, .history_bits = 21, .word_book_limit = 1 << 17},
    {.word_contexts = WORD_MANY, .gap_contexts = GAP_MANY, .word_line_bits = 22, .gap_line_bits = 19, .spelling_line_bits = 19,
     .strong_step = 8, .match_orders = 6, .history_bits = 22, .word_book_limit = 1 << 18},
    {.word_contexts = WORD_MANY, .gap_contexts = GAP_MANY, .word_line_bits = 23, .gap_line_bits = 20, .spelling_line_bits = 19,
     .strong_step = 8, .match_orders = 6, .history_bits = 23, .word_book_limit = 1 << 18},
};

const mix_level *mix_level_find(unsigned level)
{
    return level >= MIX_FIRST_LEVEL && level <= MIX_LAST_LEVEL ? &levels[level - MIX_FIRST_LEVEL] : NULL;
}
