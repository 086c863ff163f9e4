/*
 * items.h - the items of a block, and the block: codebooks first, then item after item. FORMAT.md, section "Mix block".
 */
#ifndef QCZ_ENGINES_MIX_ITEMS_H
#define QCZ_ENGINES_MIX_ITEMS_H

#include "engines/mix/flags.h"

/* ---- gap and word --------------------------------------------------------------------------------------------------------- */

static inline void set_gap_contexts(mix_coder *coder)
{
    bit_predictor *const predictor = &coder->gap_predictor;
    uint64_t keys[GAP_CONTEXT_COUNT];
    find_gap_contexts(&coder->recent, keys);
    choose_contexts(predictor, keys, GAP_CONTEXT_COUNT, coder->level->gap_contexts);
}

/* Also fills in what the runs are found by: the first three contexts. */
static inline void set_word_contexts(mix_coder *coder, const uint64_t *gaps, uint64_t run_keys[MIX_RUN_HINTS])
{
    bit_predictor *const predictor = &coder->word_predictor;
    uint64_t keys[WORD_CONTEXT_COUNT];
    find_word_contexts(&coder->recent, gaps, keys);
    choose_contexts(predictor, keys, WORD_CONTEXT_COUNT, coder->level->word_contexts);
    memcpy(run_keys, keys, MIX_RUN_HINTS * sizeof *run_keys);
}

/* Sets the contexts of the gap, and asks memory for the lines of gap and word; the word's as if the gap were the commonest. */
static inline void seek_item(mix_coder *coder)
{
    const recent_items *recent = &coder->recent;
    const uint64_t gaps[3] = {coder->common_gap, recent->gaps[0], recent->gaps[1]};
    uint64_t run_keys[MIX_RUN_HINTS] = {0};
    set_gap_contexts(coder);
    seek_group(&coder->gap_predictor, coder->gaps.tree.root, FIRST_GROUP, coder->gap_predictor.shape.context_count);
    set_word_contexts(coder, gaps, run_keys);
    seek_group(&coder->word_predictor, coder->words.tree.root, FIRST_GROUP, coder->word_predictor.shape.context_count);
}

static inline int code_gap(mix_coder *coder, coded_item *item, unsigned step)
{
    const uint32_t last_gap = known_token(&coder->gaps, coder->recent.gap_token);
    token_question question = {.predictor = &coder->gap_predictor, .book = &coder->gaps, .step = step};
    question.trust = coder->match_trust[0];
    question.set_three = coder->words.ranks[known_token(&coder->words, coder->recent.word_token)];
    question.set_four = coder->gaps.ranks[last_gap] < GAP_RANKS ? coder->gaps.ranks[last_gap] : GAP_RANKS - 1;
    if (step > 0)
        question.expected = coder->gaps.paths[known_token(&coder->gaps, match_model_expected(&coder->match)->gap)];
    item->gap = code_token(coder, &question, known_token(&coder->gaps, item->gap));
    return complete_gap(coder, item);
}

static inline run_entry *find_run(mix_coder *coder, unsigned run, uint64_t key)
{
    return &coder->runs[run][hash_more(key, run) >> (64 - coder->run_bits)];
}

static inline void ask_runs(mix_coder *coder, const uint64_t *keys, token_question *question)
{
    for (unsigned run = 0; run < MIX_RUN_HINTS && coder->runs[run] != NULL; run++) {
        const run_entry *entry = find_run(coder, run, keys[run]);
        question->run_lengths[run] = 0;
        question->run_paths[run] = 0;
        if (entry->check == ((uint32_t)keys[run] | 1)) {
            question->run_lengths[run] = entry->length;
            question->run_paths[run] = coder->words.paths[entry->word];
        }
    }
}

static inline void learn_runs(mix_coder *coder, const uint64_t *keys, uint32_t word)
{
    for (unsigned run = 0; run < MIX_RUN_HINTS && coder->runs[run] != NULL; run++) {
        run_entry *entry = find_run(coder, run, keys[run]);
        const uint32_t check = (uint32_t)keys[run] | 1;
        const int goes_on = entry->check == check && entry->word == word;
        entry->length = goes_on ? (entry->length < 15 ? entry->length + 1u : 15u) & 15 : 0;
        entry->check = check;
        entry->word = word & 0xFFFFFF;
    }
}

static inline int code_word(mix_coder *coder, coded_item *item, unsigned step)
{
    uint64_t run_keys[MIX_RUN_HINTS] = {0};
    set_word_contexts(coder, coder->recent.gaps, run_keys);
    const uint32_t gap = known_token(&coder->gaps, item->gap);
    token_question question = {.predictor = &coder->word_predictor, .book = &coder->words, .step = step};
    question.trust = coder->match_trust[1];
    question.set_three = coder->words.ranks[known_token(&coder->words, coder->recent.word_token)];
    question.set_four = coder->gaps.ranks[gap] < GAP_RANKS ? coder->gaps.ranks[gap] : GAP_RANKS - 1;
    if (step > 0)
        question.expected = coder->words.paths[known_token(&coder->words, match_model_expected(&coder->match)->word)];
    ask_runs(coder, run_keys, &question);
    item->word = code_token(coder, &question, known_token(&coder->words, item->word));
    learn_runs(coder, run_keys, item->word);
    return complete_word(coder, item);
}

/* ---- gap and word, choice by choice ----------------------------------------------------------------------------------------- */

/* Sets the contexts of the gap, and asks memory for what gap and word will take: the word as if the gap were the commonest. */
static ALWAYS_INLINE void seek_choices(mix_coder *coder, const coded_item *item, const choice_plan *plan)
{
    choice_models *const choices = &coder->choices;
    const recent_items *recent = &coder->recent;
    const uint64_t gap = coder->decoding ? coder->common_gap : (uint64_t)item->gap + 1;
    const uint64_t gaps[3] = {gap, recent->gaps[0], recent->gaps[1]};
    find_gap_choice_contexts(recent, choices->gaps.contexts, plan);
    find_word_choice_contexts(recent, gaps, choices->words.contexts, plan);
    if (coder->decoding) {
        seek_choice(&choices->gaps, coder->gaps.choices.root, plan->gap_contexts);
        seek_choice(&choices->words, coder->words.choices.root, plan->word_contexts);
    } else {
        const uint64_t gap_path = coder->gaps.paths[known_token(&coder->gaps, item->gap)];
        const uint64_t word_path = coder->words.paths[known_token(&coder->words, item->word)];
        seek_path(&choices->gaps, &coder->gaps.choices, gap_path, plan->gap_contexts);
        seek_path(&choices->words, &coder->words.choices, word_path, plan->word_contexts);
    }
}

static ALWAYS_INLINE int code_gap_choices(mix_coder *coder, coded_item *item, unsigned step, const choice_plan *plan)
{
    const token_book *book = &coder->gaps;
    const uint64_t path = coder->decoding ? 0 : book->paths[known_token(book, item->gap)];
    expected_path expected = {.trusts = coder->choices.token_trusts[0][step]};
    if (step > 0)
        expected.path = book->paths[known_token(book, match_model_expected(&coder->match)->gap)];
    item->gap = code_path(coder, &coder->choices.gaps, &book->choices, path, expected, plan->gap_contexts);
    return complete_gap(coder, item);
}

static ALWAYS_INLINE int code_word_choices(mix_coder *coder, coded_item *item, unsigned step, const choice_plan *plan)
{
    const token_book *book = &coder->words;
    const uint64_t path = coder->decoding ? 0 : book->paths[known_token(book, item->word)];
    expected_path expected = {.trusts = coder->choices.token_trusts[1][step]};
    if (step > 0)
        expected.path = book->paths[known_token(book, match_model_expected(&coder->match)->word)];
    find_word_choice_contexts(&coder->recent, coder->recent.gaps, coder->choices.words.contexts, plan);
    item->word = code_path(coder, &coder->choices.words, &book->choices, path, expected, plan->word_contexts);
    return complete_word(coder, item);
}

/* ---- one item -------------------------------------------------------------------------------------------------------------- */

/* As the match has failed, or not, once the gap is known. */
static inline unsigned step_after_gap(const mix_coder *coder, const coded_item *item, unsigned step)
{
    return step > 0 && match_model_expected(&coder->match)->gap != item->gap ? 1 : step;
}

static inline int code_tokens_by_bits(mix_coder *coder, coded_item *item, unsigned *step)
{
    seek_item(coder);
    if (!code_gap(coder, item, *step))
        return 0;
    *step = step_after_gap(coder, item, *step);
    note_gap(&coder->recent, item);
    return code_word(coder, item, *step);
}

static ALWAYS_INLINE int code_tokens_by_choices(mix_coder *coder, coded_item *item, unsigned *step, const choice_plan *plan)
{
    seek_choices(coder, item, plan);
    if (!code_gap_choices(coder, item, *step, plan))
        return 0;
    *step = step_after_gap(coder, item, *step);
    note_gap(&coder->recent, item);
    return code_word_choices(coder, item, *step, plan);
}

static inline int code_tokens(mix_coder *coder, coded_item *item, unsigned *step)
{
    switch (coder->level->coding) {
    case MIX_FEW_CHOICES:
        return code_tokens_by_choices(coder, item, step, &choice_plans[MIX_FEW_CHOICES]);
    case MIX_SOME_CHOICES:
        return code_tokens_by_choices(coder, item, step, &choice_plans[MIX_SOME_CHOICES]);
    case MIX_MANY_CHOICES:
        return code_tokens_by_choices(coder, item, step, &choice_plans[MIX_MANY_CHOICES]);
    default:
        return code_tokens_by_bits(coder, item, step);
    }
}

/* What the match says of the flags, if it was right about the word. */
static inline expected_flags flags_expected(const mix_coder *coder, const coded_item *item, unsigned step)
{
    if (step == 0)
        return (expected_flags){0};
    const past_item *past = match_model_expected(&coder->match);
    return (expected_flags){past->word == item->word ? step : 0, past->case_flag, past->line_end};
}

static inline void keep_flags(past_item *past, const coded_item *item)
{
    past->case_flag = item->case_flag;
    past->line_end = item->line_end;
}

/* The lines of the flags are sought first; while they come, the match model takes the item in. */
static inline void code_flags(mix_coder *coder, coded_item *item, const expected_flags *expected)
{
    const unsigned choices = item->word_facts.case_choices;
    if (choices > 0)
        seek_case(coder, item);
    past_item *past = match_model_add(&coder->match, item->word, item->gap);
    code_case(coder, item, choices, expected);
    code_line_end(coder, item, expected);
    keep_flags(past, item);
}

static inline int code_item(mix_coder *coder, coded_item *item)
{
    if (can_expect(coder) && code_expected(coder, item)) {
        take_expected(coder, item);
        note_gap(&coder->recent, item);
        keep_flags(match_model_add(&coder->match, item->word, item->gap), item);
    } else {
        unsigned step = match_step(coder->match.length);
        if (!code_tokens(coder, item, &step))
            return 0;
        const expected_flags expected = flags_expected(coder, item, step);
        code_flags(coder, item, &expected);
    }
    const uint32_t word = known_token(&coder->words, item->word);
    note_word(&coder->recent, item, coder->words.ranks[word] == TOKEN_RANK_COUNT,
              word < coder->words.count ? coder->words.classes[word] : WORD_CLASS_NONE);
    return 1;
}

/* ---- all items --------------------------------------------------------------------------------------------------------------- */

static inline const uint8_t *get_token(const token_list *tokens, uint32_t id, uint32_t *size)
{
    *size = tokens->offsets[id + 1] - tokens->offsets[id];
    return tokens->text + tokens->offsets[id];
}

static inline void get_item(const mix_coder *coder, uint32_t number, coded_item *item)
{
    const item_source *source = &coder->source;
    const uint32_t gap_id = source->items->gap_ids[number];
    const uint32_t word_id = source->items->word_ids[number];
    item->gap_bytes = get_token(&source->canonical->gaps, source->canonical->canonical_of[gap_id], &item->gap_size);
    item->word_bytes = get_token(&source->items->words, word_id, &item->word_size);
    item->gap = source->gap_tokens[gap_id];
    item->word = source->word_tokens[word_id];
    if (item->gap == coder->gaps.count)
        item->gap = unknown_token(item->gap_bytes, item->gap_size);
    if (item->word == coder->words.count)
        item->word = unknown_token(item->word_bytes, item->word_size);
    item->case_flag = source->items->case_flags[number];
    item->line_end = source->canonical->line_ends[gap_id];
}

/* Copies `size` bytes, and up to TOKEN_PADDING - 1 more if there is `room` for them: copies of a fixed size take no call. */
static inline void copy_token(uint8_t *to, const uint8_t *from, uint32_t size, size_t room)
{
    if (size <= TOKEN_PADDING && room >= TOKEN_PADDING)
        memcpy(to, from, TOKEN_PADDING);
    else
        memcpy(to, from, size);
}

/* Writes the bytes that an item stands for. Returns 0 if they do not fit, or there are none. */
static inline int put_item(mix_coder *coder, coded_item *item)
{
    const int is_soft = item->line_end != LINE_END_NOT_CODED;
    const uint32_t form_size = is_soft ? line_end_forms[item->line_end].size : 0;
    const uint32_t before = is_soft ? (uint32_t)find_soft_space(item->gap_bytes, item->gap_size) : item->gap_size;
    const uint32_t after = is_soft ? item->gap_size - before - 1 : 0;
    const size_t size = (size_t)before + form_size + after + item->word_size;
    if (size == 0 || size > coder->output_size - coder->position)
        return 0;
    uint8_t *next = coder->output + coder->position;
    const size_t room = coder->output_size - coder->position;
    copy_token(next, item->gap_bytes, before, room);
    if (is_soft) {
        memcpy(next + before, line_end_forms[item->line_end].bytes, form_size);
        memcpy(next + before + form_size, item->gap_bytes + before + 1, after);
    }
    next += before + form_size + after;
    copy_token(next, item->word_bytes, item->word_size, room - (size - item->word_size));
    if (item->case_flag != CASE_AS_IS)
        letter_case_apply(next, item->word_size, item->case_flag);
    coder->position += size;
    return 1;
}

static inline int code_items(mix_coder *coder)
{
    coded_item item = {0};
    for (uint32_t number = 0; number < coder->header.item_count; number++) {
        if (!coder->decoding)
            get_item(coder, number, &item);
        if (!code_item(coder, &item)) {
            coder->failure = "a word outside the codebook is too long";
            return 0;
        }
        if (!coder->decoding)
            continue;
        if (!put_item(coder, &item)) {
            coder->failure = "an item does not fit the block";
            return 0;
        }
        if (coder->decisions_left == 0 || arithmetic_decoder_overran(&coder->decoder)) {
            coder->failure = "the coded bits end early or go on too long";
            return 0;
        }
    }
    return 1;
}

static inline int code_books(mix_coder *coder)
{
    if (!code_book(coder, &coder->words, SPELL_WORD, coder->header.word_bytes) ||
        !code_book(coder, &coder->gaps, SPELL_GAP, coder->header.gap_bytes)) {
        coder->failure = "a codebook is malformed";
        return 0;
    }
    const int by_choices = codes_by_choices(coder);
    if (!token_book_build(&coder->words, by_choices) || !token_book_build(&coder->gaps, by_choices))
        return 0;
    for (uint32_t gap = 0; gap < coder->gaps.count; gap++)
        if (coder->gaps.ranks[gap] == 0)
            coder->common_gap = (uint64_t)gap + 1;
    return 1;
}

#endif
