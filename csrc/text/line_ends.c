#include "text/line_ends.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- forms of white space -------------------------------------------------------------------------------------------- */

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

/* ---- wrapped lines ------------------------------------------------------------------------------------------------- */

enum {
    WIDEST_AGE_LIMIT = 20,  /* lines after which the widest is forgotten: another paragraph may be narrower */
    ITEMS_PER_LINE_END = 100, /* with fewer line ends there is nothing to gain */
};

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
    if (ruler->column > ruler->widest || ++ruler->age > WIDEST_AGE_LIMIT) {
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
        const uint32_t size = token_length(&items->gaps, gap);
        uint32_t start;
        uint32_t end;
        const uint8_t form = find_form(bytes, size, &start, &end);
        measure_item(&ruler, bytes, size, token_length(&items->words, word), form);
    }
    return ruler.ends > items->count / ITEMS_PER_LINE_END && ruler.forced > ruler.ends / 2;
}

/* ---- canonical gaps -------------------------------------------------------------------------------------------------- */

static qcz_status number_canonical(token_numberer *numberer, const token_list *gaps, uint32_t id, int apart,
                                   canonical_gaps *canonical)
{
    uint8_t bytes[ITEM_MAX_TOKEN_SIZE];
    uint32_t size = token_length(gaps, id);
    memcpy(bytes, gaps->text + gaps->offsets[id], size);
    canonical->line_ends[id] = apart ? make_canonical(bytes, &size) : LINE_END_NOT_CODED;
    return token_number(numberer, bytes, size, gaps->counts[id], &canonical->canonical_of[id]);
}

qcz_status canonical_gaps_find(const item_list *items, int apart, canonical_gaps *canonical)
{
    const token_list *gaps = &items->gaps;
    token_numberer numberer;
    qcz_status status = token_numberer_start(&numberer, &canonical->gaps, items->hash_seed);
    canonical->canonical_of = allocate_array((size_t)gaps->count + 1, sizeof *canonical->canonical_of);
    canonical->line_ends = allocate_array((size_t)gaps->count + 1, 1);
    if (canonical->canonical_of == NULL || canonical->line_ends == NULL)
        status = QCZ_ERROR_MEMORY;
    for (uint32_t id = 0; id < gaps->count && status == QCZ_OK; id++)
        status = number_canonical(&numberer, gaps, id, apart, canonical);
    token_numberer_free(&numberer);
    return status;
}

void canonical_gaps_free(canonical_gaps *canonical)
{
    token_list_free(&canonical->gaps);
    free(canonical->canonical_of);
    free(canonical->line_ends);
}
