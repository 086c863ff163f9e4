/*
 * vector_portable.h - the vector operations of the mixing engine in plain C: what the other paths have to give, bit by bit.
 *
 * Inputs come in units of eight numbers of 16 bits: three units for each eight contexts (slow estimates, fast estimates, leanings),
 * and one for the hints; `units` is how many there are, a multiple of four.
 */
#ifndef QCZ_VECTOR_PORTABLE_H
#define QCZ_VECTOR_PORTABLE_H

#include "node_update.h"
#include "predictor.h"

#include <string.h>

typedef struct input_vectors {
    int16_t values[PREDICTOR_MAX_UNITS * 8];
} input_vectors;

/* Reads the nodes of eight contexts into three units; returns which of them have been seen. */
static inline unsigned read_block(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                                  input_vectors *inputs, unsigned unit)
{
    int16_t *values = inputs->values + unit * 8;
    unsigned seen = 0;
    for (unsigned context = 0; context < 8; context++) {
        const uint32_t value = group[context]->nodes[node];
        const unsigned count = value & NODE_COUNT_MASK;
        nodes[context] = value;
        values[context] = logistic->stretch[value >> 20];
        values[8 + context] = logistic->stretch[value >> 4 & 0xFFF];
        values[16 + context] = logistic->lean[count][value >> 26];
        seen |= (unsigned)(count > 0) << context;
    }
    return seen;
}

/* As read_block for four contexts and two units; the first four of `extra` are the second half of the second. */
static inline void read_few(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                            const int16_t *extra, input_vectors *inputs)
{
    for (unsigned context = 0; context < 4; context++) {
        const uint32_t value = group[context]->nodes[node];
        nodes[context] = value;
        inputs->values[context] = logistic->stretch[value >> 20];
        inputs->values[4 + context] = logistic->stretch[value >> 4 & 0xFFF];
        inputs->values[8 + context] = logistic->lean[value & NODE_COUNT_MASK][value >> 26];
        inputs->values[12 + context] = extra[context];
    }
}

static inline void set_unit(input_vectors *inputs, unsigned unit, const int16_t values[8])
{
    memcpy(inputs->values + unit * 8, values, 8 * sizeof *values);
}

/* What the units hold that no call has set is zero. */
static inline void start_inputs(input_vectors *inputs, unsigned units)
{
    memset(inputs->values, 0, (size_t)units * 8 * sizeof inputs->values[0]);
}

static inline void finish_inputs(input_vectors *inputs, unsigned units)
{
    (void)inputs;
    (void)units;
}

/* The sum of products wraps: its low 32 bits are what all paths agree on. */
static inline int32_t dot_product(const input_vectors *inputs, const int16_t *weights, unsigned units)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < units * 8; i++)
        sum += (uint32_t)((int32_t)inputs->values[i] * weights[i]);
    return (int32_t)sum;
}

static inline int16_t saturate16(int32_t value)
{
    return (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
}

/* Adds inputs * error to weights of 32 bits, the high half of which saturates; the low halves lie behind the high ones. */
static inline void train_weights(int16_t *weights, const input_vectors *inputs, int16_t error, unsigned units)
{
    int16_t *low = weights + units * 8;
    for (unsigned i = 0; i < units * 8; i++) {
        const int32_t product = (int32_t)inputs->values[i] * error;
        const uint32_t low_sum = (uint32_t)(uint16_t)low[i] + ((uint32_t)product & 0xFFFF);
        const int16_t high_part = (int16_t)((product - (int32_t)((uint32_t)product & 0xFFFF)) / 65536);
        low[i] = (int16_t)(uint16_t)low_sum;
        weights[i] = saturate16(saturate16(weights[i] + high_part) + (int32_t)(low_sum >> 16));
    }
}

static inline void update_few(uint32_t nodes[4], unsigned bit)
{
    update_nodes_plainly(nodes, 4, bit);
}

/* `count` is a multiple of 8. */
static inline void update_nodes(uint32_t *nodes, unsigned count, unsigned bit)
{
    update_nodes_plainly(nodes, count, bit);
}

#endif
