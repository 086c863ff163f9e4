/*
 * match_model.h - finds the longest earlier context of the last words among the Fibonacci lengths, and so predicts the next item.
 *
 * The lengths are those of the phrases of the published method (paper, section 1.5), here as contexts: the place where the last 2, 3, 5,
 * 8, 13 or 21 words last occurred, the longest that did; how far back the two places agree is told in steps of the same numbers
 * up to 144.
 */
#ifndef QCZ_ENGINES_MIX_MATCH_MODEL_H
#define QCZ_ENGINES_MIX_MATCH_MODEL_H

#include <stddef.h>
#include <stdint.h>

enum { MATCH_ORDERS = 6, MATCH_STEPS = 12, MATCH_MAX_LENGTH = 144 };

/* What is kept of an item. */
typedef struct past_item {
    uint32_t word;
    uint32_t gap;
    uint8_t case_flag;
    uint8_t line_end;
} past_item;

typedef struct match_model {
    past_item *items;    /* a ring */
    uint32_t ring_mask;
    uint32_t count;      /* items so far */
    unsigned order_count;
    uint32_t *tables[MATCH_ORDERS];
    unsigned table_bits;
    uint32_t *places[MATCH_ORDERS]; /* in the tables, of the contexts that ended at the last item */
    uint32_t found[MATCH_ORDERS];   /* what stood at those of the item before */
    uint64_t hashes[MATCH_ORDERS]; /* of the last words */
    uint32_t orders[MATCH_ORDERS]; /* their lengths in words */
    uint64_t powers[MATCH_ORDERS]; /* what the oldest of them counts for */
    uint32_t candidate;  /* number of the item predicted */
    uint32_t length;     /* words that agree before it; 0: nothing is predicted */
} match_model;

/* `order_count` of the lengths are looked up: 1 stands for 3, more for 2, 3, 5 and so on. */
uint64_t match_model_memory(unsigned history_bits, unsigned order_count);
/* Returns 0 if there is no memory; match_model_free is due in either case. */
int match_model_start(match_model *model, unsigned history_bits, unsigned order_count);
void match_model_free(match_model *model);

/* Takes in an item and finds the next prediction. Returns the place of the item, for its flags. */
past_item *match_model_add(match_model *model, uint32_t word, uint32_t gap);

/* The number of Fibonacci lengths 1, 2, 3, 5 .. 144 up to `length`: 0 .. 11. */
unsigned match_step(uint32_t length);

/* The predicted item; only if length is not 0. */
static inline const past_item *match_model_expected(const match_model *model)
{
    return &model->items[model->candidate & model->ring_mask];
}

#endif
