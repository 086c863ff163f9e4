#include "engines/fast/context_clusters.h"

#include "base/memory.h"
#include "engines/fast/code_cost.h"

#include <stdlib.h>
#include <string.h>

enum {
    SYMBOL_IN_TABLE_COST = 11 * COST_OF_BIT, /* about what a symbol costs in a table */
    UNSEEN_COST = 4 * COST_OF_BIT,          /* more than a symbol seen once */
    LEAST_UNSEEN_COST = 12 * COST_OF_BIT,   /* a table of few uses knows nothing of symbols it has not */
    ROUNDS = 2
};

/* A symbol that occurs in a context. */
typedef struct use {
    uint32_t symbol;
    uint32_t count;
} use;

typedef struct clusters {
    const uint32_t *counts;
    uint32_t context_count;
    uint32_t symbol_count;
    uint8_t *table_of;
    use *uses;            /* of all contexts */
    uint32_t *first_uses; /* context_count + 1 */
    uint32_t *sums;       /* of a table's counts */
    uint32_t *costs;      /* of a table's symbols */
    uint64_t *own;        /* what a context would cost in a table of its own */
    uint64_t *best;       /* what it costs in its table */
} clusters;

static int start(clusters *all)
{
    const size_t cells = (size_t)all->context_count * all->symbol_count;
    uint32_t used = 0;
    for (size_t cell = 0; cell < cells; cell++)
        used += all->counts[cell] > 0;
    all->uses = allocate_array((size_t)used + 1, sizeof *all->uses);
    all->first_uses = allocate_array((size_t)all->context_count + 1, sizeof *all->first_uses);
    all->sums = allocate_array(all->symbol_count, sizeof *all->sums);
    all->costs = allocate_array(all->symbol_count, sizeof *all->costs);
    all->own = calloc((size_t)all->context_count + 1, sizeof *all->own);
    all->best = calloc((size_t)all->context_count + 1, sizeof *all->best);
    if (all->uses == NULL || all->first_uses == NULL || all->sums == NULL || all->costs == NULL || all->own == NULL || all->best == NULL)
        return 0;
    used = 0;
    for (uint32_t context = 0; context < all->context_count; context++) {
        const uint32_t *counts = all->counts + (size_t)context * all->symbol_count;
        all->first_uses[context] = used;
        for (uint32_t symbol = 0; symbol < all->symbol_count; symbol++)
            if (counts[symbol] > 0)
                all->uses[used++] = (use){symbol, counts[symbol]};
    }
    all->first_uses[all->context_count] = used;
    return 1;
}

static void stop(clusters *all)
{
    free(all->uses);
    free(all->first_uses);
    free(all->sums);
    free(all->costs);
    free(all->own);
    free(all->best);
}

static int is_used(const clusters *all, uint32_t context)
{
    return all->first_uses[context] < all->first_uses[context + 1];
}

static void add_context(clusters *all, uint32_t context)
{
    for (uint32_t i = all->first_uses[context]; i < all->first_uses[context + 1]; i++)
        all->sums[all->uses[i].symbol] += all->uses[i].count;
}

/* Makes costs of the sums. */
static void find_costs(clusters *all)
{
    uint32_t total = 1;
    for (uint32_t symbol = 0; symbol < all->symbol_count; symbol++)
        total += all->sums[symbol];
    const uint32_t whole = log2_cost(total);
    const uint32_t unseen = whole + UNSEEN_COST > LEAST_UNSEEN_COST ? whole + UNSEEN_COST : (uint32_t)LEAST_UNSEEN_COST;
    for (uint32_t symbol = 0; symbol < all->symbol_count; symbol++)
        all->costs[symbol] = all->sums[symbol] > 0 ? whole - log2_cost(all->sums[symbol]) : unseen;
}

static uint64_t cost_of(const clusters *all, uint32_t context)
{
    uint64_t cost = 0;
    for (uint32_t i = all->first_uses[context]; i < all->first_uses[context + 1]; i++)
        cost += (uint64_t)all->uses[i].count * all->costs[all->uses[i].symbol];
    return cost;
}

/* Costs of one context as a table. */
static void be_table(clusters *all, uint32_t context)
{
    memset(all->sums, 0, all->symbol_count * sizeof *all->sums);
    add_context(all, context);
    find_costs(all);
}

/* Moves to this table every context that is cheaper there. */
static void offer_table(clusters *all, uint32_t table)
{
    for (uint32_t context = 0; context < all->context_count; context++) {
        const uint64_t cost = cost_of(all, context);
        if (table > 0 && cost >= all->best[context])
            continue;
        all->best[context] = cost;
        all->table_of[context] = (uint8_t)table;
    }
}

/* The context that would gain most by a table of its own, more than that costs; or context_count. */
static uint32_t worst_served(const clusters *all)
{
    uint64_t most = 0;
    uint32_t worst = all->context_count;
    for (uint32_t context = 0; context < all->context_count; context++) {
        const uint64_t price = (uint64_t)(all->first_uses[context + 1] - all->first_uses[context]) * SYMBOL_IN_TABLE_COST;
        const uint64_t gain = all->best[context] > all->own[context] ? all->best[context] - all->own[context] : 0;
        if (is_used(all, context) && gain > price && gain - price > most) {
            most = gain - price;
            worst = context;
        }
    }
    return worst;
}

/* All contexts in one table, then one table after another from the context that needs it most. */
static uint32_t choose_tables(clusters *all, uint32_t most_tables)
{
    for (uint32_t context = 0; context < all->context_count; context++) {
        be_table(all, context);
        all->own[context] = cost_of(all, context);
    }
    memset(all->sums, 0, all->symbol_count * sizeof *all->sums);
    for (uint32_t context = 0; context < all->context_count; context++)
        add_context(all, context);
    find_costs(all);
    offer_table(all, 0);
    uint32_t count = 1;
    for (; count < most_tables; count++) {
        const uint32_t context = worst_served(all);
        if (context == all->context_count)
            break;
        be_table(all, context);
        offer_table(all, count);
    }
    return count;
}

/* Tables as the contexts that have them make them, and contexts to the tables that serve them best. */
static void settle(clusters *all, uint32_t table_count, uint8_t *next)
{
    for (uint32_t context = 0; context < all->context_count; context++)
        all->best[context] = UINT64_MAX;
    for (uint32_t table = 0; table < table_count; table++) {
        memset(all->sums, 0, all->symbol_count * sizeof *all->sums);
        for (uint32_t context = 0; context < all->context_count; context++)
            if (all->table_of[context] == table)
                add_context(all, context);
        find_costs(all);
        for (uint32_t context = 0; context < all->context_count; context++) {
            const uint64_t cost = cost_of(all, context);
            if (cost < all->best[context]) {
                all->best[context] = cost;
                next[context] = (uint8_t)table;
            }
        }
    }
    memcpy(all->table_of, next, all->context_count);
}

int context_clusters_find(const uint32_t *counts, uint32_t context_count, uint32_t symbol_count, uint32_t most_tables,
                          uint8_t *table_of, uint32_t *table_count)
{
    clusters all = {.counts = counts, .context_count = context_count, .symbol_count = symbol_count, .table_of = table_of};
    uint8_t *next = calloc(context_count, 1);
    const int complete = next != NULL && start(&all);
    *table_count = 1;
    if (complete) {
        *table_count = choose_tables(&all, most_tables);
        for (uint32_t round = 0; round < ROUNDS && *table_count > 1; round++)
            settle(&all, *table_count, next);
        for (uint32_t context = 0; context < context_count; context++)
            if (!is_used(&all, context))
                table_of[context] = 0;
    }
    stop(&all);
    free(next);
    return complete;
}
