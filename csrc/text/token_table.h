/*
 * token_table.h - finds the number of a token by its bytes: an open-addressing hash table. The bytes lie elsewhere. Room text: a
 * block cut into letters, words and items; it may use base.
 */
#ifndef QCZ_TEXT_TOKEN_TABLE_H
#define QCZ_TEXT_TOKEN_TABLE_H

#include "qcz.h"

typedef struct token_slot {
    uint32_t hash;   /* spares most comparisons and all rehashing */
    uint32_t number; /* id + 1, or 0 in a free slot */
} token_slot;

typedef struct token_table {
    token_slot *slots;
    size_t slot_count; /* a power of two */
    size_t token_count;
} token_table;

/*
 * The hash of tokens is seeded by the block itself: who writes a text whose tokens collide changes the seed with every token.
 * Numbers are given in order of occurrence, so no hash shows in the output.
 */
uint64_t token_hash_seed(const uint8_t *block, size_t size);
uint32_t token_hash(const uint8_t *bytes, size_t size, uint64_t seed);

/* Errors: QCZ_ERROR_MEMORY. token_table_free is due in either case. */
qcz_status token_table_start(token_table *table);
void token_table_free(token_table *table);

/*
 * To look a token up: from token_table_first on, compare the token with that of each slot of the same hash, until they agree or
 * the slot is free. token_table_put then gives that free slot the next id. Errors: QCZ_ERROR_MEMORY.
 */
static inline token_slot *token_table_first(const token_table *table, uint32_t hash)
{
    return &table->slots[hash & (table->slot_count - 1)];
}

static inline token_slot *token_table_next(const token_table *table, const token_slot *slot)
{
    return &table->slots[((size_t)(slot - table->slots) + 1) & (table->slot_count - 1)];
}

qcz_status token_table_put(token_table *table, token_slot *slot, uint32_t hash);

#endif
