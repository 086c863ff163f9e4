/*
 * phrases.h - which phrases are worth an entry: windows of 2, 3, 5, .. 144 items that occur often enough at the positions allowed.
 * Encoder only.
 */
#ifndef QCZ_ENGINES_FAST_PHRASES_H
#define QCZ_ENGINES_FAST_PHRASES_H

#include "engines/fast/parse.h"

/* Where and among what phrases are sought. */
typedef struct phrase_search {
    const uint64_t *keys;        /* per item: of gap, word and case */
    const uint64_t *word_keys;   /* per item: of word and case */
    const uint8_t *usable;       /* per item: PART_... */
    const item_cost *costs;      /* per item */
    uint32_t count;              /* of items */
    const parse_step *steps;     /* a parse without phrases, or NULL: what long matches cover needs none */
    const uint8_t *depths;       /* per item: the deepest level, 1 .. 9, at which a phrase may begin there; NULL: any anywhere */
    int bigrams;                 /* whether phrases of two items may begin anywhere */
} phrase_search;

enum { PART_FIRST = 1, PART_LATER = 2 }; /* the word is in the codebook; and so is the gap */

typedef struct phrase_list {
    uint32_t count;
    uint32_t *items;     /* per phrase: where it occurs first */
    uint8_t *depths;
    uint32_t *uses;      /* occurrences, overlapping ones with others included */
    phrase_hit *hits;    /* all occurrences, in order of items; the last has the item UINT32_MAX */
} phrase_list;

/* Returns 0 if there is no memory; phrase_list_free is due. */
int phrases_find(const phrase_search *search, phrase_list *list);
void phrase_list_free(phrase_list *list);

/* What a phrase saves when it is transmitted and used so often: bits times COST_OF_BIT, below 0 if it costs. */
int64_t phrase_gain(const phrase_search *search, uint32_t item, uint32_t length, uint32_t uses);

#endif
