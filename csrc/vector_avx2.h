/* vector_avx2.h - the operations of vector_portable.h with AVX2. */
#ifndef QCZ_VECTOR_AVX2_H
#define QCZ_VECTOR_AVX2_H

#include "vector_x86_256.h"

typedef struct input_vectors {
    __m128i units[PREDICTOR_MAX_UNITS];
    __m256i pairs[PREDICTOR_MAX_UNITS / 2];
} input_vectors;

static inline unsigned read_block(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                                  input_vectors *inputs, unsigned unit)
{
    return read_units(group, node, logistic, nodes, inputs->units + unit);
}

static inline void read_few(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                            const int16_t extra[4], input_vectors *inputs)
{
    read_few_units(group, node, logistic, nodes, extra, inputs->units);
}

static inline void set_unit(input_vectors *inputs, unsigned unit, const int16_t values[8])
{
    inputs->units[unit] = _mm_setr_epi16(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
}

static inline void start_inputs(input_vectors *inputs, unsigned units)
{
    for (unsigned unit = 0; unit < units; unit++)
        inputs->units[unit] = _mm_setzero_si128();
}

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
