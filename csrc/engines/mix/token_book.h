/* token_book.h - a codebook of the mixing engine: words or gaps, sorted by their bytes, as leaves of a tree. */
#ifndef QCZ_ENGINES_MIX_TOKEN_BOOK_H
#define QCZ_ENGINES_MIX_TOKEN_BOOK_H

#include "engines/mix/choice_tree.h"

enum {
    TOKEN_RANK_COUNT = 1023,  /* that many of the commonest tokens have a rank below; the others share it */
    TOKEN_PATH_DEPTH = 56,    /* shift: how many decisions a path has */
    TOKEN_PADDING = 16        /* bytes behind the text of a book that may be read: copies need not be exact */
};

/* What coding a word asks of its bytes. */
typedef struct token_facts {
    uint32_t suffix;        /* the last three bytes and the size, hashed: FORMAT.md, "Codebooks" */
    uint16_t size;
    uint8_t characters;     /* bytes that do not continue a UTF-8 sequence */
    uint8_t case_choices;   /* which flags could change it: 0 none, 1 title only, 2 both */
} token_facts;

token_facts token_facts_of(const uint8_t *bytes, uint32_t size);

/* Entries are numbered from 0; the number `count` stands for every token outside the book. */
typedef struct token_book {
    uint32_t count;
    uint8_t *text;
    uint32_t *offsets;  /* count + 1 */
    uint8_t *levels;    /* count + 1: how common, see word_count_level */
    uint16_t *classes;  /* count */
    word_tree tree;
    choice_tree choices; /* where it is built, else empty */
    uint64_t *paths;    /* count + 1: first decision in bit 0, number of decisions from bit TOKEN_PATH_DEPTH on; or of choices */
    uint16_t *ranks;    /* count + 1 */
    token_facts *facts; /* count */
} token_book;

/* The most that a book keeps or takes while its tree is built. */
uint64_t token_book_memory(uint32_t count, uint32_t byte_count);
/* Returns 0 if there is no memory; token_book_free is due in either case. */
int token_book_start(token_book *book, uint32_t count, uint32_t byte_count);
/*
 * Once text, offsets, levels and classes are known. With `by_choices` paths are those of choice_tree.h. Returns 0 if there is no
 * memory.
 */
int token_book_build(token_book *book, int by_choices);
void token_book_free(token_book *book);

static inline uint32_t token_size(const token_book *book, uint32_t token)
{
    return book->offsets[token + 1] - book->offsets[token];
}

static inline unsigned path_depth(uint64_t path)
{
    return (unsigned)(path >> TOKEN_PATH_DEPTH);
}

#endif
