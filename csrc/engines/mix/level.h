/* level.h - what each level of the mixing engine spends: contexts, weight sets, memory. Part of the format. */
#ifndef QCZ_ENGINES_MIX_LEVEL_H
#define QCZ_ENGINES_MIX_LEVEL_H

#include "qcz.h"

/* The contexts a word is predicted in; bit i of `word_contexts` stands for the i-th. FORMAT.md, "Contexts". */
enum word_context {
    WORD_IN_TWO_WORDS,
    WORD_IN_THREE_WORDS,
    WORD_IN_WORD,
    WORD_IN_WORD_AND_GAP,
    WORD_IN_TWO_WORDS_AND_GAPS,
    WORD_IN_SKIPPED_WORD,
    WORD_IN_SUFFIX_AND_GAP,
    WORD_IN_ORDER_ZERO,
    WORD_IN_THREE_GAPS,
    WORD_IN_GAP_AND_CASES,
    WORD_IN_LINE,
    WORD_IN_CAPITAL_WORD,
    WORD_IN_RARE_WORD,
    WORD_IN_WINDOW,
    WORD_IN_FIELD,
    WORD_IN_GAP,
    WORD_IN_CLASSES_AND_GAP,
    WORD_IN_WORD_ABOVE,
    WORD_IN_SHORT_WINDOW,
    WORD_CONTEXT_COUNT
};

enum gap_context {
    GAP_IN_WORD,
    GAP_IN_WORD_AND_GAP,
    GAP_IN_TWO_WORDS,
    GAP_IN_TWO_GAPS,
    GAP_IN_THREE_GAPS,
    GAP_IN_SHAPE_AND_GAP,
    GAP_IN_TWO_WORDS_AND_GAPS,
    GAP_IN_WORD_AND_TWO_GAPS,
    GAP_IN_LINE_AND_GAP,
    GAP_IN_BRACKET,
    GAP_IN_ORDER_ZERO,
    GAP_IN_COLUMN,
    GAP_IN_COLUMN_AND_WIDTH,
    GAP_IN_FIELD,
    GAP_IN_CLASSES_AND_GAP,
    GAP_IN_CLASS_AND_TWO_GAPS,
    GAP_CONTEXT_COUNT
};

enum {
    MIX_FIRST_LEVEL = 4,
    MIX_LAST_LEVEL = 9,
    MIX_RUN_HINTS = 3,
    /* How many contexts a word or a gap can have where it is coded bit by bit. */
    MIX_SOME_CONTEXTS = 8,
    MIX_MANY_CONTEXTS = 16,
    /* And how many weight sets at once, with so many contexts. */
    MIX_SOME_SETS = 3,
    MIX_MANY_SETS = 5
};

/* How tokens are coded: choice by choice, with few contexts (3), some or many, or bit by bit. */
typedef enum mix_coding { MIX_FEW_CHOICES, MIX_SOME_CHOICES, MIX_MANY_CHOICES, MIX_BITS } mix_coding;

typedef struct mix_level {
    mix_coding coding;
    uint32_t word_contexts;  /* bit by bit: which */
    uint32_t gap_contexts;
    unsigned word_line_bits; /* at most; small blocks take less */
    unsigned gap_line_bits;
    unsigned spelling_line_bits;
    unsigned flag_line_bits;
    unsigned strong_step;    /* from this match step on, one decision tells whether the item is the predicted one */
    unsigned match_orders;   /* how many lengths of context the match model looks up */
    unsigned history_bits;   /* log2 of the items a match can reach back */
    uint32_t word_book_limit;
} mix_level;

const mix_level *mix_level_find(unsigned level);

#endif
