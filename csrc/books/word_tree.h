/*
 * word_tree.h - the binary tree whose leaves are the words of a codebook and one escape; one decision a node. Room books: codebooks
 * of words and gaps, and what is known of their entries; it may use base and text.
 *
 * Both sides build it from what is transmitted: the spellings, a coarse level of each word's count, and the class of each
 * frequent word. Classes are numbered so that words used alike have numbers that are close: they share the upper part of their
 * paths, which is what makes those decisions predictable. Within a class the tree is Huffman's over the counts that the levels
 * stand for; words of equal level are in order of their last letters, so that words inflected alike are neighbours. Words
 * without a class form one more group, with the escape.
 */
#ifndef QCZ_BOOKS_WORD_TREE_H
#define QCZ_BOOKS_WORD_TREE_H

#include "qcz.h"

enum {
    WORD_CLASS_BITS = 7,
    WORD_CLASS_COUNT = 1 << WORD_CLASS_BITS,
    WORD_CLASS_NONE = 0xFFFF,  /* so is every number that is no class */
    WORD_LEVEL_COUNT = 30,     /* levels are 0 .. 29; greater ones count as 29 */
    WORD_LEVEL_FREQUENT = 3,   /* the lowest level at which a class can pay: 32 occurrences */
    WORD_TREE_MAX_WORDS = 1 << 20,
    WORD_TREE_MAX_DEPTH = 12 + 7 + 22
};

#define WORD_TREE_LEAF 0x80000000u

typedef struct word_tree {
    uint32_t leaf_count; /* the words, then the escape */
    uint32_t node_count; /* leaf_count - 1 */
    uint32_t root;       /* a node, or a leaf if there is no other */
    /* Per node: the node on either side, or WORD_TREE_LEAF + the number of the word; the escape is the last number. */
    uint32_t (*children)[2];
    /* The way up: 2 * parent + side. What the root has is not to be read. */
    uint32_t *node_parents;
    uint32_t *leaf_parents;
} word_tree;

/* 0 and 1 occurrence: 0; 2 .. 7: 1; 8 .. 31: 2; from there on an octave each: 32 .. 63: 3, and so on. */
uint8_t word_count_level(uint32_t count);
/* The count of a typical word of the level: most words of an octave are in its lower half. */
uint64_t word_level_weight(uint32_t level);

/*
 * The spelling of word i is text[offsets[i]] .. text[offsets[i + 1] - 1]; words are sorted by it. There are word_count + 1
 * offsets and levels (the last level is the escape's) and word_count classes. Any levels and classes give a tree of at most
 * WORD_TREE_MAX_DEPTH decisions a word. Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT above WORD_TREE_MAX_WORDS words. Takes 57 bytes
 * a word while it builds, and keeps 16.
 */
qcz_status word_tree_build(word_tree *tree, const uint8_t *text, const uint32_t *offsets, uint32_t word_count,
                           const uint8_t *levels, const uint16_t *classes);
void word_tree_free(word_tree *tree);

/* Writes the decisions from root to leaf, the first in bit 0, and the nodes where they are taken. Returns their number. */
uint32_t word_tree_path(const word_tree *tree, uint32_t leaf, uint32_t nodes[WORD_TREE_MAX_DEPTH], uint64_t *decisions);

#endif
