#include "engines/mix/match_model.h"

#include "base/compiler.h"

#include <stdlib.h>

static const uint32_t orders[MATCH_ORDERS] = {2, 3, 5, 8, 13, 21};
static const uint32_t steps[MATCH_STEPS - 1] = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144};

enum { ONLY_ORDER = 3, LOOKUP_DELAY = 2 };

static const uint64_t BASE = 0x9E3779B97F4A7C15;

static uint64_t base_power(uint32_t exponent)
{
    uint64_t power = 1;
    for (uint32_t i = 0; i < exponent; i++)
        power *= BASE;
    return power;
}

static unsigned table_bits_of(unsigned history_bits)
{
    return history_bits > 21 ? 21 : history_bits;
}

uint64_t match_model_memory(unsigned history_bits, unsigned order_count)
{
    return (sizeof(past_item) << history_bits) + order_count * (sizeof(uint32_t) << table_bits_of(history_bits));
}

int match_model_start(match_model *model, unsigned history_bits, unsigned order_count)
{
    *model = (match_model){.ring_mask = ((uint32_t)1 << history_bits) - 1, .order_count = order_count,
                            .table_bits = table_bits_of(history_bits)};
    for (unsigned order = 0; order < order_count; order++)
        model->orders[order] = order_count == 1 ? ONLY_ORDER : orders[order];
    model->items = calloc((size_t)1 << history_bits, sizeof *model->items);
    int started = model->items != NULL;
    for (unsigned order = 0; order < order_count; order++)
        model->powers[order] = base_power(model->orders[order]);
    for (unsigned order = 0; order < order_count; order++) {
        model->tables[order] = calloc((size_t)1 << model->table_bits, sizeof *model->tables[order]);
        started = started && model->tables[order] != NULL;
    }
    for (unsigned order = 0; started && order < order_count; order++)
        model->places[order] = model->tables[order];
    return started;
}

void match_model_free(match_model *model)
{
    free(model->items);
    for (unsigned order = 0; order < MATCH_ORDERS; order++)
        free(model->tables[order]);
}

unsigned match_step(uint32_t length)
{
    unsigned step = 0;
    while (step < MATCH_STEPS - 1 && steps[step] <= length)
        step++;
    return step;
}

static const past_item *item_at(const match_model *model, uint32_t number)
{
    return &model->items[number & model->ring_mask];
}

static uint32_t *table_place(const match_model *model, unsigned order)
{
    const uint64_t hash = model->hashes[order] * 0xD6E8FEB86659FD93;
    return &model->tables[order][hash >> (64 - model->table_bits)];
}

/* How many words before `number` agree with those before the end. */
static uint32_t agreeing_words(const match_model *model, uint32_t number)
{
    const uint32_t oldest = model->count > model->ring_mask ? model->count - model->ring_mask : 0;
    uint32_t length = 0;
    while (length < MATCH_MAX_LENGTH && number > oldest + length &&
           item_at(model, number - 1 - length)->word == item_at(model, model->count - 1 - length)->word)
        length++;
    return length;
}

/*
 * Looks contexts up in three steps, one an item, so that none waits for memory: first the place in the table is asked for; then what
 * stands there is read, and the item it names asked for; then that item and those before it are compared with the last ones. Where
 * a short context has not occurred, no longer one has.
 */
static void find_candidate(match_model *model)
{
    for (unsigned order = 0; order < model->order_count; order++) {
        const uint32_t number = model->found[order] + LOOKUP_DELAY;
        if (model->found[order] == 0 || model->count - number > model->ring_mask - 1)
            return;
        const uint32_t length = agreeing_words(model, number);
        if (length < model->orders[order])
            return;
        if (length > model->length) {
            model->candidate = number;
            model->length = length;
        }
    }
}

static void move_lookups(match_model *model)
{
    for (unsigned order = 0; order < model->order_count; order++) {
        model->found[order] = *model->places[order];
        *model->places[order] = model->count - 1;
        PREFETCH(item_at(model, model->found[order]));
        model->places[order] = table_place(model, order);
        PREFETCH(model->places[order]);
    }
}

static void roll_hashes(match_model *model, uint32_t word)
{
    for (unsigned order = 0; order < model->order_count; order++) {
        uint64_t gone = 0;
        if (model->count > model->orders[order])
            gone = ((uint64_t)item_at(model, model->count - 1 - model->orders[order])->word + 1) * model->powers[order];
        model->hashes[order] = model->hashes[order] * BASE + word + 1 - gone;
    }
}

past_item *match_model_add(match_model *model, uint32_t word, uint32_t gap)
{
    past_item *const place = &model->items[model->count & model->ring_mask];
    const int predicted = model->length > 0 && match_model_expected(model)->word == word;
    *place = (past_item){.word = word, .gap = gap};
    model->count++;
    roll_hashes(model, word);
    if (predicted) {
        model->length += model->length < MATCH_MAX_LENGTH;
        model->candidate++;
    } else {
        model->length = 0;
    }
    if (model->length == 0)
        find_candidate(model);
    move_lookups(model);
    return place;
}
