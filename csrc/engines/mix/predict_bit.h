/*
 * predict_bit.h - one decision of a predictor: predict, code, learn. Compiled once per kind of processor, with the operations of
 * one vector_*.h included before. FORMAT.md, "Predictor".
 */
#ifndef QCZ_ENGINES_MIX_PREDICT_BIT_H
#define QCZ_ENGINES_MIX_PREDICT_BIT_H

#include "base/compiler.h"
#include "engines/mix/coder.h"

enum {
    WEIGHT_SHIFT = 13,
    FINAL_SHIFT = 16,
    FINAL_SPARE_BITS = 2,     /* of the final weights: their sum of products has to fit 32 bits */
    FINAL_RATE_SHIFT = 17,
    MAP_STEP_SHIFT = 7,       /* stretched values between two points of a map */
    MAP_RATE_SHIFT = 6,
    TRUST_RATE_SHIFT = 7,
    TRUST_MARGIN = 64,
    BIAS_INPUT = 77
};

typedef struct mixed_bit {
    int32_t stretched[PREDICTOR_MAX_SETS];
    uint32_t probabilities[PREDICTOR_MAX_SETS];
    int16_t *weights[PREDICTOR_MAX_SETS];
    int32_t *final_weights;
    uint32_t final_probability;
    uint16_t *points[PREDICTOR_MAPS]; /* the point below the value; the next is above */
    uint32_t parts[PREDICTOR_MAPS];   /* of the way to the point above, in 1/128 */
} mixed_bit;

/*
 * How a predictor is used, all of it constant wherever a decision is coded, so that the compiler can lay it out: its contexts (a
 * multiple of eight), weight sets (two or more), hints, and maps (one or two), at most as many as its shape has.
 */
typedef struct bit_plan {
    unsigned contexts;
    unsigned sets;
    unsigned hints;
    unsigned maps;
} bit_plan;

static ALWAYS_INLINE int16_t hint_input(const logistic_tables *logistic, const bit_decision *decision, unsigned number,
                                        const bit_plan *plan)
{
    if (number >= plan->hints)
        return 0;
    const bit_hint *hint = &decision->hints[number];
    return (int16_t)(hint->sign * logistic->stretch[*hint->trust >> 4]);
}

static ALWAYS_INLINE int16_t first_hint_lean(const bit_decision *decision, const bit_plan *plan)
{
    if (plan->hints == 0)
        return 0;
    return (int16_t)(decision->hints[0].sign * (((int32_t)*decision->hints[0].trust - 32768) / 64));
}

/* Reads the nodes of all contexts and the hints; returns which of the first eight contexts have been seen. */
static ALWAYS_INLINE unsigned read_inputs(const bit_predictor *predictor, const bit_decision *decision, uint32_t *nodes,
                                          input_vectors *inputs, const bit_plan *plan)
{
    const logistic_tables *logistic = predictor->logistic;
    const unsigned blocks = plan->contexts / 8;
    const int16_t extra[8] = {BIAS_INPUT,
                              hint_input(logistic, decision, 0, plan),
                              first_hint_lean(decision, plan),
                              hint_input(logistic, decision, 1, plan),
                              hint_input(logistic, decision, 2, plan),
                              hint_input(logistic, decision, 3, plan),
                              0,
                              0};
    unsigned pattern = 0;
    start_inputs(inputs, input_units(plan->contexts));
    for (unsigned block = 0; block < blocks; block++) {
        const unsigned seen = read_block(predictor->group + 8 * block, decision->node, logistic, nodes + 8 * block, inputs, 3 * block);
        pattern = block == 0 ? seen : pattern;
    }
    set_unit(inputs, 3 * blocks, extra);
    return pattern;
}

static inline uint32_t chosen_set(const bit_predictor *predictor, const bit_decision *decision, unsigned set, unsigned pattern)
{
    if (predictor->shape.set_sizes[set] != 0)
        return decision->sets[set];
    const bit_hint *first = &decision->hints[0];
    return pattern * 3 + (first->sign == 0 ? 0 : *first->trust > 60000 ? 2 : 1);
}

static ALWAYS_INLINE uint32_t mix_inputs(bit_predictor *predictor, const bit_decision *decision, const input_vectors *inputs,
                                         unsigned pattern, mixed_bit *mixed, const bit_plan *plan)
{
    const unsigned units = input_units(plan->contexts);
    uint32_t sum = 0; /* wraps, as in dot_product: weights have no bound */
    mixed->final_weights = predictor->final_weights + (size_t)decision->final_set * PREDICTOR_MAX_SETS;
    for (unsigned set = 0; set < plan->sets; set++) {
        const size_t number = predictor->set_starts[set] + chosen_set(predictor, decision, set, pattern);
        mixed->weights[set] = predictor->weights + number * units * 16;
        mixed->stretched[set] = clamp_stretched(dot_product(inputs, mixed->weights[set], units) >> WEIGHT_SHIFT);
        mixed->probabilities[set] = squash(predictor->logistic, mixed->stretched[set]);
        sum += (uint32_t)mixed->stretched[set] * (uint32_t)(mixed->final_weights[set] >> FINAL_SPARE_BITS);
    }
    const int32_t stretched = clamp_stretched((int32_t)sum >> (FINAL_SHIFT - FINAL_SPARE_BITS));
    mixed->final_probability = squash(predictor->logistic, stretched);
    const int32_t held = stretched > STRETCH_LIMIT ? STRETCH_LIMIT : stretched < -STRETCH_LIMIT ? -STRETCH_LIMIT : stretched;
    const uint32_t scale = (uint32_t)(held + STRETCH_LIMIT + 1);
    uint32_t probability = mixed->final_probability * plan->maps;
    for (unsigned map = 0; map < plan->maps; map++) {
        mixed->points[map] = predictor->maps[map] + (size_t)decision->maps[map] * PREDICTOR_MAP_POINTS + (scale >> MAP_STEP_SHIFT);
        mixed->parts[map] = scale & 127;
        probability += (mixed->points[map][0] * (128 - mixed->parts[map]) + mixed->points[map][1] * mixed->parts[map]) >> MAP_STEP_SHIFT;
    }
    probability >>= plan->maps;
    return probability < 1 ? 1 : probability > 65535 ? 65535 : probability;
}

/* Moves a probability of 16 bits towards the bit by 1 / 2^shift of the distance, rounded up, so that certainty can be reached. */
static ALWAYS_INLINE void approach(uint16_t *probability, unsigned bit, unsigned shift)
{
    const uint32_t flip = 0u - bit;
    uint32_t distance = (*probability ^ flip) & 0xFFFF;
    distance -= (distance + ((1u << shift) - 1)) >> shift;
    *probability = (uint16_t)(distance ^ flip);
}

static ALWAYS_INLINE void learn_hint(const bit_hint *hint, unsigned bit)
{
    uint16_t trust = *hint->trust;
    approach(&trust, (hint->sign > 0) == (int)bit, TRUST_RATE_SHIFT);
    trust = trust > 65535 - TRUST_MARGIN ? 65535 - TRUST_MARGIN : trust < TRUST_MARGIN ? TRUST_MARGIN : trust;
    *hint->trust = hint->sign != 0 ? trust : *hint->trust;
}

static ALWAYS_INLINE void learn_bit(bit_predictor *predictor, const bit_decision *decision, const input_vectors *inputs,
                                    mixed_bit *mixed, unsigned bit, const bit_plan *plan)
{
    const int32_t target = (int32_t)(bit << PROBABILITY_BITS);
    const int32_t rate = (int32_t)predictor->shape.rate;
    for (unsigned set = 0; set < plan->sets; set++) {
        const int32_t error = (target - (int32_t)mixed->probabilities[set]) * rate >> 16;
        train_weights(mixed->weights[set], inputs, (int16_t)error, input_units(plan->contexts));
    }
    const int32_t error = target - (int32_t)mixed->final_probability;
    for (unsigned set = 0; set < plan->sets; set++) {
        const int32_t change = (error * mixed->stretched[set] + (1 << (FINAL_RATE_SHIFT - 1))) >> FINAL_RATE_SHIFT;
        mixed->final_weights[set] = (int32_t)((uint32_t)mixed->final_weights[set] + (uint32_t)change);
    }
    for (unsigned map = 0; map < plan->maps; map++)
        approach(&mixed->points[map][mixed->parts[map] >> 6], bit, MAP_RATE_SHIFT);
    for (unsigned number = 0; number < plan->hints; number++)
        learn_hint(&decision->hints[number], bit);
}

/* Codes one decision: writes `bit`, or reads and returns it. */
static ALWAYS_INLINE unsigned code_bit(mix_coder *coder, bit_predictor *predictor, const bit_decision *decision, unsigned bit,
                                       const bit_plan plan)
{
    input_vectors inputs;
    uint32_t nodes[PREDICTOR_MAX_CONTEXTS];
    mixed_bit mixed;
    const unsigned pattern = read_inputs(predictor, decision, nodes, &inputs, &plan);
    finish_inputs(&inputs, input_units(plan.contexts));
    const uint32_t one = mix_inputs(predictor, decision, &inputs, pattern, &mixed, &plan);
    if (coder->decoding)
        bit = decode_bit(&coder->decoder, one);
    else
        encode_bit(&coder->encoder, bit, one);
    update_nodes(nodes, plan.contexts, bit);
    for (unsigned context = 0; context < plan.contexts; context++)
        predictor->group[context]->nodes[decision->node] = nodes[context];
    learn_bit(predictor, decision, &inputs, &mixed, bit, &plan);
    return bit;
}

/* ---- four contexts, one set, one hint, one map ------------------------------------------------------------------------------ */

/* As code_bit, for predictors of flags. `set` and `map` are numbers of a weight set and a map, `node` is in the line. */
static ALWAYS_INLINE unsigned code_bit_lean(mix_coder *coder, bit_predictor *predictor, unsigned node, uint32_t set, uint32_t map,
                                            bit_hint hint, unsigned bit)
{
    const logistic_tables *logistic = predictor->logistic;
    const unsigned units = input_units(LEAN_CONTEXTS);
    int16_t *const weights = predictor->weights + (size_t)set * units * 16;
    const int32_t trust = *hint.trust;
    const int16_t extra[8] = {BIAS_INPUT, (int16_t)(hint.sign * logistic->stretch[trust >> 4]),
                              (int16_t)(hint.sign * ((trust - 32768) / 64)), 0, 0, 0, 0, 0};
    uint32_t nodes[LEAN_CONTEXTS];
    input_vectors inputs;
    read_few(predictor->group, node, logistic, nodes, extra, &inputs);
    finish_inputs(&inputs, units);
    const int32_t stretched = clamp_stretched(dot_product(&inputs, weights, units) >> WEIGHT_SHIFT);
    const uint32_t mixed = squash(logistic, stretched);
    uint16_t *const point =
        predictor->maps[0] + (size_t)map * LEAN_MAP_POINTS + ((uint32_t)(stretched + SQUASH_LIMIT + 1) >> LEAN_MAP_SHIFT);
    uint32_t one = (mixed + *point) >> 1;
    one += one == 0;
    if (coder->decoding)
        bit = decode_bit(&coder->decoder, one);
    else
        encode_bit(&coder->encoder, bit, one);
    approach(point, bit, MAP_RATE_SHIFT);
    const int32_t error = ((int32_t)(bit << PROBABILITY_BITS) - (int32_t)mixed) * (int32_t)predictor->shape.rate >> 16;
    train_weights(weights, &inputs, (int16_t)error, units);
    update_few(nodes, bit);
    for (unsigned context = 0; context < LEAN_CONTEXTS; context++)
        predictor->group[context]->nodes[node] = nodes[context];
    if (hint.sign != 0)
        learn_hint(&hint, bit);
    return bit;
}

/* ---- lines ---------------------------------------------------------------------------------------------------------------- */

static inline uint64_t group_hash(uint64_t context, uint64_t group)
{
    const uint64_t hash = (context + group * 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93;
    return hash ^ hash >> 32;
}

enum { LINES_ASIDE = 4, FIRST_GROUP = 5 };

/*
 * Asks memory for the lines of four decisions to come, of which all is known but the two bits before them: `group` tells the group
 * apart from others, and its lines for those bits lie side by side. To be opened later, when they have come. An encoder knows the
 * bits; a decoder passes LINES_ASIDE for all of them. The first group of a symbol has no bits before it: FIRST_GROUP.
 */
static ALWAYS_INLINE void seek_group(bit_predictor *predictor, uint64_t group, unsigned bits, unsigned contexts)
{
    for (unsigned context = 0; context < contexts; context++) {
        const uint64_t hash = group_hash(predictor->contexts[context], group);
        const context_line *line = line_table_place(&predictor->lines, hash);
        predictor->hashes[context] = hash;
        if (bits == FIRST_GROUP) {
            PREFETCH(&predictor->lines.lines[hash & predictor->lines.mask]);
            continue;
        }
        if (bits < LINES_ASIDE) {
            PREFETCH(line + bits);
            continue;
        }
        PREFETCH(line);
        PREFETCH(line + 1);
        PREFETCH(line + 2);
        PREFETCH(line + 3);
    }
}

static ALWAYS_INLINE void open_group(bit_predictor *predictor, unsigned bits, unsigned contexts)
{
    for (unsigned context = 0; context < contexts; context++) {
        const uint64_t hash = predictor->hashes[context];
        const uint64_t place_hash = bits == FIRST_GROUP ? hash : (hash & ~(uint64_t)3) | bits;
        predictor->group[context] = line_table_find(&predictor->lines, hash, place_hash);
    }
}

/* Both at once, for the first group of a symbol. */
static ALWAYS_INLINE void find_group(bit_predictor *predictor, uint64_t group, unsigned contexts)
{
    seek_group(predictor, group, FIRST_GROUP, contexts);
    open_group(predictor, FIRST_GROUP, contexts);
}

#endif
