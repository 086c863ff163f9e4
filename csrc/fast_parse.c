#include "fast_parse.h"

#include "fast_block.h"

#include <stdlib.h>

enum { TABLE_BITS = 20 };

/* The last place where so many items were the same: the more, the longer the match is likely to be. The first three serve best. */
static const uint32_t hashed_items[MATCH_SOURCES] = {2, 3, 6, 4, 12};

static uint64_t hash_items(const uint64_t *keys, uint32_t count)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < count; i++)
        hash = (hash + keys[i]) * 0x9E3779B97F4A7C15;
    return hash >> (64 - TABLE_BITS);
}

static int find_sources(const uint64_t *keys, uint32_t count, uint32_t hashed, uint32_t *sources)
{
    uint32_t *last = calloc((size_t)1 << TABLE_BITS, sizeof *last);
    if (last == NULL)
        return 0;
    for (uint32_t item = 0; item + hashed <= count; item++) {
        uint32_t *place = &last[hash_items(keys + item, hashed)];
        sources[item] = *place;
        *place = item + 1;
    }
    free(last);
    return 1;
}

int match_table_find(match_table *table, const uint64_t *keys, uint32_t count, unsigned source_count)
{
    int complete = 1;
    table->count = source_count;
    for (unsigned i = 0; i < source_count; i++) {
        table->sources[i] = calloc((size_t)count + 1, sizeof *table->sources[i]);
        complete = complete && table->sources[i] != NULL && find_sources(keys, count, hashed_items[i], table->sources[i]);
    }
    return complete;
}

void match_table_free(match_table *table)
{
    for (unsigned i = 0; i < MATCH_SOURCES; i++)
        free(table->sources[i]);
}

uint32_t length_symbol(uint32_t length, unsigned *width, uint32_t *extra)
{
    *width = 0;
    *extra = 0;
    if (length < 10)
        return length - FAST_SHORTEST_MATCH;
    *width = bit_width_of(length - 8) - 1;
    *extra = length - 8 - ((uint32_t)1 << *width);
    return 7 + *width;
}

uint32_t distance_code(uint32_t distance)
{
    const unsigned width = bit_width_of(distance) - 1;
    return 2 * width + (width > 0 ? distance >> (width - 1) & 1 : 0);
}

/* A match that begins at an item. */
typedef struct found_match {
    uint32_t length;
    uint32_t distance;
} found_match;

/* What begins one item later at the source after this one goes on from there. */
static found_match extend(const uint64_t *keys, uint32_t item, uint32_t source, uint32_t limit, found_match later)
{
    const uint32_t distance = item - source;
    uint32_t length = 0;
    if (later.length > 0 && later.distance == distance && keys[item] == keys[source])
        return (found_match){later.length + 1 < limit ? later.length + 1 : limit, distance};
    while (length < limit && keys[source + length] == keys[item + length])
        length++;
    return (found_match){length, distance};
}

static void try_length(const match_costs *costs, const uint64_t *totals, uint32_t item, found_match match, uint32_t length,
                       uint64_t *best, parse_step *step)
{
    unsigned width;
    uint32_t extra;
    const uint32_t symbol = length_symbol(length, &width, &extra);
    const uint32_t context = length < 5 ? length - FAST_SHORTEST_MATCH : 3;
    const uint64_t total = totals[item + length] + costs->lengths[symbol] + costs->distances[context][distance_code(match.distance)];
    if (total < *best) {
        *best = total;
        *step = (parse_step){length, match.distance};
    }
}

/* All short lengths, longer ones in steps, and the whole. */
static void try_match(const match_costs *costs, const uint64_t *totals, uint32_t item, found_match match, uint64_t *best,
                      parse_step *step)
{
    for (uint32_t length = FAST_SHORTEST_MATCH; length < match.length; length += length < 16 ? 1 : length / 4)
        try_length(costs, totals, item, match, length, best, step);
    if (match.length >= FAST_SHORTEST_MATCH)
        try_length(costs, totals, item, match, match.length, best, step);
}

int parse_items(const match_table *table, const uint64_t *keys, uint32_t count, const uint32_t *literal_costs,
                const match_costs *costs, parse_step *steps)
{
    uint64_t *totals = calloc((size_t)count + 1, sizeof *totals); /* from each item to the end */
    found_match matches[MATCH_SOURCES] = {{0, 0}};
    if (totals == NULL)
        return 0;
    for (uint32_t item = count; item-- > 0;) {
        const uint32_t limit = count - item < FAST_LONGEST_MATCH ? count - item : FAST_LONGEST_MATCH;
        uint64_t best = totals[item + 1] + literal_costs[item];
        steps[item] = (parse_step){1, 0};
        for (unsigned i = 0; i < table->count; i++) {
            const uint32_t source = table->sources[i][item];
            const found_match later = matches[i];
            matches[i] = (found_match){0, 0};
            if (source == 0 || item - (source - 1) > ((uint32_t)1 << FAST_RING_BITS) - 2)
                continue;
            matches[i] = extend(keys, item, source - 1, limit, later);
            if (i == 0 || matches[i].distance != matches[i - 1].distance)
                try_match(costs, totals, item, matches[i], &best, &steps[item]);
        }
        totals[item] = best;
    }
    free(totals);
    return 1;
}
