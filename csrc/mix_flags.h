/*
 * mix_flags.h - what is one decision of an item: the case of its word, whether its gap ended a line, whether it is the predicted item.
 * FORMAT.md, section "Mix block".
 */
#ifndef QCZ_MIX_FLAGS_H
#define QCZ_MIX_FLAGS_H

#include "letter_case.h"
#include "mix_tokens.h"

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
    lean_predictor lean = start_lean(predictor);
    take_group(&lean, predictor, MIX_FEW_CONTEXTS);
    coder->decisions_left -= coder->decisions_left > 0;
    return code_bit_lean(coder, &lean, number, number * (predictor->shape.set_sizes[0] / FLAG_NUMBERS) + set, map, hint, bit,
                         MIX_FEW_CONTEXTS);
}

/* Which flags could change a word: 0 none, 1 title only, 2 both. */
static inline unsigned case_choices(const uint8_t *word, uint32_t size)
{
    unsigned letters = 0;
    for (uint32_t i = 0; i < size && letters < 2;) {
        if (word[i] < 0x80) {
            letters += word[i] >= 'a' && word[i] <= 'z';
            i++;
            continue;
        }
        uint32_t code_point = 0;
        const size_t length = read_code_point(word + i, size - i, &code_point);
        letters += length > 0 && letter_case_of(code_point) == LETTER_LOWER;
        i += length > 0 ? (uint32_t)length : 1;
    }
    return letters;
}

static inline bit_hint flag_hint(mix_coder *coder, unsigned number, unsigned step, int bit)
{
    return (bit_hint){.trust = &coder->flag_trust[number][step], .sign = step > 0 && bit >= 0 ? 2 * bit - 1 : 0};
}

static inline void seek_case(mix_coder *coder, const coded_item *item)
{
    const recent_items *recent = &coder->recent;
    const uint64_t gap = recent->gaps[0];
    const uint64_t keys[CASE_CONTEXTS] = {hash_three(gap, recent->cases[0], recent->cases[1]), item->word, hash_more(item->word, gap),
                                          hash_more(item->word, recent->words[0])};
    for (unsigned context = 0; context < CASE_CONTEXTS; context++)
        coder->case_predictor.contexts[context] = hash_more(keys[context], context);
    seek_group(&coder->case_predictor, 1, FIRST_GROUP, CASE_CONTEXTS);
}

static inline void code_case(mix_coder *coder, coded_item *item, unsigned choices, const expected_flags *known)
{
    bit_predictor *const predictor = &coder->case_predictor;
    const unsigned flag = item->case_flag;
    item->case_flag = QCZ_CASE_AS_IS;
    if (choices == 0)
        return;
    const unsigned cases = coder->recent.cases[0] * 3 + coder->recent.cases[1];
    open_group(predictor, FIRST_GROUP, CASE_CONTEXTS);
    const unsigned step = known->step;
    const unsigned expected = known->case_flag;
    const uint32_t gap_rank = coder->gaps.ranks[known_token(&coder->gaps, item->gap)];
    if (!code_flag(coder, predictor, 0, cases, gap_rank, flag_hint(coder, 0, step, expected != QCZ_CASE_AS_IS),
                   flag != QCZ_CASE_AS_IS))
        return;
    item->case_flag = QCZ_CASE_TITLE;
    if (choices < 2)
        return;
    const int hinted = expected == QCZ_CASE_AS_IS ? -1 : expected == QCZ_CASE_UPPER;
    if (code_flag(coder, predictor, 1, 16 + cases, gap_rank, flag_hint(coder, 1, step, hinted),
                  flag == QCZ_CASE_UPPER))
        item->case_flag = QCZ_CASE_UPPER;
}

static inline void code_line_end(mix_coder *coder, coded_item *item, const expected_flags *known)
{
    bit_predictor *const predictor = &coder->line_end_predictor;
    const recent_items *recent = &coder->recent;
    const unsigned form = item->line_end;
    item->line_end = LINE_END_NOT_CODED;
    if (!(coder->header.flags & MIX_LINE_ENDS_APART) || find_soft_space(item->gap_bytes, item->gap_size) < 0)
        return;
    const uint32_t size = character_count(item->word_bytes, item->word_size);
    const uint32_t end = recent->column + size < 255 ? recent->column + size : 255;
    const uint64_t keys[LINE_END_CONTEXTS] = {hash_three(end, recent->widest, recent->last_line_end), hash_more(end, recent->width),
                                              hash_more(end, recent->gaps[0]),
                                              hash_three(recent->words[0], item->word, recent->gaps[0])};
    for (unsigned context = 0; context < LINE_END_CONTEXTS; context++)
        predictor->contexts[context] = hash_more(keys[context], context);
    find_group(predictor, 1, LINE_END_CONTEXTS);
    const unsigned step = known->step;
    const unsigned expected = step > 0 ? known->line_end : LINE_END_NOT_CODED;
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
    const uint64_t keys[EXPECTED_CONTEXTS] = {length, expected->word, hash_three(expected->word, expected->gap, recent->words[0]),
                              hash_three(recent->line_start, line_field(recent), expected->gap)};
    for (unsigned context = 0; context < EXPECTED_CONTEXTS; context++)
        predictor->contexts[context] = hash_more(keys[context], context);
    find_group(predictor, 1, EXPECTED_CONTEXTS);
    const bit_hint none = {.trust = &coder->idle_trust, .sign = 0};
    const unsigned step = match_step(length);
    const uint32_t rank = coder->words.ranks[expected->word];
    return code_flag(coder, predictor, 0, step, rank, none, !coder->decoding && is_expected(coder, item));
}

static inline void take_expected(mix_coder *coder, coded_item *item)
{
    const past_item *expected = match_model_expected(&coder->match);
    item->gap = expected->gap;
    item->word = expected->word;
    item->case_flag = expected->case_flag;
    item->line_end = expected->line_end;
    complete_token(coder, &coder->gaps, SPELL_GAP, &item->gap, item->gap_bytes, &item->gap_size);
    complete_token(coder, &coder->words, SPELL_WORD, &item->word, item->word_bytes, &item->word_size);
}

static inline int can_expect(const mix_coder *coder)
{
    if (match_step(coder->match.length) < coder->level->strong_step)
        return 0;
    const past_item *expected = match_model_expected(&coder->match);
    return expected->word < coder->words.count && expected->gap < coder->gaps.count;
}

#endif
