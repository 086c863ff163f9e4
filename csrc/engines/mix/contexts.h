/* contexts.h - the contexts of words, gaps and their attributes, as hashes of what was last seen. FORMAT.md, "Contexts". */
#ifndef QCZ_ENGINES_MIX_CONTEXTS_H
#define QCZ_ENGINES_MIX_CONTEXTS_H

#include "base/compiler.h"
#include "engines/mix/coder.h"

static inline uint64_t hash_more(uint64_t hash, uint64_t value)
{
    hash = (hash + value + 1) * 0x9E3779B97F4A7C15;
    return hash ^ hash >> 29;
}

static inline uint64_t hash_three(uint64_t first, uint64_t second, uint64_t third)
{
    return hash_more(hash_more(first, second), third);
}

/* Keeps those of `keys` that the level asks for. */
static inline void choose_contexts(bit_predictor *predictor, const uint64_t *keys, unsigned key_count, uint32_t chosen)
{
    unsigned count = 0;
    for (unsigned key = 0; key < key_count; key++)
        if (chosen >> key & 1)
            predictor->contexts[count++] = hash_more(keys[key], key);
}

static inline uint64_t line_field(const recent_items *recent)
{
    return recent->items_in_line < LINE_FIELDS ? recent->items_in_line : LINE_FIELDS;
}

static inline uint64_t word_above(const recent_items *recent)
{
    return recent->items_in_line < LINE_FIELDS ? recent->above[recent->items_in_line] : 0;
}

/* gaps[0] is the one just before the word */
static inline void find_word_contexts(const recent_items *recent, const uint64_t *gaps, uint64_t keys[WORD_CONTEXT_COUNT])
{
    const uint64_t *words = recent->words;
    const uint64_t two_words = hash_more(words[0], words[1]);
    const uint64_t three_words = hash_more(two_words, words[2]);
    keys[WORD_IN_ORDER_ZERO] = recent->gap_size == 0;
    keys[WORD_IN_WORD] = words[0];
    keys[WORD_IN_TWO_WORDS] = two_words;
    keys[WORD_IN_THREE_WORDS] = three_words;
    keys[WORD_IN_SKIPPED_WORD] = words[1];
    keys[WORD_IN_SUFFIX_AND_GAP] = hash_more(recent->suffix, gaps[0]);
    keys[WORD_IN_WORD_AND_GAP] = hash_more(words[0], gaps[0]);
    keys[WORD_IN_TWO_WORDS_AND_GAPS] = hash_three(two_words, gaps[0], gaps[1]);
    keys[WORD_IN_THREE_GAPS] = hash_three(gaps[0], gaps[1], gaps[2]);
    keys[WORD_IN_GAP_AND_CASES] = hash_three(gaps[0], recent->cases[0], recent->cases[1]);
    keys[WORD_IN_LINE] = recent->line_start;
    keys[WORD_IN_CAPITAL_WORD] = hash_more(recent->capital_word, gaps[0]);
    keys[WORD_IN_RARE_WORD] = hash_more(recent->rare_word, gaps[0]);
    keys[WORD_IN_WINDOW] = recent->number >> 11;
    keys[WORD_IN_SHORT_WINDOW] = recent->number >> 9;
    keys[WORD_IN_FIELD] = hash_three(line_field(recent), gaps[0], recent->line_start);
    keys[WORD_IN_GAP] = gaps[0];
    keys[WORD_IN_CLASSES_AND_GAP] = hash_three(gaps[0], recent->classes[0], recent->classes[1]);
    keys[WORD_IN_WORD_ABOVE] = hash_three(word_above(recent), gaps[0], words[0]);
}

static inline void find_gap_contexts(const recent_items *recent, uint64_t keys[GAP_CONTEXT_COUNT])
{
    const uint64_t *words = recent->words;
    const uint64_t *gaps = recent->gaps; /* gaps[0] is the last one */
    const uint64_t two_words = hash_more(words[0], words[1]);
    const uint64_t column = recent->column < 255 ? recent->column : 255;
    keys[GAP_IN_ORDER_ZERO] = 0;
    keys[GAP_IN_WORD] = words[0];
    keys[GAP_IN_WORD_AND_GAP] = hash_more(words[0], gaps[0]);
    keys[GAP_IN_TWO_WORDS] = two_words;
    keys[GAP_IN_TWO_GAPS] = hash_more(gaps[0], gaps[1]);
    keys[GAP_IN_THREE_GAPS] = hash_three(gaps[0], gaps[1], gaps[2]);
    keys[GAP_IN_SHAPE_AND_GAP] = hash_three(recent->suffix, recent->cases[0], gaps[0]);
    keys[GAP_IN_TWO_WORDS_AND_GAPS] = hash_three(two_words, gaps[0], gaps[1]);
    keys[GAP_IN_WORD_AND_TWO_GAPS] = hash_three(words[0], gaps[0], gaps[1]);
    keys[GAP_IN_LINE_AND_GAP] = hash_more(recent->line_start, gaps[0]);
    keys[GAP_IN_BRACKET] = hash_three(recent->brackets, gaps[0], recent->cases[0]);
    keys[GAP_IN_COLUMN] = column;
    keys[GAP_IN_COLUMN_AND_WIDTH] = hash_more(column, recent->widest);
    keys[GAP_IN_CLASSES_AND_GAP] = hash_three(recent->classes[0], recent->classes[1], gaps[0]);
    keys[GAP_IN_CLASS_AND_TWO_GAPS] = hash_three(recent->classes[0], gaps[0], gaps[1]);
    keys[GAP_IN_FIELD] = hash_three(line_field(recent), recent->line_start, gaps[0]);
}

/* ---- where items are coded choice by choice --------------------------------------------------------------------------------- */

/* Keys, made as those of the same name above. */
enum gap_choice_key {
    CHOICE_GAP_IN_BRACKET,
    CHOICE_GAP_IN_TWO_GAPS,
    CHOICE_GAP_IN_THREE_GAPS,
    CHOICE_GAP_IN_WORD,
    GAP_CHOICE_KEYS
};

enum word_choice_key {
    CHOICE_WORD_IN_WINDOW,
    CHOICE_WORD_IN_GAP,
    CHOICE_WORD_IN_LINE,
    CHOICE_WORD_IN_SUFFIX_AND_GAP,
    CHOICE_WORD_IN_CLASSES_AND_GAP,
    CHOICE_WORD_IN_WORD_AND_GAP,
    WORD_CHOICE_KEYS
};

/* Which contexts gaps and words have, the least telling first; constant wherever they are coded. */
typedef struct choice_plan {
    unsigned gap_contexts;
    unsigned char gap_keys[GAP_CHOICE_KEYS];
    unsigned word_contexts;
    unsigned char word_keys[WORD_CHOICE_KEYS];
} choice_plan;

static const choice_plan choice_plans[] = {
    [MIX_FEW_CHOICES] = {3,
                         {CHOICE_GAP_IN_BRACKET, CHOICE_GAP_IN_TWO_GAPS, CHOICE_GAP_IN_WORD},
                         3,
                         {CHOICE_WORD_IN_GAP, CHOICE_WORD_IN_CLASSES_AND_GAP, CHOICE_WORD_IN_WORD_AND_GAP}},
    [MIX_SOME_CHOICES] = {4,
                          {CHOICE_GAP_IN_BRACKET, CHOICE_GAP_IN_TWO_GAPS, CHOICE_GAP_IN_THREE_GAPS, CHOICE_GAP_IN_WORD},
                          4,
                          {CHOICE_WORD_IN_WINDOW, CHOICE_WORD_IN_GAP, CHOICE_WORD_IN_CLASSES_AND_GAP, CHOICE_WORD_IN_WORD_AND_GAP}},
    [MIX_MANY_CHOICES] = {4,
                          {CHOICE_GAP_IN_BRACKET, CHOICE_GAP_IN_TWO_GAPS, CHOICE_GAP_IN_THREE_GAPS, CHOICE_GAP_IN_WORD},
                          6,
                          {CHOICE_WORD_IN_WINDOW, CHOICE_WORD_IN_GAP, CHOICE_WORD_IN_LINE, CHOICE_WORD_IN_SUFFIX_AND_GAP,
                           CHOICE_WORD_IN_CLASSES_AND_GAP, CHOICE_WORD_IN_WORD_AND_GAP}},
};

static ALWAYS_INLINE void find_gap_choice_contexts(const recent_items *recent, uint64_t *contexts, const choice_plan *plan)
{
    const uint64_t *gaps = recent->gaps;
    const uint64_t keys[GAP_CHOICE_KEYS] = {
        [CHOICE_GAP_IN_BRACKET] = hash_three(recent->brackets, gaps[0], recent->cases[0]),
        [CHOICE_GAP_IN_TWO_GAPS] = hash_more(gaps[0], gaps[1]),
        [CHOICE_GAP_IN_THREE_GAPS] = hash_three(gaps[0], gaps[1], gaps[2]),
        [CHOICE_GAP_IN_WORD] = recent->words[0],
    };
    for (unsigned context = 0; context < plan->gap_contexts; context++)
        contexts[context] = hash_more(keys[plan->gap_keys[context]], plan->gap_keys[context]);
}

static ALWAYS_INLINE void find_word_choice_contexts(const recent_items *recent, const uint64_t *gaps, uint64_t *contexts,
                                                    const choice_plan *plan)
{
    const uint64_t keys[WORD_CHOICE_KEYS] = {
        [CHOICE_WORD_IN_WINDOW] = recent->number >> 11,
        [CHOICE_WORD_IN_GAP] = gaps[0],
        [CHOICE_WORD_IN_LINE] = recent->line_start,
        [CHOICE_WORD_IN_SUFFIX_AND_GAP] = hash_more(recent->suffix, gaps[0]),
        [CHOICE_WORD_IN_CLASSES_AND_GAP] = hash_three(gaps[0], recent->classes[0], recent->classes[1]),
        [CHOICE_WORD_IN_WORD_AND_GAP] = hash_more(recent->words[0], gaps[0]),
    };
    for (unsigned context = 0; context < plan->word_contexts; context++)
        contexts[context] = hash_more(keys[plan->word_keys[context]], plan->word_keys[context]);
}

/* ---- what an item leaves behind --------------------------------------------------------------------------------------- */

static inline void note_line_end(recent_items *recent, uint32_t width)
{
    recent->width = width;
    if (width > recent->widest || ++recent->widest_age > 20) {
        recent->widest = width;
        recent->widest_age = 0;
    }
    memcpy(recent->above, recent->line, sizeof recent->above);
    memset(recent->line, 0, sizeof recent->line);
    recent->column = 0;
    recent->line_start = 1;
    recent->items_in_line = 0;
}

static inline void note_bracket(recent_items *recent, uint8_t byte)
{
    const int opens = byte == '(' || byte == '[' || byte == '{' || byte == '<';
    const int closes = byte == ')' || byte == ']' || byte == '}' || byte == '>';
    if (opens && recent->bracket_count == BRACKET_DEPTH)
        memmove(recent->bracket_stack, recent->bracket_stack + 1, --recent->bracket_count);
    if (opens)
        recent->bracket_stack[recent->bracket_count++] = byte;
    else if (closes && recent->bracket_count > 0)
        recent->bracket_count--;
    if (opens || closes) {
        const unsigned count = recent->bracket_count;
        recent->brackets = count > 0 ? recent->bracket_stack[count - 1] : 0;
        recent->brackets = recent->brackets << 8 | (count > 1 ? recent->bracket_stack[count - 2] : 0);
    }
}

/* Takes in the canonical bytes of a gap, before its word is coded. */
static inline void note_gap(recent_items *recent, const coded_item *item)
{
    for (uint32_t i = 0; i < item->gap_size; i++) {
        const uint8_t byte = item->gap_bytes[i];
        if (byte == '\n')
            note_line_end(recent, recent->column);
        else
            recent->column += (byte & 0xC0) != 0x80;
        note_bracket(recent, byte);
    }
    if (recent->items_in_line < 2 && item->gap_size > 0)
        recent->line_start = hash_more(recent->line_start, item->gap);
    for (unsigned i = 2; i > 0; i--)
        recent->gaps[i] = recent->gaps[i - 1];
    recent->gaps[0] = (uint64_t)item->gap + 1;
    recent->gap_token = item->gap;
    recent->gap_size = item->gap_size;
}

static inline void note_word(recent_items *recent, const coded_item *item, int is_rare,
                             unsigned class)
{
    const uint64_t word = (uint64_t)item->word + 1;
    if (item->line_end != LINE_END_NOT_CODED && item->line_end > 0) {
        note_line_end(recent, recent->column);
        recent->gaps[0] = hash_more(recent->gaps[0], 1);
        recent->last_line_end = item->line_end;
    }
    for (unsigned i = 2; i > 0; i--)
        recent->words[i] = recent->words[i - 1];
    recent->words[0] = word;
    recent->word_token = item->word;
    recent->suffix = item->word_facts.suffix;
    recent->classes[1] = recent->classes[0];
    recent->classes[0] = class;
    recent->cases[1] = recent->cases[0];
    recent->cases[0] = item->case_flag;
    if (item->case_flag != CASE_AS_IS)
        recent->capital_word = word;
    if (is_rare)
        recent->rare_word = word;
    if (recent->items_in_line < 2)
        recent->line_start = hash_more(recent->line_start, item->word);
    if (recent->items_in_line < LINE_FIELDS)
        recent->line[recent->items_in_line] = word;
    recent->items_in_line++;
    recent->column += item->word_facts.characters;
    recent->number++;
}

#endif
