/* vector_x86_256.h - what the paths with AVX2 and AVX-512 have in common: pairs of units, and nodes eight at a time. */
#ifndef QCZ_ENGINES_MIX_VECTOR_X86_256_H
#define QCZ_ENGINES_MIX_VECTOR_X86_256_H

#include "engines/mix/vector_x86.h"

static inline __m256i load256(const void *from)
{
    return _mm256_loadu_si256((const __m256i *)from);
}

static inline void store256(void *to, __m256i value)
{
    _mm256_storeu_si256((__m256i *)to, value);
}

static inline int32_t dot_pairs(const __m256i *inputs, const int16_t *weights, unsigned pairs)
{
    __m256i sum = _mm256_setzero_si256();
    for (unsigned pair = 0; pair < pairs; pair++)
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(inputs[pair], load256(weights + pair * 16)));
    return sum_lanes128(_mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1)));
}

static inline void train_pairs(int16_t *high, int16_t *low, const __m256i *inputs, int16_t error, unsigned pairs)
{
    const __m256i errors = _mm256_set1_epi16(error);
    for (unsigned pair = 0; pair < pairs; pair++) {
        const __m256i low_part = _mm256_mullo_epi16(inputs[pair], errors);
        const __m256i low_sum = _mm256_add_epi16(load256(low + pair * 16), low_part);
        const __m256i no_carry = _mm256_cmpeq_epi16(_mm256_max_epu16(low_sum, low_part), low_sum);
        const __m256i carry = _mm256_add_epi16(no_carry, _mm256_set1_epi16(1));
        const __m256i high_sum = _mm256_adds_epi16(load256(high + pair * 16), _mm256_mulhi_epi16(inputs[pair], errors));
        store256(low + pair * 16, low_sum);
        store256(high + pair * 16, _mm256_adds_epi16(high_sum, carry));
    }
}

static inline __m256i both_halves(const void *bytes)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)bytes));
}

static inline void update_nodes(uint32_t *nodes, unsigned count, unsigned bit)
{
    static const uint16_t rates[16] = {SLOW_RATES};
    static const uint8_t masks[16] = {STEP_MASKS};
    const __m256i byte_mask = _mm256_set1_epi16(0xFF);
    const __m256i first = both_halves(rates);
    const __m256i second = both_halves(rates + 8);
    const __m256i rates_low = _mm256_packus_epi16(_mm256_and_si256(first, byte_mask), _mm256_and_si256(second, byte_mask));
    const __m256i rates_high = _mm256_packus_epi16(_mm256_srli_epi16(first, 8), _mm256_srli_epi16(second, 8));
    const __m256i step_masks = both_halves(masks);
    const __m256i flip = _mm256_set1_epi32((int32_t)((0u - bit) & 0xFFFFFFF0));
    for (unsigned i = 0; i < count; i += 8) {
        const __m256i node = load256(nodes + i);
        const __m256i counts = _mm256_and_si256(node, _mm256_set1_epi32(15));
        const __m256i distances = _mm256_xor_si256(node, flip);
        const __m256i low_index = _mm256_or_si256(counts, _mm256_set1_epi32((int32_t)0x80808000));
        const __m256i high_index = _mm256_or_si256(_mm256_slli_epi32(counts, 8), _mm256_set1_epi32((int32_t)0x80800080));
        const __m256i rate =
            _mm256_or_si256(_mm256_shuffle_epi8(rates_low, low_index), _mm256_shuffle_epi8(rates_high, high_index));
        __m256i slow = _mm256_srli_epi32(distances, 16);
        const __m256i slow_step = _mm256_add_epi32(_mm256_mullo_epi32(slow, rate), _mm256_set1_epi32(SLOW_ROUND));
        slow = _mm256_sub_epi32(slow, _mm256_srli_epi32(slow_step, 15));
        __m256i fast = _mm256_and_si256(_mm256_srli_epi32(distances, 4), _mm256_set1_epi32(0xFFF));
        fast = _mm256_sub_epi32(fast, _mm256_srli_epi32(_mm256_add_epi32(fast, _mm256_set1_epi32(FAST_ROUND)), 2));
        const __m256i mask = _mm256_shuffle_epi8(step_masks, low_index);
        const __m256i stepping = _mm256_cmpeq_epi32(_mm256_and_si256(slow, mask), _mm256_setzero_si256());
        const __m256i stepped = _mm256_min_epi32(_mm256_sub_epi32(counts, stepping), _mm256_set1_epi32(15));
        const __m256i estimates = _mm256_or_si256(_mm256_slli_epi32(slow, 16), _mm256_slli_epi32(fast, 4));
        store256(nodes + i, _mm256_or_si256(_mm256_xor_si256(estimates, flip), stepped));
    }
}

/* ---- choices ---------------------------------------------------------------------------------------------------------------- */

typedef __m256i choice_lanes;

static inline choice_lanes lanes_load(const void *from)
{
    return load256(from);
}

static inline void lanes_store(void *to, choice_lanes lanes)
{
    store256(to, lanes);
}

static inline choice_lanes lanes_toward(choice_lanes from, choice_lanes to, uint16_t rate)
{
    return _mm256_add_epi16(from, _mm256_mulhrs_epi16(_mm256_sub_epi16(to, from), _mm256_set1_epi16((int16_t)rate)));
}

static inline choice_lanes lanes_pick(unsigned condition, choice_lanes first, choice_lanes second)
{
    return _mm256_blendv_epi8(second, first, _mm256_set1_epi32(-(int32_t)condition));
}

static inline choice_lanes lanes_label(choice_lanes lanes, uint32_t label)
{
    return _mm256_blend_epi32(lanes, _mm256_castsi128_si256(_mm_cvtsi32_si128((int32_t)label)), 1);
}

static inline choice_lanes lanes_lift(choice_lanes lanes)
{
    return _mm256_add_epi16(_mm256_mulhrs_epi16(lanes, _mm256_set1_epi16(32751)),
                            _mm256_setr_epi16(-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
}

static inline unsigned lanes_count_up_to(choice_lanes lanes, uint16_t value)
{
    const __m256i above = _mm256_cmpgt_epi16(lanes, _mm256_set1_epi16((int16_t)value));
    const uint64_t mask = ((uint64_t)(uint32_t)_mm256_movemask_epi8(above) & 0xFFFFFFF0) | (uint64_t)1 << 32;
    return lowest_one(mask) / 2 - 2;
}

#endif
