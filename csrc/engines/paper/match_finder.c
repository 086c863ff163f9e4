#include "engines/paper/match_finder.h"

#include "base/memory.h"

#include <stdlib.h>

/* As published, but for the table, which is smaller where there are few events. */
enum {
    MAX_HASH_BITS = 22,
    MIN_HASH_BITS = 10,
    MAX_CANDIDATES = 4, /* that are compared */
    GOOD_MATCH = 16     /* events: long enough to stop looking */
};

qcz_status match_finder_start(match_finder *finder, const uint8_t *levels, const uint16_t *indexes, size_t event_count)
{
    *finder = (match_finder){.levels = levels, .indexes = indexes, .event_count = event_count, .hash_bits = MIN_HASH_BITS};
    while (finder->hash_bits < MAX_HASH_BITS && (size_t)1 << finder->hash_bits < 2 * event_count)
        finder->hash_bits++;
    finder->latest = calloc((size_t)1 << finder->hash_bits, sizeof *finder->latest);
    finder->earlier = allocate_array(event_count + 1, sizeof *finder->earlier);
    if (finder->latest != NULL && finder->earlier != NULL)
        return QCZ_OK;
    match_finder_free(finder);
    return QCZ_ERROR_MEMORY;
}

void match_finder_free(match_finder *finder)
{
    free(finder->latest);
    free(finder->earlier);
    *finder = (match_finder){0};
}

static uint64_t event_key(const match_finder *finder, size_t position)
{
    return (uint64_t)finder->levels[position] << 16 | finder->indexes[position];
}

static uint32_t hash_three(const match_finder *finder, size_t position)
{
    const uint64_t keys =
        event_key(finder, position) << 40 ^ event_key(finder, position + 1) << 20 ^ event_key(finder, position + 2);
    return (uint32_t)(keys * 0x9E3779B97F4A7C15u >> (64 - finder->hash_bits));
}

static size_t match_length(const match_finder *finder, size_t earlier, size_t position)
{
    size_t limit = finder->event_count - position;
    if (limit > position - earlier)
        limit = position - earlier;
    if (limit > MAX_MATCH)
        limit = MAX_MATCH;
    size_t length = 0;
    while (length < limit && finder->levels[earlier + length] == finder->levels[position + length] &&
           finder->indexes[earlier + length] == finder->indexes[position + length])
        length++;
    return length;
}

event_match match_finder_find(match_finder *finder, size_t position)
{
    event_match best = {0};
    if (position + MIN_MATCH > finder->event_count)
        return best;
    uint32_t *latest = &finder->latest[hash_three(finder, position)];
    uint32_t candidate = *latest;
    for (unsigned tried = 0; candidate != 0 && tried < MAX_CANDIDATES && best.length < GOOD_MATCH; tried++) {
        const size_t earlier = candidate - 1;
        const size_t length = match_length(finder, earlier, position);
        if (length >= MIN_MATCH && length > best.length)
            best = (event_match){.length = (uint32_t)length, .distance = (uint32_t)(position - earlier)};
        candidate = finder->earlier[earlier];
    }
    finder->earlier[position] = *latest;
    *latest = (uint32_t)position + 1;
    return best;
}
