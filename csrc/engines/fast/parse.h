/*
 * parse.h - which items of a fast block are coded one by one, as phrases and as matches: the cheapest way through the block, given
 * what symbols cost. Encoder only.
 */
#ifndef QCZ_ENGINES_FAST_PARSE_H
#define QCZ_ENGINES_FAST_PARSE_H

#include "engines/fast/block.h"

enum {
    MATCH_SOURCES = 5,
    PARSED_PHRASE = INT32_MIN, /* in a step: the number of a phrase, not a distance */
    PARSE_SEGMENT = 4096       /* items; no match or phrase goes from one segment to the next */
};

/* Costs of an item coded by itself, in 1/256 bit. */
typedef struct item_cost {
    uint16_t whole;
    uint16_t gap;   /* what of it the gap costs, behind a phrase's first word as well */
} item_cost;

/* A phrase that could be used, in order of items. */
typedef struct phrase_hit {
    uint32_t item;
    uint32_t phrase;
} phrase_hit;

typedef struct parse_costs {
    const item_cost *items;
    const uint8_t *contexts;    /* of events, per item: what the item before says */
    const uint32_t *events;     /* per context: of each symbol */
    uint32_t event_symbols;
    uint32_t first_length;      /* the symbol of the shortest match */
    const uint16_t *phrase_bins; /* per phrase: its symbol */
    const uint32_t *phrase_places; /* per phrase: which of its bin it is */
    const uint8_t *phrase_depths;
    uint32_t distances[4][FAST_DISTANCE_SYMBOLS]; /* by length context; bits that follow included */
} parse_costs;

/* How items are coded: one by itself, several as a phrase or a match. */
typedef struct parse_step {
    uint32_t length;
    uint32_t what; /* a distance, or PARSED_PHRASE plus the number of the phrase */
} parse_step;

typedef struct match_table {
    uint32_t *sources[MATCH_SOURCES];  /* per item: an earlier item from which on items may be the same, plus 1; or 0 */
} match_table;

/*
 * `keys` tells apart items that are not the same, byte by byte. Returns 0 if there is no memory; match_table_free
 * is due.
 */
int match_table_find(match_table *table, const uint64_t *keys, uint32_t count);
void match_table_free(match_table *table);

/*
 * Fills in `steps`, one for each item; those inside a match or a phrase mean nothing. `hits` ends with one whose item is `count` or
 * more. Returns 0 if there is no memory.
 */
int parse_items(const match_table *table, const phrase_hit *hits, const uint64_t *keys, uint32_t count, const parse_costs *costs,
                parse_step *steps);

/* Distances of the last matches, the last first. Returns the symbol of a distance, which it puts first. */
uint32_t use_distance(uint32_t recent[FAST_REPEATS], uint32_t distance);
/* The symbol of a match length, and the bits that follow. */
uint32_t length_symbol(uint32_t length, unsigned *width, uint32_t *extra);
/* The context of a distance. */
static inline uint32_t distance_context(uint32_t length)
{
    return length < 5 ? length - FAST_SHORTEST_MATCH : 3;
}

#endif
