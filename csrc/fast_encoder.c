/*
 * fast_encoder.c - writes one fast block: items, a plan (codebooks, bins, frequencies) and a parse, made for each other in turns, then
 * all symbols.
 */
#include "code_cost.h"
#include "fast_block.h"
#include "fast_parse.h"
#include "item_books.h"
#include "word_classes.h"

#include <stdlib.h>

enum {
    ESCAPED_LETTER_COST = 3 * COST_OF_BIT + COST_OF_BIT / 2, /* a guess, of tokens outside the codebook */
    GUESSED_MATCH_COST = 5 * COST_OF_BIT,
    UNSEEN_COST = 2 * COST_OF_BIT, /* more than a symbol seen once */
    NO_CONTEXT = UINT16_MAX,
    FEW_MATCH_SOURCES = 3 /* at the fastest level */
};

/* How often each distinct word or gap is coded by itself, and in which case. */
typedef struct use_counts {
    uint32_t *words;
    uint32_t *cases; /* three a word */
    uint32_t *gaps;
} use_counts;

/* What is transmitted before the items. */
typedef struct fast_plan {
    token_choice words;
    token_choice gaps;
    uint32_t *gap_ranks;   /* per distinct gap: its number in the codebook, by use; gaps.count if it is outside */
    uint32_t *ranked_gaps; /* distinct gaps by number */
    uint8_t *tiers;
    uint8_t *tendencies;
    uint16_t *classes;
    word_bins bins;
    static_counts models[FAST_MODELS];
} fast_plan;

typedef struct fast_encoder {
    unsigned level;
    item_list items;
    uint16_t *word_classes; /* per distinct word */
    uint64_t *keys;         /* per item: of its bytes */
    parse_step *steps;      /* per item */
    use_counts uses;
    fast_plan plan;
    static_symbol *symbols;
    size_t symbol_count;
    size_t symbol_capacity;
    bit_writer bits;
    int out_of_memory;
} fast_encoder;

/* ---- what an item is in symbols ------------------------------------------------------------------------------------------ */

typedef struct literal {
    uint16_t event_context;
    uint16_t event;
    uint16_t gap_context;
    uint16_t gap;
    uint16_t case_context; /* NO_CONTEXT if the case is known */
    uint16_t case_flag;
    uint32_t word;         /* in the codebook, or its count */
    uint32_t gap_number;
    unsigned gap_width;    /* bits that follow the symbol */
    uint32_t gap_extra;    /* and what they say */
} literal;

static uint32_t word_at(const fast_encoder *encoder, uint32_t item)
{
    return encoder->plan.words.entries[encoder->items.word_ids[item]];
}

static uint32_t gap_at(const fast_encoder *encoder, uint32_t item)
{
    return encoder->plan.gap_ranks[encoder->items.gap_ids[item]];
}

/* A gap outside the codebook counts as the rarest. */
static uint32_t rank_at(const fast_encoder *encoder, uint32_t item)
{
    const uint32_t gap = gap_at(encoder, item);
    return gap < encoder->plan.gaps.count ? gap_rank_of(gap) : 7u;
}

static uint32_t gap_class_at(const fast_encoder *encoder, uint32_t item)
{
    const uint32_t word = word_at(encoder, item);
    return word < encoder->plan.words.count ? gap_class_of(encoder->plan.classes[word]) : (uint32_t)GAP_BY_UNKNOWN;
}

static literal literal_at(const fast_encoder *encoder, uint32_t item)
{
    const fast_plan *plan = &encoder->plan;
    const uint32_t word = word_at(encoder, item);
    const int is_known = word < plan->words.count;
    literal found = {.word = word, .event = (uint16_t)(is_known ? plan->bins.bin_of[word] : plan->bins.count),
                     .event_context = EVENT_AT_START, .case_context = NO_CONTEXT, .gap_number = gap_at(encoder, item)};
    uint32_t rank_before = 7;
    uint32_t class_before = GAP_BY_UNKNOWN;
    if (item > 0) {
        const uint32_t before = word_at(encoder, item - 1);
        found.event_context =
            (uint16_t)(before < plan->words.count ? event_context_of(plan->classes[before]) : (uint8_t)EVENT_AFTER_UNKNOWN);
        rank_before = rank_at(encoder, item - 1);
        class_before = gap_class_at(encoder, item - 1);
    }
    found.gap_context = (uint16_t)gap_context(rank_before, class_before, gap_class_at(encoder, item));
    found.gap = FAST_GAP_ESCAPE;
    if (found.gap_number < plan->gaps.count)
        found.gap = (uint16_t)gap_symbol(found.gap_number, &found.gap_width, &found.gap_extra);
    const uint32_t tendency = is_known ? plan->tendencies[word] : (uint32_t)TENDENCY_UNKNOWN;
    found.case_flag = encoder->items.case_flags[item];
    if (case_varies(tendency))
        found.case_context = (uint16_t)case_context(tendency, rank_at(encoder, item));
    return found;
}

static uint32_t token_size_of(const token_list *tokens, uint32_t id)
{
    return tokens->offsets[id + 1] - tokens->offsets[id];
}

/* ---- plan ---------------------------------------------------------------------------------------------------------------- */

static void plan_free(fast_plan *plan)
{
    token_choice_free(&plan->words);
    token_choice_free(&plan->gaps);
    free(plan->gap_ranks);
    free(plan->ranked_gaps);
    free(plan->tiers);
    free(plan->tendencies);
    free(plan->classes);
    word_bins_free(&plan->bins);
    for (int model = 0; model < FAST_MODELS; model++)
        static_counts_free(&plan->models[model]);
    *plan = (fast_plan){0};
}

/* Numbers gaps by use, the commonest first; those used alike in order of their bytes: a merge sort is stable. */
static int rank_gaps(fast_plan *plan, const uint32_t *uses, uint32_t distinct_count)
{
    const uint32_t count = plan->gaps.count;
    uint32_t *scratch = allocate_array((size_t)count + 1, sizeof *scratch);
    plan->gap_ranks = allocate_array((size_t)distinct_count + 1, sizeof *plan->gap_ranks);
    plan->ranked_gaps = allocate_array((size_t)count + 1, sizeof *plan->ranked_gaps);
    if (scratch == NULL || plan->gap_ranks == NULL || plan->ranked_gaps == NULL) {
        free(scratch);
        return 0;
    }
    uint32_t *sorted = plan->ranked_gaps;
    memcpy(sorted, plan->gaps.ids, count * sizeof *sorted);
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t start = 0; start < count; start += 2 * width) {
            const uint32_t middle = start + width < count ? start + width : count;
            const uint32_t end = middle + width < count ? middle + width : count;
            uint32_t left = start;
            uint32_t right = middle;
            for (uint32_t i = start; i < end; i++)
                scratch[i] = left < middle && (right == end || uses[sorted[left]] >= uses[sorted[right]]) ? sorted[left++] : sorted[right++];
        }
        memcpy(sorted, scratch, count * sizeof *sorted);
    }
    for (uint32_t gap = 0; gap < distinct_count; gap++)
        plan->gap_ranks[gap] = count;
    for (uint32_t rank = 0; rank < count; rank++)
        plan->gap_ranks[sorted[rank]] = rank;
    free(scratch);
    return 1;
}

static uint8_t tendency_of(const uint32_t cases[3])
{
    const uint64_t all = (uint64_t)cases[0] + cases[1] + cases[2];
    if (cases[0] == all)
        return TENDENCY_AS_IS;
    if (cases[QCZ_CASE_TITLE] == all)
        return TENDENCY_TITLE;
    if (cases[QCZ_CASE_UPPER] == all)
        return TENDENCY_UPPER;
    return cases[0] * UINT64_C(8) >= all * 7 ? TENDENCY_MOSTLY_AS_IS
           : cases[0] * UINT64_C(2) >= all   ? TENDENCY_OFTEN_AS_IS
           : cases[0] * UINT64_C(8) >= all   ? TENDENCY_OFTEN_OTHER
                                             : TENDENCY_MOSTLY_OTHER;
}

/* Books, tiers, classes and bins. Fewer words have classes where there would be too many bins. */
static int plan_books(fast_encoder *encoder)
{
    fast_plan *plan = &encoder->plan;
    const token_list words = {.text = encoder->items.words.text, .offsets = encoder->items.words.offsets,
                              .counts = encoder->uses.words, .count = encoder->items.words.count};
    const token_list gaps = {.text = encoder->items.gaps.text, .offsets = encoder->items.gaps.offsets,
                             .counts = encoder->uses.gaps, .count = encoder->items.gaps.count};
    if (!token_choice_find(&words, 2, FAST_WORD_LIMIT - 1, &plan->words) || !token_choice_find(&gaps, 2, FAST_GAP_LIMIT, &plan->gaps) ||
        !rank_gaps(plan, gaps.counts, gaps.count))
        return 0;
    const uint32_t count = plan->words.count;
    plan->tiers = allocate_array((size_t)count + 1, sizeof *plan->tiers);
    plan->tendencies = allocate_array((size_t)count + 1, sizeof *plan->tendencies);
    plan->classes = allocate_array((size_t)count + 1, sizeof *plan->classes);
    if (plan->tiers == NULL || plan->tendencies == NULL || plan->classes == NULL)
        return 0;
    for (uint32_t word = 0; word < count; word++) {
        const uint32_t id = plan->words.ids[word];
        plan->tiers[word] = (uint8_t)fast_tier(words.counts[id]);
        plan->tendencies[word] = tendency_of(encoder->uses.cases + (size_t)3 * id);
    }
    for (uint8_t least_tier = FAST_CLASS_TIER;; least_tier++) {
        for (uint32_t word = 0; word < count; word++)
            plan->classes[word] =
                plan->tiers[word] >= least_tier ? encoder->word_classes[plan->words.ids[word]] : (uint16_t)WORD_CLASS_NONE;
        if (word_bins_find(&plan->bins, plan->tiers, plan->classes, count))
            return 1;
        if (plan->bins.count <= FAST_MOST_BINS)
            return 0;
        word_bins_free(&plan->bins);
    }
}

static uint32_t *count_at(fast_plan *plan, fast_model model, uint32_t context, uint32_t symbol)
{
    return &plan->models[model].counts[(size_t)context * plan->models[model].shape.symbol_count + symbol];
}

static int plan_models(fast_plan *plan)
{
    int complete = 1;
    for (int model = 0; model < FAST_MODELS; model++) {
        const static_shape shape = fast_shape((fast_model)model, plan->bins.count + 1 + FAST_LENGTH_SYMBOLS);
        complete = static_counts_start(&plan->models[model], &shape) && complete;
    }
    return complete;
}

/* ---- symbols ------------------------------------------------------------------------------------------------------------- */

static void put_symbol(fast_encoder *encoder, fast_model model, uint32_t context, uint32_t symbol)
{
    if (encoder->symbol_count == encoder->symbol_capacity) {
        const size_t capacity = encoder->symbol_capacity * 2 + 4096;
        static_symbol *larger = realloc(encoder->symbols, capacity * sizeof *larger);
        if (larger == NULL) {
            encoder->out_of_memory = 1;
            return;
        }
        encoder->symbols = larger;
        encoder->symbol_capacity = capacity;
    }
    encoder->symbols[encoder->symbol_count++] =
        (static_symbol){.context = (uint16_t)context, .symbol = (uint16_t)(symbol & 0xFFF), .model = (uint16_t)((unsigned)model & 15)};
    (*count_at(&encoder->plan, model, context, symbol))++;
}

static void put_letters(fast_encoder *encoder, uint32_t is_gap, const uint8_t *bytes, uint32_t size, uint32_t known)
{
    for (uint32_t i = known; i <= size; i++)
        put_symbol(encoder, FAST_LETTERS, letter_context(is_gap, bytes, i),
                   i < size ? bytes[i] : (uint32_t)FAST_END_OF_TOKEN);
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

/* The bits that follow the symbols of an item, in the order in which the decoder wants them. */
typedef struct item_bits {
    uint32_t value;
    unsigned width;
} item_bits;

static void put_place(item_bits *bits, uint32_t place, uint32_t count)
{
    const unsigned width = bit_width_of(count) - 1;
    const uint32_t short_count = ((uint32_t)2 << width) - count;
    if (place < short_count) {
        *bits = (item_bits){place, width};
    } else {
        const uint32_t longer = place + short_count;
        *bits = (item_bits){longer >> 1 | (longer & 1) << width, width + 1};
    }
}

static void put_literal(fast_encoder *encoder, uint32_t item, int with_bits)
{
    const fast_plan *plan = &encoder->plan;
    const literal found = literal_at(encoder, item);
    put_symbol(encoder, FAST_EVENTS, found.event_context, found.event);
    if (found.word < plan->words.count && with_bits) {
        const word_bin *bin = &plan->bins.bins[found.event];
        item_bits bits;
        put_place(&bits, plan->bins.place_of[found.word] - bin->first, bin->count);
        write_bits(&encoder->bits, bits.value, bits.width);
    }
    put_symbol(encoder, FAST_GAPS, found.gap_context, found.gap);
    if (found.gap == FAST_GAP_ESCAPE)
        put_token(encoder, 1, &encoder->items.gaps, encoder->items.gap_ids[item]);
    else if (with_bits)
        write_bits(&encoder->bits, found.gap_extra, found.gap_width);
    if (found.case_context != NO_CONTEXT)
        put_symbol(encoder, FAST_CASES, found.case_context, found.case_flag);
    if (found.word == plan->words.count)
        put_token(encoder, 0, &encoder->items.words, encoder->items.word_ids[item]);
}

/* Returns the symbol of a distance, which it puts first among the recent ones. */
static uint32_t use_distance(uint32_t recent[FAST_REPEATS], uint32_t distance)
{
    uint32_t symbol = 0;
    while (symbol < FAST_REPEATS && recent[symbol] != distance)
        symbol++;
    if (symbol > 1)
        recent[2] = recent[1];
    if (symbol > 0)
        recent[1] = recent[0];
    recent[0] = distance;
    return symbol < FAST_REPEATS ? symbol : FAST_REPEATS + distance_code(distance);
}

static void put_match(fast_encoder *encoder, uint32_t item, parse_step step, uint32_t recent[FAST_REPEATS], int with_bits)
{
    unsigned width;
    uint32_t extra;
    const uint32_t symbol = length_symbol(step.length, &width, &extra);
    const uint32_t context = step.length < 5 ? step.length - FAST_SHORTEST_MATCH : 3;
    put_symbol(encoder, FAST_EVENTS, literal_at(encoder, item).event_context, encoder->plan.bins.count + 1 + symbol);
    if (with_bits)
        write_bits(&encoder->bits, extra, width);
    const uint32_t distance = use_distance(recent, step.distance);
    put_symbol(encoder, FAST_DISTANCES, context, distance);
    const unsigned distance_width = bit_width_of(step.distance) - 1;
    if (with_bits && distance >= FAST_REPEATS && distance_width > 1)
        write_bits(&encoder->bits, step.distance & (((uint32_t)1 << (distance_width - 1)) - 1), distance_width - 1);
}

/* Puts, or only counts, all items as the steps say. Returns the number of events. */
static uint32_t put_items(fast_encoder *encoder, int with_bits)
{
    uint32_t recent[FAST_REPEATS] = {0};
    uint32_t events = 0;
    for (uint32_t item = 0; item < encoder->items.count; item += encoder->steps[item].length, events++) {
        if (encoder->steps[item].length == 1)
            put_literal(encoder, item, with_bits);
        else
            put_match(encoder, item, encoder->steps[item], recent, with_bits);
    }
    return events;
}

/* ---- costs and parse ----------------------------------------------------------------------------------------------------- */

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

static uint32_t cost_of(fast_encoder *encoder, fast_model model, uint32_t context, uint32_t symbol)
{
    return *count_at(&encoder->plan, model, context, symbol);
}

static uint32_t literal_cost(fast_encoder *encoder, uint32_t item)
{
    const fast_plan *plan = &encoder->plan;
    const literal found = literal_at(encoder, item);
    uint32_t cost = cost_of(encoder, FAST_EVENTS, found.event_context, found.event) +
                    cost_of(encoder, FAST_GAPS, found.gap_context, found.gap) + found.gap_width * COST_OF_BIT;
    if (found.word < plan->words.count)
        cost += log2_cost(plan->bins.bins[found.event].count);
    else
        cost += (token_size_of(&encoder->items.words, encoder->items.word_ids[item]) + 1) * ESCAPED_LETTER_COST;
    if (found.gap == FAST_GAP_ESCAPE)
        cost += (token_size_of(&encoder->items.gaps, encoder->items.gap_ids[item]) + 1) * ESCAPED_LETTER_COST;
    if (found.case_context != NO_CONTEXT)
        cost += cost_of(encoder, FAST_CASES, found.case_context, found.case_flag);
    return cost;
}

/* What a match of each length costs on the whole: it can begin after any word. Takes counts. */
static void find_length_costs(fast_encoder *encoder, int is_first, match_costs *costs)
{
    const static_counts *model = &encoder->plan.models[FAST_EVENTS];
    const uint32_t first = encoder->plan.bins.count + 1;
    uint32_t total = 1;
    uint32_t uses[FAST_LENGTH_SYMBOLS] = {0};
    for (uint32_t context = 0; context < model->shape.context_count; context++)
        for (uint32_t symbol = 0; symbol < model->shape.symbol_count; symbol++) {
            const uint32_t count = model->counts[(size_t)context * model->shape.symbol_count + symbol];
            total += count;
            if (symbol >= first)
                uses[symbol - first] += count;
        }
    for (uint32_t symbol = 0; symbol < FAST_LENGTH_SYMBOLS; symbol++) {
        const uint32_t used = log2_cost(total) - log2_cost(uses[symbol] + 1);
        costs->lengths[symbol] = (is_first ? (uint32_t)GUESSED_MATCH_COST : used) + (symbol < 8 ? 0 : symbol - 7) * COST_OF_BIT;
    }
}

/* Takes costs. */
static void find_distance_costs(fast_encoder *encoder, int is_first, match_costs *costs)
{
    for (uint32_t context = 0; context < 4; context++)
        for (uint32_t code = 0; code < 2 * FAST_RING_BITS; code++) {
            const uint32_t symbol_cost =
                is_first ? (uint32_t)GUESSED_MATCH_COST : cost_of(encoder, FAST_DISTANCES, context, FAST_REPEATS + code);
            costs->distances[context][code] = symbol_cost + (code / 2 > 0 ? code / 2 - 1 : 0) * COST_OF_BIT;
        }
}

/* Finds steps for the plan as it is. The counts of its models are lost. */
static int parse(fast_encoder *encoder, const match_table *table, int is_first)
{
    const uint32_t count = encoder->items.count;
    uint32_t *literal_costs = allocate_array((size_t)count + 1, sizeof *literal_costs);
    match_costs costs;
    if (literal_costs == NULL)
        return 0;
    find_length_costs(encoder, is_first, &costs);
    for (int model = 0; model < FAST_MODELS; model++)
        count_to_cost(&encoder->plan.models[model]);
    for (uint32_t item = 0; item < count; item++)
        literal_costs[item] = literal_cost(encoder, item);
    find_distance_costs(encoder, is_first, &costs);
    const int complete = parse_items(table, encoder->keys, count, literal_costs, &costs, encoder->steps);
    free(literal_costs);
    return complete;
}

/* How often words and gaps are coded by themselves. */
static void count_uses(fast_encoder *encoder)
{
    const item_list *items = &encoder->items;
    memset(encoder->uses.words, 0, items->words.count * sizeof *encoder->uses.words);
    memset(encoder->uses.cases, 0, 3 * (size_t)items->words.count * sizeof *encoder->uses.cases);
    memset(encoder->uses.gaps, 0, items->gaps.count * sizeof *encoder->uses.gaps);
    for (uint32_t item = 0; item < items->count; item += encoder->steps[item].length) {
        if (encoder->steps[item].length > 1)
            continue;
        encoder->uses.words[items->word_ids[item]]++;
        encoder->uses.cases[3 * (size_t)items->word_ids[item] + items->case_flags[item]]++;
        encoder->uses.gaps[items->gap_ids[item]]++;
    }
}

static int make_plan(fast_encoder *encoder)
{
    plan_free(&encoder->plan);
    count_uses(encoder);
    encoder->symbol_count = 0;
    return plan_books(encoder) && plan_models(&encoder->plan);
}

/* Plan and parse in turns: the one for the other. */
static int find_parse(fast_encoder *encoder)
{
    match_table table = {0};
    const unsigned source_count = encoder->level > FAST_FIRST_LEVEL ? MATCH_SOURCES : FEW_MATCH_SOURCES;
    int complete = match_table_find(&table, encoder->keys, encoder->items.count, source_count);
    const unsigned rounds = encoder->level;
    for (unsigned round = 0; complete && round < rounds; round++) {
        complete = make_plan(encoder);
        if (complete) {
            (void)put_items(encoder, 0);
            complete = parse(encoder, &table, round == 0);
        }
    }
    match_table_free(&table);
    return complete;
}

/* ---- the block ----------------------------------------------------------------------------------------------------------- */

static int find_classes(fast_encoder *encoder)
{
    const token_list *words = &encoder->items.words;
    token_choice choice = {0};
    uint32_t *counts = NULL;
    uint32_t *entries = allocate_array((size_t)words->count + 1, sizeof *entries);
    uint16_t *classes = NULL;
    int complete = token_choice_find(words, 2, FAST_WORD_LIMIT - 1, &choice) && entries != NULL;
    if (complete) {
        counts = allocate_array((size_t)choice.count + 1, sizeof *counts);
        classes = allocate_array((size_t)choice.count + 1, sizeof *classes);
        complete = counts != NULL && classes != NULL;
    }
    uint8_t first_level = 0;
    for (uint32_t entry = 0; complete && entry < choice.count; entry++)
        counts[entry] = words->counts[choice.ids[entry]];
    for (uint32_t id = 0; complete && id < words->count; id++)
        entries[id] = choice.entries[id] < choice.count ? choice.entries[id] : UINT32_MAX;
    complete = complete && word_classes_find(encoder->items.word_ids, encoder->items.count, entries, counts, choice.count, classes,
                                             &first_level);
    for (uint32_t id = 0; complete && id < words->count; id++)
        encoder->word_classes[id] = entries[id] != UINT32_MAX ? classes[entries[id]] : (uint16_t)WORD_CLASS_NONE;
    token_choice_free(&choice);
    free(counts);
    free(entries);
    free(classes);
    return complete;
}

static int allocate_all(fast_encoder *encoder)
{
    const item_list *items = &encoder->items;
    encoder->word_classes = allocate_array((size_t)items->words.count + 1, sizeof *encoder->word_classes);
    encoder->keys = allocate_array((size_t)items->count + 1, sizeof *encoder->keys);
    encoder->steps = allocate_array((size_t)items->count + 1, sizeof *encoder->steps);
    encoder->uses.words = allocate_array((size_t)items->words.count + 1, sizeof *encoder->uses.words);
    encoder->uses.cases = allocate_array(3 * (size_t)items->words.count + 1, sizeof *encoder->uses.cases);
    encoder->uses.gaps = allocate_array((size_t)items->gaps.count + 1, sizeof *encoder->uses.gaps);
    return encoder->word_classes != NULL && encoder->keys != NULL && encoder->steps != NULL && encoder->uses.words != NULL &&
           encoder->uses.cases != NULL && encoder->uses.gaps != NULL;
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

/* Tables, those of the codebooks first, from a whole byte on the bits of items, and the symbols. */
static int put_body(fast_encoder *encoder, uint32_t event_count, qcz_buffer *payload)
{
    const fast_plan *plan = &encoder->plan;
    bit_writer tables = {.out_of_memory = 0};
    for (int model = 0; model < FAST_MODELS; model++)
        static_counts_normalise(&encoder->plan.models[(model + FAST_LETTERS) % FAST_MODELS], &tables);
    const qcz_buffer *bits = &encoder->bits.output;
    int complete = finish_bits(&tables) && finish_bits(&encoder->bits);
    const fast_header header = {.level = encoder->level, .item_count = encoder->items.count, .event_count = event_count,
                                .word_count = plan->words.count, .word_bytes = plan->words.byte_count, .gap_count = plan->gaps.count,
                                .gap_bytes = plan->gaps.byte_count, .bits_size = (uint32_t)(tables.output.size + bits->size)};
    complete = complete && fast_header_write(&header, payload) && buffer_put_bytes(payload, tables.output.bytes, tables.output.size) &&
               buffer_put_bytes(payload, bits->bytes, bits->size) &&
               static_encode(encoder->symbols, encoder->symbol_count, plan->models, payload);
    qcz_buffer_free(&tables.output);
    return complete;
}

static int write_payload(fast_encoder *encoder, qcz_buffer *payload)
{
    put_codebooks(encoder);
    const uint32_t event_count = put_items(encoder, 1);
    return !encoder->out_of_memory && put_body(encoder, event_count, payload);
}

static void free_all(fast_encoder *encoder)
{
    plan_free(&encoder->plan);
    items_free(&encoder->items);
    free(encoder->word_classes);
    free(encoder->keys);
    free(encoder->steps);
    free(encoder->uses.words);
    free(encoder->uses.cases);
    free(encoder->uses.gaps);
    free(encoder->symbols);
    qcz_buffer_free(&encoder->bits.output);
}

static int encode(fast_encoder *encoder, qcz_buffer *payload)
{
    if (!allocate_all(encoder) || !find_classes(encoder))
        return 0;
    start_items(encoder);
    return find_parse(encoder) && make_plan(encoder) && write_payload(encoder, payload);
}

qcz_status qcz_fast_encode(const uint8_t *block, size_t size, unsigned level, qcz_buffer *payload)
{
    *payload = (qcz_buffer){0};
    if (size > QCZ_MAX_BLOCK_SIZE || level < FAST_FIRST_LEVEL || level > FAST_LAST_LEVEL)
        return QCZ_ERROR_LIMIT;
    fast_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder == NULL)
        return QCZ_ERROR_MEMORY;
    encoder->level = level;
    qcz_status status = items_split(block, size, &encoder->items);
    if (status == QCZ_OK) {
        status = encode(encoder, payload) ? QCZ_OK : QCZ_ERROR_MEMORY;
        free_all(encoder);
    }
    free(encoder);
    if (status != QCZ_OK)
        qcz_buffer_free(payload);
    return status;
}
