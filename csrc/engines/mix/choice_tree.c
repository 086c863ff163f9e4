#include "engines/mix/choice_tree.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    LEVELS_A_NODE = 3, /* of the binary tree, can always be taken together: they have eight leaves at most */
    WEIGHT_BITS = 48   /* of a weight that can be multiplied by a bound */
};

typedef struct tree_builder {
    choice_tree *tree;
    const word_tree *binary;
    const uint8_t *levels;
    uint64_t *paths;
    uint64_t *weights; /* of nodes of the binary tree */
    uint8_t *heights;
} tree_builder;

/* Parts of the binary tree, side by side. */
typedef struct branch_list {
    uint32_t branches[MAX_CHOICES];
    unsigned count;
} branch_list;

/*
 * A node with fewer than MAX_CHOICES branches has leaves only, two or more. Of such nodes there are at most half as many as leaves; of
 * full ones, each of which takes MAX_CHOICES - 1 branches away, at most a 28th.
 */
static size_t most_nodes(uint32_t word_count)
{
    return ((size_t)word_count + 1) * 15 / 28 + 1;
}

uint64_t choice_tree_memory(uint32_t word_count)
{
    const size_t nodes = most_nodes(word_count);
    return nodes * MAX_CHOICES * sizeof(uint32_t) + aligned_memory_size(nodes * sizeof(choice_entry));
}

static uint64_t weight_of(const tree_builder *builder, uint32_t branch)
{
    return branch & WORD_TREE_LEAF ? word_level_weight(builder->levels[branch & ~WORD_TREE_LEAF]) : builder->weights[branch];
}

static unsigned height_of(const tree_builder *builder, uint32_t branch)
{
    return branch & WORD_TREE_LEAF ? 0 : builder->heights[branch];
}

/* The binary tree is at most WORD_TREE_MAX_DEPTH deep, and so is this recursion. */
static void weigh(tree_builder *builder, uint32_t branch)
{
    if (branch & WORD_TREE_LEAF)
        return;
    const uint32_t *sides = builder->binary->children[branch];
    weigh(builder, sides[0]);
    weigh(builder, sides[1]);
    const unsigned left = height_of(builder, sides[0]);
    const unsigned right = height_of(builder, sides[1]);
    builder->weights[branch] = weight_of(builder, sides[0]) + weight_of(builder, sides[1]);
    builder->heights[branch] = (uint8_t)(1 + (left > right ? left : right));
}

/* The branch to be split next: the highest while any is too high for the depth, else the heaviest. Returns -1 if all are leaves. */
static int find_split(const tree_builder *builder, const branch_list *list, unsigned height_limit)
{
    int highest = -1;
    int heaviest = -1;
    for (unsigned i = 0; i < list->count; i++) {
        const uint32_t branch = list->branches[i];
        if (branch & WORD_TREE_LEAF)
            continue;
        if (highest < 0 || builder->heights[branch] > builder->heights[list->branches[highest]])
            highest = (int)i;
        if (heaviest < 0 || builder->weights[branch] > builder->weights[list->branches[heaviest]])
            heaviest = (int)i;
    }
    return highest >= 0 && builder->heights[list->branches[highest]] > height_limit ? highest : heaviest;
}

static branch_list gather_branches(const tree_builder *builder, uint32_t branch, unsigned depth)
{
    const unsigned height_limit = LEVELS_A_NODE * (CHOICE_MAX_DEPTH - 1 - depth);
    branch_list list = {.branches = {branch}, .count = 1};
    while (list.count < MAX_CHOICES) {
        const int split = find_split(builder, &list, height_limit);
        if (split < 0)
            break;
        const uint32_t *sides = builder->binary->children[list.branches[split]];
        memmove(list.branches + split + 1, list.branches + split, (list.count - (unsigned)split) * sizeof *list.branches);
        list.branches[split] = sides[0];
        list.branches[split + 1] = sides[1];
        list.count++;
    }
    return list;
}

static void start_entry(const tree_builder *builder, const branch_list *list, choice_entry *entry)
{
    uint64_t total = 0;
    uint64_t below = 0;
    unsigned shift = 0;
    for (unsigned i = 0; i < list->count; i++)
        total += weight_of(builder, list->branches[i]);
    while (total >> shift >> WEIGHT_BITS != 0)
        shift++;
    for (unsigned i = 0; i < CHOICE_BOUNDS; i++) {
        below += i < list->count ? weight_of(builder, list->branches[i]) : 0;
        entry->bounds[i] = (uint16_t)(i + 1 < list->count ? (below >> shift) * CHOICE_LAST_BOUND / (total >> shift) : CHOICE_LAST_BOUND);
    }
}

/* Returns the number of the node. No deeper than CHOICE_MAX_DEPTH. */
static uint32_t build_node(tree_builder *builder, uint32_t branch, unsigned depth, uint64_t path)
{
    const branch_list list = gather_branches(builder, branch, depth);
    const uint32_t node = builder->tree->node_count++;
    start_entry(builder, &list, &builder->tree->entries[node]);
    for (unsigned choice = 0; choice < MAX_CHOICES; choice++) {
        uint32_t child = list.branches[choice < list.count ? choice : list.count - 1];
        if (choice >= list.count) {
            builder->tree->children[node][choice] = builder->tree->children[node][list.count - 1];
            continue;
        }
        const uint64_t longer = path | (uint64_t)choice << (CHOICE_BITS * depth);
        if (child & WORD_TREE_LEAF)
            builder->paths[child & ~WORD_TREE_LEAF] = longer | (uint64_t)(depth + 1) << CHOICE_DEPTH_SHIFT;
        else
            child = build_node(builder, child, depth + 1, longer);
        builder->tree->children[node][choice] = child;
    }
    return node;
}

int choice_tree_build(choice_tree *tree, const word_tree *binary, const uint8_t *levels, uint64_t *paths)
{
    *tree = (choice_tree){.root = binary->root};
    if (binary->root & WORD_TREE_LEAF)
        return 1;
    const size_t nodes = most_nodes(binary->node_count);
    tree->children = allocate_array(nodes, sizeof *tree->children);
    tree->entries = aligned_memory_take(nodes * sizeof *tree->entries, &tree->allocation);
    tree_builder builder = {.tree = tree, .binary = binary, .levels = levels, .paths = paths};
    builder.weights = allocate_array(binary->leaf_count, sizeof *builder.weights);
    builder.heights = allocate_array(binary->leaf_count, sizeof *builder.heights);
    const int complete = tree->children != NULL && tree->entries != NULL && builder.weights != NULL && builder.heights != NULL;
    if (complete) {
        weigh(&builder, binary->root);
        tree->root = build_node(&builder, binary->root, 0, 0);
    }
    free(builder.weights);
    free(builder.heights);
    return complete;
}

void choice_tree_free(choice_tree *tree)
{
    free(tree->children);
    free(tree->allocation);
}
