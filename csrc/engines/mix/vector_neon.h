/* vector_neon.h - the operations of vector_portable.h with NEON (64-bit Arm). */
#ifndef QCZ_ENGINES_MIX_VECTOR_NEON_H
#define QCZ_ENGINES_MIX_VECTOR_NEON_H

#include "engines/mix/choice_predictor.h"
#include "engines/mix/node_update.h"
#include "engines/mix/predictor.h"

#include <arm_neon.h>
#include <string.h>

typedef struct input_vectors {
    int16x8_t units[PREDICTOR_MAX_UNITS];
} input_vectors;

static inline unsigned read_block(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                                  input_vectors *inputs, unsigned unit)
{
    int16_t values[24];
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
    for (unsigned i = 0; i < 3; i++)
        inputs->units[unit + i] = vld1q_s16(values + 8 * i);
    return seen;
}

static inline void read_few(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                            const int16_t *extra, input_vectors *inputs)
{
    int16_t values[16];
    for (unsigned context = 0; context < 4; context++) {
        const uint32_t value = group[context]->nodes[node];
        nodes[context] = value;
        values[context] = logistic->stretch[value >> 20];
        values[4 + context] = logistic->stretch[value >> 4 & 0xFFF];
        values[8 + context] = logistic->lean[value & NODE_COUNT_MASK][value >> 26];
        values[12 + context] = extra[context];
    }
    inputs->units[0] = vld1q_s16(values);
    inputs->units[1] = vld1q_s16(values + 8);
}

static inline void set_unit(input_vectors *inputs, unsigned unit, const int16_t values[8])
{
    inputs->units[unit] = vld1q_s16(values);
}

static inline void start_inputs(input_vectors *inputs, unsigned units)
{
    for (unsigned unit = 0; unit < units; unit++)
        inputs->units[unit] = vdupq_n_s16(0);
}

static inline void finish_inputs(input_vectors *inputs, unsigned units)
{
    (void)inputs;
    (void)units;
}

static inline int32_t dot_product(const input_vectors *inputs, const int16_t *weights, unsigned units)
{
    int32x4_t sum = vdupq_n_s32(0);
    for (unsigned unit = 0; unit < units; unit++) {
        const int16x8_t values = inputs->units[unit];
        const int16x8_t factors = vld1q_s16(weights + unit * 8);
        sum = vmlal_s16(sum, vget_low_s16(values), vget_low_s16(factors));
        sum = vmlal_s16(sum, vget_high_s16(values), vget_high_s16(factors));
    }
    return vaddvq_s32(sum);
}

static inline void train_weights(int16_t *weights, const input_vectors *inputs, int16_t error, unsigned units)
{
    const int16x4_t errors = vdup_n_s16(error);
    for (unsigned unit = 0; unit < units; unit++) {
        int16_t *high = weights + unit * 8;
        int16_t *low = high + units * 8;
        const int16x8_t values = inputs->units[unit];
        const int16x8_t first = vreinterpretq_s16_s32(vmull_s16(vget_low_s16(values), errors));
        const int16x8_t second = vreinterpretq_s16_s32(vmull_s16(vget_high_s16(values), errors));
        const uint16x8_t low_part = vreinterpretq_u16_s16(vuzp1q_s16(first, second));
        const int16x8_t high_part = vuzp2q_s16(first, second);
        const uint16x8_t low_sum = vaddq_u16(vreinterpretq_u16_s16(vld1q_s16(low)), low_part);
        const int16x8_t carry = vreinterpretq_s16_u16(vshrq_n_u16(vcltq_u16(low_sum, low_part), 15));
        vst1q_s16(low, vreinterpretq_s16_u16(low_sum));
        vst1q_s16(high, vqaddq_s16(vqaddq_s16(vld1q_s16(high), high_part), carry));
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

typedef struct choice_lanes {
    int16x8_t low;
    int16x8_t high;
} choice_lanes;

static inline choice_lanes lanes_load(const void *from)
{
    return (choice_lanes){vreinterpretq_s16_u8(vld1q_u8(from)), vreinterpretq_s16_u8(vld1q_u8((const uint8_t *)from + 16))};
}

static inline void lanes_store(void *to, choice_lanes lanes)
{
    vst1q_u8(to, vreinterpretq_u8_s16(lanes.low));
    vst1q_u8((uint8_t *)to + 16, vreinterpretq_u8_s16(lanes.high));
}

static inline choice_lanes lanes_toward(choice_lanes from, choice_lanes to, uint16_t rate)
{
    const int16x8_t rates = vdupq_n_s16((int16_t)rate);
    from.low = vaddq_s16(from.low, vqrdmulhq_s16(vsubq_s16(to.low, from.low), rates));
    from.high = vaddq_s16(from.high, vqrdmulhq_s16(vsubq_s16(to.high, from.high), rates));
    return from;
}

static inline choice_lanes lanes_pick(unsigned condition, choice_lanes first, choice_lanes second)
{
    const uint16x8_t mask = vdupq_n_u16((uint16_t)(0u - condition));
    return (choice_lanes){vbslq_s16(mask, first.low, second.low), vbslq_s16(mask, first.high, second.high)};
}

static inline choice_lanes lanes_label(choice_lanes lanes, uint32_t label)
{
    lanes.low = vreinterpretq_s16_u32(vsetq_lane_u32(label, vreinterpretq_u32_s16(lanes.low), 0));
    return lanes;
}

static inline choice_lanes lanes_lift(choice_lanes lanes)
{
    static const int16_t steps[16] = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    const int16x8_t scale = vdupq_n_s16(32751);
    lanes.low = vaddq_s16(vqrdmulhq_s16(lanes.low, scale), vld1q_s16(steps));
    lanes.high = vaddq_s16(vqrdmulhq_s16(lanes.high, scale), vld1q_s16(steps + 8));
    return lanes;
}

static inline unsigned lanes_count_up_to(choice_lanes lanes, uint16_t value)
{
    static const uint16_t bounds_only[8] = {0, 0, 1, 1, 1, 1, 1, 1};
    const int16x8_t values = vdupq_n_s16((int16_t)value);
    const uint16x8_t low = vandq_u16(vcleq_s16(lanes.low, values), vld1q_u16(bounds_only));
    const uint16x8_t high = vshrq_n_u16(vcleq_s16(lanes.high, values), 15);
    return vaddvq_u16(vaddq_u16(low, high));
}

#endif
