/*
 * frequency_model.h - adaptive frequencies of a variable alphabet (paper, section 1.12), as a tree of running sums. Room coding:
 * the arithmetic coder and the models of numbers and symbols; it may use base, text and books.
 *
 * Counts start at 1 and grow by 1 per use; when the total reaches 2^20 every count c becomes (c >> 1) | 1. The published coder
 * keeps them in a Fenwick tree. Here a node holds the running sums of 16 children in one cache line, so that a symbol of 65,536
 * costs four lines, and finding or raising it is a few vector instructions a line. The coded intervals are the same.
 */
#ifndef QCZ_CODING_FREQUENCY_MODEL_H
#define QCZ_CODING_FREQUENCY_MODEL_H

#include "coding/arithmetic_coder.h"
#include "coding/frequency_node.h"

enum {
    MAX_TREE_DEPTH = 8, /* 16^8 symbols > QCZ_MAX_BLOCK_SIZE */
    FREQUENCY_LIMIT = 1 << 20
};

typedef struct frequency_model {
    frequency_node *levels[MAX_TREE_DEPTH]; /* [0] holds the leaves; depth - 1 is the root alone */
    uint32_t depth;
    uint32_t symbol_count;
    uint32_t total;
} frequency_model;

/* A two-symbol model of the same kind. */
typedef struct binary_model {
    uint32_t zeros;
    uint32_t total;
} binary_model;

/* ---- memory -------------------------------------------------------------------------------------------------------- */

/* Nodes of many models in one allocation. */
typedef struct node_arena {
    void *memory;
    frequency_node *next; /* the first free node, aligned to a cache line */
} node_arena;

/* Nodes that a model of `symbol_count` symbols takes. */
size_t frequency_model_node_count(uint32_t symbol_count);
/* Errors: QCZ_ERROR_MEMORY; then there is nothing to free. */
qcz_status node_arena_allocate(node_arena *arena, size_t node_count);
void node_arena_free(node_arena *arena);

/* ---- models -------------------------------------------------------------------------------------------------------- */

/* Every count 1. The arena must hold frequency_model_node_count(symbol_count) more nodes; symbol_count >= 1. */
void frequency_model_start(frequency_model *model, uint32_t symbol_count, node_arena *arena);

/* Starts from the given counts instead; their sum must be below 2^31. */
void frequency_model_start_counts(frequency_model *model, const uint32_t *counts, uint32_t symbol_count, node_arena *arena);

void frequency_model_halve(frequency_model *model);
void binary_model_halve(binary_model *model);

static inline void binary_model_start(binary_model *model)
{
    *model = (binary_model){.zeros = 1, .total = 2};
}

static inline void frequency_model_add(frequency_model *model, uint32_t symbol, int32_t amount)
{
    for (uint32_t level = 0; level < model->depth; level++) {
        const int32_t child = (int32_t)(symbol & (FANOUT - 1));
        symbol >>= FANOUT_BITS;
        frequency_node_add(&model->levels[level][symbol], child, amount);
    }
    model->total += (uint32_t)amount;
}

/* Adds, and halves all counts where they have grown too large. */
static inline void frequency_model_raise(frequency_model *model, uint32_t symbol, int32_t amount)
{
    frequency_model_add(model, symbol, amount);
    if (model->total >= FREQUENCY_LIMIT)
        frequency_model_halve(model);
}

static inline void frequency_model_use(frequency_model *model, uint32_t symbol)
{
    frequency_model_raise(model, symbol, 1);
}

typedef struct frequency_interval {
    uint32_t start;
    uint32_t size;
} frequency_interval;

static inline frequency_interval frequency_model_interval(const frequency_model *model, uint32_t symbol)
{
    uint32_t start = 0;
    uint32_t size = model->total;
    for (uint32_t level = model->depth; level-- > 0;) {
        const int32_t *sums = model->levels[level][symbol >> (FANOUT_BITS * (level + 1))].sums;
        const uint32_t child = symbol >> (FANOUT_BITS * level) & (FANOUT - 1);
        const uint32_t before = (uint32_t)sums[child];
        size = (child + 1 < FANOUT ? (uint32_t)sums[child + 1] : size) - before;
        start += before;
    }
    return (frequency_interval){start, size};
}

/* The symbol that covers `target`, which must be below the total. Narrows `*interval` to it. */
static inline uint32_t frequency_model_find(const frequency_model *model, uint32_t target, frequency_interval *interval)
{
    uint32_t symbol = 0;
    uint32_t start = 0;
    uint32_t size = model->total;
    for (uint32_t level = model->depth; level-- > 0;) {
        const frequency_node *node = &model->levels[level][symbol];
        const uint32_t child = frequency_node_find(node, (int32_t)(target - start));
        const uint32_t before = (uint32_t)node->sums[child];
        size = (child + 1 < FANOUT ? (uint32_t)node->sums[child + 1] : size) - before;
        start += before;
        symbol = symbol << FANOUT_BITS | child;
    }
    *interval = (frequency_interval){start, size};
    return symbol;
}

/* ---- coding -------------------------------------------------------------------------------------------------------- */

/* Without adapting the model to the symbol. */
static inline void encode_symbol_only(arithmetic_encoder *encoder, const frequency_model *model, uint32_t symbol)
{
    const frequency_interval interval = frequency_model_interval(model, symbol);
    encode_interval(encoder, interval.start, interval.size, model->total);
}

static inline void encode_symbol(arithmetic_encoder *encoder, frequency_model *model, uint32_t symbol)
{
    encode_symbol_only(encoder, model, symbol);
    frequency_model_use(model, symbol);
}

/* Finds the coded symbol without adapting the model to it. A corrupt stream gives some symbol of the alphabet. */
static inline uint32_t decode_symbol_only(arithmetic_decoder *decoder, const frequency_model *model)
{
    const uint64_t unit = decoder->range / model->total;
    const uint64_t target = decoder->code / unit;
    frequency_interval interval;
    const uint32_t symbol = frequency_model_find(model, target < model->total ? (uint32_t)target : model->total - 1, &interval);
    arithmetic_decoder_narrow(decoder, unit * interval.start, unit * interval.size);
    return symbol;
}

static inline uint32_t decode_symbol(arithmetic_decoder *decoder, frequency_model *model)
{
    const uint32_t symbol = decode_symbol_only(decoder, model);
    frequency_model_use(model, symbol);
    return symbol;
}

static inline void binary_model_use(binary_model *model, uint32_t bit)
{
    model->zeros += 1 - bit;
    model->total++;
    if (model->total >= FREQUENCY_LIMIT)
        binary_model_halve(model);
}

static inline void encode_binary(arithmetic_encoder *encoder, binary_model *model, uint32_t bit)
{
    if (bit)
        encode_interval(encoder, model->zeros, model->total - model->zeros, model->total);
    else
        encode_interval(encoder, 0, model->zeros, model->total);
    binary_model_use(model, bit);
}

static inline uint32_t decode_binary(arithmetic_decoder *decoder, binary_model *model)
{
    const uint64_t unit = decoder->range / model->total;
    const uint64_t split = unit * model->zeros;
    const uint32_t bit = decoder->code >= split;
    arithmetic_decoder_narrow(decoder, bit ? split : 0, bit ? unit * (model->total - model->zeros) : split);
    binary_model_use(model, bit);
    return bit;
}

#endif
