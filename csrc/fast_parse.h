/*
 * fast_parse.h - which items of a fast block are coded one by one and which as matches: the cheapest way through the block, given what
 * symbols cost. Encoder only.
 */
#ifndef QCZ_FAST_PARSE_H
#define QCZ_FAST_PARSE_H

#include <stddef.h>
#include <stdint.h>

enum { MATCH_SOURCES = 5 };

/* Costs in 1/256 bit. */
typedef struct match_costs {
    uint32_t lengths[15];       /* of length symbols; bits that follow included */
    uint32_t distances[4][64];  /* by length context, of distances of a width and next bit; bits that follow included */
} match_costs;

/* How an item is coded: length 1 stands for by itself. */
typedef struct parse_step {
    uint32_t length;
    uint32_t distance;
} parse_step;

typedef struct match_table {
    unsigned count;
    uint32_t *sources[MATCH_SOURCES];  /* per item: an earlier item from which on items may be the same, plus 1; or 0 */
} match_table;

/*
 * `keys` tells apart items that are not the same, byte by byte. An item has up to `source_count` sources. Returns 0 if there is no memory;
 * match_table_free is due.
 */
int match_table_find(match_table *table, const uint64_t *keys, uint32_t count, unsigned source_count);
void match_table_free(match_table *table);

/* Fills in `steps`; those inside a match mean nothing. `literal_costs` has one for each item. Returns 0 if there is no memory. */
int parse_items(const match_table *table, const uint64_t *keys, uint32_t count, const uint32_t *literal_costs,
                const match_costs *costs, parse_step *steps);

/* The symbol of a match length, and the bits that follow. */
uint32_t length_symbol(uint32_t length, unsigned *width, uint32_t *extra);
/* Twice the width of a distance less one, and the bit after the leading one. */
uint32_t distance_code(uint32_t distance);

#endif
