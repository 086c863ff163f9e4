/*
 * word_tree.c - a word as a path of yes-or-no decisions: weight-balanced over classes, Huffman within a class.
 *
 * A codebook has up to a million words, and a model of which comes next has to be asked and taught one decision at a time. Which
 * tree the decisions make is worth one or two per cent: its upper levels should be questions that the context answers. A Huffman
 * tree alone makes the fewest decisions, but words meet in it by chance. So words used alike (word_classes.c) lie together, in
 * classes whose numbers are close if the classes are, and Huffman's tree stands within a class. Over whole files 128 classes saved
 * 0.7 to 1.9 % of what words cost, classes included; the order by last letters alone cost 0.7 %
 * (bench/measures/mix_experiments.md).
 *
 * The decoder builds the same tree from what is transmitted, so nothing here may depend on a library or on a machine: the sort is
 * stable, weights are integers, and depth is bounded, for a path has to fit 64 bits.
 *
 * Counts are sent as levels, about an octave each; half octaves were not worth their bits.
 */
#include "books/word_tree.h"
#include "base/bits.h"
#include "base/memory.h"
#include "base/merge_sort.h"

#include <stdlib.h>
#include <string.h>

enum {
    GROUP_OTHERS = WORD_CLASS_COUNT, /* the words without a class, and the escape */
    GROUP_LIMIT,
    BALANCED_DEPTH = 12,   /* splits by weight; below them groups are split by number, which takes 7 more */
    MAX_GROUP_HEIGHT = 22, /* two more than a million words of equal weight take, so that real counts nearly always fit */
    SUFFIX_LENGTH = 8      /* letters, as many as a key has bytes */
};

/* What leaves are sorted by. */
typedef struct leaf_key {
    uint64_t suffix; /* the last letter in the top byte */
    uint32_t group_and_level;
    uint32_t leaf;
} leaf_key;

typedef struct group {
    uint32_t child; /* as in the children of a node */
    uint64_t weight;
} group;

typedef struct tree_builder {
    word_tree *tree;
    leaf_key *keys;
    leaf_key *scratch;
    uint64_t *weights; /* of nodes */
    uint8_t *heights;  /* of nodes */
    uint32_t next_node;
    uint32_t group_count;
    group groups[GROUP_LIMIT];
} tree_builder;

/* ---- levels --------------------------------------------------------------------------------------------------------- */

uint8_t word_count_level(uint32_t count)
{
    const unsigned octave = bit_width_of(count | 1) - 1;
    if (octave < 5)
        return (uint8_t)((octave + 1) / 2);
    return (uint8_t)(octave - 2);
}

uint64_t word_level_weight(uint32_t level)
{
    if (level >= WORD_LEVEL_COUNT)
        level = WORD_LEVEL_COUNT - 1;
    if (level < WORD_LEVEL_FREQUENT)
        return level == 0 ? 1 : level == 1 ? 3 : 14;
    return (uint64_t)45 << (level - WORD_LEVEL_FREQUENT);
}

/* ---- order of the leaves -------------------------------------------------------------------------------------------- */

static uint64_t reversed_suffix(const uint8_t *text, uint32_t start, uint32_t end)
{
    uint64_t suffix = 0;
    for (uint32_t i = 0; i < SUFFIX_LENGTH; i++)
        suffix = suffix << 8 | (end - start > i ? text[end - 1 - i] : 0);
    return suffix;
}

static leaf_key make_key(uint32_t leaf, uint32_t group_number, uint32_t level, uint64_t suffix)
{
    const uint32_t clamped = level < WORD_LEVEL_COUNT ? level : WORD_LEVEL_COUNT - 1;
    return (leaf_key){.suffix = suffix, .group_and_level = group_number << 8 | clamped, .leaf = leaf};
}

static inline int is_before(const void *context, const void *left, const void *right)
{
    const leaf_key *left_key = left;
    const leaf_key *right_key = right;
    (void)context;
    if (left_key->group_and_level != right_key->group_and_level)
        return left_key->group_and_level < right_key->group_and_level;
    return left_key->suffix < right_key->suffix;
}

/* Equal keys stay in the order of their spelling. */
static void sort_keys(tree_builder *builder)
{
    const size_t count = builder->tree->leaf_count;
    leaf_key *sorted = merge_sort(builder->keys, builder->scratch, count, sizeof *builder->keys, is_before, NULL);
    builder->scratch = sorted == builder->keys ? builder->scratch : builder->keys;
    builder->keys = sorted;
}

/* ---- nodes ---------------------------------------------------------------------------------------------------------- */

static void set_child(word_tree *tree, uint32_t node, uint32_t side, uint32_t child)
{
    tree->children[node][side] = child;
    if (child & WORD_TREE_LEAF)
        tree->leaf_parents[child & ~WORD_TREE_LEAF] = 2 * node + side;
    else
        tree->node_parents[child] = 2 * node + side;
}

static uint32_t height_of(const tree_builder *builder, uint32_t child)
{
    return child & WORD_TREE_LEAF ? 0 : builder->heights[child];
}

/* Two queues in order of weight: the leaves of a group that are left, and the nodes made of them. */
typedef struct huffman_queues {
    const leaf_key *leaf;
    const leaf_key *leaf_end;
    uint32_t node;
    uint32_t node_end;
    uint32_t shift; /* of the weights of leaves */
} huffman_queues;

static uint64_t leaf_weight(const leaf_key *key, uint32_t shift)
{
    const uint64_t weight = word_level_weight(key->group_and_level & 0xFF) >> shift;
    return weight > 0 ? weight : 1;
}

/* The lightest of both queues; a leaf before a node of the same weight, which keeps the tree flat. */
static group take_lightest(const tree_builder *builder, huffman_queues *queues)
{
    const int has_leaf = queues->leaf < queues->leaf_end;
    const uint64_t weight = has_leaf ? leaf_weight(queues->leaf, queues->shift) : UINT64_MAX;
    if (has_leaf && (queues->node == queues->node_end || weight <= builder->weights[queues->node]))
        return (group){.child = WORD_TREE_LEAF | (queues->leaf++)->leaf, .weight = weight};
    const uint32_t node = queues->node++;
    return (group){.child = node, .weight = builder->weights[node]};
}

/* Huffman's tree of `count` sorted leaves. */
static group build_huffman(tree_builder *builder, const leaf_key *keys, size_t count, uint32_t shift)
{
    const uint32_t first_node = builder->next_node;
    huffman_queues queues = {.leaf = keys, .leaf_end = keys + count, .node = first_node, .node_end = first_node, .shift = shift};
    for (size_t i = 1; i < count; i++) {
        const group light = take_lightest(builder, &queues);
        const group heavy = take_lightest(builder, &queues);
        const uint32_t node = queues.node_end++;
        set_child(builder->tree, node, 0, heavy.child);
        set_child(builder->tree, node, 1, light.child);
        const uint32_t left_height = height_of(builder, heavy.child);
        const uint32_t right_height = height_of(builder, light.child);
        builder->heights[node] = (uint8_t)(1 + (left_height > right_height ? left_height : right_height));
        builder->weights[node] = heavy.weight + light.weight;
    }
    builder->next_node = queues.node_end;
    return take_lightest(builder, &queues);
}

/* Flattens the weights until the tree is low enough; equal weights always are, and real counts nearly always fit at once. */
static void build_group(tree_builder *builder, const leaf_key *keys, size_t count)
{
    const uint32_t first_node = builder->next_node;
    uint64_t weight = 0;
    for (size_t i = 0; i < count; i++)
        weight += leaf_weight(&keys[i], 0);
    group built = build_huffman(builder, keys, count, 0);
    for (uint32_t shift = 2; height_of(builder, built.child) > MAX_GROUP_HEIGHT; shift += 2) {
        builder->next_node = first_node;
        built = build_huffman(builder, keys, count, shift);
    }
    builder->groups[builder->group_count++] = (group){.child = built.child, .weight = weight};
}

static void build_all_groups(tree_builder *builder)
{
    const size_t leaf_count = builder->tree->leaf_count;
    for (size_t start = 0; start < leaf_count;) {
        const uint32_t group_number = builder->keys[start].group_and_level >> 8;
        size_t end = start + 1;
        while (end < leaf_count && builder->keys[end].group_and_level >> 8 == group_number)
            end++;
        build_group(builder, builder->keys + start, end - start);
        start = end;
    }
}

/* ---- over the groups ------------------------------------------------------------------------------------------------ */

typedef struct group_range {
    uint32_t start;
    uint32_t end;
    uint32_t node;
    uint32_t depth;
} group_range;

/* Where the left half ends: as near to half the weight as can be, or to half the number of groups where the tree is deep. */
static uint32_t find_split(const group *groups, const group_range *range)
{
    if (range->depth >= BALANCED_DEPTH)
        return (range->start + range->end) / 2;
    uint64_t total = 0;
    for (uint32_t i = range->start; i < range->end; i++)
        total += groups[i].weight;
    uint32_t split = range->start + 1;
    uint64_t left = groups[range->start].weight;
    while (split + 1 < range->end && 2 * left + groups[split].weight <= total)
        left += groups[split++].weight;
    return split;
}

/* Ranges wait on a stack of their own: each split leaves one behind, so that one a group is enough. */
static void join_groups(tree_builder *builder)
{
    group_range waiting[GROUP_LIMIT];
    uint32_t waiting_count = 0;
    if (builder->group_count == 1) {
        builder->tree->root = builder->groups[0].child;
        return;
    }
    builder->tree->root = builder->next_node++;
    waiting[waiting_count++] = (group_range){.start = 0, .end = builder->group_count, .node = builder->tree->root, .depth = 0};
    while (waiting_count > 0) {
        const group_range range = waiting[--waiting_count];
        const uint32_t split = find_split(builder->groups, &range);
        for (uint32_t side = 0; side < 2; side++) {
            group_range half = {.start = side ? split : range.start, .end = side ? range.end : split, .depth = range.depth + 1};
            uint32_t child = builder->groups[half.start].child;
            if (half.end - half.start > 1) {
                child = half.node = builder->next_node++;
                waiting[waiting_count++] = half;
            }
            set_child(builder->tree, range.node, side, child);
        }
    }
}

/* ---- the tree ------------------------------------------------------------------------------------------------------- */

static void make_keys(tree_builder *builder, const uint8_t *text, const uint32_t *offsets, const uint8_t *levels,
                      const uint16_t *classes)
{
    const uint32_t word_count = builder->tree->node_count;
    for (uint32_t word = 0; word < word_count; word++) {
        const uint32_t group_number = classes[word] < WORD_CLASS_COUNT ? classes[word] : (uint32_t)GROUP_OTHERS;
        builder->keys[word] = make_key(word, group_number, levels[word], reversed_suffix(text, offsets[word], offsets[word + 1]));
    }
    builder->keys[word_count] = make_key(word_count, GROUP_OTHERS, levels[word_count], 0);
}

static qcz_status allocate_tree(word_tree *tree, tree_builder *builder)
{
    const size_t leaf_count = tree->leaf_count;
    tree->children = allocate_array(leaf_count, sizeof *tree->children);
    tree->node_parents = allocate_array(leaf_count, sizeof *tree->node_parents);
    tree->leaf_parents = allocate_array(leaf_count, sizeof *tree->leaf_parents);
    builder->keys = allocate_array(leaf_count, sizeof *builder->keys);
    builder->scratch = allocate_array(leaf_count, sizeof *builder->scratch);
    builder->weights = allocate_array(leaf_count, sizeof *builder->weights);
    builder->heights = allocate_array(leaf_count, sizeof *builder->heights);
    const int complete = tree->children != NULL && tree->node_parents != NULL && tree->leaf_parents != NULL &&
                         builder->keys != NULL && builder->scratch != NULL && builder->weights != NULL && builder->heights != NULL;
    return complete ? QCZ_OK : QCZ_ERROR_MEMORY;
}

qcz_status word_tree_build(word_tree *tree, const uint8_t *text, const uint32_t *offsets, uint32_t word_count,
                           const uint8_t *levels, const uint16_t *classes)
{
    *tree = (word_tree){0};
    if (word_count > WORD_TREE_MAX_WORDS)
        return QCZ_ERROR_LIMIT;
    tree->leaf_count = word_count + 1;
    tree->node_count = word_count;
    tree_builder builder = {.tree = tree};
    const qcz_status status = allocate_tree(tree, &builder);
    if (status == QCZ_OK) {
        make_keys(&builder, text, offsets, levels, classes);
        sort_keys(&builder);
        build_all_groups(&builder);
        join_groups(&builder);
    }
    free(builder.keys);
    free(builder.scratch);
    free(builder.weights);
    free(builder.heights);
    if (status != QCZ_OK)
        word_tree_free(tree);
    return status;
}

void word_tree_free(word_tree *tree)
{
    free(tree->children);
    free(tree->node_parents);
    free(tree->leaf_parents);
    *tree = (word_tree){0};
}

uint32_t word_tree_path(const word_tree *tree, uint32_t leaf, uint32_t nodes[WORD_TREE_MAX_DEPTH], uint64_t *decisions)
{
    uint32_t depth = 0;
    *decisions = 0;
    if (tree->root & WORD_TREE_LEAF)
        return 0;
    uint32_t way_up = tree->leaf_parents[leaf];
    for (;; way_up = tree->node_parents[way_up >> 1]) {
        *decisions = *decisions << 1 | (way_up & 1);
        nodes[depth++] = way_up >> 1;
        if (way_up >> 1 == tree->root)
            break;
    }
    for (uint32_t i = 0; i < depth / 2; i++) {
        const uint32_t node = nodes[i];
        nodes[i] = nodes[depth - 1 - i];
        nodes[depth - 1 - i] = node;
    }
    return depth;
}
