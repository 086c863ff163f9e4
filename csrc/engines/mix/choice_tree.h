/*
 * choice_tree.h - the tree of a codebook with up to fifteen branches a node: several decisions of the binary tree at once.
 * FORMAT.md, "Trees".
 */
#ifndef QCZ_ENGINES_MIX_CHOICE_TREE_H
#define QCZ_ENGINES_MIX_CHOICE_TREE_H

#include "engines/mix/choice_predictor.h"
#include "books/word_tree.h"

enum {
    CHOICE_MAX_DEPTH = 14,   /* choices a leaf is from the root, at most */
    CHOICE_BITS = 4,         /* of a choice in a path */
    CHOICE_DEPTH_SHIFT = 60  /* of the number of choices of a path */
};

typedef struct choice_tree {
    uint32_t node_count;
    uint32_t root; /* 0, or a leaf if there is no other */
    /* Per node and choice: a node, or WORD_TREE_LEAF + a leaf. What is beyond the choices of a node is as the last of them. */
    uint32_t (*children)[MAX_CHOICES];
    /* Per node: what the choices made there are like in whatever context. Starts with what the levels of the leaves promise. */
    choice_entry *entries;
    void *allocation;
} choice_tree;

uint64_t choice_tree_memory(uint32_t word_count);

/*
 * Takes nodes of the binary tree together; `levels` are those of its leaves. Writes, per leaf, the choices from root to leaf, the first
 * in the lowest CHOICE_BITS, and their number from bit CHOICE_DEPTH_SHIFT on. Returns 0 if there is no memory.
 */
int choice_tree_build(choice_tree *tree, const word_tree *binary, const uint8_t *levels, uint64_t *paths);
void choice_tree_free(choice_tree *tree);

#endif
