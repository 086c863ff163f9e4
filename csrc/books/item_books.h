/* item_books.h - chooses the codebooks of a mix block. Encoder only: a decoder takes any codebooks. */
#ifndef QCZ_BOOKS_ITEM_BOOKS_H
#define QCZ_BOOKS_ITEM_BOOKS_H

#include "text/items.h"
#include "text/line_ends.h"

/* Tokens chosen for a codebook. */
typedef struct token_choice {
    uint32_t *ids;        /* of the chosen, sorted by their bytes */
    uint32_t count;
    uint32_t byte_count;
    uint32_t *entries;    /* per token: its place in `ids`, or `count` if it was not chosen */
    uint64_t unknown_count; /* occurrences of the tokens not chosen */
} token_choice;

/* The commonest tokens of those that occur at least `least` times, `limit` at most. Returns 0 if there is no memory. */
int token_choice_find(const token_list *tokens, uint32_t least, uint32_t limit, token_choice *choice);
void token_choice_free(token_choice *choice);

/*
 * Finds classes (word_classes.h) of the words chosen: one for each, and the lowest level that has any. Returns 0 if there is no
 * memory.
 */
int token_choice_classes(const item_list *items, const token_choice *words, uint16_t *classes, uint8_t *first_level);

/* Gaps with the white space that may end a line written as a space. */
typedef struct canonical_gaps {
    token_list gaps;        /* distinct canonical gaps */
    uint32_t *canonical_of; /* per gap */
    uint8_t *line_ends;     /* per gap: the form of its white space, or LINE_END_NOT_CODED */
} canonical_gaps;

/*
 * Whether the text is wrapped at a width: most of its line ends are there because the next word would not have fitted. Then a line
 * end says nothing but the length of the word, and is best coded after it.
 */
int lines_are_wrapped(const item_list *items);

/* With `apart` zero every gap is canonical as it is. Returns 0 if there is no memory. */
int canonical_gaps_find(const item_list *items, int apart, canonical_gaps *canonical);
void canonical_gaps_free(canonical_gaps *canonical);

#endif
