#include "engines/fast/parse.h"

#include "engines/fast/code_cost.h"

#include <stdlib.h>

/* A place of a hash table: the last item of a hash modulo 2^ITEM_BITS, and a part of the hash that is never 0. */
enum { TABLE_BITS = 20, ITEM_BITS = FAST_RING_BITS + 1 };

/* The last place where so many items were the same: the more, the longer the match is likely to be. */
static const uint32_t hashed_items[MATCH_SOURCES] = {2, 3, 6, 4, 12};

static uint64_t hash_items(const uint64_t *keys, uint32_t count)
{
    uint64_t hash = 0;
    for (uint32_t i = 0; i < count; i++)
        hash = (hash + keys[i]) * 0x9E3779B97F4A7C15;
    return hash;
}

static int find_sources(const uint64_t *keys, uint32_t count, uint32_t hashed, uint32_t *sources)
{
    const uint32_t item_mask = ((uint32_t)1 << ITEM_BITS) - 1;
    uint32_t *last = calloc((size_t)1 << TABLE_BITS, sizeof *last);
    if (last == NULL)
        return 0;
    for (uint32_t item = 0; item + hashed <= count; item++) {
        const uint64_t hash = hash_items(keys + item, hashed);
        const uint32_t check = (uint32_t)(hash >> 16) << ITEM_BITS | (uint32_t)1 << ITEM_BITS;
        uint32_t *place = &last[hash >> (64 - TABLE_BITS)];
        const uint32_t distance = (item - *place) & item_mask;
        const int is_alike = (*place & ~item_mask) == check && distance > 0 && distance <= item;
        sources[item] = is_alike && distance <= ((uint32_t)1 << FAST_RING_BITS) - 2 ? item - distance + 1 : 0;
        *place = check | (item & item_mask);
    }
    free(last);
    return 1;
}

int match_table_find(match_table *table, const uint64_t *keys, uint32_t count)
{
    int complete = 1;
    for (unsigned i = 0; i < MATCH_SOURCES; i++) {
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

/* Twice the width of a distance, and the bit after the leading one. */
static uint32_t distance_code(uint32_t distance)
{
    const unsigned width = bit_width_of(distance) - 1;
    return 2 * width + (width > 0 ? distance >> (width - 1) & 1 : 0);
}

uint32_t use_distance(uint32_t recent[FAST_REPEATS], uint32_t distance)
{
    uint32_t symbol = 0;
    while (symbol < FAST_REPEATS && recent[symbol] != distance)
        symbol++;
    if (symbol > 1)
        recent[2] = recent[1];
    if (symbol > 0)
        recent[1] = recent[0];
    recent[0] = distance;
    return symbol < FAST_REPEATS ? symbol : FAST_REPEATS + distance_code(distance);
}

/* ---- parse ----------------------------------------------------------------------------------------------------------- */

/* An item of the segment, and the cheapest way to it. */
typedef struct parse_node {
    uint32_t total;
    parse_step step; /* that ends here */
    uint32_t recent[FAST_REPEATS];
} parse_node;

typedef struct found_match {
    uint32_t length;
    uint32_t distance;
} found_match;

typedef struct item_parser {
    const match_table *table;
    const phrase_hit *hit; /* the next */
    const uint64_t *keys;
    const parse_costs *costs;
    parse_node *nodes;
    uint32_t first;        /* item of the segment */
    uint32_t end;
    const uint32_t *lengths; /* costs of length symbols in the context of the item at hand */
    found_match matches[MATCH_SOURCES];         /* from the item before */
} item_parser;

static inline void offer(item_parser *parser, uint32_t item, uint32_t total, uint32_t length, uint32_t what)
{
    parse_node *node = &parser->nodes[item - parser->first];
    if (total < node->total) {
        node->total = total;
        node->step = (parse_step){length, what};
    }
}

static void offer_length(item_parser *parser, uint32_t item, uint32_t total, uint32_t length, uint32_t distance, uint32_t symbol)
{
    unsigned width;
    uint32_t extra;
    const uint32_t code = length_symbol(length, &width, &extra);
    offer(parser, item + length,
          total + parser->lengths[code] + width * COST_OF_BIT + parser->costs->distances[distance_context(length)][symbol], length, distance);
}

/* All short lengths, longer ones in steps, and the whole. */
static void offer_match(item_parser *parser, uint32_t item, uint32_t total, found_match match, uint32_t symbol)
{
    for (uint32_t length = FAST_SHORTEST_MATCH; length < match.length; length += length < 16 ? 1 : length / 4)
        offer_length(parser, item, total, length, match.distance, symbol);
    if (match.length >= FAST_SHORTEST_MATCH)
        offer_length(parser, item, total, match.length, match.distance, symbol);
}

static uint32_t common_items(const uint64_t *keys, uint32_t source, uint32_t item, uint32_t limit)
{
    uint32_t length = 0;
    while (length < limit && keys[source + length] == keys[item + length])
        length++;
    return length;
}

/* The match of the item before, less its first item, goes on here. */
static found_match next_match(const item_parser *parser, unsigned number, uint32_t item, uint32_t limit)
{
    const uint32_t source = parser->table->sources[number][item];
    const found_match before = parser->matches[number];
    if (source == 0)
        return (found_match){0, 0};
    const uint32_t distance = item - (source - 1);
    if (before.distance == distance && before.length > 1 && before.length < FAST_LONGEST_MATCH)
        return (found_match){before.length - 1, distance};
    return (found_match){common_items(parser->keys, source - 1, item, limit), distance};
}

static void offer_repeats(item_parser *parser, uint32_t item, const parse_node *node, uint32_t limit)
{
    for (uint32_t number = 0; number < FAST_REPEATS; number++) {
        const uint32_t distance = node->recent[number];
        if (distance == 0 || distance > item || parser->keys[item - distance] != parser->keys[item])
            continue;
        const uint32_t length = common_items(parser->keys, item - distance, item, limit);
        offer_match(parser, item, node->total, (found_match){length, distance}, number);
    }
}

static void offer_matches(item_parser *parser, uint32_t item, const parse_node *node, uint32_t limit)
{
    parser->lengths =
        parser->costs->events + (size_t)parser->costs->contexts[item] * parser->costs->event_symbols + parser->costs->first_length;
    offer_repeats(parser, item, node, limit);
    if (parser->table->sources[0][item] == 0) { /* then no more items are alike either */
        memset(parser->matches, 0, sizeof parser->matches);
        return;
    }
    for (unsigned i = 0; i < MATCH_SOURCES; i++) {
        const found_match match = next_match(parser, i, item, limit);
        parser->matches[i] = match;
        if (match.length >= FAST_SHORTEST_MATCH && (i == 0 || match.distance != parser->matches[i - 1].distance))
            offer_match(parser, item, node->total, match, FAST_REPEATS + distance_code(match.distance));
    }
}

static void offer_phrases(item_parser *parser, uint32_t item, const parse_node *node)
{
    const parse_costs *costs = parser->costs;
    const uint32_t *events = costs->events + (size_t)costs->contexts[item] * costs->event_symbols;
    for (; parser->hit->item <= item; parser->hit++) {
        const uint32_t phrase = parser->hit->phrase;
        const uint32_t length = phrase_length(costs->phrase_depths[phrase]);
        if (parser->hit->item == item && length <= parser->end - item)
            offer(parser, item + length,
                  node->total + events[costs->phrase_bins[phrase]] + costs->phrase_places[phrase] + costs->items[item].gap, length,
                  (uint32_t)PARSED_PHRASE + phrase);
    }
}

static void find_recent(parse_node *node)
{
    const parse_node *before = node - node->step.length;
    memcpy(node->recent, before->recent, sizeof node->recent);
    if (node->step.length > 1 && node->step.what < (uint32_t)PARSED_PHRASE)
        (void)use_distance(node->recent, node->step.what);
}

/* The steps of the segment, from its end back. */
static void take_steps(const item_parser *parser, parse_step *steps)
{
    for (uint32_t item = parser->end; item > parser->first;) {
        const parse_step step = parser->nodes[item - parser->first].step;
        item -= step.length;
        steps[item] = step;
    }
}

static void parse_segment(item_parser *parser, parse_step *steps)
{
    for (uint32_t item = parser->first + 1; item <= parser->end; item++)
        parser->nodes[item - parser->first].total = UINT32_MAX;
    memset(parser->matches, 0, sizeof parser->matches);
    for (uint32_t item = parser->first; item < parser->end; item++) {
        parse_node *node = &parser->nodes[item - parser->first];
        const uint32_t left = parser->end - item;
        if (item > parser->first)
            find_recent(node);
        offer(parser, item + 1, node->total + parser->costs->items[item].whole, 1, 0);
        offer_phrases(parser, item, node);
        offer_matches(parser, item, node, left < FAST_LONGEST_MATCH ? left : FAST_LONGEST_MATCH);
    }
    find_recent(&parser->nodes[parser->end - parser->first]);
    take_steps(parser, steps);
}

int parse_items(const match_table *table, const phrase_hit *hits, const uint64_t *keys, uint32_t count, const parse_costs *costs,
                parse_step *steps)
{
    item_parser parser = {.table = table, .hit = hits, .keys = keys, .costs = costs};
    parser.nodes = calloc(PARSE_SEGMENT + 1, sizeof *parser.nodes);
    if (parser.nodes == NULL)
        return 0;
    while (parser.first < count) {
        parser.end = count - parser.first < PARSE_SEGMENT ? count : parser.first + PARSE_SEGMENT;
        parse_segment(&parser, steps);
        parser.nodes[0] = parser.nodes[parser.end - parser.first];
        parser.nodes[0].total = 0;
        parser.first = parser.end;
    }
    free(parser.nodes);
    return 1;
}
