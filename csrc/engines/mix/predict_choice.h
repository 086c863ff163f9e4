/*
 * predict_choice.h - one choice of a choice_predictor: predict, code, learn. Compiled once per kind of processor, with the operations of
 * one vector_*.h included before. FORMAT.md, "Choices".
 */
#ifndef QCZ_ENGINES_MIX_PREDICT_CHOICE_H
#define QCZ_ENGINES_MIX_PREDICT_CHOICE_H

#include "base/compiler.h"
#include "engines/mix/coder.h"

enum {
    BASE_RATE = 120,            /* of the entries of nodes, in 1 / 32,768 */
    WEIGHT_GAIN_SHIFT = 3,
    LEAST_WEIGHT = 300,
    GREATEST_WEIGHT = 32500,
    LEAST_TRUST = 64,
    GREATEST_TRUST = 32704,
    EXPECTED_RATE_SHIFT = 6,
    DECISIONS_A_CHOICE = 4      /* that a choice counts for in what bounds the time of a decoder */
};

/* 32,768 / (n + 1.4) for n = 0 .. 14 times seen, then 1 / 44. */
#define ENTRY_RATES 23406, 13653, 9638, 7447, 6068, 5120, 4428, 3901, 3486, 3151, 2874, 2643, 2445, 2275, 2128, 740

/* Where the bounds move to when a choice has been made: those above it up, the others down. */
#define BOUND_FOR(bound, choice) ((bound) > (choice) ? CHOICE_LAST_BOUND : 0)
#define BOUNDS_FOR(choice)                                                                                                        \
    {0, 0, BOUND_FOR(1, choice), BOUND_FOR(2, choice), BOUND_FOR(3, choice), BOUND_FOR(4, choice), BOUND_FOR(5, choice),          \
     BOUND_FOR(6, choice), BOUND_FOR(7, choice), BOUND_FOR(8, choice), BOUND_FOR(9, choice), BOUND_FOR(10, choice),               \
     BOUND_FOR(11, choice), BOUND_FOR(12, choice), BOUND_FOR(13, choice), BOUND_FOR(14, choice)}

static inline choice_lanes lanes_of_choice(unsigned choice)
{
    static const uint16_t bounds[MAX_CHOICES + 1][16] = {
        BOUNDS_FOR(0), BOUNDS_FOR(1), BOUNDS_FOR(2),  BOUNDS_FOR(3),  BOUNDS_FOR(4),  BOUNDS_FOR(5),  BOUNDS_FOR(6),  BOUNDS_FOR(7),
        BOUNDS_FOR(8), BOUNDS_FOR(9), BOUNDS_FOR(10), BOUNDS_FOR(11), BOUNDS_FOR(12), BOUNDS_FOR(13), BOUNDS_FOR(14), BOUNDS_FOR(15)};
    return lanes_load(bounds[choice]);
}

/* What the caller knows of a choice. */
typedef struct choice_question {
    choice_entry *base;       /* what the choices are like in whatever context */
    uint64_t node;            /* tells the question apart from others in the same contexts */
    unsigned depth;           /* choices before it in the token, 2 for more */
    unsigned expected;        /* the choice that the match predicts */
    uint16_t *trust;          /* how far, in 1 / 32,768; NULL if none is */
} choice_question;

static ALWAYS_INLINE uint64_t choice_hash(uint64_t context, uint64_t node)
{
    return (context + node * 0x9E3779B97F4A7C15) * 0xD6E8FEB86659FD93;
}

/* Asks memory for the entries of a question to come. */
static ALWAYS_INLINE void seek_choice(const choice_predictor *predictor, uint64_t node, unsigned contexts)
{
    for (unsigned context = 0; context < contexts; context++)
        PREFETCH(predictor->table.buckets + (choice_hash(predictor->contexts[context], node) >> predictor->table.shift));
}

/* What one context predicts. */
typedef struct context_prediction {
    choice_entry *entry;
    uint32_t check;
    uint32_t state;
    uint32_t is_known;
    uint32_t weight_number;
    uint32_t weight;         /* 0 if it is not known */
    choice_lanes bounds;     /* those of the mixture before it, if it is not known */
} context_prediction;

/* `value` if `condition` is 1, `other` if it is 0; never a branch, which no processor could predict. */
static ALWAYS_INLINE uint32_t pick(uint32_t condition, uint32_t value, uint32_t other)
{
    return other ^ ((value ^ other) & (0u - condition));
}

static ALWAYS_INLINE void find_entry(const choice_table *table, uint64_t hash, context_prediction *prediction)
{
    choice_entry *const bucket = table->buckets[hash >> table->shift];
    const uint32_t check = ((uint32_t)hash & 0xFFFF) | 1;
    const uint32_t first = bucket[0].check == check;
    const uint32_t second = bucket[1].check == check;
    const uint32_t less_used = (bucket[1].state & CHOICE_COUNT_MASK) < (bucket[0].state & CHOICE_COUNT_MASK);
    prediction->check = check;
    prediction->is_known = first | second;
    prediction->entry = bucket + (second | (less_used & ~first));
    prediction->state = pick(prediction->is_known, prediction->entry->state, CHOICE_STATE_NEW);
}

/* The number of the weights of a context that is known. */
static ALWAYS_INLINE uint32_t weight_number(unsigned context, unsigned depth, uint32_t state, uint32_t state_before,
                                            uint32_t known_before)
{
    const uint32_t neighbour = ((state ^ state_before) < 256) + 2 * (1 - known_before);
    return ((context * CHOICE_DEPTHS + depth) * CHOICE_NEIGHBOURS + neighbour) * CHOICE_SEEN_STATES + (state & 0xFF);
}

/* How to read the part that an entry gives to a choice: without branches, for there is no bound before the first or after the last. */
typedef struct part_reader {
    unsigned below;      /* places among the lanes of an entry */
    unsigned above;
    uint32_t below_mask;
    uint32_t above_mask;
    uint32_t above_bits;
} part_reader;

static ALWAYS_INLINE part_reader read_part_of(unsigned choice)
{
    const uint32_t is_last = choice == MAX_CHOICES - 1;
    return (part_reader){.below = choice + 1, .above = choice + 2 - is_last, .below_mask = 0u - (choice > 0),
                         .above_mask = is_last - 1, .above_bits = (0u - is_last) & CHOICE_LAST_BOUND};
}

static ALWAYS_INLINE int32_t part_of(const choice_entry *entry, const part_reader *reader)
{
    const uint16_t *lanes = (const uint16_t *)(const void *)entry;
    return (int32_t)(((lanes[reader->above] & reader->above_mask) | reader->above_bits) - (lanes[reader->below] & reader->below_mask));
}

/* How much better or worse than `part` the mixture would have been with more of `other`: in 1 / 1,024 of what it was. */
static ALWAYS_INLINE int32_t gain_of(const choice_predictor *predictor, int32_t other, int32_t before, int32_t part)
{
    return ((other - before) * (int32_t)predictor->reciprocals[part >> CHOICE_RECIPROCAL_SHIFT]) >> 10;
}

static ALWAYS_INLINE void learn_weight(uint16_t *place, uint32_t weight, int32_t gain)
{
    const int32_t better = (int32_t)weight + (gain >> WEIGHT_GAIN_SHIFT);
    const int32_t held = better < LEAST_WEIGHT ? LEAST_WEIGHT : better;
    *place = (uint16_t)(held > GREATEST_WEIGHT ? GREATEST_WEIGHT : held);
}

static ALWAYS_INLINE uint32_t state_after(uint32_t state, uint32_t choice)
{
    const uint32_t count = state & CHOICE_COUNT_MASK;
    const uint32_t run = state >> 4 & 15;
    const uint32_t run_now = (run + (run < 15)) & (0u - (state >> 8 == choice));
    return (count + (count < 15)) | run_now << 4 | choice << 8;
}

/* Narrows the interval to a choice: the one given, or the one read. `entry` has the same bounds as `lanes`. */
static ALWAYS_INLINE unsigned code_in_bounds(mix_coder *coder, choice_lanes lanes, const choice_entry *entry, unsigned choice)
{
    const uint64_t unit = (coder->decoding ? coder->decoder.range : coder->encoder.range) >> CHOICE_TOTAL_BITS;
    if (coder->decoding) {
        const uint64_t value = coder->decoder.code / unit;
        choice = lanes_count_up_to(lanes, (uint16_t)(value < CHOICE_LAST_BOUND ? value : CHOICE_LAST_BOUND));
    }
    const part_reader reader = read_part_of(choice);
    const uint16_t *bounds = (const uint16_t *)(const void *)entry;
    const uint64_t start = bounds[reader.below] & reader.below_mask;
    const uint64_t size = (uint64_t)part_of(entry, &reader) + (choice == MAX_CHOICES - 1);
    if (coder->decoding)
        arithmetic_decoder_narrow(&coder->decoder, unit * start, unit * size);
    else
        arithmetic_encoder_narrow(&coder->encoder, unit * start, unit * size);
    return choice;
}

/* What all contexts predict, and what the last of them that is known brought last. */
typedef struct context_predictions {
    context_prediction of[CHOICE_MAX_CONTEXTS];
    uint32_t repeated;      /* MAX_CHOICES if none is known */
    uint32_t repeat_number;
    uint32_t repeat_weight;
} context_predictions;

static ALWAYS_INLINE void look_up_contexts(const choice_predictor *predictor, const choice_question *question, context_predictions *predictions,
                                      unsigned contexts)
{
    uint32_t state_before = CHOICE_STATE_NEW;
    uint32_t known_before = 0;
    predictions->repeated = MAX_CHOICES;
    predictions->repeat_number = 0;
    for (unsigned context = 0; context < contexts; context++) {
        context_prediction *const prediction = &predictions->of[context];
        find_entry(&predictor->table, choice_hash(predictor->contexts[context], question->node), prediction);
        const uint32_t number = weight_number(context, question->depth, prediction->state, state_before, known_before);
        prediction->weight_number = number;
        prediction->weight = predictor->context_weights[number] & (0u - prediction->is_known);
        predictions->repeat_number = pick(prediction->is_known, number, predictions->repeat_number);
        predictions->repeated = pick(prediction->is_known, prediction->state >> 8, predictions->repeated);
        state_before = prediction->state;
        known_before = prediction->is_known;
    }
    const uint32_t any_known = predictions->repeated < MAX_CHOICES;
    predictions->repeat_weight = predictor->repeat_weights[predictions->repeat_number] & (0u - any_known);
}

/* A context that is new takes over what those before it make. */
static ALWAYS_INLINE choice_lanes mix_distributions(const choice_question *question, context_predictions *predictions,
                                                    unsigned contexts)
{
    choice_lanes mixed = lanes_load(question->base);
    for (unsigned context = 0; context < contexts; context++) {
        context_prediction *const prediction = &predictions->of[context];
        prediction->bounds = lanes_pick(prediction->is_known, lanes_load(prediction->entry), mixed);
        mixed = lanes_toward(mixed, prediction->bounds, (uint16_t)prediction->weight);
    }
    mixed = lanes_toward(mixed, lanes_of_choice(predictions->repeated), (uint16_t)predictions->repeat_weight);
    if (question->trust != NULL)
        mixed = lanes_toward(mixed, lanes_of_choice(question->expected), *question->trust);
    return lanes_lift(mixed);
}

static ALWAYS_INLINE void learn_weights(choice_predictor *predictor, const choice_question *question,
                                        const context_predictions *predictions, unsigned choice, unsigned contexts)
{
    const part_reader reader = read_part_of(choice);
    int32_t part = part_of(question->base, &reader);
    for (unsigned context = 0; context < contexts; context++) {
        const context_prediction *const prediction = &predictions->of[context];
        const int32_t own = part_of(prediction->entry, &reader);
        const int32_t before = part;
        part += (own - part) * (int32_t)prediction->weight >> CHOICE_TOTAL_BITS;
        learn_weight(&predictor->context_weights[prediction->weight_number], prediction->weight, gain_of(predictor, own, before, part));
    }
    const int32_t own = (int32_t)((0u - (choice == predictions->repeated)) & CHOICE_LAST_BOUND);
    const int32_t after = part + ((own - part) * (int32_t)predictions->repeat_weight >> CHOICE_TOTAL_BITS);
    learn_weight(&predictor->repeat_weights[predictions->repeat_number], predictions->repeat_weight,
                 gain_of(predictor, own, part, after));
}

static ALWAYS_INLINE void learn_trust(const choice_question *question, unsigned choice)
{
    const int32_t trust = *question->trust;
    if (choice == question->expected)
        *question->trust = (uint16_t)(trust + ((GREATEST_TRUST - trust) >> EXPECTED_RATE_SHIFT));
    else
        *question->trust = (uint16_t)(trust - ((trust - LEAST_TRUST) >> EXPECTED_RATE_SHIFT));
}

static ALWAYS_INLINE void learn_choice(const choice_question *question, const context_predictions *predictions, unsigned choice,
                                       unsigned contexts)
{
    static const uint16_t rates[CHOICE_COUNT_MASK + 1] = {ENTRY_RATES};
    const choice_lanes made = lanes_of_choice(choice);
    lanes_store(question->base, lanes_toward(lanes_load(question->base), made, BASE_RATE));
    for (unsigned context = 0; context < contexts; context++) {
        const context_prediction *const prediction = &predictions->of[context];
        const uint32_t label = state_after(prediction->state, choice) << 16 | prediction->check;
        const choice_lanes learnt = lanes_toward(prediction->bounds, made, rates[prediction->state & CHOICE_COUNT_MASK]);
        lanes_store(prediction->entry, lanes_label(learnt, label));
    }
}

/* Codes one choice: writes `choice`, or reads and returns it. */
static ALWAYS_INLINE unsigned code_choice(mix_coder *coder, choice_predictor *predictor, const choice_question *question,
                                          unsigned choice, unsigned contexts)
{
    context_predictions predictions;
    choice_entry mixed;
    look_up_contexts(predictor, question, &predictions, contexts);
    const choice_lanes lanes = mix_distributions(question, &predictions, contexts);
    lanes_store(&mixed, lanes);
    choice = code_in_bounds(coder, lanes, &mixed, choice);
    coder->decisions_left -= coder->decisions_left < DECISIONS_A_CHOICE ? coder->decisions_left : DECISIONS_A_CHOICE;
    learn_weights(predictor, question, &predictions, choice, contexts);
    if (question->trust != NULL)
        learn_trust(question, choice);
    learn_choice(question, &predictions, choice, contexts);
    return choice;
}

/* ---- tokens ----------------------------------------------------------------------------------------------------------------- */

/* Asks memory for all that coding `path` will take. */
static ALWAYS_INLINE void seek_path(const choice_predictor *predictor, const choice_tree *tree, uint64_t path, unsigned contexts)
{
    uint32_t node = tree->root;
    for (; !(node & WORD_TREE_LEAF); path >>= CHOICE_BITS) {
        seek_choice(predictor, node, contexts);
        PREFETCH(&tree->entries[node]);
        node = tree->children[node][path & 15];
    }
}

/* What the match says: the path it expects, and how far it is trusted at each depth. */
typedef struct expected_path {
    uint64_t path;
    uint16_t *trusts; /* CHOICE_MAX_DEPTH of them */
} expected_path;

/* Goes from the root to a leaf: along `path`, or by what is read. Returns the leaf. */
static ALWAYS_INLINE uint32_t code_path(mix_coder *coder, choice_predictor *predictor, const choice_tree *tree, uint64_t path,
                                        expected_path expected, unsigned contexts)
{
    uint32_t node = tree->root;
    unsigned expected_choices = (unsigned)(expected.path >> CHOICE_DEPTH_SHIFT);
    for (unsigned depth = 0; !(node & WORD_TREE_LEAF); depth++) {
        choice_question question = {.base = &tree->entries[node], .node = node, .depth = depth < 2 ? depth : 2};
        if (depth < expected_choices) {
            question.expected = (unsigned)(expected.path >> (CHOICE_BITS * depth) & 15);
            question.trust = &expected.trusts[depth];
        }
        if (coder->decoding && depth > 0)
            seek_choice(predictor, node, contexts);
        const unsigned choice =
            code_choice(coder, predictor, &question, (unsigned)(path >> (CHOICE_BITS * depth) & 15), contexts);
        if (question.trust != NULL && choice != question.expected)
            expected_choices = 0;
        node = tree->children[node][choice];
    }
    return node & ~WORD_TREE_LEAF;
}

#endif
