#include "engines/fast/plan.h"
#include "text/letter_case.h"

#include <stdlib.h>

/* What is in a phrase has to be in the codebooks: it counts as used very often when they are chosen. */
#define NEEDED (UINT32_C(1) << 31)

/* How often each distinct word or gap is coded by itself or in the definition of a phrase, and in which case. */
typedef struct use_counts {
    uint32_t *words;
    uint32_t *cases; /* three a word */
    uint32_t *gaps;
} use_counts;

static void free_uses(use_counts *uses)
{
    free(uses->words);
    free(uses->cases);
    free(uses->gaps);
}

static void count_word(const item_list *items, uint32_t item, use_counts *uses)
{
    uses->words[items->word_ids[item]]++;
    uses->cases[3 * (size_t)items->word_ids[item] + items->case_flags[item]]++;
}

static void count_definition(const item_list *items, uint32_t first, uint32_t length, use_counts *uses)
{
    for (uint32_t item = first; item < first + length; item++) {
        count_word(items, item, uses);
        uses->words[items->word_ids[item]] |= NEEDED;
        if (item > first)
            uses->gaps[items->gap_ids[item]] = (uses->gaps[items->gap_ids[item]] + 1) | NEEDED;
    }
}

static int count_uses(const plan_input *input, use_counts *uses)
{
    const item_list *items = input->items;
    uses->words = calloc((size_t)items->words.count + 1, sizeof *uses->words);
    uses->cases = calloc(3 * (size_t)items->words.count + 1, sizeof *uses->cases);
    uses->gaps = calloc((size_t)items->gaps.count + 1, sizeof *uses->gaps);
    if (uses->words == NULL || uses->cases == NULL || uses->gaps == NULL)
        return 0;
    for (uint32_t item = 0; item < items->count; item += input->steps[item].length) {
        if (input->steps[item].length == 1)
            count_word(items, item, uses);
        if (input->steps[item].length == 1 || input->steps[item].what >= (uint32_t)PARSED_PHRASE)
            uses->gaps[items->gap_ids[item]]++;
    }
    for (uint32_t phrase = 0; phrase < input->phrases->count; phrase++)
        if (input->phrase_uses[phrase] > 0)
            count_definition(items, input->phrases->items[phrase], phrase_length(input->phrases->depths[phrase]), uses);
    return 1;
}

/* ---- codebooks --------------------------------------------------------------------------------------------------------------- */

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
    if (cases[CASE_TITLE] == all)
        return TENDENCY_TITLE;
    if (cases[CASE_UPPER] == all)
        return TENDENCY_UPPER;
    return cases[0] * UINT64_C(8) >= all * 7 ? TENDENCY_MOSTLY_AS_IS
           : cases[0] * UINT64_C(2) >= all   ? TENDENCY_OFTEN_AS_IS
           : cases[0] * UINT64_C(8) >= all   ? TENDENCY_OFTEN_OTHER
                                             : TENDENCY_MOSTLY_OTHER;
}

static int choose_books(fast_plan *plan, const item_list *items, use_counts *uses)
{
    const token_list words = {.text = items->words.text, .offsets = items->words.offsets, .counts = uses->words,
                              .count = items->words.count};
    const token_list gaps = {.text = items->gaps.text, .offsets = items->gaps.offsets, .counts = uses->gaps, .count = items->gaps.count};
    if (token_choice_find(&words, 2, FAST_WORD_LIMIT - 1, &plan->words) != QCZ_OK ||
        token_choice_find(&gaps, 2, FAST_GAP_LIMIT, &plan->gaps) != QCZ_OK)
        return 0;
    for (uint32_t word = 0; word < words.count; word++)
        uses->words[word] &= ~NEEDED;
    for (uint32_t gap = 0; gap < gaps.count; gap++)
        uses->gaps[gap] &= ~NEEDED;
    return rank_gaps(plan, uses->gaps, gaps.count);
}

static int find_kinds(fast_plan *plan, const use_counts *uses)
{
    const uint32_t count = plan->words.count;
    plan->tiers = allocate_array((size_t)count + 1, sizeof *plan->tiers);
    plan->tendencies = allocate_array((size_t)count + 1, sizeof *plan->tendencies);
    plan->classes = allocate_array((size_t)count + 1, sizeof *plan->classes);
    if (plan->tiers == NULL || plan->tendencies == NULL || plan->classes == NULL)
        return 0;
    for (uint32_t word = 0; word < count; word++) {
        const uint32_t id = plan->words.ids[word];
        plan->tiers[word] = (uint8_t)fast_tier(uses->words[id]);
        plan->tendencies[word] = tendency_of(uses->cases + (size_t)3 * id);
    }
    return 1;
}

/* ---- bins -------------------------------------------------------------------------------------------------------------------- */

/* What phrases are sorted by: bins, then first words. */
typedef struct phrase_key {
    uint64_t place;  /* group, tier and first word's entry */
    uint32_t number; /* in the list */
} phrase_key;

static int compare_phrases(const void *a, const void *b)
{
    const phrase_key *left = a;
    const phrase_key *right = b;
    if (left->place != right->place)
        return left->place < right->place ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static uint32_t first_word_of(const fast_plan *plan, const plan_input *input, uint32_t phrase)
{
    return plan->words.entries[input->items->word_ids[input->phrases->items[phrase]]];
}

static uint32_t phrase_group_in(const fast_plan *plan, const plan_input *input, uint32_t phrase)
{
    return phrase_group_of(plan->classes[first_word_of(plan, input, phrase)]);
}

/* Words of fewer tiers have classes where there would be too many bins. */
static int find_bins(fast_plan *plan, const plan_input *input)
{
    for (uint32_t least_tier = FAST_CLASS_TIER;; least_tier++) {
        for (uint32_t word = 0; word < plan->words.count; word++)
            plan->classes[word] =
                plan->tiers[word] >= least_tier ? input->word_classes[plan->words.ids[word]] : (uint16_t)WORD_CLASS_NONE;
        if (!word_bins_find(&plan->bins, plan->tiers, plan->classes, plan->words.count)) {
            if (plan->bins.count <= FAST_MOST_BINS)
                return 0;
        } else {
            memset(plan->phrase_counts, 0, sizeof plan->phrase_counts);
            for (uint32_t phrase = 0; phrase < input->phrases->count; phrase++)
                if (input->phrase_uses[phrase] > 0)
                    plan->phrase_counts[phrase_group_in(plan, input, phrase)][fast_tier(input->phrase_uses[phrase])]++;
            if (phrase_bins_add(&plan->bins, plan->phrase_counts))
                return 1;
        }
        entry_bins_free(&plan->bins);
        plan->bins = (entry_bins){0};
    }
}

static int sort_phrases(fast_plan *plan, const plan_input *input)
{
    const uint32_t listed = input->phrases->count;
    phrase_key *keys = allocate_array((size_t)listed + 1, sizeof *keys);
    plan->phrases = allocate_array((size_t)listed + 1, sizeof *plan->phrases);
    plan->phrase_bins = calloc((size_t)listed + 1, sizeof *plan->phrase_bins);
    plan->phrase_entries = calloc((size_t)listed + 1, sizeof *plan->phrase_entries);
    if (keys == NULL || plan->phrases == NULL || plan->phrase_bins == NULL || plan->phrase_entries == NULL) {
        free(keys);
        return 0;
    }
    for (uint32_t phrase = 0; phrase < listed; phrase++) {
        if (input->phrase_uses[phrase] == 0)
            continue;
        const uint64_t bin = phrase_group_in(plan, input, phrase) * (uint64_t)FAST_TIER_COUNT + fast_tier(input->phrase_uses[phrase]);
        keys[plan->phrase_count++] =
            (phrase_key){.place = bin << 32 | plan->bins.entry_of[first_word_of(plan, input, phrase)], .number = phrase};
    }
    qsort(keys, plan->phrase_count, sizeof *keys, compare_phrases);
    uint32_t bin = plan->bins.word_bin_count + 1;
    for (uint32_t i = 0; i < plan->phrase_count; i++) {
        const uint32_t entry = plan->words.count + 1 + i;
        if (entry == plan->bins.bins[bin].first + plan->bins.bins[bin].count)
            bin++;
        plan->phrases[i] = keys[i].number;
        plan->phrase_bins[keys[i].number] = (uint16_t)bin;
        plan->phrase_entries[keys[i].number] = entry;
    }
    free(keys);
    return 1;
}

/* ---- items ------------------------------------------------------------------------------------------------------------------- */

static item_code code_of_word(const fast_plan *plan, uint32_t word)
{
    if (word == plan->words.count)
        return (item_code){.entry = (uint16_t)word, .bin = (uint16_t)plan->bins.word_bin_count, .event_context = EVENT_AFTER_UNKNOWN,
                           .case_context = TENDENCY_UNKNOWN};
    return (item_code){.entry = (uint16_t)plan->bins.entry_of[word], .bin = (uint16_t)plan->bins.bin_of[word],
                       .event_context = event_context_of(plan->classes[word]), .case_context = plan->tendencies[word]};
}

/* Of words first, with the tendency for a context of the case. */
static int find_codes(fast_plan *plan, const item_list *items)
{
    item_code *of_words = allocate_array((size_t)items->words.count + 1, sizeof *of_words);
    if (of_words == NULL)
        return 0;
    for (uint32_t id = 0; id < items->words.count; id++)
        of_words[id] = code_of_word(plan, plan->words.entries[id]);
    for (uint32_t item = 0; item < items->count; item++) {
        item_code *code = &plan->codes[item];
        *code = of_words[items->word_ids[item]];
        code->gap = (uint16_t)plan->gap_ranks[items->gap_ids[item]];
        code->case_context = case_varies(code->case_context) ? (uint8_t)case_context(code->case_context, gap_rank_at(plan, item))
                                                             : (uint8_t)CASE_IS_KNOWN;
    }
    free(of_words);
    return 1;
}

int fast_plan_make(fast_plan *plan, const plan_input *input)
{
    use_counts uses = {0};
    *plan = (fast_plan){.codes = input->codes};
    const int complete = count_uses(input, &uses) && choose_books(plan, input->items, &uses) && find_kinds(plan, &uses) &&
                         find_bins(plan, input) && sort_phrases(plan, input) && find_codes(plan, input->items);
    free_uses(&uses);
    return complete;
}

void fast_plan_free(fast_plan *plan)
{
    token_choice_free(&plan->words);
    token_choice_free(&plan->gaps);
    free(plan->gap_ranks);
    free(plan->ranked_gaps);
    free(plan->tiers);
    free(plan->tendencies);
    free(plan->classes);
    entry_bins_free(&plan->bins);
    free(plan->phrases);
    free(plan->phrase_bins);
    free(plan->phrase_entries);
    *plan = (fast_plan){0};
}
