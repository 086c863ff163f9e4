/*
 * tokens.h - distinct byte strings, numbered in the order they first occur, and sorted: words, gaps and the words of items. Room
 * text: a block cut into letters, words and items; it may use base.
 */
#ifndef QCZ_TEXT_TOKENS_H
#define QCZ_TEXT_TOKENS_H

#include "text/token_table.h"

/* Token i is the bytes [offsets[i], offsets[i + 1]) of `text`. */
typedef struct token_list {
    uint8_t *text;
    uint32_t *offsets; /* count + 1 */
    uint32_t *counts;  /* occurrences */
    uint32_t count;
} token_list;

static inline uint32_t token_length(const token_list *tokens, uint32_t id)
{
    return tokens->offsets[id + 1] - tokens->offsets[id];
}

void token_list_free(token_list *tokens);

/*
 * Sorts `ids`, of which no two are alike, by the bytes of their tokens; a prefix comes first. Time: total length of the tokens
 * times log2(count). Errors: QCZ_ERROR_MEMORY.
 */
qcz_status tokens_sort(const token_list *tokens, uint32_t *ids, size_t count);

/* ---- numbering ----------------------------------------------------------------------------------------------------- */

/* A list of tokens in the making. */
typedef struct token_numberer {
    token_list *tokens;
    token_table table;
    uint64_t hash_seed;
    size_t text_capacity;
    size_t token_capacity;
} token_numberer;

/*
 * Starts the empty list `tokens`. Errors: QCZ_ERROR_MEMORY. In either case token_numberer_free is due, which leaves the list, and
 * token_list_free.
 */
qcz_status token_numberer_start(token_numberer *numberer, token_list *tokens, uint64_t hash_seed);
void token_numberer_free(token_numberer *numberer);

/*
 * Finds or adds the token of `size` bytes, and counts `occurrences` of it. All tokens together have less than 2^32 bytes. Errors:
 * QCZ_ERROR_MEMORY.
 */
qcz_status token_number(token_numberer *numberer, const uint8_t *bytes, size_t size, uint32_t occurrences, uint32_t *id);

/*
 * Room for a token of at most `size` bytes behind those of the list, so that it can be made where it may stay: then token_number
 * with these bytes copies nothing. NULL if there is no memory.
 */
uint8_t *token_room(token_numberer *numberer, size_t size);

#endif
