/*
 * vector_portable.h - the vector operations of the mixing engine in plain C: what the other paths have to give, bit by bit.
 *
 * Inputs come in units of eight numbers of 16 bits: three units for each eight contexts (slow estimates, fast estimates, leanings),
 * and one for the hints; `units` is how many there are, a multiple of four.
 */
#ifndef QCZ_ENGINES_MIX_VECTOR_PORTABLE_H
#define QCZ_ENGINES_MIX_VECTOR_PORTABLE_H

#include "engines/mix/choice_predictor.h"
#include "engines/mix/node_update.h"
#include "engines/mix/predictor.h"

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

/* ---- choices ---------------------------------------------------------------------------------------------------------------- */

/* The sixteen lanes of an entry: two of what is not bounds, then the bounds. None is above 32,767 but in the first two. */
typedef struct choice_lanes {
    int16_t lanes[16];
} choice_lanes;

static inline choice_lanes lanes_load(const void *from)
{
    choice_lanes lanes;
    memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

static inline void lanes_store(void *to, choice_lanes lanes)
{
    memcpy(to, &lanes, sizeof lanes);
}

/* Moves by `rate` / 32,768 of the way, rounded; 0 to 32,767. What comes of the first two lanes does not matter. */
static inline choice_lanes lanes_toward(choice_lanes from, choice_lanes to, uint16_t rate)
{
    for (unsigned lane = 0; lane < 16; lane++)
        from.lanes[lane] = (int16_t)(from.lanes[lane] + (((to.lanes[lane] - from.lanes[lane]) * rate + 16384) >> 15));
    return from;
}

/* `first` if `condition` is 1, `second` if it is 0. */
static inline choice_lanes lanes_pick(unsigned condition, choice_lanes first, choice_lanes second)
{
    return condition ? first : second;
}

/* Puts 32 bits in place of the first two lanes, the lower half first. */
static inline choice_lanes lanes_label(choice_lanes lanes, uint32_t label)
{
    lanes.lanes[0] = (int16_t)(uint16_t)label;
    lanes.lanes[1] = (int16_t)(uint16_t)(label >> 16);
    return lanes;
}

/* Leaves every choice at least about 1 / 32,768: scales by 32,751 / 32,768 and adds the lane's number less one. */
static inline choice_lanes lanes_lift(choice_lanes lanes)
{
    for (unsigned lane = 0; lane < 16; lane++)
        lanes.lanes[lane] = (int16_t)(((lanes.lanes[lane] * 32751 + 16384) >> 15) + (int)lane - 1);
    return lanes;
}

/* How many of the bounds are `value` or less. */
static inline unsigned lanes_count_up_to(choice_lanes lanes, uint16_t value)
{
    unsigned count = 0;
    for (unsigned lane = 2; lane < 16; lane++)
        count += lanes.lanes[lane] <= (int32_t)value;
    return count;
}

#endif
