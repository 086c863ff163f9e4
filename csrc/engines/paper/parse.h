/*
 * parse.h - what the front end found in a block: words, codebooks and events, as the encoder takes them. Room engines/paper: the
 * published method, as an engine; it may use base, text, books, coding and the headers in engines.
 */
#ifndef QCZ_ENGINES_PAPER_PARSE_H
#define QCZ_ENGINES_PAPER_PARSE_H

#include "text/words.h"

enum {
    PAPER_BOOK_COUNT = 11,        /* unigrams, bigrams, and the n-grams 3, 5, 8, 13, 21, 34, 55, 89, 144 */
    PAPER_LEVEL_COUNT = 12,       /* encoding levels: 0 = escape, level k = book k - 1 */
    PAPER_MAX_BOOK_SIZE = 65536,  /* entries of one codebook */
    PAPER_COMMON_UNIGRAMS = 4096, /* size of the first tier of the unigram codebook */
    PAPER_STREAM_COUNT = 6
};

/* Words in one entry of each book: Fibonacci numbers (paper, section 1.5). */
extern const uint32_t paper_book_words[PAPER_BOOK_COUNT];

/* All arrays belong to the caller and are only read. */
typedef struct paper_parse {
    const block_words *words;
    const uint32_t *unigrams;                   /* word ids; tier one, then tier two, each in sorted order */
    uint32_t book_sizes[PAPER_BOOK_COUNT];      /* entries of each codebook */
    const uint16_t *phrases[PAPER_BOOK_COUNT];  /* book_sizes[k] * paper_book_words[k] unigram indices, sorted; [0] unused */
    const uint8_t *event_levels;                /* event_count encoding levels */
    const uint16_t *event_indexes;              /* event_count indices into the level's book; 0 for an escape */
    size_t event_count;
    const uint32_t *escape_ids;                 /* the word id of every escape event, in order */
    size_t escape_count;
} paper_parse;

#endif
