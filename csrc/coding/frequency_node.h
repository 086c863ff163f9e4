/*
 * frequency_node.h - the node of a frequency model's tree: running sums of 16 children in one cache line. Room coding: the
 * arithmetic coder and the models of numbers and symbols; it may use base, text and books.
 *
 * Every x86-64 has SSE2 and every AArch64 has NEON, so the choice is made when compiling; all versions compute the same.
 */
#ifndef QCZ_CODING_FREQUENCY_NODE_H
#define QCZ_CODING_FREQUENCY_NODE_H

#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

enum { FANOUT_BITS = 4, FANOUT = 1 << FANOUT_BITS };

/* sums[k] = sum of the frequencies under children 0 .. k-1, so sums[0] is 0 and the sums never fall. */
typedef struct frequency_node {
    int32_t sums[FANOUT];
} frequency_node;

#if defined(__SSE2__)

static inline __m128i load_four_sums(const frequency_node *node, unsigned quarter)
{
    return _mm_loadu_si128((const __m128i *)(const void *)&node->sums[4 * quarter]);
}

/* The last child whose sum is not above `target`. */
static inline uint32_t frequency_node_find(const frequency_node *node, int32_t target)
{
    const __m128i targets = _mm_set1_epi32(target);
    const __m128i above_0 = _mm_cmpgt_epi32(load_four_sums(node, 0), targets);
    const __m128i above_1 = _mm_cmpgt_epi32(load_four_sums(node, 1), targets);
    const __m128i above_2 = _mm_cmpgt_epi32(load_four_sums(node, 2), targets);
    const __m128i above_3 = _mm_cmpgt_epi32(load_four_sums(node, 3), targets);
    const __m128i above = _mm_packs_epi16(_mm_packs_epi32(above_0, above_1), _mm_packs_epi32(above_2, above_3));
    return (uint32_t)__builtin_ctz((unsigned)_mm_movemask_epi8(above) | 1u << FANOUT) - 1;
}

/* Adds `amount` to the frequency of `child`. */
static inline void frequency_node_add(frequency_node *node, int32_t child, int32_t amount)
{
    const __m128i children = _mm_set1_epi32(child);
    const __m128i amounts = _mm_set1_epi32(amount);
    for (int32_t quarter = 0; quarter < 4; quarter++) {
        const __m128i places = _mm_add_epi32(_mm_setr_epi32(0, 1, 2, 3), _mm_set1_epi32(4 * quarter));
        const __m128i added = _mm_and_si128(_mm_cmpgt_epi32(places, children), amounts);
        __m128i *sums = (__m128i *)(void *)&node->sums[4 * quarter];
        _mm_storeu_si128(sums, _mm_add_epi32(_mm_loadu_si128(sums), added));
    }
}

#elif defined(__ARM_NEON)

static inline uint32_t frequency_node_find(const frequency_node *node, int32_t target)
{
    const int32x4_t targets = vdupq_n_s32(target);
    uint32x4_t not_above = vdupq_n_u32(0);
    for (unsigned quarter = 0; quarter < 4; quarter++)
        not_above = vsubq_u32(not_above, vcleq_s32(vld1q_s32(&node->sums[4 * quarter]), targets));
    return vgetq_lane_u32(not_above, 0) + vgetq_lane_u32(not_above, 1) + vgetq_lane_u32(not_above, 2) +
           vgetq_lane_u32(not_above, 3) - 1;
}

static inline void frequency_node_add(frequency_node *node, int32_t child, int32_t amount)
{
    static const int32_t first_places[4] = {0, 1, 2, 3};
    const int32x4_t children = vdupq_n_s32(child);
    for (int32_t quarter = 0; quarter < 4; quarter++) {
        const int32x4_t places = vaddq_s32(vld1q_s32(first_places), vdupq_n_s32(4 * quarter));
        const int32x4_t added = vandq_s32(vreinterpretq_s32_u32(vcgtq_s32(places, children)), vdupq_n_s32(amount));
        vst1q_s32(&node->sums[4 * quarter], vaddq_s32(vld1q_s32(&node->sums[4 * quarter]), added));
    }
}

#else

static inline uint32_t frequency_node_find(const frequency_node *node, int32_t target)
{
    uint32_t not_above = 0;
    for (uint32_t k = 0; k < FANOUT; k++)
        not_above += node->sums[k] <= target;
    return not_above - 1;
}

static inline void frequency_node_add(frequency_node *node, int32_t child, int32_t amount)
{
    for (int32_t k = child + 1; k < FANOUT; k++)
        node->sums[k] += amount;
}

#endif

#endif
