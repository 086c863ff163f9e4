/*
 * items.c - cuts a block into items: a gap, a word, and the case of the word.
 *
 * The words of the paper (words.c) carry the white space after them, so "end" before a space, before a comma and before a line end
 * are three words. Here what lies between words is a token of its own, with a codebook of its own: there are fewer distinct words,
 * and most gaps are a single space, which costs next to nothing.
 *
 * Where words end follows from classes of characters (characters.h). Alphabetic scripts give runs of letters; scripts written
 * without spaces give one word a character, since nobody but a dictionary knows where their words end. Names in code are taken
 * apart where a capital follows a small letter, for their parts recur in other names; ordinary text has as many items either way
 * (bench/measures/mix_experiments.md). Digits go by four, or every number would be a new word.
 *
 * None of this is part of the format: gaps and words put behind each other are the block, whatever the rules.
 */
#include "text/items.h"

#include "base/memory.h"
#include "text/characters.h"
#include "text/letter_case.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 4 }; /* a year is one word, a longer number several */

typedef struct splitter {
    const uint8_t *block;
    size_t size;
    item_list *items;
    size_t item_capacity;
    token_numberer gaps;
    token_numberer words;
    character_classes classes;
} splitter;

/* ---- where tokens end ------------------------------------------------------------------------------------------------ */

static inline character read_next(const splitter *state, size_t position)
{
    return read_character(&state->classes, state->block, state->size, position);
}

/* Where a token from `start` on has to end. */
static size_t token_limit(const splitter *state, size_t start, size_t size)
{
    return state->size - start < size ? state->size : start + size;
}

static size_t end_of_run(const splitter *state, size_t start, size_t size, character_class class)
{
    const size_t limit = token_limit(state, start, size);
    size_t end = start;
    while (end < limit) {
        const character next = read_next(state, end);
        if (next.class != class || next.end > limit)
            break;
        end = next.end;
    }
    return end;
}

/* Letters of one case and, among them, letters without case. */
typedef struct letter_run {
    size_t end;
    size_t count; /* letters of that case */
    size_t last;  /* position of the last of them */
} letter_run;

static letter_run read_letters(const splitter *state, size_t start, size_t limit, character_class class)
{
    letter_run run = {.end = start};
    while (run.end < limit) {
        const character next = read_next(state, run.end);
        if ((next.class != class && next.class != CLASS_CASELESS) || next.end > limit)
            break;
        if (next.class == class) {
            run.last = run.end;
            run.count++;
        }
        run.end = next.end;
    }
    return run;
}

/*
 * One past the word of letters at `start`: at most one capital, then small letters, or else capitals only. The last of several
 * capitals belongs to the small letters after it (HTML Parser).
 */
static size_t end_of_letters(const splitter *state, size_t start, size_t *upper_count)
{
    const size_t limit = token_limit(state, start, ITEM_MAX_TOKEN_SIZE);
    const letter_run upper = read_letters(state, start, limit, CLASS_UPPER);
    const letter_run lower = read_letters(state, upper.end, limit, CLASS_LOWER);
    *upper_count = upper.count;
    return upper.count >= 2 && lower.count > 0 ? upper.last : lower.end;
}

/* One past the word at `start`, which is empty if the gap before it goes on or the block ends. */
static size_t end_of_word(const splitter *state, size_t start, size_t *upper_count)
{
    *upper_count = 0;
    if (start == state->size)
        return start;
    const character first = read_next(state, start);
    switch (first.class) {
    case CLASS_GAP:
        return start;
    case CLASS_SINGLE:
        return first.end;
    case CLASS_DIGIT:
        return end_of_run(state, start, MOST_DIGITS, CLASS_DIGIT);
    default:
        return end_of_letters(state, start, upper_count);
    }
}

/* ---- items ----------------------------------------------------------------------------------------------------------- */

static qcz_status reserve_item(splitter *state)
{
    item_list *items = state->items;
    if (items->count < state->item_capacity)
        return QCZ_OK;
    const size_t capacity = larger_capacity(state->item_capacity);
    if (grow_numbers(&items->gap_ids, capacity) != QCZ_OK || grow_numbers(&items->word_ids, capacity) != QCZ_OK ||
        grow_bytes(&items->case_flags, capacity) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    state->item_capacity = capacity;
    return QCZ_OK;
}

static qcz_status number_word(splitter *state, size_t start, size_t size, size_t upper_count)
{
    item_list *items = state->items;
    uint8_t folded[ITEM_MAX_TOKEN_SIZE];
    const uint8_t *word = state->block + start;
    items->case_flags[items->count] = CASE_AS_IS;
    if (upper_count > 0) {
        memcpy(folded, word, size);
        items->case_flags[items->count] = (uint8_t)letter_case_fold(folded, size);
        word = folded;
    }
    return token_number(&state->words, word, size, 1, &items->word_ids[items->count]);
}

static qcz_status split_block(splitter *state)
{
    item_list *items = state->items;
    qcz_status status = reserve_item(state); /* there are arrays even for no items */
    for (size_t start = 0; start < state->size && status == QCZ_OK; items->count++) {
        const size_t gap_end = end_of_run(state, start, ITEM_MAX_TOKEN_SIZE, CLASS_GAP);
        size_t upper_count;
        const size_t word_end = end_of_word(state, gap_end, &upper_count);
        status = reserve_item(state);
        if (status == QCZ_OK)
            status = token_number(&state->gaps, state->block + start, gap_end - start, 1, &items->gap_ids[items->count]);
        if (status == QCZ_OK)
            status = number_word(state, gap_end, word_end - gap_end, upper_count);
        start = word_end;
    }
    return status;
}

static qcz_status split(splitter *state)
{
    item_list *items = state->items;
    const qcz_status gap_status = token_numberer_start(&state->gaps, &items->gaps, items->hash_seed);
    const qcz_status word_status = token_numberer_start(&state->words, &items->words, items->hash_seed);
    const qcz_status status = gap_status != QCZ_OK ? gap_status : word_status != QCZ_OK ? word_status : split_block(state);
    token_numberer_free(&state->gaps);
    token_numberer_free(&state->words);
    return status;
}

qcz_status items_split(const uint8_t *block, size_t size, item_list *items)
{
    *items = (item_list){0};
    if (size > QCZ_MAX_BLOCK_SIZE)
        return QCZ_ERROR_LIMIT;
    splitter *state = malloc(sizeof *state);
    if (state == NULL)
        return QCZ_ERROR_MEMORY;
    items->hash_seed = token_hash_seed(block, size);
    state->block = block;
    state->size = size;
    state->items = items;
    state->item_capacity = 0;
    character_classes_fill(&state->classes);
    const qcz_status status = split(state);
    free(state);
    if (status != QCZ_OK)
        items_free(items);
    return status;
}

void items_free(item_list *items)
{
    free(items->gap_ids);
    free(items->word_ids);
    free(items->case_flags);
    token_list_free(&items->gaps);
    token_list_free(&items->words);
    *items = (item_list){0};
}
