#include "engines/fast/phrases.h"

#include "engines/fast/code_cost.h"

#include <stdlib.h>

enum {
    LEAST_USES = 4,
    LONG_MATCH = 6,                       /* items */
    OVERHEAD = 16 * COST_OF_BIT,          /* about what an entry costs beside its items: first word, depth, bin */
    MOST_FOUND = FAST_PHRASE_LIMIT - 1,
    NO_SLOT = INT32_MAX,
    REFUSED = INT32_MAX
};

#define HASH_BASE UINT64_C(0xD1342543DE82EF95)
#define HASH_BASE_INVERSE UINT64_C(0x572B5EE77A54E3BD)
#define HASH_MIX UINT64_C(0x9E3779B97F4A7C15)

/* A window that occurs, at a depth. */
typedef struct window_slot {
    uint32_t tag;    /* other bits of the hash than those of its place */
    uint32_t uses;
    uint32_t first;  /* item + 1 of the first occurrence; 0 in a free slot. Of the first allowed one when it is chosen or refused */
    uint32_t end;    /* of the last occurrence counted */
    uint32_t phrase; /* number + 1, if it is chosen; or REFUSED */
} window_slot;

typedef struct window {
    uint32_t item;
    uint32_t slot;
} window;

typedef struct phrase_finder {
    const phrase_search *search;
    uint64_t *sums;        /* of keys times powers of the base: count + 1 */
    uint8_t *runs;         /* per item: how many from there on can be later parts, 255 at most */
    uint8_t *covered;      /* per item: how many from there on a long match covers, 255 at most */
    uint8_t *levels;       /* per item: at how many depths a frequent window begins */
    uint8_t *sieve;        /* counts of hashes */
    uint32_t sieve_bits;
    window *windows;       /* at the depth at hand that may be frequent */
    uint32_t window_count;
    window_slot *slots;
    uint32_t slot_bits;
    phrase_list *list;
    phrase_hit *hits;      /* by depth, then item */
    uint32_t hit_count;
    uint32_t hit_capacity;
    uint64_t *hashes;      /* of the windows */
} phrase_finder;

/* ---- windows --------------------------------------------------------------------------------------------------------------- */

static uint64_t mixed(uint64_t key)
{
    return (key ^ key >> 29) * HASH_MIX;
}

static uint8_t saturated(uint32_t number)
{
    return (uint8_t)(number < UINT8_MAX ? number : UINT8_MAX);
}

static int start(phrase_finder *finder)
{
    const phrase_search *search = finder->search;
    const size_t count = search->count;
    finder->sieve_bits = bit_width_of(search->count | 1023);
    finder->sums = allocate_array(count + 1, sizeof *finder->sums);
    finder->runs = allocate_array(count + 1, 1);
    finder->covered = calloc(count + 1, 1);
    finder->levels = calloc(count + 1, 1);
    finder->sieve = allocate_array((size_t)1 << finder->sieve_bits, 1);
    finder->windows = allocate_array(count + 1, sizeof *finder->windows);
    finder->list->items = allocate_array(MOST_FOUND, sizeof *finder->list->items);
    finder->list->depths = allocate_array(MOST_FOUND, 1);
    finder->list->uses = allocate_array(MOST_FOUND, sizeof *finder->list->uses);
    if (finder->sums == NULL || finder->runs == NULL || finder->covered == NULL || finder->levels == NULL || finder->sieve == NULL ||
        finder->windows == NULL || finder->list->items == NULL || finder->list->depths == NULL || finder->list->uses == NULL)
        return 0;
    uint64_t power = 1;
    finder->sums[0] = 0;
    for (size_t item = 0; item < count; item++, power *= HASH_BASE)
        finder->sums[item + 1] = finder->sums[item] + mixed(search->keys[item]) * power;
    finder->runs[count] = 0;
    for (size_t item = count; item-- > 0;)
        finder->runs[item] = (search->usable[item] & PART_LATER) == 0 ? 0 : saturated(finder->runs[item + 1] + 1u);
    for (uint32_t item = 0; search->steps != NULL && item < count; item += search->steps[item].length)
        for (uint32_t i = 0; search->steps[item].length >= LONG_MATCH && i < search->steps[item].length; i++)
            finder->covered[item + i] = saturated(search->steps[item].length - i);
    return 1;
}

static void stop(phrase_finder *finder)
{
    free(finder->sums);
    free(finder->runs);
    free(finder->covered);
    free(finder->levels);
    free(finder->sieve);
    free(finder->windows);
    free(finder->slots);
    free(finder->hits);
}

/* Whether positions allow a phrase to begin there. */
static int is_allowed(const phrase_search *search, uint32_t item, uint32_t depth)
{
    if (depth == 0)
        return search->depths == NULL || search->bigrams;
    return search->depths == NULL || search->depths[item] >= depth;
}

/* A window is two of the depth before, which overlap: both have to be frequent. */
static int may_be_frequent(const phrase_finder *finder, uint32_t item, uint32_t depth, uint32_t length)
{
    const phrase_search *search = finder->search;
    const uint32_t shorter = depth > 0 ? phrase_length(depth - 1) : 0;
    if ((search->usable[item] & PART_FIRST) == 0 || finder->runs[item + 1] < length - 1 || finder->covered[item] >= length)
        return 0;
    return depth == 0 || (finder->levels[item] >= depth && finder->levels[item + length - shorter] >= depth);
}

/* Of the windows that may be frequent at this depth, those whose hash is. */
static void sieve_windows(phrase_finder *finder, uint32_t depth)
{
    const phrase_search *search = finder->search;
    const uint32_t length = phrase_length(depth);
    const unsigned shift = 64 - finder->sieve_bits;
    uint64_t inverse = 1;
    memset(finder->sieve, 0, (size_t)1 << finder->sieve_bits);
    finder->window_count = 0;
    uint64_t *hashes = finder->hashes;
    for (uint32_t item = 0; item + length <= search->count; item++, inverse *= HASH_BASE_INVERSE) {
        if (!may_be_frequent(finder, item, depth, length))
            continue;
        const uint64_t later = (finder->sums[item + length] - finder->sums[item + 1]) * inverse;
        const uint64_t hash = mixed(later + mixed(search->word_keys[item]));
        uint8_t *count = &finder->sieve[hash >> shift];
        *count = (uint8_t)(*count + (*count < LEAST_USES));
        hashes[finder->window_count] = hash;
        finder->windows[finder->window_count++].item = item;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < finder->window_count; i++)
        if (finder->sieve[hashes[i] >> shift] >= LEAST_USES) {
            hashes[kept] = hashes[i];
            finder->windows[kept++].item = finder->windows[i].item;
        }
    finder->window_count = kept;
}

static int same_window(const phrase_search *search, uint32_t a, uint32_t b, uint32_t length)
{
    return search->word_keys[a] == search->word_keys[b] &&
           memcmp(search->keys + a + 1, search->keys + b + 1, (length - 1) * sizeof *search->keys) == 0;
}

/* Twice as many slots as cells of the sieve are full: about as many windows differ. */
static int start_slots(phrase_finder *finder)
{
    uint32_t cells = 0;
    for (size_t cell = 0; cell < (size_t)1 << finder->sieve_bits; cell++)
        cells += finder->sieve[cell] >= LEAST_USES;
    finder->slot_bits = bit_width_of(cells | 255) + 1;
    free(finder->slots);
    finder->slots = calloc((size_t)1 << finder->slot_bits, sizeof *finder->slots);
    return finder->slots != NULL;
}

/* The slot of a window, or NO_SLOT if it is new and slots are scarce. */
static uint32_t find_slot(phrase_finder *finder, uint64_t hash, uint32_t item, uint32_t *used)
{
    const uint32_t mask = ((uint32_t)1 << finder->slot_bits) - 1;
    const uint32_t tag = (uint32_t)hash;
    uint32_t place = (uint32_t)(hash >> 32) & mask;
    while (finder->slots[place].first != 0 && finder->slots[place].tag != tag)
        place = (place + 1) & mask;
    if (finder->slots[place].first != 0)
        return place;
    if (*used > mask / 4 * 3)
        return NO_SLOT;
    (*used)++;
    finder->slots[place] = (window_slot){.tag = tag, .first = item + 1};
    return place;
}

/* Counts windows where they are allowed and do not overlap with themselves. */
static int count_windows(phrase_finder *finder, uint32_t depth, uint32_t length)
{
    uint32_t used = 0;
    if (!start_slots(finder))
        return 0;
    for (uint32_t i = 0; i < finder->window_count; i++) {
        const uint32_t item = finder->windows[i].item;
        const uint32_t place = find_slot(finder, finder->hashes[i], item, &used);
        finder->windows[i].slot = place;
        if (place == NO_SLOT)
            continue;
        window_slot *slot = &finder->slots[place];
        if (item >= slot->end && is_allowed(finder->search, item, depth)) {
            slot->uses++;
            slot->end = item + length;
        }
    }
    return 1;
}

/* ---- choice ---------------------------------------------------------------------------------------------------------------- */

int64_t phrase_gain(const phrase_search *search, uint32_t item, uint32_t length, uint32_t uses)
{
    int64_t later = 0;
    for (uint32_t i = 1; i < length; i++)
        later += search->costs[item + i].whole;
    const int64_t alone = later + search->costs[item].whole - search->costs[item].gap;
    const int64_t as_phrase = (int64_t)log2_cost(search->count) - log2_cost(uses > 0 ? uses : 1);
    return uses * (alone - as_phrase) - later - OVERHEAD;
}

static int put_hit(phrase_finder *finder, phrase_hit hit)
{
    if (finder->hit_count == finder->hit_capacity) {
        const uint32_t capacity = finder->hit_capacity * 2 + 65536;
        phrase_hit *larger = capacity > finder->hit_capacity ? reallocate_array(finder->hits, capacity, sizeof *larger) : NULL;
        if (larger == NULL)
            return 0;
        finder->hits = larger;
        finder->hit_capacity = capacity;
    }
    finder->hits[finder->hit_count++] = hit;
    return 1;
}

/* Its number + 1, or REFUSED. */
static uint32_t choose_window(phrase_finder *finder, const window_slot *slot, uint32_t depth, uint32_t length)
{
    phrase_list *list = finder->list;
    const uint32_t item = slot->first - 1;
    if (list->count == MOST_FOUND || phrase_gain(finder->search, item, length, slot->uses) <= 0)
        return REFUSED;
    list->items[list->count] = item;
    list->depths[list->count] = (uint8_t)depth;
    list->uses[list->count] = slot->uses;
    return ++list->count;
}

/* Takes the windows that gain. */
static int choose_windows(phrase_finder *finder, uint32_t depth, uint32_t length)
{
    for (uint32_t i = 0; i < finder->window_count; i++) {
        const uint32_t item = finder->windows[i].item;
        finder->levels[item] = (uint8_t)(depth + 1);
        if (finder->windows[i].slot == NO_SLOT || !is_allowed(finder->search, item, depth))
            continue;
        window_slot *slot = &finder->slots[finder->windows[i].slot];
        if (slot->uses < LEAST_USES || slot->phrase == REFUSED)
            continue;
        if (slot->phrase == 0) {
            slot->first = item + 1;
            slot->phrase = choose_window(finder, slot, depth, length);
        }
        if (slot->phrase != REFUSED && same_window(finder->search, item, slot->first - 1, length) &&
            !put_hit(finder, (phrase_hit){item, slot->phrase - 1}))
            return 0;
    }
    return 1;
}

/* Brings hits into the order of items. */
static int order_hits(phrase_finder *finder)
{
    const uint32_t count = finder->search->count;
    uint32_t *places = calloc((size_t)count + 2, sizeof *places);
    finder->list->hits = allocate_array((size_t)finder->hit_count + 1, sizeof *finder->list->hits);
    if (places == NULL || finder->list->hits == NULL) {
        free(places);
        return 0;
    }
    for (uint32_t i = 0; i < finder->hit_count; i++)
        places[finder->hits[i].item + 1]++;
    for (uint32_t item = 1; item <= count; item++)
        places[item] += places[item - 1];
    for (uint32_t i = 0; i < finder->hit_count; i++)
        finder->list->hits[places[finder->hits[i].item]++] = finder->hits[i];
    finder->list->hits[finder->hit_count] = (phrase_hit){.item = UINT32_MAX};
    free(places);
    return 1;
}

int phrases_find(const phrase_search *search, phrase_list *list)
{
    phrase_finder finder = {.search = search, .list = list};
    *list = (phrase_list){0};
    finder.hashes = allocate_array((size_t)search->count + 1, sizeof *finder.hashes);
    int complete = finder.hashes != NULL && start(&finder);
    for (uint32_t depth = 0; complete && depth < FAST_PHRASE_DEPTHS; depth++) {
        const uint32_t length = phrase_length(depth);
        if (length > search->count)
            break;
        sieve_windows(&finder, depth);
        if (finder.window_count == 0)
            break;
        complete = count_windows(&finder, depth, length) && choose_windows(&finder, depth, length);
    }
    complete = complete && order_hits(&finder);
    stop(&finder);
    free(finder.hashes);
    return complete;
}

void phrase_list_free(phrase_list *list)
{
    free(list->items);
    free(list->depths);
    free(list->uses);
    free(list->hits);
}
