/*
 * flags.h - what is one decision of an item: the case of its word, whether its gap ended a line, whether it is the predicted item.
 * FORMAT.md, section "Mix block".
 */
#ifndef QCZ_ENGINES_MIX_FLAGS_H
#define QCZ_ENGINES_MIX_FLAGS_H

#include "text/letter_case.h"
#include "engines/mix/tokens.h"

/* What the match predicts of an item, as far as it has not failed. */
typedef struct expected_flags {
    unsigned step;
    unsigned case_flag;
    unsigned line_end;
} expected_flags;

/* Codes one of two in a group of its own; `number` tells apart the questions of one predictor, 0 .. 3. */
static ALWAYS_INLINE unsigned code_flag(mix_coder *coder, bit_predictor *predictor, unsigned number, uint32_t set, uint32_t map,
                                        bit_hint hint, unsigned bit)
{
    coder->decisions_left -= coder->decisions_left > 0;
    return code_bit_lean(coder, predictor, number, number * (predictor->shape.set_sizes[0] / FLAG_NUMBERS) + set, map, hint, bit);
}

/* Where all is coded choice by choice, flags share a predictor; their numbers tell them apart. */
enum flag_question { FLAG_CASE = 1, FLAG_LINE_END, FLAG_EXPECTED };

static inline void seek_flag(mix_coder *coder, enum flag_question number, const uint64_t keys[CHOICE_FLAG_CONTEXTS])
{
    choice_predictor *const predictor = &coder->choices.flags;
    for (unsigned context = 0; context < CHOICE_FLAG_CONTEXTS; context++)
        predictor->contexts[context] = hash_more(keys[context], context);
    seek_choice(predictor, number, CHOICE_FLAG_CONTEXTS);
}

/* `trust` is NULL if nothing is expected. Returns at most `greatest`, whatever is read. */
static ALWAYS_INLINE unsigned code_flag_choice(mix_coder *coder, enum flag_question number, choice_entry *base, unsigned expected,
                                               uint16_t *trust, unsigned flag, unsigned greatest)
{
    const choice_question question = {.base = base, .node = number, .expected = expected, .trust = trust};
    const unsigned choice = code_choice(coder, &coder->choices.flags, &question, flag, CHOICE_FLAG_CONTEXTS);
    return choice < greatest ? choice : greatest;
}

static inline bit_hint flag_hint(mix_coder *coder, unsigned number, unsigned step, int bit)
{
    return (bit_hint){.trust = &coder->flag_trust[number][step], .sign = step > 0 && bit >= 0 ? 2 * bit - 1 : 0};
}

static inline void seek_case(mix_coder *coder, const coded_item *item)
{
    const recent_items *recent = &coder->recent;
    const uint64_t gap = recent->gaps[0];
    const uint64_t keys[LEAN_CONTEXTS] = {hash_three(gap, recent->cases[0], recent->cases[1]), item->word, hash_more(item->word, gap),
                                          hash_more(item->word, recent->words[0])};
    if (codes_by_choices(coder)) {
        seek_flag(coder, FLAG_CASE, keys);
        return;
    }
    for (unsigned context = 0; context < LEAN_CONTEXTS; context++)
        coder->case_predictor.contexts[context] = hash_more(keys[context], context);
    seek_group(&coder->case_predictor, 1, FIRST_GROUP, LEAN_CONTEXTS);
}

static inline void code_case_choice(mix_coder *coder, coded_item *item, unsigned choices, const expected_flags *known)
{
    const uint32_t rank = coder->gaps.ranks[known_token(&coder->gaps, item->gap)];
    choice_entry *const base = &coder->choices.flag_entries->cases[rank < CHOICE_GAP_RANKS ? rank : CHOICE_GAP_RANKS - 1];
    uint16_t *const trust = known->step > 0 ? &coder->choices.flag_trusts[0][known->step] : NULL;
    item->case_flag = (uint8_t)code_flag_choice(coder, FLAG_CASE, base, known->case_flag, trust, item->case_flag, choices);
}

static inline void code_case(mix_coder *coder, coded_item *item, unsigned choices, const expected_flags *known)
{
    bit_predictor *const predictor = &coder->case_predictor;
    const unsigned flag = item->case_flag;
    if (choices > 0 && codes_by_choices(coder)) {
        code_case_choice(coder, item, choices, known);
        return;
    }
    item->case_flag = CASE_AS_IS;
    if (choices == 0)
        return;
    const unsigned cases = coder->recent.cases[0] * 3 + coder->recent.cases[1];
    open_group(predictor, FIRST_GROUP, LEAN_CONTEXTS);
    const unsigned step = known->step;
    const unsigned expected = known->case_flag;
    const uint32_t gap_rank = coder->gaps.ranks[known_token(&coder->gaps, item->gap)];
    if (!code_flag(coder, predictor, 0, cases, gap_rank, flag_hint(coder, 0, step, expected != CASE_AS_IS),
                   flag != CASE_AS_IS))
        return;
    item->case_flag = CASE_TITLE;
    if (choices < 2)
        return;
    const int hinted = expected == CASE_AS_IS ? -1 : expected == CASE_UPPER;
    if (code_flag(coder, predictor, 1, 16 + cases, gap_rank, flag_hint(coder, 1, step, hinted),
                  flag == CASE_UPPER))
        item->case_flag = CASE_UPPER;
}

static inline void code_line_end(mix_coder *coder, coded_item *item, const expected_flags *known)
{
    bit_predictor *const predictor = &coder->line_end_predictor;
    const recent_items *recent = &coder->recent;
    const unsigned form = item->line_end;
    item->line_end = LINE_END_NOT_CODED;
    if (!(coder->header.flags & MIX_LINE_ENDS_APART) || find_soft_space(item->gap_bytes, item->gap_size) < 0)
        return;
    const uint32_t size = item->word_facts.characters;
    const uint32_t end = recent->column + size < 255 ? recent->column + size : 255;
    const uint64_t keys[LEAN_CONTEXTS] = {hash_three(end, recent->widest, recent->last_line_end), hash_more(end, recent->width),
                                              hash_more(end, recent->gaps[0]),
                                              hash_three(recent->words[0], item->word, recent->gaps[0])};
    const unsigned step = known->step;
    const unsigned expected = step > 0 ? known->line_end : LINE_END_NOT_CODED;
    if (codes_by_choices(coder)) {
        seek_flag(coder, FLAG_LINE_END, keys);
        uint16_t *const trust = expected != LINE_END_NOT_CODED ? &coder->choices.flag_trusts[1][step] : NULL;
        item->line_end = (uint8_t)code_flag_choice(coder, FLAG_LINE_END, &coder->choices.flag_entries->line_ends, expected, trust,
                                                   form, LINE_END_FORMS - 1);
        return;
    }
    for (unsigned context = 0; context < LEAN_CONTEXTS; context++)
        predictor->contexts[context] = hash_more(keys[context], context);
    find_group(predictor, 1, LEAN_CONTEXTS);
    const int hinted = expected == LINE_END_NOT_CODED ? -1 : expected > 0;
    const uint32_t map = end * 8 + recent->last_line_end;
    item->line_end = 0;
    if (!code_flag(coder, predictor, 0, end, map, flag_hint(coder, 2, step, hinted), form > 0))
        return;
    const bit_hint none = {.trust = &coder->idle_trust, .sign = 0};
    const unsigned high = code_flag(coder, predictor, 1, 0, map, none, (form - 1u) >> 1 & 1);
    const unsigned low = code_flag(coder, predictor, 2 + high, 0, map, none, (form - 1u) & 1);
    item->line_end = (uint8_t)(1 + 2 * high + low);
}

/* ---- the predicted item ---------------------------------------------------------------------------------------------------- */

/* In an encoder: whether the item is the one that the match predicts, byte by byte. */
static inline int is_expected(const mix_coder *coder, const coded_item *item)
{
    const past_item *expected = match_model_expected(&coder->match);
    return expected->word == item->word && expected->gap == item->gap && expected->case_flag == item->case_flag &&
           expected->line_end == item->line_end;
}

/* Codes whether the item is the predicted one; its tokens are then known, for unknown words are never expected. */
static inline unsigned code_expected(mix_coder *coder, const coded_item *item)
{
    bit_predictor *const predictor = &coder->item_predictor;
    const recent_items *recent = &coder->recent;
    const past_item *expected = match_model_expected(&coder->match);
    const uint32_t length = coder->match.length;
    const uint64_t keys[LEAN_CONTEXTS] = {length, expected->word, hash_three(expected->word, expected->gap, recent->words[0]),
                              hash_three(recent->line_start, line_field(recent), expected->gap)};
    const unsigned is_right = !coder->decoding && is_expected(coder, item);
    if (codes_by_choices(coder)) {
        seek_flag(coder, FLAG_EXPECTED, keys);
        return code_flag_choice(coder, FLAG_EXPECTED, &coder->choices.flag_entries->expected, 0, NULL, is_right, 1);
    }
    for (unsigned context = 0; context < LEAN_CONTEXTS; context++)
        predictor->contexts[context] = hash_more(keys[context], context);
    find_group(predictor, 1, LEAN_CONTEXTS);
    const bit_hint none = {.trust = &coder->idle_trust, .sign = 0};
    const unsigned step = match_step(length);
    const uint32_t rank = coder->words.ranks[expected->word];
    return code_flag(coder, predictor, 0, step, rank, none, is_right);
}

static inline void take_expected(mix_coder *coder, coded_item *item)
{
    const past_item *expected = match_model_expected(&coder->match);
    item->gap = expected->gap;
    item->word = expected->word;
    item->case_flag = expected->case_flag;
    item->line_end = expected->line_end;
    complete_gap(coder, item);
    complete_word(coder, item);
}

static inline int can_expect(const mix_coder *coder)
{
    if (match_step(coder->match.length) < coder->level->strong_step)
        return 0;
    const past_item *expected = match_model_expected(&coder->match);
    return expected->word < coder->words.count && expected->gap < coder->gaps.count;
}

#endif
