/*
 * tokens.h - one word or gap: the decisions from the root of the tree of its codebook to its leaf, or its spelling.
 * FORMAT.md, section "Mix block".
 */
#ifndef QCZ_ENGINES_MIX_TOKENS_H
#define QCZ_ENGINES_MIX_TOKENS_H

#include "engines/mix/spelling.h"

enum {
    DEPTHS = 16, /* decisions from the sixteenth on are told apart no longer */
    GAP_RANKS = 256
};

/* What is asked when a token is coded. */
typedef struct token_question {
    bit_predictor *predictor;
    const token_book *book;
    unsigned step;              /* of the match; 0 if there is none */
    uint64_t expected;          /* path of the token that the match predicts; 0 if there is none */
    uint16_t (*trust)[16];
    uint32_t set_three;
    uint32_t set_four;          /* 0 .. 255 */
    uint64_t run_paths[MIX_RUN_HINTS];
    unsigned run_lengths[MIX_RUN_HINTS];
} token_question;

/* What a path says of the bit at `depth`: a one (1), a zero (-1), or nothing (0) if it has left the one taken or ended. */
static inline int path_sign(uint64_t path, unsigned depth, uint64_t taken)
{
    const int agrees = ((path ^ taken) & (((uint64_t)1 << depth) - 1)) == 0 && depth < path_depth(path);
    return agrees * ((int)(path >> depth & 1) * 2 - 1);
}

static ALWAYS_INLINE void set_hints(mix_coder *coder, const token_question *question, unsigned depth, uint64_t taken,
                                    unsigned hint_count, bit_decision *decision)
{
    const unsigned shown_depth = depth < DEPTHS ? depth : DEPTHS - 1;
    decision->hints[0].sign = path_sign(question->expected, depth, taken);
    decision->hints[0].trust = &question->trust[question->step][shown_depth];
    for (unsigned run = 0; run + 1 < hint_count; run++) {
        const unsigned length = question->run_lengths[run];
        decision->hints[1 + run].sign = path_sign(question->run_paths[run], depth, taken);
        decision->hints[1 + run].trust = &coder->run_trust[run][length & 15][depth / 3 < 3 ? depth / 3 : 3];
    }
}

static ALWAYS_INLINE void set_sets(const token_question *question, unsigned depth, uint32_t node, bit_decision *decision)
{
    const uint32_t shown_depth = depth < DEPTHS ? depth : DEPTHS - 1;
    const int predicted = decision->hints[0].sign;
    const uint32_t node_hash = node * 2654435761u;
    decision->sets[0] = (predicted == 0 ? 0 : question->step) * DEPTHS + shown_depth;
    decision->sets[1] = node_hash >> 20; /* where there are no patterns */
    decision->sets[2] = node_hash >> 20;
    decision->sets[3] = question->set_three;
    decision->sets[4] = question->set_four * DEPTHS + shown_depth;
    decision->final_set = (uint32_t)(predicted + 1) * DEPTHS + shown_depth;
    decision->maps[0] = decision->final_set;
    decision->maps[1] = (question->set_four < 64 ? question->set_four : 63) * 64 + (node_hash >> 26);
}

/* What to open a group with: the two decisions before `depth`, a multiple of four. */
static inline unsigned last_two(uint64_t taken, unsigned depth)
{
    return depth > 0 ? (unsigned)(taken >> (depth - 2) & 3) : FIRST_GROUP;
}

/* Walks from the root to a leaf: that of `token`, or the one read. */
static ALWAYS_INLINE uint32_t code_token_as(mix_coder *coder, const token_question *question, uint32_t token,
                                            const bit_plan plan)
{
    const token_book *book = question->book;
    const uint64_t path = coder->decoding ? 0 : book->paths[token];
    uint32_t node = book->tree.root;
    uint64_t taken = 0;
    bit_decision decision = {.node = 0};
    no_hints(coder, &decision);
    seek_group(question->predictor, node, FIRST_GROUP, plan.contexts);
    for (unsigned depth = 0; !(node & WORD_TREE_LEAF); depth++) {
        if (depth % 4 == 0) {
            open_group(question->predictor, last_two(taken, depth), plan.contexts);
            decision.node = 0;
        }
        if (depth % 4 == 2)
            seek_group(question->predictor, node, coder->decoding ? LINES_ASIDE : (unsigned)(path >> depth & 3), plan.contexts);
        set_hints(coder, question, depth, taken, plan.hints, &decision);
        set_sets(question, depth, node, &decision);
        coder->decisions_left -= coder->decisions_left > 0;
        const unsigned bit = code_bit(coder, question->predictor, &decision, path >> depth & 1, plan);
        decision.node = 2 * decision.node + 1 + bit;
        taken |= (uint64_t)bit << depth;
        node = book->tree.children[node][bit];
    }
    return node & ~WORD_TREE_LEAF;
}

static inline uint32_t code_token(mix_coder *coder, const token_question *question, uint32_t token)
{
    if (question->predictor->shape.context_count == MIX_SOME_CONTEXTS)
        return code_token_as(coder, question, token,
                             (bit_plan){.contexts = MIX_SOME_CONTEXTS, .sets = MIX_SOME_SETS, .hints = 2, .maps = 1});
    return code_token_as(coder, question, token,
                         (bit_plan){.contexts = MIX_MANY_CONTEXTS, .sets = MIX_MANY_SETS, .hints = 4, .maps = 2});
}

static inline uint32_t known_token(const token_book *book, uint32_t token)
{
    return token < book->count ? token : book->count;
}

static inline uint32_t unknown_token(const uint8_t *bytes, uint32_t size)
{
    uint64_t hash = size;
    for (uint32_t i = 0; i < size; i++)
        hash = hash_more(hash, bytes[i]);
    return UNKNOWN_TOKEN | (uint32_t)(hash >> 33);
}

/* Spells a token outside the book. Returns its size, or more than ITEM_MAX_TOKEN_SIZE if it is malformed. */
static inline uint32_t spell_token(mix_coder *coder, enum spelling_kind kind, const uint8_t *known, uint32_t known_size, uint8_t *spelt)
{
    if (!coder->decoding)
        memcpy(spelt, known, known_size);
    return code_spelling(coder, kind, coder->recent.words[0], spelt, 0, known_size);
}

/* Fills in what there is to know of a gap, once it is coded: from the book, or by spelling it. Returns 0 if it is malformed. */
static inline int complete_gap(mix_coder *coder, coded_item *item)
{
    const token_book *book = &coder->gaps;
    if (item->gap < book->count) {
        item->gap_size = token_size(book, item->gap);
        item->gap_bytes = book->text + book->offsets[item->gap];
        return 1;
    }
    item->gap_size = spell_token(coder, SPELL_GAP, item->gap_bytes, item->gap_size, item->spelt_gap);
    item->gap_bytes = item->spelt_gap;
    if (item->gap_size > ITEM_MAX_TOKEN_SIZE)
        return 0;
    item->gap = unknown_token(item->spelt_gap, item->gap_size);
    return 1;
}

static inline int complete_word(mix_coder *coder, coded_item *item)
{
    const token_book *book = &coder->words;
    if (item->word < book->count) {
        item->word_facts = book->facts[item->word];
        item->word_size = item->word_facts.size;
        item->word_bytes = book->text + book->offsets[item->word];
        return 1;
    }
    item->word_size = spell_token(coder, SPELL_WORD, item->word_bytes, item->word_size, item->spelt_word);
    item->word_bytes = item->spelt_word;
    if (item->word_size > ITEM_MAX_TOKEN_SIZE)
        return 0;
    item->word = unknown_token(item->spelt_word, item->word_size);
    item->word_facts = token_facts_of(item->spelt_word, item->word_size);
    return 1;
}

#endif
