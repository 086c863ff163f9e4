#include "coding/frequency_model.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Parents of `count` children; one node at least. */
static size_t parent_count(size_t count)
{
    return (count + FANOUT - 1) >> FANOUT_BITS;
}

size_t frequency_model_node_count(uint32_t symbol_count)
{
    size_t nodes = 0;
    size_t width = symbol_count;
    do {
        width = parent_count(width);
        nodes += width;
    } while (width > 1);
    return nodes;
}

qcz_status node_arena_allocate(node_arena *arena, size_t node_count)
{
    *arena = (node_arena){0};
    arena->memory = allocate_array(node_count + 1, sizeof(frequency_node)); /* one more, for the alignment */
    if (arena->memory == NULL)
        return QCZ_ERROR_MEMORY;
    arena->next = align_address(arena->memory, CACHE_LINE_SIZE);
    return QCZ_OK;
}

void node_arena_free(node_arena *arena)
{
    free(arena->memory);
    *arena = (node_arena){0};
}

static void take_levels(frequency_model *model, uint32_t symbol_count, node_arena *arena)
{
    *model = (frequency_model){.symbol_count = symbol_count};
    size_t width = symbol_count;
    do {
        width = parent_count(width);
        model->levels[model->depth++] = arena->next;
        arena->next += width;
    } while (width > 1);
}

/*
 * Leaves hold plain counts: turns every level into running sums, from the leaves up. The total of a node is left as a plain count
 * in its parent, which is next.
 */
static void sum_counts(frequency_model *model)
{
    size_t node_count = model->symbol_count;
    for (uint32_t level = 0; level < model->depth; level++) {
        node_count = parent_count(node_count);
        for (size_t n = 0; n < node_count; n++) {
            int32_t *sums = model->levels[level][n].sums;
            int32_t sum = 0;
            for (size_t k = 0; k < FANOUT; k++) {
                const int32_t count = sums[k];
                sums[k] = sum;
                sum += count;
            }
            if (level + 1 < model->depth)
                model->levels[level + 1][n / FANOUT].sums[n % FANOUT] = sum;
            else
                model->total = (uint32_t)sum;
        }
    }
}

/* The inverse, from the root down: every level holds plain counts afterwards. */
static void restore_counts(frequency_model *model)
{
    for (uint32_t level = model->depth; level-- > 0;) {
        const size_t node_count = parent_count(((size_t)model->symbol_count - 1) / ((size_t)1 << (FANOUT_BITS * level)) + 1);
        for (size_t n = 0; n < node_count; n++) {
            int32_t *sums = model->levels[level][n].sums;
            const int32_t total =
                level + 1 < model->depth ? model->levels[level + 1][n / FANOUT].sums[n % FANOUT] : (int32_t)model->total;
            for (size_t k = 0; k + 1 < FANOUT; k++)
                sums[k] = sums[k + 1] - sums[k];
            sums[FANOUT - 1] = total - sums[FANOUT - 1];
        }
    }
}

static void clear_levels(frequency_model *model)
{
    size_t node_count = model->symbol_count;
    for (uint32_t level = 0; level < model->depth; level++) {
        node_count = parent_count(node_count);
        memset(model->levels[level], 0, node_count * sizeof *model->levels[level]);
    }
}

void frequency_model_start(frequency_model *model, uint32_t symbol_count, node_arena *arena)
{
    take_levels(model, symbol_count, arena);
    clear_levels(model);
    for (uint32_t symbol = 0; symbol < symbol_count; symbol++)
        model->levels[0][symbol / FANOUT].sums[symbol % FANOUT] = 1;
    sum_counts(model);
}

void frequency_model_start_counts(frequency_model *model, const uint32_t *counts, uint32_t symbol_count, node_arena *arena)
{
    take_levels(model, symbol_count, arena);
    clear_levels(model);
    for (uint32_t symbol = 0; symbol < symbol_count; symbol++)
        model->levels[0][symbol / FANOUT].sums[symbol % FANOUT] = (int32_t)counts[symbol];
    sum_counts(model);
}

void frequency_model_halve(frequency_model *model)
{
    restore_counts(model);
    for (uint32_t symbol = 0; symbol < model->symbol_count; symbol++) {
        int32_t *count = &model->levels[0][symbol / FANOUT].sums[symbol % FANOUT];
        *count = *count >> 1 | 1;
    }
    sum_counts(model);
}

void binary_model_halve(binary_model *model)
{
    const uint32_t zeros = model->zeros >> 1 | 1;
    const uint32_t ones = (model->total - model->zeros) >> 1 | 1;
    *model = (binary_model){.zeros = zeros, .total = zeros + ones};
}
