/*
 * context_lines.h - what the mixing engine remembers of its contexts: a table of cache lines.
 *
 * A line holds the 15 nodes of four levels of a binary tree as one context sees them. A node holds two estimates of the
 * probability that its bit is one, a slow and a fast one, and how often it was seen:
 *     bits 31..16  slow estimate, 16 bits     bits 15..4  fast estimate, 12 bits     bits 3..0  count, in steps that widen
 */
#ifndef QCZ_ENGINES_MIX_CONTEXT_LINES_H
#define QCZ_ENGINES_MIX_CONTEXT_LINES_H

#include <stddef.h>
#include <stdint.h>

enum { CONTEXT_LINE_NODES = 15, NODE_COUNT_MASK = 15 };

#define NODE_UNSEEN (UINT32_C(0x8000) << 16 | UINT32_C(0x800) << 4)

typedef struct context_line {
    uint32_t check; /* tells apart the contexts that share a place; 0 in a line never used */
    uint32_t nodes[CONTEXT_LINE_NODES];
} context_line;

typedef struct line_table {
    context_line *lines; /* aligned to their size */
    size_t mask;         /* the number of lines, a power of two, less one */
    void *allocation;
} line_table;

uint64_t line_table_memory(unsigned line_bits);
/* Returns 0 if there is no memory. */
int line_table_start(line_table *table, unsigned line_bits);
void line_table_free(line_table *table);

/* Takes a line for another context. */
static inline void context_line_claim(context_line *line, uint32_t check)
{
    line->check = check;
    for (unsigned node = 0; node < CONTEXT_LINE_NODES; node++)
        line->nodes[node] = NODE_UNSEEN;
}

/* The first of the four lines, one for each value of the two bits before, that a hash leads to; they are neighbours in memory. */
static inline context_line *line_table_place(const line_table *table, uint64_t hash)
{
    return &table->lines[hash & table->mask & ~(size_t)3];
}

/*
 * The line of a context after two bits, which are the low ones of `place_hash` while the others are those of `hash`; if it has none, the
 * less used of the two it may take.
 */
static inline context_line *line_table_find(const line_table *table, uint64_t hash, uint64_t place_hash)
{
    const uint32_t check = (uint32_t)(hash >> 32) | 1;
    const size_t place = (size_t)place_hash & table->mask;
    context_line *const first = &table->lines[place];
    if (first->check == check)
        return first;
    context_line *const second = &table->lines[place ^ 4];
    if (second->check == check)
        return second;
    context_line *const line =
        (first->nodes[0] & NODE_COUNT_MASK) <= (second->nodes[0] & NODE_COUNT_MASK) ? first : second;
    context_line_claim(line, check);
    return line;
}

#endif
