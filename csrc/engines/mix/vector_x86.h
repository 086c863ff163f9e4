/*
 * vector_x86.h - what the x86 paths have in common: units of inputs, assembled in registers. Who includes it says what wider registers
 * hold the same inputs: WIDE_INPUTS, members of a struct, or nothing.
 */
#ifndef QCZ_ENGINES_MIX_VECTOR_X86_H
#define QCZ_ENGINES_MIX_VECTOR_X86_H

#include "engines/mix/choice_predictor.h"
#include "engines/mix/node_update.h"
#include "engines/mix/predictor.h"

#include <immintrin.h>

typedef struct input_vectors {
    __m128i units[PREDICTOR_MAX_UNITS];
    WIDE_INPUTS
} input_vectors;

static inline __m128i load128(const void *from)
{
    return _mm_loadu_si128((const __m128i *)from);
}

static inline void store128(void *to, __m128i value)
{
    _mm_storeu_si128((__m128i *)to, value);
}

/* The place of the lowest bit that is one; there is one. */
static inline unsigned lowest_one(uint64_t mask)
{
#if defined(__GNUC__)
    return (unsigned)__builtin_ctzll(mask);
#else
    unsigned place = 0;
    while ((mask >> place & 1) == 0)
        place++;
    return place;
#endif
}

static inline int32_t sum_lanes128(__m128i lanes)
{
    lanes = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0x4E));
    lanes = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0xB1));
    return _mm_cvtsi128_si32(lanes);
}

/*
 * The look-ups go straight into vector registers: written to memory two bytes at a time and read back as a vector, they would wait for
 * the stores to leave the core.
 */
static inline unsigned read_block(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                                  input_vectors *inputs, unsigned unit)
{
    __m128i *const units = inputs->units + unit;
    uint32_t values[8];
#pragma GCC unroll 8
    for (unsigned context = 0; context < 8; context++) {
        values[context] = group[context]->nodes[node];
        nodes[context] = values[context];
    }
#define LOOK_UP(context) logistic->stretch[values[context] >> 20]
    units[0] = _mm_setr_epi16(LOOK_UP(0), LOOK_UP(1), LOOK_UP(2), LOOK_UP(3), LOOK_UP(4), LOOK_UP(5), LOOK_UP(6), LOOK_UP(7));
#undef LOOK_UP
#define LOOK_UP(context) logistic->stretch[values[context] >> 4 & 0xFFF]
    units[1] = _mm_setr_epi16(LOOK_UP(0), LOOK_UP(1), LOOK_UP(2), LOOK_UP(3), LOOK_UP(4), LOOK_UP(5), LOOK_UP(6), LOOK_UP(7));
#undef LOOK_UP
#define LOOK_UP(context) logistic->lean[values[context] & NODE_COUNT_MASK][values[context] >> 26]
    units[2] = _mm_setr_epi16(LOOK_UP(0), LOOK_UP(1), LOOK_UP(2), LOOK_UP(3), LOOK_UP(4), LOOK_UP(5), LOOK_UP(6), LOOK_UP(7));
#undef LOOK_UP
    /* A leaning is zero only where the count is. */
    const __m128i unseen = _mm_cmpeq_epi16(units[2], _mm_setzero_si128());
    return ~(unsigned)_mm_movemask_epi8(_mm_packs_epi16(unseen, unseen)) & 0xFF;
}

static inline void read_few(context_line *const *group, unsigned node, const logistic_tables *logistic, uint32_t *nodes,
                            const int16_t *extra, input_vectors *inputs)
{
    __m128i *const units = inputs->units;
    uint32_t values[4];
#pragma GCC unroll 4
    for (unsigned context = 0; context < 4; context++) {
        values[context] = group[context]->nodes[node];
        nodes[context] = values[context];
    }
#define SLOW(context) logistic->stretch[values[context] >> 20]
#define FAST(context) logistic->stretch[values[context] >> 4 & 0xFFF]
#define LEAN(context) logistic->lean[values[context] & NODE_COUNT_MASK][values[context] >> 26]
    units[0] = _mm_setr_epi16(SLOW(0), SLOW(1), SLOW(2), SLOW(3), FAST(0), FAST(1), FAST(2), FAST(3));
    units[1] = _mm_setr_epi16(LEAN(0), LEAN(1), LEAN(2), LEAN(3), extra[0], extra[1], extra[2], extra[3]);
#undef SLOW
#undef FAST
#undef LEAN
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

/* Updates four nodes; numbers are looked up by a count with byte shuffles, so rates of 16 bits take two. */
static inline void update_few(uint32_t nodes[4], unsigned bit)
{
    static const uint16_t rates[16] = {SLOW_RATES};
    static const uint8_t masks[16] = {STEP_MASKS};
    const __m128i byte_mask = _mm_set1_epi16(0xFF);
    const __m128i first = load128(rates);
    const __m128i second = load128(rates + 8);
    const __m128i rates_low = _mm_packus_epi16(_mm_and_si128(first, byte_mask), _mm_and_si128(second, byte_mask));
    const __m128i rates_high = _mm_packus_epi16(_mm_srli_epi16(first, 8), _mm_srli_epi16(second, 8));
    const __m128i flip = _mm_set1_epi32((int32_t)((0u - bit) & 0xFFFFFFF0));
    const __m128i node = load128(nodes);
    const __m128i counts = _mm_and_si128(node, _mm_set1_epi32(15));
    const __m128i distances = _mm_xor_si128(node, flip);
    const __m128i low_index = _mm_or_si128(counts, _mm_set1_epi32((int32_t)0x80808000));
    const __m128i high_index = _mm_or_si128(_mm_slli_epi32(counts, 8), _mm_set1_epi32((int32_t)0x80800080));
    const __m128i rate = _mm_or_si128(_mm_shuffle_epi8(rates_low, low_index), _mm_shuffle_epi8(rates_high, high_index));
    __m128i slow = _mm_srli_epi32(distances, 16);
    const __m128i slow_step = _mm_add_epi32(_mm_mullo_epi32(slow, rate), _mm_set1_epi32(SLOW_ROUND));
    slow = _mm_sub_epi32(slow, _mm_srli_epi32(slow_step, 15));
    __m128i fast = _mm_and_si128(_mm_srli_epi32(distances, 4), _mm_set1_epi32(0xFFF));
    fast = _mm_sub_epi32(fast, _mm_srli_epi32(_mm_add_epi32(fast, _mm_set1_epi32(FAST_ROUND)), 2));
    const __m128i mask = _mm_shuffle_epi8(load128(masks), low_index);
    const __m128i stepping = _mm_cmpeq_epi32(_mm_and_si128(slow, mask), _mm_setzero_si128());
    const __m128i stepped = _mm_min_epi32(_mm_sub_epi32(counts, stepping), _mm_set1_epi32(15));
    const __m128i estimates = _mm_or_si128(_mm_slli_epi32(slow, 16), _mm_slli_epi32(fast, 4));
    store128(nodes, _mm_or_si128(_mm_xor_si128(estimates, flip), stepped));
}

#endif
