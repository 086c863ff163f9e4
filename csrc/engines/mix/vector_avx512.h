/* vector_avx512.h - the operations of vector_portable.h with AVX-512 (F, BW). */
#ifndef QCZ_ENGINES_MIX_VECTOR_AVX512_H
#define QCZ_ENGINES_MIX_VECTOR_AVX512_H

#define WIDE_INPUTS __m256i pair; /* all there is of two units */ __m512i fours[PREDICTOR_MAX_UNITS / 4];
#include "engines/mix/vector_x86_256.h"

static inline void finish_inputs(input_vectors *inputs, unsigned units)
{
    if (units == 2)
        inputs->pair = _mm256_set_m128i(inputs->units[1], inputs->units[0]);
    for (unsigned four = 0; four < units / 4; four++) {
        const __m128i *unit = inputs->units + 4 * four;
        inputs->fours[four] =
            _mm512_inserti64x4(_mm512_castsi256_si512(_mm256_set_m128i(unit[1], unit[0])), _mm256_set_m128i(unit[3], unit[2]), 1);
    }
}

static inline int32_t dot_product(const input_vectors *inputs, const int16_t *weights, unsigned units)
{
    if (units == 2)
        return dot_pairs(&inputs->pair, weights, 1);
    __m512i sum = _mm512_setzero_si512();
    for (unsigned four = 0; four < units / 4; four++)
        sum = _mm512_add_epi32(sum, _mm512_madd_epi16(inputs->fours[four], _mm512_loadu_si512(weights + four * 32)));
    const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64(sum, 1));
    return sum_lanes128(_mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

static inline void train_weights(int16_t *weights, const input_vectors *inputs, int16_t error, unsigned units)
{
    if (units == 2) {
        train_pairs(weights, weights + units * 8, &inputs->pair, error, 1);
        return;
    }
    const __m512i errors = _mm512_set1_epi16(error);
    int16_t *low = weights + units * 8;
    for (unsigned four = 0; four < units / 4; four++) {
        const __m512i values = inputs->fours[four];
        const __m512i low_part = _mm512_mullo_epi16(values, errors);
        const __m512i low_sum = _mm512_add_epi16(_mm512_loadu_si512(low + four * 32), low_part);
        const __mmask32 carry = _mm512_cmplt_epu16_mask(low_sum, low_part);
        const __m512i high_sum = _mm512_adds_epi16(_mm512_loadu_si512(weights + four * 32), _mm512_mulhi_epi16(values, errors));
        _mm512_storeu_si512(low + four * 32, low_sum);
        _mm512_storeu_si512(weights + four * 32, _mm512_mask_adds_epi16(high_sum, carry, high_sum, _mm512_set1_epi16(1)));
    }
}

#endif
