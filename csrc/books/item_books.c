#include "books/item_books.h"

#include "base/bytes.h"
#include "books/token_table.h"
#include "books/word_classes.h"
#include "text/words.h"

#include <stdlib.h>

/* ---- codebooks ------------------------------------------------------------------------------------------------------- */

enum { COUNT_LEVELS = 1024 /* counts from here on are all chosen together */ };

/* The lowest count at which no more than `limit` tokens are chosen. */
static uint32_t least_count(const token_list *tokens, uint32_t least, uint32_t limit)
{
    uint32_t with_count[COUNT_LEVELS + 1] = {0};
    for (uint32_t id = 0; id < tokens->count; id++)
        with_count[tokens->counts[id] < COUNT_LEVELS ? tokens->counts[id] : COUNT_LEVELS]++;
    uint32_t chosen = 0;
    for (uint32_t count = COUNT_LEVELS; count >= least; count--) {
        chosen += with_count[count];
        if (chosen > limit)
            return count + 1;
    }
    return least;
}

static int sort_by_bytes(const token_list *tokens, uint32_t *ids, uint32_t count)
{
    uint32_t *lengths = allocate_array((size_t)tokens->count + 1, sizeof *lengths);
    if (lengths == NULL)
        return 0;
    for (uint32_t id = 0; id < tokens->count; id++)
        lengths[id] = tokens->offsets[id + 1] - tokens->offsets[id];
    const block_words words = {.text = tokens->text, .offsets = tokens->offsets, .lengths = lengths, .distinct_count = tokens->count};
    const qcz_status status = words_sort(&words, ids, count);
    free(lengths);
    return status == QCZ_OK;
}

int token_choice_find(const token_list *tokens, uint32_t least, uint32_t limit, token_choice *choice)
{
    *choice = (token_choice){0};
    choice->ids = allocate_array((size_t)tokens->count + 1, sizeof *choice->ids);
    choice->entries = allocate_array((size_t)tokens->count + 1, sizeof *choice->entries);
    if (choice->ids == NULL || choice->entries == NULL)
        return 0;
    const uint32_t threshold = least_count(tokens, least, limit);
    for (uint32_t id = 0; id < tokens->count; id++) {
        if (tokens->counts[id] >= threshold && choice->count < limit)
            choice->ids[choice->count++] = id;
        else
            choice->unknown_count += tokens->counts[id];
    }
    if (!sort_by_bytes(tokens, choice->ids, choice->count))
        return 0;
    for (uint32_t id = 0; id < tokens->count; id++)
        choice->entries[id] = choice->count;
    for (uint32_t entry = 0; entry < choice->count; entry++) {
        const uint32_t id = choice->ids[entry];
        choice->entries[id] = entry;
        choice->byte_count += tokens->offsets[id + 1] - tokens->offsets[id];
    }
    return 1;
}

void token_choice_free(token_choice *choice)
{
    free(choice->ids);
    free(choice->entries);
}

int token_choice_classes(const item_list *items, const token_choice *words, uint16_t *classes, uint8_t *first_level)
{
    uint32_t *counts = allocate_array((size_t)words->count + 1, sizeof *counts);
    uint32_t *entries = allocate_array((size_t)items->words.count + 1, sizeof *entries);
    int found = counts != NULL && entries != NULL;
    if (found) {
        for (uint32_t entry = 0; entry < words->count; entry++)
            counts[entry] = items->words.counts[words->ids[entry]];
        for (uint32_t id = 0; id < items->words.count; id++)
            entries[id] = words->entries[id] < words->count ? words->entries[id] : UINT32_MAX;
        found = word_classes_find(items->word_ids, items->count, entries, counts, words->count, classes, first_level);
    }
    free(counts);
    free(entries);
    return found;
}

/* ---- line ends --------------------------------------------------------------------------------------------------------- */

/* Which form the `size` bytes at `space` are; LINE_END_NOT_CODED if none. */
static uint8_t form_of(const uint8_t *space, uint32_t size)
{
    for (uint8_t form = 0; form < LINE_END_FORMS; form++)
        if (line_end_forms[form].size == size && memcmp(line_end_forms[form].bytes, space, size) == 0)
            return form;
    return LINE_END_NOT_CODED;
}

/* The form of the only white space of a gap, at bytes *start .. *end - 1; LINE_END_NOT_CODED if it is none or not the only one. */
static uint8_t find_form(const uint8_t *gap, uint32_t size, uint32_t *start, uint32_t *end)
{
    *start = 0;
    while (*start < size && !is_gap_space(gap[*start]))
        ++*start;
    *end = *start;
    while (*end < size && is_gap_space(gap[*end]))
        ++*end;
    for (uint32_t i = *end; i < size; i++)
        if (is_gap_space(gap[i]))
            return LINE_END_NOT_CODED;
    return form_of(gap + *start, *end - *start);
}

/* Writes a gap's white space, if it is one of the forms, as a space, in place; returns the form. */
static uint8_t make_canonical(uint8_t *gap, uint32_t *size)
{
    uint32_t start;
    uint32_t end;
    const uint8_t form = find_form(gap, *size, &start, &end);
    if (form != LINE_END_NOT_CODED) {
        gap[start] = ' ';
        memmove(gap + start + 1, gap + end, *size - end);
        *size = start + 1 + *size - end;
    }
    return form;
}

/* Lines as they are written: the width so far and the widest of the last lines. */
typedef struct line_ruler {
    uint32_t column;
    uint32_t widest;
    uint32_t age;
    uint32_t ends;   /* line ends within text */
    uint32_t forced; /* those where the next word did not fit */
} line_ruler;

static void end_line(line_ruler *ruler)
{
    if (ruler->column > ruler->widest || ++ruler->age > 20) {
        ruler->widest = ruler->column;
        ruler->age = 0;
    }
    ruler->column = 0;
}

static void measure_item(line_ruler *ruler, const uint8_t *gap, uint32_t gap_size, uint32_t word_size, uint8_t form)
{
    if (form != LINE_END_NOT_CODED && form > 0) {
        ruler->ends++;
        ruler->forced += ruler->column + 1 + word_size > ruler->widest;
        end_line(ruler);
        ruler->column = word_size;
        return;
    }
    for (uint32_t i = 0; i < gap_size; i++) {
        if (gap[i] == '\n')
            end_line(ruler);
        else
            ruler->column++;
    }
    ruler->column += word_size;
}

int lines_are_wrapped(const item_list *items)
{
    line_ruler ruler = {0};
    for (uint32_t number = 0; number < items->count; number++) {
        const uint32_t gap = items->gap_ids[number];
        const uint32_t word = items->word_ids[number];
        const uint8_t *bytes = items->gaps.text + items->gaps.offsets[gap];
        const uint32_t size = items->gaps.offsets[gap + 1] - items->gaps.offsets[gap];
        uint32_t start;
        uint32_t end;
        const uint8_t form = find_form(bytes, size, &start, &end);
        measure_item(&ruler, bytes, size, items->words.offsets[word + 1] - items->words.offsets[word], form);
    }
    return ruler.ends > items->count / 100 && ruler.forced > ruler.ends / 2;
}

static int allocate_canonical(const item_list *items, canonical_gaps *canonical)
{
    const token_list *gaps = &items->gaps;
    *canonical = (canonical_gaps){0};
    canonical->gaps.text = allocate_array((size_t)gaps->offsets[gaps->count] + 1, 1);
    canonical->gaps.offsets = allocate_array((size_t)gaps->count + 1, sizeof(uint32_t));
    canonical->gaps.counts = allocate_array((size_t)gaps->count + 1, sizeof(uint32_t));
    canonical->canonical_of = allocate_array((size_t)gaps->count + 1, sizeof(uint32_t));
    canonical->line_ends = allocate_array((size_t)gaps->count + 1, 1);
    return canonical->gaps.text != NULL && canonical->gaps.offsets != NULL && canonical->gaps.counts != NULL &&
           canonical->canonical_of != NULL && canonical->line_ends != NULL;
}

/* The number of a canonical gap, a new one if it is new. Returns 0 if there is no memory. */
static int number_gap(token_table *table, token_list *gaps, uint64_t seed, const uint8_t *gap, uint32_t size, uint32_t *number)
{
    const uint32_t hash = token_hash(gap, size, seed);
    token_slot *slot = token_table_first(table, hash);
    for (; slot->number != 0; slot = token_table_next(table, slot)) {
        const uint32_t id = slot->number - 1;
        const uint32_t start = gaps->offsets[id];
        if (slot->hash == hash && gaps->offsets[id + 1] - start == size && memcmp(gaps->text + start, gap, size) == 0) {
            *number = id;
            return 1;
        }
    }
    *number = gaps->count++;
    memcpy(gaps->text + gaps->offsets[*number], gap, size);
    gaps->offsets[*number + 1] = gaps->offsets[*number] + size;
    gaps->counts[*number] = 0;
    return token_table_put(table, slot, hash);
}

int canonical_gaps_find(const item_list *items, int apart, canonical_gaps *canonical)
{
    token_table table;
    int done = allocate_canonical(items, canonical);
    if (!token_table_start(&table))
        done = 0;
    if (done)
        canonical->gaps.offsets[0] = 0;
    for (uint32_t id = 0; done && id < items->gaps.count; id++) {
        uint8_t bytes[ITEM_MAX_TOKEN_SIZE];
        const uint8_t *gap = items->gaps.text + items->gaps.offsets[id];
        uint32_t size = items->gaps.offsets[id + 1] - items->gaps.offsets[id];
        memcpy(bytes, gap, size);
        canonical->line_ends[id] = apart ? make_canonical(bytes, &size) : LINE_END_NOT_CODED;
        done = number_gap(&table, &canonical->gaps, items->hash_seed, bytes, size, &canonical->canonical_of[id]);
        if (done)
            canonical->gaps.counts[canonical->canonical_of[id]] += items->gaps.counts[id];
    }
    token_table_free(&table);
    return done;
}

void canonical_gaps_free(canonical_gaps *canonical)
{
    free(canonical->gaps.text);
    free(canonical->gaps.offsets);
    free(canonical->gaps.counts);
    free(canonical->canonical_of);
    free(canonical->line_ends);
}
