/* vector_sse41.h - the operations of vector_portable.h with SSE4.1. */
#ifndef QCZ_VECTOR_SSE41_H
#define QCZ_VECTOR_SSE41_H

#define WIDE_INPUTS
#include "vector_x86.h"

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

#endif
