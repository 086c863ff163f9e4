/*
 * encoder.c - writes one fast block: items, a plan (codebooks, bins, frequencies) and a parse, made for each other in turns, then
 * all symbols.
 */
#include "base/error.h"
#include "engines/fast/code_cost.h"
#include "engines/fast/fast.h"
#include "engines/fast/plan.h"

#include <stdlib.h>

/* Measured on text made of nothing but short items: 70 bytes a byte at level 1, 100 where there are phrases; 14 and 17 on prose. */
enum { ENCODER_MEMORY_PER_BYTE = 96, PHRASE_ENCODER_MEMORY_PER_BYTE = 128, ENCODER_FIXED_MEMORY = 8 << 20 };

enum {
    ESCAPED_LETTER_COST = 3 * COST_OF_BIT + COST_OF_BIT / 2, /* a guess, of tokens outside the codebook */
    GUESSED_MATCH_COST = 5 * COST_OF_BIT,
    UNSEEN_COST = 2 * COST_OF_BIT /* more than a symbol seen once */
};

/* What a level spends time for. */
typedef struct fast_effort {
    unsigned parses;         /* beside the first */
    int phrases;
    int first_parse;         /* one without phrases, so that they are sought where matches do not help */
    uint32_t least_classed;  /* occurrences of words that can have a class */
    uint32_t event_tables;
    uint32_t gap_tables;
    uint32_t letter_tables;
} fast_effort;

typedef struct fast_encoder {
    unsigned level;
    const fast_effort *effort;
    qcz_positions positions;
    item_list items;
    uint16_t *word_classes; /* per distinct word */
    uint64_t *keys;         /* per item: of its bytes */
    parse_step *steps;      /* per item */
    match_table matches;
    phrase_list phrases;
    uint32_t *phrase_uses;  /* per phrase: in the steps */
    fast_plan plan;
    static_counts counts[FAST_MODELS];
    int keeps_symbols;      /* they are only counted else */
    static_symbol *symbols;
    size_t symbol_count;
    size_t symbol_capacity;
    bit_writer phrase_bits;
    bit_writer item_bits;
    item_cost *costs;       /* per item */
    item_code *codes;       /* per item: the plan's */
    int out_of_memory;
} fast_encoder;

/* Few tables where decoding is to be fast: they have to stay in the second cache. */
static const fast_effort efforts[FAST_LAST_LEVEL - FAST_FIRST_LEVEL + 1] = {
    {.parses = 1, .least_classed = 128, .event_tables = 4, .gap_tables = 4, .letter_tables = 4},
    {.parses = 1, .phrases = 1, .first_parse = 1, .least_classed = 64, .event_tables = 12, .gap_tables = 24,
     .letter_tables = 24},
    {.parses = 3, .phrases = 1, .first_parse = 1, .least_classed = 64, .event_tables = 8, .gap_tables = 20,
     .letter_tables = 16},
};

static uint32_t token_size_of(const token_list *tokens, uint32_t id)
{
    return tokens->offsets[id + 1] - tokens->offsets[id];
}

/* ---- symbols ------------------------------------------------------------------------------------------------------------- */

static int grow_symbols(fast_encoder *encoder)
{
    const size_t capacity = encoder->symbol_capacity * 2 + 4096;
    static_symbol *larger = reallocate_array(encoder->symbols, capacity, sizeof *larger);
    if (larger == NULL) {
        encoder->out_of_memory = 1;
        return 0;
    }
    encoder->symbols = larger;
    encoder->symbol_capacity = capacity;
    return 1;
}

static inline void put_symbol(fast_encoder *encoder, fast_model model, uint32_t context, uint32_t symbol)
{
    encoder->counts[model].counts[(size_t)context * encoder->counts[model].shape.symbol_count + symbol]++;
    if (!encoder->keeps_symbols || (encoder->symbol_count == encoder->symbol_capacity && !grow_symbols(encoder)))
        return;
    encoder->symbols[encoder->symbol_count++] =
        (static_symbol){.context = (uint16_t)context, .symbol = (uint16_t)(symbol & 0xFFF), .model = (uint16_t)((unsigned)model & 15)};
}

static void put_bits(const fast_encoder *encoder, bit_writer *bits, uint32_t value, unsigned width)
{
    if (encoder->keeps_symbols)
        write_bits(bits, value, width);
}

/* ---- codebooks ----------------------------------------------------------------------------------------------------------- */

static void put_letters(fast_encoder *encoder, uint32_t is_gap, const uint8_t *bytes, uint32_t size, uint32_t known)
{
    for (uint32_t i = known; i <= size; i++) {
        const uint32_t context = letter_context(is_gap, i > 1 ? bytes[i - 2] : 0, i > 0 ? bytes[i - 1] : 0, i);
        put_symbol(encoder, FAST_LETTERS, context, i < size ? bytes[i] : (uint32_t)FAST_END_OF_TOKEN);
    }
}

static void put_token(fast_encoder *encoder, uint32_t is_gap, const token_list *tokens, uint32_t id)
{
    put_letters(encoder, is_gap, tokens->text + tokens->offsets[id], token_size_of(tokens, id), 0);
}

static void put_codebooks(fast_encoder *encoder)
{
    const fast_plan *plan = &encoder->plan;
    const token_list *words = &encoder->items.words;
    const uint8_t *last = words->text;
    uint32_t last_size = 0;
    uint32_t kept_before = 0;
    for (uint32_t word = 0; word < plan->words.count; word++) {
        const uint32_t id = plan->words.ids[word];
        const uint8_t *bytes = words->text + words->offsets[id];
        const uint32_t size = token_size_of(words, id);
        uint32_t kept = 0;
        while (kept < size && kept < last_size && bytes[kept] == last[kept])
            kept++;
        put_symbol(encoder, FAST_KEPT, kept_before < FAST_KEPT_CONTEXTS ? kept_before : FAST_KEPT_CONTEXTS - 1, kept);
        put_letters(encoder, 0, bytes, size, kept);
        put_symbol(encoder, FAST_TIERS, size < 15 ? size : 15, plan->tiers[word]);
        put_symbol(encoder, FAST_TENDENCIES, plan->tiers[word] < 15 ? plan->tiers[word] : 15u, plan->tendencies[word]);
        if (plan->tiers[word] >= FAST_CLASS_TIER)
            put_symbol(encoder, FAST_CLASSES, 0,
                       plan->classes[word] < WORD_CLASS_COUNT ? plan->classes[word] : (uint32_t)WORD_CLASS_COUNT);
        last = bytes;
        last_size = size;
        kept_before = kept;
    }
    for (uint32_t gap = 0; gap < plan->gaps.count; gap++)
        put_token(encoder, 1, &encoder->items.gaps, plan->ranked_gaps[gap]);
}

/* ---- items --------------------------------------------------------------------------------------------------------------- */

/* Which of its bin an entry is. */
static void put_place(fast_encoder *encoder, bit_writer *bits, uint32_t bin, uint32_t entry)
{
    const uint32_t count = encoder->plan.bins.bins[bin].count;
    const uint32_t place = entry - encoder->plan.bins.bins[bin].first;
    const unsigned width = bit_width_of(count) - 1;
    const uint32_t short_count = ((uint32_t)2 << width) - count;
    const uint32_t longer = place + short_count;
    if (place < short_count)
        put_bits(encoder, bits, place, width);
    else
        put_bits(encoder, bits, longer >> 1 | (longer & 1) << width, width + 1);
}

static void put_word(fast_encoder *encoder, bit_writer *bits, uint32_t item)
{
    const item_code *code = &encoder->plan.codes[item];
    put_symbol(encoder, FAST_EVENTS, event_context_at(&encoder->plan, item), code->bin);
    put_place(encoder, bits, code->bin, code->entry);
}

static void put_gap(fast_encoder *encoder, bit_writer *bits, uint32_t item, uint32_t rank_before)
{
    unsigned width;
    uint32_t extra;
    const uint32_t symbol = gap_symbol(&encoder->plan, encoder->plan.codes[item].gap, &width, &extra);
    put_symbol(encoder, FAST_GAPS, gap_context_at(&encoder->plan, item, rank_before), symbol);
    if (symbol == FAST_GAP_ESCAPE)
        put_token(encoder, 1, &encoder->items.gaps, encoder->items.gap_ids[item]);
    else
        put_bits(encoder, bits, extra, width);
}

static void put_case(fast_encoder *encoder, uint32_t item)
{
    if (encoder->plan.codes[item].case_context != CASE_IS_KNOWN)
        put_symbol(encoder, FAST_CASES, encoder->plan.codes[item].case_context, encoder->items.case_flags[item]);
}

/* The definition of a phrase behind its first word: as items are coded, but that the gap before it is not known. */
static void put_parts(fast_encoder *encoder, uint32_t first, uint32_t length)
{
    const item_code *code = &encoder->plan.codes[first];
    if (code->case_context != CASE_IS_KNOWN)
        put_symbol(encoder, FAST_CASES, case_context(code->case_context / GAP_RANKS, 7), encoder->items.case_flags[first]);
    for (uint32_t item = first + 1; item < first + length; item++) {
        put_word(encoder, &encoder->phrase_bits, item);
        put_gap(encoder, &encoder->phrase_bits, item, item > first + 1 ? gap_rank_at(&encoder->plan, item - 1) : 7);
        put_case(encoder, item);
    }
}

static void put_phrases(fast_encoder *encoder)
{
    const fast_plan *plan = &encoder->plan;
    uint32_t group_ends[FAST_PHRASE_GROUPS];
    uint32_t bin = 0;
    uint32_t depth_before = 0;
    uint32_t word_before = 0;
    unsigned width = 0;
    phrase_groups_find(plan->classes, plan->words.count, group_ends);
    for (uint32_t i = 0; i < plan->phrase_count; i++) {
        const uint32_t phrase = plan->phrases[i];
        const uint32_t first = encoder->phrases.items[phrase];
        const uint32_t word = plan->codes[first].entry;
        const uint32_t depth = encoder->phrases.depths[phrase];
        if (plan->phrase_bins[phrase] != bin) {
            bin = plan->phrase_bins[phrase];
            const uint32_t group = phrase_group_of(plan->classes[plan->bins.order[word]]);
            word_before = group > 0 ? group_ends[group - 1] : 0;
            width = step_width(group_ends[group] - word_before, plan->bins.bins[bin].count);
        }
        if (encoder->keeps_symbols) {
            write_gamma(&encoder->phrase_bits, (word - word_before) >> width);
            write_bits(&encoder->phrase_bits, (word - word_before) & (((uint32_t)1 << width) - 1), width);
        }
        put_symbol(encoder, FAST_DEPTHS, depth_before, depth);
        put_parts(encoder, first, phrase_length(depth));
        word_before = word;
        depth_before = depth;
    }
}

static int is_phrase(parse_step step)
{
    return step.length > 1 && step.what >= (uint32_t)PARSED_PHRASE;
}

static uint32_t phrase_of(parse_step step)
{
    return step.what - (uint32_t)PARSED_PHRASE;
}

static void put_match(fast_encoder *encoder, uint32_t item, parse_step step, uint32_t recent[FAST_REPEATS])
{
    unsigned width;
    uint32_t extra;
    const uint32_t symbol = length_symbol(step.length, &width, &extra);
    put_symbol(encoder, FAST_EVENTS, event_context_at(&encoder->plan, item), encoder->plan.bins.count + symbol);
    put_bits(encoder, &encoder->item_bits, extra, width);
    const uint32_t distance = use_distance(recent, step.what);
    put_symbol(encoder, FAST_DISTANCES, distance_context(step.length), distance);
    const unsigned distance_width = bit_width_of(step.what) - 1;
    if (distance >= FAST_REPEATS && distance_width > 1)
        put_bits(encoder, &encoder->item_bits, step.what & (((uint32_t)1 << (distance_width - 1)) - 1), distance_width - 1);
}

static void put_event(fast_encoder *encoder, uint32_t item, uint32_t recent[FAST_REPEATS])
{
    const parse_step step = encoder->steps[item];
    if (step.length == 1) {
        put_word(encoder, &encoder->item_bits, item);
    } else if (is_phrase(step)) {
        const uint32_t bin = encoder->plan.phrase_bins[phrase_of(step)];
        put_symbol(encoder, FAST_EVENTS, event_context_at(&encoder->plan, item), bin);
        put_place(encoder, &encoder->item_bits, bin, encoder->plan.phrase_entries[phrase_of(step)]);
    } else {
        put_match(encoder, item, step, recent);
    }
}

/* What belongs to an event but a match. */
static void put_details(fast_encoder *encoder, uint32_t item)
{
    const parse_step step = encoder->steps[item];
    if (step.length > 1 && !is_phrase(step))
        return;
    put_gap(encoder, &encoder->item_bits, item, item > 0 ? gap_rank_at(&encoder->plan, item - 1) : 7);
    if (step.length > 1)
        return;
    put_case(encoder, item);
    if (is_unknown_word(&encoder->plan, item))
        put_token(encoder, 0, &encoder->items.words, encoder->items.word_ids[item]);
}

/* Puts, or only counts, all items as the steps say: of each chunk the events, then what belongs to them. Returns the number of events. */
static uint32_t put_items(fast_encoder *encoder)
{
    uint32_t recent[FAST_REPEATS] = {0};
    uint32_t events = 0;
    for (uint32_t first = 0, item = 0; first < encoder->items.count; first = item) {
        uint32_t count = 0;
        for (; item < encoder->items.count && count < FAST_CHUNK_EVENTS; item += encoder->steps[item].length, count++)
            put_event(encoder, item, recent);
        for (uint32_t detailed = first; detailed < item; detailed += encoder->steps[detailed].length)
            put_details(encoder, detailed);
        events += count;
    }
    return events;
}

/* ---- costs --------------------------------------------------------------------------------------------------------------- */

/* Makes costs of counts, in place. No symbol is more frequent than a slot can say, however often it was used. */
static void count_to_cost(static_counts *model)
{
    const uint32_t symbol_count = model->shape.symbol_count;
    const uint32_t least = (model->shape.table_bits - SLOT_FREQUENCY_BITS) * (model->shape.table_bits > SLOT_FREQUENCY_BITS) * COST_OF_BIT;
    for (uint32_t context = 0; context < model->shape.context_count; context++) {
        uint32_t *counts = model->counts + (size_t)context * symbol_count;
        uint32_t total = 1;
        for (uint32_t symbol = 0; symbol < symbol_count; symbol++)
            total += counts[symbol];
        const uint32_t whole = log2_cost(total);
        for (uint32_t symbol = 0; symbol < symbol_count; symbol++) {
            const uint32_t cost = counts[symbol] > 0 ? whole - log2_cost(counts[symbol]) : whole + UNSEEN_COST;
            counts[symbol] = cost > least ? cost : least;
        }
    }
}

static uint32_t cost_of(const fast_encoder *encoder, fast_model model, uint32_t context, uint32_t symbol)
{
    return encoder->counts[model].counts[(size_t)context * encoder->counts[model].shape.symbol_count + symbol];
}

static uint32_t letters_cost(const token_list *tokens, uint32_t id)
{
    return (token_size_of(tokens, id) + 1) * ESCAPED_LETTER_COST;
}

static uint16_t saturated(uint32_t cost)
{
    return (uint16_t)(cost < UINT16_MAX ? cost : UINT16_MAX);
}

/* Takes costs, and those of telling a bin's entries apart. */
static item_cost cost_of_item(const fast_encoder *encoder, uint32_t item, const uint32_t *place_costs)
{
    const fast_plan *plan = &encoder->plan;
    const item_code *code = &plan->codes[item];
    unsigned width;
    uint32_t extra;
    const uint32_t symbol = gap_symbol(plan, code->gap, &width, &extra);
    const uint32_t rank_before = item > 0 ? gap_rank_at(plan, item - 1) : 7;
    uint32_t gap = cost_of(encoder, FAST_GAPS, gap_context_at(plan, item, rank_before), symbol) + width * COST_OF_BIT;
    if (symbol == FAST_GAP_ESCAPE)
        gap += letters_cost(&encoder->items.gaps, encoder->items.gap_ids[item]);
    uint32_t whole = gap + cost_of(encoder, FAST_EVENTS, event_context_at(plan, item), code->bin) + place_costs[code->bin];
    if (is_unknown_word(plan, item))
        whole += letters_cost(&encoder->items.words, encoder->items.word_ids[item]);
    if (code->case_context != CASE_IS_KNOWN)
        whole += cost_of(encoder, FAST_CASES, code->case_context, encoder->items.case_flags[item]);
    return (item_cost){.whole = saturated(whole), .gap = saturated(gap)};
}

/* Counts what the steps take by the plan, and makes costs of the counts. */
static void find_costs(fast_encoder *encoder)
{
    uint32_t place_costs[FAST_MOST_BINS];
    (void)put_items(encoder);
    for (int model = FAST_EVENTS; model <= FAST_DISTANCES; model++)
        count_to_cost(&encoder->counts[model]);
    for (uint32_t bin = 0; bin < encoder->plan.bins.count; bin++)
        place_costs[bin] = log2_cost(encoder->plan.bins.bins[bin].count);
    for (uint32_t item = 0; item < encoder->items.count; item++)
        encoder->costs[item] = cost_of_item(encoder, item, place_costs);
}

/* ---- parse --------------------------------------------------------------------------------------------------------------- */

/* What costs are made of before any match or phrase was used. */
typedef struct guesses {
    int matches;
    int phrases;
} guesses;

/* Costs of events, with one symbol more that costs nothing: that of phrases whose whole cost is guessed. */
static uint32_t *find_event_costs(const fast_encoder *encoder, guesses guessed)
{
    const static_counts *model = &encoder->counts[FAST_EVENTS];
    const uint32_t symbols = model->shape.symbol_count;
    uint32_t *events = allocate_array((size_t)model->shape.context_count * (symbols + 1), sizeof *events);
    for (uint32_t context = 0; events != NULL && context < model->shape.context_count; context++) {
        uint32_t *costs = events + (size_t)context * (symbols + 1);
        memcpy(costs, model->counts + (size_t)context * symbols, symbols * sizeof *costs);
        costs[symbols] = 0;
        for (uint32_t length = 0; guessed.matches && length < FAST_LENGTH_SYMBOLS; length++)
            costs[encoder->plan.bins.count + length] = GUESSED_MATCH_COST;
    }
    return events;
}

static void find_distance_costs(const fast_encoder *encoder, guesses guessed, parse_costs *costs)
{
    for (uint32_t context = 0; context < 4; context++)
        for (uint32_t symbol = 0; symbol < FAST_DISTANCE_SYMBOLS; symbol++) {
            const uint32_t width = symbol < FAST_REPEATS ? 0 : (symbol - FAST_REPEATS) / 2;
            costs->distances[context][symbol] =
                (guessed.matches ? (uint32_t)GUESSED_MATCH_COST : cost_of(encoder, FAST_DISTANCES, context, symbol)) +
                (width > 0 ? width - 1 : 0) * COST_OF_BIT;
        }
}

/* By the plan, or by how often they occur. */
static void find_phrase_costs(const fast_encoder *encoder, guesses guessed, uint16_t *bins, uint32_t *places)
{
    for (uint32_t phrase = 0; phrase < encoder->phrases.count; phrase++) {
        bins[phrase] = (uint16_t)(guessed.phrases ? encoder->counts[FAST_EVENTS].shape.symbol_count
                                                  : encoder->plan.phrase_bins[phrase]);
        places[phrase] = guessed.phrases ? log2_cost(encoder->items.count) - log2_cost(encoder->phrases.uses[phrase])
                                         : log2_cost(encoder->plan.bins.bins[bins[phrase]].count);
    }
}

static void count_phrase_uses(fast_encoder *encoder)
{
    memset(encoder->phrase_uses, 0, ((size_t)encoder->phrases.count + 1) * sizeof *encoder->phrase_uses);
    for (uint32_t item = 0; item < encoder->items.count; item += encoder->steps[item].length)
        if (is_phrase(encoder->steps[item]))
            encoder->phrase_uses[phrase_of(encoder->steps[item])]++;
}

static phrase_search search_of(const fast_encoder *encoder)
{
    return (phrase_search){.keys = encoder->keys, .costs = encoder->costs, .count = encoder->items.count,
                           .depths = encoder->positions.depths, .bigrams = encoder->positions.bigrams};
}

/* Phrases that were used too little go: their items are coded one by one. */
static void drop_phrases(fast_encoder *encoder)
{
    const phrase_search search = search_of(encoder);
    phrase_list *list = &encoder->phrases;
    count_phrase_uses(encoder);
    for (uint32_t phrase = 0; phrase < list->count; phrase++) {
        const uint32_t length = phrase_length(list->depths[phrase]);
        if (phrase_gain(&search, list->items[phrase], length, encoder->phrase_uses[phrase]) <= 0)
            encoder->phrase_uses[phrase] = 0;
    }
    for (uint32_t item = 0; item < encoder->items.count;) {
        const parse_step step = encoder->steps[item];
        for (uint32_t i = 0; is_phrase(step) && encoder->phrase_uses[phrase_of(step)] == 0 && i < step.length; i++)
            encoder->steps[item + i] = (parse_step){1, 0};
        item += step.length;
    }
    uint32_t kept = 0;
    for (uint32_t hit = 0; list->count > 0 && list->hits[hit].item != UINT32_MAX; hit++)
        if (encoder->phrase_uses[list->hits[hit].phrase] > 0)
            list->hits[kept++] = list->hits[hit];
    list->hits[kept] = (phrase_hit){.item = UINT32_MAX};
}

static int parse(fast_encoder *encoder, guesses guessed)
{
    const uint32_t phrase_count = encoder->phrases.count;
    uint16_t *bins = allocate_array((size_t)phrase_count + 1, sizeof *bins);
    uint32_t *places = allocate_array((size_t)phrase_count + 1, sizeof *places);
    uint8_t *contexts = allocate_array((size_t)encoder->items.count + 1, 1);
    uint32_t *events = find_event_costs(encoder, guessed);
    int complete = bins != NULL && places != NULL && contexts != NULL && events != NULL;
    if (complete) {
        parse_costs costs = {.items = encoder->costs, .contexts = contexts, .events = events,
                             .event_symbols = encoder->counts[FAST_EVENTS].shape.symbol_count + 1,
                             .first_length = encoder->plan.bins.count, .phrase_bins = bins, .phrase_places = places,
                             .phrase_depths = encoder->phrases.depths};
        for (uint32_t item = 0; item < encoder->items.count; item++)
            contexts[item] = (uint8_t)event_context_at(&encoder->plan, item);
        find_distance_costs(encoder, guessed, &costs);
        find_phrase_costs(encoder, guessed, bins, places);
        complete = parse_items(&encoder->matches, encoder->phrases.hits, encoder->keys, encoder->items.count, &costs, encoder->steps);
    }
    free(bins);
    free(places);
    free(contexts);
    free(events);
    if (complete)
        drop_phrases(encoder);
    return complete;
}

static void free_plan(fast_encoder *encoder)
{
    fast_plan_free(&encoder->plan);
    for (int model = 0; model < FAST_MODELS; model++) {
        static_counts_free(&encoder->counts[model]);
        encoder->counts[model].counts = NULL;
    }
}

/* A plan for the steps, and nothing counted. */
static int make_plan(fast_encoder *encoder)
{
    const plan_input input = {.items = &encoder->items, .word_classes = encoder->word_classes, .steps = encoder->steps,
                              .phrases = &encoder->phrases, .phrase_uses = encoder->phrase_uses, .codes = encoder->codes};
    free_plan(encoder);
    int complete = fast_plan_make(&encoder->plan, &input);
    for (int model = 0; complete && model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, encoder->plan.bins.count + FAST_LENGTH_SYMBOLS);
        complete = static_counts_start(&encoder->counts[model], &shape);
    }
    return complete;
}

/* Seeks phrases for the costs there are. */
static int find_phrases(fast_encoder *encoder)
{
    const uint32_t count = encoder->items.count;
    uint64_t *word_keys = allocate_array((size_t)count + 1, sizeof *word_keys);
    uint8_t *usable = allocate_array((size_t)count + 1, 1);
    int complete = word_keys != NULL && usable != NULL;
    if (complete) {
        for (uint32_t item = 0; item < count; item++) {
            const item_code *code = &encoder->plan.codes[item];
            word_keys[item] = encoder->keys[item] & UINT32_MAX;
            usable[item] = is_unknown_word(&encoder->plan, item)   ? 0
                           : code->gap == encoder->plan.gaps.count          ? PART_FIRST
                                                                            : PART_FIRST | PART_LATER;
        }
        phrase_search search = search_of(encoder);
        search.word_keys = word_keys;
        search.usable = usable;
        search.steps = encoder->effort->first_parse ? encoder->steps : NULL;
        phrase_list_free(&encoder->phrases);
        free(encoder->phrase_uses);
        complete = phrases_find(&search, &encoder->phrases);
        encoder->phrase_uses = calloc((size_t)encoder->phrases.count + 1, sizeof *encoder->phrase_uses);
        complete = complete && encoder->phrase_uses != NULL;
    }
    free(word_keys);
    free(usable);
    return complete;
}

/* No phrases yet. */
static int start_phrases(fast_encoder *encoder)
{
    encoder->phrases.hits = allocate_array(1, sizeof *encoder->phrases.hits);
    encoder->phrase_uses = calloc(1, sizeof *encoder->phrase_uses);
    if (encoder->phrases.hits == NULL || encoder->phrase_uses == NULL)
        return 0;
    encoder->phrases.hits[0] = (phrase_hit){.item = UINT32_MAX};
    return 1;
}

/* Plan and parse in turns: the one for the other. */
static int find_parse(fast_encoder *encoder)
{
    const fast_effort *effort = encoder->effort;
    int complete = start_phrases(encoder) && match_table_find(&encoder->matches, encoder->keys, encoder->items.count) &&
                   make_plan(encoder);
    if (!complete)
        return 0;
    find_costs(encoder);
    if (effort->first_parse) {
        if (!parse(encoder, (guesses){.matches = 1, .phrases = 1}) || !make_plan(encoder))
            return 0;
        find_costs(encoder);
    }
    complete = !effort->phrases || find_phrases(encoder);
    for (unsigned round = 0; complete && round < effort->parses; round++) {
        if (round > 0) {
            complete = make_plan(encoder);
            if (complete)
                find_costs(encoder);
        }
        complete = complete && parse(encoder, (guesses){.matches = round == 0 && !effort->first_parse, .phrases = round == 0});
    }
    return complete;
}

/* ---- the block ----------------------------------------------------------------------------------------------------------- */

/* Classes of frequent words. */
static int find_classes(fast_encoder *encoder)
{
    const token_list *words = &encoder->items.words;
    token_choice choice;
    uint8_t first_level;
    int complete = token_choice_find(words, encoder->effort->least_classed, FAST_WORD_LIMIT - 1, &choice) == QCZ_OK;
    uint16_t *classes = complete ? allocate_array((size_t)choice.count + 1, sizeof *classes) : NULL;
    complete = classes != NULL && token_choice_classes(&encoder->items, &choice, classes, &first_level) == QCZ_OK;
    for (uint32_t id = 0; complete && id < words->count; id++)
        encoder->word_classes[id] = choice.entries[id] < choice.count ? classes[choice.entries[id]] : (uint16_t)WORD_CLASS_NONE;
    token_choice_free(&choice);
    free(classes);
    return complete;
}

static int allocate_all(fast_encoder *encoder)
{
    const item_list *items = &encoder->items;
    encoder->word_classes = allocate_array((size_t)items->words.count + 1, sizeof *encoder->word_classes);
    encoder->keys = allocate_array((size_t)items->count + 1, sizeof *encoder->keys);
    encoder->steps = allocate_array((size_t)items->count + 1, sizeof *encoder->steps);
    encoder->costs = allocate_array((size_t)items->count + 1, sizeof *encoder->costs);
    encoder->codes = allocate_array((size_t)items->count + 1, sizeof *encoder->codes);
    return encoder->word_classes != NULL && encoder->keys != NULL && encoder->steps != NULL && encoder->costs != NULL &&
           encoder->codes != NULL;
}

/* Below 2^30 gaps and words: the numbers and the case fit 62 bits, so that the keys are as different as the items. */
static void start_items(fast_encoder *encoder)
{
    const item_list *items = &encoder->items;
    for (uint32_t item = 0; item < items->count; item++) {
        encoder->keys[item] = (uint64_t)items->gap_ids[item] << 32 | (uint64_t)items->word_ids[item] << 2 | items->case_flags[item];
        encoder->steps[item] = (parse_step){1, 0};
    }
}

static void make_tables(fast_encoder *encoder, int first, int last, static_tables *tables, bit_writer *bits)
{
    const fast_effort *effort = encoder->effort;
    for (int model = first; model <= last; model++) {
        const uint32_t most = model == FAST_EVENTS    ? effort->event_tables
                              : model == FAST_GAPS    ? effort->gap_tables
                              : model == FAST_LETTERS ? effort->letter_tables
                                                      : encoder->counts[model].shape.most_tables;
        encoder->out_of_memory |= !static_tables_make(&tables[model], &encoder->counts[model], most, bits);
    }
}

static void put_phrase_counts(const fast_plan *plan, bit_writer *bits)
{
    uint32_t left = plan->phrase_count;
    for (uint32_t group = 0; left > 0 && group < FAST_PHRASE_GROUPS; group++)
        for (uint32_t tier = 0; tier < FAST_TIER_COUNT; tier++) {
            write_gamma(bits, plan->phrase_counts[group][tier]);
            left -= plan->phrase_counts[group][tier];
        }
}

/* The bytes of all phrases, and their items. */
static void measure_phrases(const fast_encoder *encoder, fast_header *header)
{
    const item_list *items = &encoder->items;
    for (uint32_t i = 0; i < encoder->plan.phrase_count; i++) {
        const uint32_t phrase = encoder->plan.phrases[i];
        const uint32_t length = phrase_length(encoder->phrases.depths[phrase]);
        const uint32_t first = encoder->phrases.items[phrase];
        for (uint32_t item = first; item < first + length; item++)
            header->phrase_bytes += token_size_of(&items->words, items->word_ids[item]) +
                                    (item > first ? token_size_of(&items->gaps, items->gap_ids[item]) : 0);
        header->phrase_items += length;
    }
}

/* Tables, those of the codebooks first, then the bits of phrases and of items, each from a whole byte on, and the symbols. */
static int put_body(fast_encoder *encoder, uint32_t event_count, static_tables *tables, qcz_buffer *head, qcz_buffer *payload)
{
    const fast_plan *plan = &encoder->plan;
    bit_writer bits = {.pending_count = 0};
    make_tables(encoder, FAST_LETTERS, FAST_DEPTHS, tables, &bits);
    put_phrase_counts(plan, &bits);
    make_tables(encoder, FAST_EVENTS, FAST_DISTANCES, tables, &bits);
    const qcz_buffer *phrases = &encoder->phrase_bits.output;
    const qcz_buffer *items = &encoder->item_bits.output;
    int complete = finish_bits(&bits) == QCZ_OK && finish_bits(&encoder->phrase_bits) == QCZ_OK &&
                   finish_bits(&encoder->item_bits) == QCZ_OK && !encoder->out_of_memory;
    fast_header header = {.level = encoder->level, .item_count = encoder->items.count, .event_count = event_count,
                          .word_count = plan->words.count, .word_bytes = plan->words.byte_count, .gap_count = plan->gaps.count,
                          .gap_bytes = plan->gaps.byte_count, .phrase_count = plan->phrase_count,
                          .bits_size = (uint32_t)(bits.output.size + phrases->size + items->size)};
    measure_phrases(encoder, &header);
    fast_header_write(&header, head);
    buffer_put_bytes(payload, bits.output.bytes, bits.output.size);
    buffer_put_bytes(payload, phrases->bytes, phrases->size);
    buffer_put_bytes(payload, items->bytes, items->size);
    complete = complete && head->status == QCZ_OK && static_encode(encoder->symbols, encoder->symbol_count, tables, payload);
    qcz_buffer_free(&bits.output);
    return complete;
}

static int write_payload(fast_encoder *encoder, qcz_buffer *head, qcz_buffer *payload)
{
    static_tables tables[FAST_MODELS] = {{.table_of = NULL}};
    encoder->keeps_symbols = 1;
    put_codebooks(encoder);
    put_phrases(encoder);
    const uint32_t event_count = put_items(encoder);
    const int complete = !encoder->out_of_memory && put_body(encoder, event_count, tables, head, payload);
    for (int model = 0; model < FAST_MODELS; model++)
        static_tables_free(&tables[model]);
    return complete;
}

static void free_all(fast_encoder *encoder)
{
    free_plan(encoder);
    match_table_free(&encoder->matches);
    phrase_list_free(&encoder->phrases);
    items_free(&encoder->items);
    free(encoder->word_classes);
    free(encoder->keys);
    free(encoder->steps);
    free(encoder->phrase_uses);
    free(encoder->costs);
    free(encoder->codes);
    free(encoder->symbols);
    qcz_buffer_free(&encoder->phrase_bits.output);
    qcz_buffer_free(&encoder->item_bits.output);
}

static int encode(fast_encoder *encoder, qcz_buffer *head, qcz_buffer *payload)
{
    if (!allocate_all(encoder) || !find_classes(encoder))
        return 0;
    start_items(encoder);
    return find_parse(encoder) && make_plan(encoder) && write_payload(encoder, head, payload);
}

uint64_t fast_encode_memory(unsigned level, size_t size)
{
    return ENCODER_FIXED_MEMORY + (uint64_t)(level == FAST_FIRST_LEVEL ? ENCODER_MEMORY_PER_BYTE : PHRASE_ENCODER_MEMORY_PER_BYTE) * size;
}

qcz_status fast_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                       qcz_error *error)
{
    fast_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return out_of_memory(error);
    encoder->level = options->level;
    encoder->effort = &efforts[options->level - FAST_FIRST_LEVEL];
    if (block->positions != NULL)
        encoder->positions = *block->positions;
    qcz_status status = items_split(block->bytes, block->size, &encoder->items);
    if (status != QCZ_OK)
        status = out_of_memory(error);
    else if (encoder->positions.depths != NULL && encoder->positions.count != encoder->items.count)
        status = fail(error, QCZ_ERROR_PARAMETER, "the block has another number of items than there are depths", 0);
    else if (!encode(encoder, head, payload))
        status = out_of_memory(error);
    free_all(encoder);
    free(encoder);
    return status;
}

qcz_status fast_item_count(const uint8_t *block, size_t size, size_t *count)
{
    item_list items;
    const qcz_status status = items_split(block, size, &items);
    *count = 0;
    if (status == QCZ_OK) {
        *count = items.count;
        items_free(&items);
    }
    return status;
}
