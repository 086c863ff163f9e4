/*
 * mix_items.h - the items of a block: is it the predicted one, its gap, its word, the case of the word, whether the gap ended a line.
 * FORMAT.md, section "Items".
 */
#ifndef QCZ_MIX_ITEMS_H
#define QCZ_MIX_ITEMS_H

#include "letter_case.h"
#include "mix_spelling.h"

enum {
    DEPTHS = 16,
    NODE_SETS = 4096,
    LEAN_NODE_SETS = 2048,
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
    no_hints(coder, &decision, 0);
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

/* As code_token_as, with four or eight contexts, one set and one hint. */
static ALWAYS_INLINE uint32_t code_token_lean(mix_coder *coder, const token_question *question, uint32_t token, unsigned contexts)
{
    bit_predictor *const predictor = question->predictor;
    const token_book *book = question->book;
    const uint64_t path = coder->decoding ? 0 : book->paths[token];
    const uint64_t expected = question->expected;
    uint16_t *const trust = question->trust[question->step];
    lean_predictor lean = start_lean(predictor);
    uint32_t node = book->tree.root;
    uint64_t taken = 0;
    unsigned place = 0;
    seek_group(predictor, node, FIRST_GROUP, contexts);
    for (unsigned depth = 0; !(node & WORD_TREE_LEAF); depth++) {
        const unsigned shown_depth = depth < DEPTHS ? depth : DEPTHS - 1;
        if (depth % 4 == 0) {
            open_group(predictor, last_two(taken, depth), contexts);
            take_group(&lean, predictor, contexts);
            place = 0;
        }
        if (depth % 4 == 2)
            seek_group(predictor, node, coder->decoding ? LINES_ASIDE : (unsigned)(path >> depth & 3), contexts);
        const bit_hint hint = {.trust = &trust[shown_depth], .sign = path_sign(expected, depth, taken)};
        const uint32_t set = (node * 2654435761u >> 21) + (hint.sign != 0 ? LEAN_NODE_SETS : 0);
        const uint32_t map = (uint32_t)(hint.sign + 1) * DEPTHS + shown_depth;
        const unsigned bit = code_bit_lean(coder, &lean, place, set, map, hint, path >> depth & 1, contexts);
        place = 2 * place + 1 + bit;
        taken |= (uint64_t)bit << depth;
        node = book->tree.children[node][bit];
    }
    const uint32_t leaf = node & ~WORD_TREE_LEAF;
    const unsigned decisions = path_depth(book->paths[leaf]);
    coder->decisions_left -= coder->decisions_left < decisions ? coder->decisions_left : decisions;
    return leaf;
}

static inline uint32_t code_token(mix_coder *coder, const token_question *question, uint32_t token)
{
    switch (question->predictor->shape.set_count * 256 + question->predictor->shape.context_count) {
    case 256 + MIX_FEW_CONTEXTS:
        return code_token_lean(coder, question, token, MIX_FEW_CONTEXTS);
    case 256 + MIX_SOME_CONTEXTS:
        return code_token_lean(coder, question, token, MIX_SOME_CONTEXTS);
    case MIX_SOME_SETS * 256 + MIX_SOME_CONTEXTS:
        return code_token_as(coder, question, token,
                             (bit_plan){.contexts = MIX_SOME_CONTEXTS, .sets = MIX_SOME_SETS, .hints = 2, .maps = 1});
    default:
        return code_token_as(coder, question, token,
                             (bit_plan){.contexts = MIX_MANY_CONTEXTS, .sets = MIX_MANY_SETS, .hints = 4, .maps = 2});
    }
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

/* Fills in the bytes of a token: from the book, or by spelling it. Returns 0 if it is malformed. */
static inline int complete_token(mix_coder *coder, const token_book *book, enum spelling_kind kind, uint32_t *token,
                                 uint8_t *bytes, uint32_t *size)
{
    if (*token < book->count) {
        *size = token_size(book, *token);
        memcpy(bytes, book->text + book->offsets[*token], *size);
        return 1;
    }
    *size = code_spelling(coder, kind, coder->recent.words[0], bytes, 0, *size);
    if (*size > ITEM_MAX_TOKEN_SIZE)
        return 0;
    *token = unknown_token(bytes, *size);
    return 1;
}

/* ---- gap and word --------------------------------------------------------------------------------------------------------- */

static inline void set_gap_contexts(mix_coder *coder)
{
    bit_predictor *const predictor = &coder->gap_predictor;
    if (predictor->shape.context_count == MIX_FEW_CONTEXTS) {
        find_few_gap_contexts(&coder->recent, predictor->contexts);
        return;
    }
    uint64_t keys[GAP_CONTEXT_COUNT];
    find_gap_contexts(&coder->recent, keys);
    choose_contexts(predictor, keys, GAP_CONTEXT_COUNT, coder->level->gap_contexts);
}

/* Also fills in what the runs are found by: the first three contexts. */
static inline void set_word_contexts(mix_coder *coder, const uint64_t *gaps, uint64_t run_keys[MIX_RUN_HINTS])
{
    bit_predictor *const predictor = &coder->word_predictor;
    if (predictor->shape.context_count == MIX_FEW_CONTEXTS) {
        find_few_word_contexts(&coder->recent, gaps, predictor->contexts);
        return;
    }
    uint64_t keys[WORD_CONTEXT_COUNT];
    find_word_contexts(&coder->recent, gaps, keys);
    choose_contexts(predictor, keys, WORD_CONTEXT_COUNT, coder->level->word_contexts);
    memcpy(run_keys, keys, MIX_RUN_HINTS * sizeof *run_keys);
}

/* Sets the contexts of the gap, and asks memory for the lines of gap and word; the word's as if the gap were the commonest. */
static inline void seek_item(mix_coder *coder)
{
    const recent_items *recent = &coder->recent;
    const uint64_t gaps[4] = {coder->common_gap, recent->gaps[0], recent->gaps[1], recent->gaps[2]};
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
    return complete_token(coder, &coder->gaps, SPELL_GAP, &item->gap, item->gap_bytes, &item->gap_size);
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
    return complete_token(coder, &coder->words, SPELL_WORD, &item->word, item->word_bytes, &item->word_size);
}

/* What the match predicts of an item, as far as it has not failed. */
typedef struct expected_flags {
    unsigned step;
    unsigned case_flag;
    unsigned line_end;
} expected_flags;

/* ---- attributes ------------------------------------------------------------------------------------------------------------ */

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
    const uint64_t keys[CASE_CONTEXTS] = {hash_two(gap, recent->cases[0], recent->cases[1]), item->word, hash_more(item->word, gap),
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
    const uint64_t keys[LINE_END_CONTEXTS] = {hash_two(end, recent->widest, recent->last_line_end), hash_more(end, recent->widths[0]),
                                              hash_more(end, recent->gaps[0]),
                                              hash_two(recent->words[0], item->word, recent->gaps[0])};
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
    const uint64_t keys[EXPECTED_CONTEXTS] = {length, expected->word, hash_two(expected->word, expected->gap, recent->words[0]),
                              hash_two(recent->line_start, line_field(recent), expected->gap)};
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

/* ---- one item -------------------------------------------------------------------------------------------------------------- */

static inline int code_tokens(mix_coder *coder, coded_item *item, expected_flags *expected)
{
    unsigned step = match_step(coder->match.length);
    seek_item(coder);
    if (!code_gap(coder, item, step))
        return 0;
    if (step > 0 && match_model_expected(&coder->match)->gap != item->gap)
        step = 1;
    note_gap(&coder->recent, item);
    if (!code_word(coder, item, step))
        return 0;
    if (step > 0) {
        const past_item *past = match_model_expected(&coder->match);
        *expected = (expected_flags){past->word == item->word ? step : 0, past->case_flag, past->line_end};
    }
    return 1;
}

/* The lines of the flags are sought first; while they come, the match model takes the item in. */
static inline void code_flags(mix_coder *coder, coded_item *item, const expected_flags *expected)
{
    const unsigned choices = case_choices(item->word_bytes, item->word_size);
    if (choices > 0)
        seek_case(coder, item);
    past_item *past = match_model_add(&coder->match, item->word, item->gap);
    code_case(coder, item, choices, expected);
    code_line_end(coder, item, expected);
    past->case_flag = item->case_flag;
    past->line_end = item->line_end;
}

static inline int code_item(mix_coder *coder, coded_item *item)
{
    if (can_expect(coder) && code_expected(coder, item)) {
        take_expected(coder, item);
        note_gap(&coder->recent, item);
        past_item *past = match_model_add(&coder->match, item->word, item->gap);
        past->case_flag = item->case_flag;
        past->line_end = item->line_end;
    } else {
        expected_flags expected = {0};
        if (!code_tokens(coder, item, &expected))
            return 0;
        code_flags(coder, item, &expected);
    }
    const uint32_t word = known_token(&coder->words, item->word);
    note_word(&coder->recent, item, item->word_size, coder->words.ranks[word] == TOKEN_RANK_COUNT,
              word < coder->words.count ? coder->words.classes[word] : WORD_CLASS_NONE);
    return 1;
}

/* ---- all items --------------------------------------------------------------------------------------------------------------- */

static inline void get_token(const token_list *tokens, uint32_t id, uint8_t *bytes, uint32_t *size)
{
    *size = tokens->offsets[id + 1] - tokens->offsets[id];
    memcpy(bytes, tokens->text + tokens->offsets[id], *size);
}

static inline void get_item(const mix_coder *coder, uint32_t number, coded_item *item)
{
    const item_source *source = &coder->source;
    const uint32_t gap_id = source->items->gap_ids[number];
    const uint32_t word_id = source->items->word_ids[number];
    get_token(&source->canonical->gaps, source->canonical->canonical_of[gap_id], item->gap_bytes, &item->gap_size);
    get_token(&source->items->words, word_id, item->word_bytes, &item->word_size);
    item->gap = source->gap_tokens[gap_id];
    item->word = source->word_tokens[word_id];
    if (item->gap == coder->gaps.count)
        item->gap = unknown_token(item->gap_bytes, item->gap_size);
    if (item->word == coder->words.count)
        item->word = unknown_token(item->word_bytes, item->word_size);
    item->case_flag = source->items->case_flags[number];
    item->line_end = source->canonical->line_ends[gap_id];
}

/* Writes the bytes that an item stands for. Returns 0 if they do not fit, or there are none. */
static inline int put_item(mix_coder *coder, coded_item *item)
{
    static const char forms[LINE_END_FORMS][4] = {" ", "\n", "\r\n", " \n", " \r\n"};
    static const uint8_t form_sizes[LINE_END_FORMS] = {1, 1, 2, 2, 3};
    const int is_soft = item->line_end != LINE_END_NOT_CODED;
    const uint32_t form_size = is_soft ? form_sizes[item->line_end] : 0;
    const uint32_t before = is_soft ? (uint32_t)find_soft_space(item->gap_bytes, item->gap_size) : item->gap_size;
    const uint32_t after = is_soft ? item->gap_size - before - 1 : 0;
    const size_t size = (size_t)before + form_size + after + item->word_size;
    if (size == 0 || size > coder->output_size - coder->position)
        return 0;
    uint8_t *next = coder->output + coder->position;
    memcpy(next, item->gap_bytes, before);
    if (is_soft) {
        memcpy(next + before, forms[item->line_end], form_size);
        memcpy(next + before + form_size, item->gap_bytes + before + 1, after);
    }
    next += before + form_size + after;
    memcpy(next, item->word_bytes, item->word_size);
    if (item->case_flag != QCZ_CASE_AS_IS)
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
    if (!token_book_build(&coder->words) || !token_book_build(&coder->gaps))
        return 0;
    for (uint32_t gap = 0; gap < coder->gaps.count; gap++)
        if (coder->gaps.ranks[gap] == 0)
            coder->common_gap = (uint64_t)gap + 1;
    return 1;
}

#endif
