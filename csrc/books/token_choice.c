#include "books/token_choice.h"

#include "base/memory.h"
#include "books/word_classes.h"

#include <stdlib.h>

/* Counts from here on are not told apart: should too many tokens be so common, those that occur first are chosen. */
enum { COUNT_LEVELS = 1024 };

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

qcz_status token_choice_find(const token_list *tokens, uint32_t least, uint32_t limit, token_choice *choice)
{
    *choice = (token_choice){0};
    choice->ids = allocate_array((size_t)tokens->count + 1, sizeof *choice->ids);
    choice->entries = allocate_array((size_t)tokens->count + 1, sizeof *choice->entries);
    if (choice->ids == NULL || choice->entries == NULL)
        return QCZ_ERROR_MEMORY;
    const uint32_t threshold = least_count(tokens, least, limit);
    for (uint32_t id = 0; id < tokens->count; id++) {
        if (tokens->counts[id] >= threshold && choice->count < limit)
            choice->ids[choice->count++] = id;
        else
            choice->unknown_count += tokens->counts[id];
    }
    if (tokens_sort(tokens, choice->ids, choice->count) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    for (uint32_t id = 0; id < tokens->count; id++)
        choice->entries[id] = choice->count;
    for (uint32_t entry = 0; entry < choice->count; entry++) {
        const uint32_t id = choice->ids[entry];
        choice->entries[id] = entry;
        choice->byte_count += token_length(tokens, id);
    }
    return QCZ_OK;
}

void token_choice_free(token_choice *choice)
{
    free(choice->ids);
    free(choice->entries);
}

qcz_status token_choice_classes(const item_list *items, const token_choice *words, uint16_t *classes, uint8_t *first_level)
{
    uint32_t *counts = allocate_array((size_t)words->count + 1, sizeof *counts);
    uint32_t *entries = allocate_array((size_t)items->words.count + 1, sizeof *entries);
    qcz_status status = QCZ_ERROR_MEMORY;
    if (counts != NULL && entries != NULL) {
        for (uint32_t entry = 0; entry < words->count; entry++)
            counts[entry] = items->words.counts[words->ids[entry]];
        for (uint32_t id = 0; id < items->words.count; id++)
            entries[id] = words->entries[id] < words->count ? words->entries[id] : UINT32_MAX;
        status = word_classes_find(items->word_ids, items->count, entries, counts, words->count, classes, first_level);
    }
    free(counts);
    free(entries);
    return status;
}
