/* vector_sse41.h - the operations of vector_portable.h with SSE4.1. */
#ifndef QCZ_ENGINES_MIX_VECTOR_SSE41_H
#define QCZ_ENGINES_MIX_VECTOR_SSE41_H

#define WIDE_INPUTS
#include "engines/mix/vector_x86.h"

static inline void finish_inputs(input_vectors *inputs, unsigned units)
{
    (void)inputs;
    (void)units;
}

static inline int32_t dot_product(const input_vectors *inputs, const int16_t *weights, unsigned units)
{
    __m128i sum = _mm_setzero_si128();
    for (unsigned unit = 0; unit < units; unit++)
        sum = _mm_add_epi32(sum, _mm_madd_epi16(inputs->units[unit], load128(weights + unit * 8)));
    return sum_lanes128(sum);
}

static inline void train_weights(int16_t *weights, const input_vectors *inputs, int16_t error, unsigned units)
{
    const __m128i errors = _mm_set1_epi16(error);
    int16_t *low = weights + units * 8;
    for (unsigned unit = 0; unit < units; unit++) {
        const __m128i values = inputs->units[unit];
        const __m128i low_part = _mm_mullo_epi16(values, errors);
        const __m128i low_sum = _mm_add_epi16(load128(low + unit * 8), low_part);
        const __m128i no_carry = _mm_cmpeq_epi16(_mm_max_epu16(low_sum, low_part), low_sum);
        const __m128i carry = _mm_add_epi16(no_carry, _mm_set1_epi16(1));
        const __m128i high_sum = _mm_adds_epi16(load128(weights + unit * 8), _mm_mulhi_epi16(values, errors));
        store128(low + unit * 8, low_sum);
        store128(weights + unit * 8, _mm_adds_epi16(high_sum, carry));
    }
}

static inline void update_nodes(uint32_t *nodes, unsigned count, unsigned bit)
{
    for (unsigned i = 0; i < count; i += 4)
        update_few(nodes + i, bit);
}

/* ---- choices ---------------------------------------------------------------------------------------------------------------- */

typedef struct choice_lanes {
    __m128i low;
    __m128i high;
} choice_lanes;

static inline choice_lanes lanes_load(const void *from)
{
    return (choice_lanes){load128(from), load128((const uint8_t *)from + 16)};
}

static inline void lanes_store(void *to, choice_lanes lanes)
{
    store128(to, lanes.low);
    store128((uint8_t *)to + 16, lanes.high);
}

static inline choice_lanes lanes_toward(choice_lanes from, choice_lanes to, uint16_t rate)
{
    const __m128i rates = _mm_set1_epi16((int16_t)rate);
    from.low = _mm_add_epi16(from.low, _mm_mulhrs_epi16(_mm_sub_epi16(to.low, from.low), rates));
    from.high = _mm_add_epi16(from.high, _mm_mulhrs_epi16(_mm_sub_epi16(to.high, from.high), rates));
    return from;
}

static inline choice_lanes lanes_pick(unsigned condition, choice_lanes first, choice_lanes second)
{
    const __m128i mask = _mm_set1_epi32(-(int32_t)condition);
    return (choice_lanes){_mm_blendv_epi8(second.low, first.low, mask), _mm_blendv_epi8(second.high, first.high, mask)};
}

static inline choice_lanes lanes_label(choice_lanes lanes, uint32_t label)
{
    lanes.low = _mm_insert_epi32(lanes.low, (int32_t)label, 0);
    return lanes;
}

static inline choice_lanes lanes_lift(choice_lanes lanes)
{
    const __m128i scale = _mm_set1_epi16(32751);
    lanes.low = _mm_add_epi16(_mm_mulhrs_epi16(lanes.low, scale), _mm_setr_epi16(-1, 0, 1, 2, 3, 4, 5, 6));
    lanes.high = _mm_add_epi16(_mm_mulhrs_epi16(lanes.high, scale), _mm_setr_epi16(7, 8, 9, 10, 11, 12, 13, 14));
    return lanes;
}

static inline unsigned lanes_count_up_to(choice_lanes lanes, uint16_t value)
{
    const __m128i values = _mm_set1_epi16((int16_t)value);
    const __m128i above = _mm_packs_epi16(_mm_cmpgt_epi16(lanes.low, values), _mm_cmpgt_epi16(lanes.high, values));
    const unsigned mask = ((unsigned)_mm_movemask_epi8(above) & 0xFFFC) | 0x10000;
    return lowest_one(mask) - 2;
}

#endif
