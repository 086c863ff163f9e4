/*
 * token_choice.h - which tokens of a block make a codebook. For the encoder only: a decoder takes any codebook. Room books:
 * codebooks of words and gaps, and what is known of their entries; it may use base and text.
 */
#ifndef QCZ_BOOKS_TOKEN_CHOICE_H
#define QCZ_BOOKS_TOKEN_CHOICE_H

#include "text/items.h"

/* Tokens chosen for a codebook. */
typedef struct token_choice {
    uint32_t *ids;          /* of the chosen, sorted by their bytes */
    uint32_t count;
    uint32_t byte_count;
    uint32_t *entries;      /* per token: its place in `ids`, or `count` if it was not chosen */
    uint64_t unknown_count; /* occurrences of the tokens not chosen */
} token_choice;

/*
 * The commonest tokens of those that occur at least `least` times, `limit` at most. Errors: QCZ_ERROR_MEMORY. token_choice_free is
 * due in either case.
 */
qcz_status token_choice_find(const token_list *tokens, uint32_t least, uint32_t limit, token_choice *choice);
void token_choice_free(token_choice *choice);

/* Finds classes (word_classes.h) of the words chosen: one for each, and the lowest level that has any. Errors: QCZ_ERROR_MEMORY. */
qcz_status token_choice_classes(const item_list *items, const token_choice *words, uint16_t *classes, uint8_t *first_level);

#endif
