/* vector_avx2.h - the operations of vector_portable.h with AVX2. */
#ifndef QCZ_ENGINES_MIX_VECTOR_AVX2_H
#define QCZ_ENGINES_MIX_VECTOR_AVX2_H

#define WIDE_INPUTS __m256i pairs[PREDICTOR_MAX_UNITS / 2];
#include "engines/mix/vector_x86_256.h"

static inline void finish_inputs(input_vectors *inputs, unsigned units)
{
    for (unsigned pair = 0; pair < units / 2; pair++)
        inputs->pairs[pair] = _mm256_set_m128i(inputs->units[2 * pair + 1], inputs->units[2 * pair]);
}

static inline int32_t dot_product(const input_vectors *inputs, const int16_t *weights, unsigned units)
{
    return dot_pairs(inputs->pairs, weights, units / 2);
}

static inline void train_weights(int16_t *weights, const input_vectors *inputs, int16_t error, unsigned units)
{
    train_pairs(weights, weights + units * 8, inputs->pairs, error, units / 2);
}

#endif
