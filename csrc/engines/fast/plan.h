/*
 * plan.h - what a fast block transmits before its items, made for a parse: codebooks, phrases, bins, and how each item is coded by
 * them. Encoder only.
 */
#ifndef QCZ_ENGINES_FAST_PLAN_H
#define QCZ_ENGINES_FAST_PLAN_H

#include "engines/fast/parse.h"
#include "engines/fast/phrases.h"
#include "books/token_choice.h"

enum { CASE_IS_KNOWN = UINT8_MAX };

/* How an item is coded by itself. */
typedef struct item_code {
    uint16_t entry;        /* of the word; words are fewer than 2^16 */
    uint16_t bin;
    uint16_t gap;          /* in the codebook, or its count */
    uint8_t event_context; /* what it says to the event after it */
    uint8_t case_context;  /* or CASE_IS_KNOWN */
} item_code;

typedef struct fast_plan {
    token_choice words;
    token_choice gaps;
    uint32_t *gap_ranks;    /* per distinct gap: its number in the codebook, by use; gaps.count if it is outside */
    uint32_t *ranked_gaps;  /* distinct gaps by number */
    uint8_t *tiers;         /* per word of the codebook */
    uint8_t *tendencies;
    uint16_t *classes;
    entry_bins bins;
    phrase_counts phrase_counts;
    uint32_t phrase_count;
    uint32_t *phrases;      /* in order: their numbers in the list */
    uint16_t *phrase_bins;  /* per phrase of the list; those not used have none */
    uint32_t *phrase_entries;
    item_code *codes;       /* per item; the caller's */
} fast_plan;

/* What a plan is made for. */
typedef struct plan_input {
    const item_list *items;
    const uint16_t *word_classes; /* per distinct word */
    const parse_step *steps;
    const phrase_list *phrases;
    const uint32_t *phrase_uses;  /* per phrase of the list: in the steps */
    item_code *codes;             /* to be filled in, one for each item */
} plan_input;

/* Returns 0 if there is no memory; fast_plan_free is due. */
int fast_plan_make(fast_plan *plan, const plan_input *input);
void fast_plan_free(fast_plan *plan);

/* ---- contexts ---------------------------------------------------------------------------------------------------------------- */

static inline uint32_t event_context_at(const fast_plan *plan, uint32_t item)
{
    return item > 0 ? plan->codes[item - 1].event_context : (uint32_t)EVENT_AT_START;
}

static inline int is_unknown_word(const fast_plan *plan, uint32_t item)
{
    return plan->codes[item].bin == plan->bins.word_bin_count;
}

/* A gap outside the codebook counts as the rarest. */
static inline uint32_t gap_rank_at(const fast_plan *plan, uint32_t item)
{
    const uint32_t gap = plan->codes[item].gap;
    return gap < plan->gaps.count ? gap_rank_of(gap) : 7;
}

static inline uint32_t gap_context_at(const fast_plan *plan, uint32_t item, uint32_t rank_before)
{
    return gap_context(rank_before, fast_gap_classes[event_context_at(plan, item)], fast_gap_classes[plan->codes[item].event_context]);
}

/* The symbol of a gap, and the bits that follow it. */
static inline uint32_t gap_symbol(const fast_plan *plan, uint32_t gap, unsigned *width, uint32_t *extra)
{
    *width = 0;
    *extra = 0;
    if (gap >= plan->gaps.count)
        return FAST_GAP_ESCAPE;
    if (gap < FAST_DIRECT_GAPS)
        return gap;
    const uint32_t number = gap - FAST_DIRECT_GAPS + 1;
    *width = bit_width_of(number) - 1;
    *extra = number - ((uint32_t)1 << *width);
    return FAST_DIRECT_GAPS + *width;
}

#endif
