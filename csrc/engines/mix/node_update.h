/*
 * node_update.h - how a node learns from a bit: the constants, and the rule in plain C. The vector forms give the same numbers.
 *
 * Both estimates are taken as their distance from the bit, and shrink: the slow one by 1 / (count + 1.6), the fast one by a
 * quarter. The count takes one step a bit at first; later steps stand for more and more bits, and are taken when the low bits
 * of the slow estimate, as good as random, are zero.
 */
#ifndef QCZ_ENGINES_MIX_NODE_UPDATE_H
#define QCZ_ENGINES_MIX_NODE_UPDATE_H

#include <stdint.h>

enum { SLOW_ROUND = 24576, FAST_ROUND = 2 };

/* 32,768 / (n + 1.6) for n = 0 .. 11, then 14, 20, 45, 160. */
#define SLOW_RATES 20480, 12603, 9102, 7123, 5851, 4965, 4312, 3810, 3413, 3091, 2825, 2601, 2101, 1517, 700, 200
/* A count steps when the slow estimate and its mask have no bit in common. */
#define STEP_MASKS 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 7, 31, 63, 63

static inline uint32_t node_after(uint32_t node, unsigned bit)
{
    static const uint16_t rates[16] = {SLOW_RATES};
    static const uint8_t masks[16] = {STEP_MASKS};
    const uint32_t flip = bit ? UINT32_C(0xFFFFFFF0) : 0;
    const uint32_t distances = node ^ flip;
    const uint32_t count = node & 15;
    uint32_t slow = distances >> 16;
    uint32_t fast = distances >> 4 & 0xFFF;
    slow -= (slow * rates[count] + SLOW_ROUND) >> 15;
    fast -= (fast + FAST_ROUND) >> 2;
    const uint32_t stepped = count + ((slow & masks[count]) == 0);
    return ((slow << 16 | fast << 4) ^ flip) | (stepped > 15 ? 15 : stepped);
}

/* Where there are no vectors for it. */
static inline void update_nodes_plainly(uint32_t *nodes, unsigned count, unsigned bit)
{
    for (unsigned i = 0; i < count; i++)
        nodes[i] = node_after(nodes[i], bit);
}

#endif
