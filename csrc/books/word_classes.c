/*
 * word_classes.c - which words are used alike, from nothing but their neighbours.
 *
 * A word is a point in a space with an axis for each of the commonest words, once as the word before it, once as the word before
 * that. The points are cut in two across the direction in which they vary most, and the halves again, WORD_CLASS_BITS times: the
 * sides taken are the bits of the class. So classes with close numbers are close in use, which is what word_tree.c needs; a
 * clustering that names its clusters in any order would not give that.
 *
 * A coordinate is the root of how often the two words met, less the root of how often they would by chance: roots tame the counts
 * of common words. All points are scaled to one length, so that use decides and not frequency. Integers only, since two machines
 * must find the same classes for the same text.
 *
 * Not worth it (bench/measures/mix_experiments.md): 512 or 1,000 axes, 256 or 512 classes, classes for words below 32 occurrences,
 * and a class guessed from the suffix for rare words.
 */
#include "books/word_classes.h"
#include "base/memory.h"
#include "base/merge_sort.h"
#include "books/word_tree.h"

#include <stdlib.h>
#include <string.h>

enum {
    MEMBER_LIMIT = 32768,  /* words with a class: bounds memory to 52 MB */
    NEIGHBOURS = 128,      /* that many of the commonest words are axes, */
    AXES = 2 * NEIGHBOURS, /* one set for each of the two words before */
    POWER_STEPS = 8,       /* of the power iteration, which only has to come near the best direction */
    POINT_BITS = 12,       /* a point is this far from the origin, */
    DIRECTION_BITS = 14,   /* and directions are this long: their product, summed over the axes, fits 32 bits */
    FACTOR_BITS = 14,      /* of what points are multiplied by */
    /* Factors times coordinates are summed in 32 bits this often: 2^4 * 2^FACTOR_BITS * 2^POINT_BITS stays below 2^31. */
    FLUSH_INTERVAL = 16
};

#define NO_MEMBER UINT32_MAX

typedef struct member {
    uint32_t word; /* in the codebook */
    uint32_t count;
    int32_t weight; /* the root of the count, so that the commonest words do not decide alone */
    int32_t projection;
} member;

typedef struct classifier {
    member *members; /* most frequent first; member i of the space is points[i] */
    size_t member_count;
    uint32_t *member_of; /* codebook word -> member, or NO_MEMBER */
    uint32_t (*neighbours)[AXES];
    int16_t (*points)[AXES];
    uint32_t *order; /* members, those of a class side by side */
    int64_t *products;
    uint64_t *keys;
    uint64_t *scratch; /* as many, to sort them */
} classifier;

/* The integer part of the square root. */
static uint32_t integer_root(uint64_t value)
{
    uint64_t root = 0;
    uint64_t bit = (uint64_t)1 << 62;
    while (bit > value)
        bit >>= 2;
    for (; bit > 0; bit >>= 2) {
        const int fits = value >= root + bit;
        value -= fits ? root + bit : 0;
        root = (root >> 1) + (fits ? bit : 0);
    }
    return (uint32_t)root;
}

/* ---- members -------------------------------------------------------------------------------------------------------- */

/* The lowest level that pays and has no more than MEMBER_LIMIT words. */
static uint8_t choose_level(const uint32_t *counts, uint32_t codebook_size, size_t *member_count)
{
    size_t of_level[WORD_LEVEL_COUNT] = {0};
    for (uint32_t i = 0; i < codebook_size; i++)
        of_level[word_count_level(counts[i])]++;
    uint8_t level = WORD_LEVEL_COUNT;
    *member_count = 0;
    while (level > WORD_LEVEL_FREQUENT && *member_count + of_level[level - 1] <= MEMBER_LIMIT)
        *member_count += of_level[--level];
    return *member_count > 0 ? level : UINT8_MAX;
}

static inline int is_before(const void *context, const void *left, const void *right)
{
    (void)context;
    return *(const uint64_t *)left < *(const uint64_t *)right;
}

/* Returns the first `count` keys, sorted. No two are alike: the number of a word or a member is in the lower half. */
static const uint64_t *sort_keys(const classifier *space, size_t count)
{
    return merge_sort(space->keys, space->scratch, count, sizeof *space->keys, is_before, NULL);
}

static void list_members(classifier *space, const uint32_t *counts, uint32_t codebook_size, uint8_t level)
{
    size_t found = 0;
    for (uint32_t i = 0; i < codebook_size; i++) {
        space->member_of[i] = NO_MEMBER;
        if (word_count_level(counts[i]) >= level)
            space->keys[found++] = (uint64_t)(UINT32_MAX - counts[i]) << 32 | i;
    }
    const uint64_t *sorted = sort_keys(space, found);
    for (size_t i = 0; i < found; i++) {
        const uint32_t word = (uint32_t)sorted[i];
        space->members[i] = (member){.word = word, .count = counts[word], .weight = (int32_t)integer_root(counts[word])};
        space->member_of[word] = (uint32_t)i;
        space->order[i] = (uint32_t)i;
    }
}

/* ---- points --------------------------------------------------------------------------------------------------------- */

static void count_neighbours(classifier *space, const uint32_t *word_ids, size_t item_count, const uint32_t *codebook_index)
{
    uint32_t before = NO_MEMBER;
    uint32_t second_before = NO_MEMBER;
    for (size_t i = 0; i < item_count; i++) {
        const uint32_t word = codebook_index[word_ids[i]];
        const uint32_t current = word == UINT32_MAX ? NO_MEMBER : space->member_of[word];
        if (current != NO_MEMBER) {
            /* The nearer word counts twice. */
            if (before < NEIGHBOURS)
                space->neighbours[current][before] += 2;
            if (second_before < NEIGHBOURS)
                space->neighbours[current][NEIGHBOURS + second_before]++;
        }
        second_before = before;
        before = current;
    }
}

/* The root of the share that each axis has in all items, as a fraction of 2^16. */
static void find_expectations(const classifier *space, size_t item_count, uint32_t expectations[AXES])
{
    uint64_t sums[AXES] = {0};
    for (size_t i = 0; i < space->member_count; i++)
        for (size_t k = 0; k < AXES; k++)
            sums[k] += space->neighbours[i][k];
    for (size_t k = 0; k < AXES; k++)
        expectations[k] = integer_root((sums[k] << 30) / item_count << 2);
}

/* Roots of counts less roots of expected counts, scaled to length 2^POINT_BITS. */
static void place_point(const uint32_t neighbours[AXES], uint32_t count, const uint32_t expectations[AXES], int16_t point[AXES])
{
    int64_t differences[AXES];
    const int64_t root_of_count = integer_root((uint64_t)count << 16);
    uint64_t square = 0;
    for (size_t k = 0; k < AXES; k++) {
        const int64_t root = neighbours[k] > 0 ? integer_root((uint64_t)neighbours[k] << 16) : 0;
        differences[k] = root - (root_of_count * expectations[k] >> 16);
        square += (uint64_t)(differences[k] * differences[k]);
    }
    const int64_t length = (int64_t)integer_root(square) + 1;
    for (size_t k = 0; k < AXES; k++)
        point[k] = (int16_t)(differences[k] * (1 << POINT_BITS) / length);
}

/* ---- cutting -------------------------------------------------------------------------------------------------------- */

static int32_t dot_product(const int16_t left[AXES], const int16_t right[AXES])
{
    int32_t sum = 0;
    for (size_t k = 0; k < AXES; k++)
        sum += left[k] * right[k];
    return sum;
}

/* sums = the points, each times its factor. */
static void sum_points(const classifier *space, const uint32_t *order, size_t count, const int16_t *factors, int64_t sums[AXES])
{
    memset(sums, 0, AXES * sizeof *sums);
    for (size_t start = 0; start < count; start += FLUSH_INTERVAL) {
        int32_t partial[AXES] = {0};
        const size_t end = count - start < FLUSH_INTERVAL ? count : start + FLUSH_INTERVAL;
        for (size_t i = start; i < end; i++) {
            const int16_t *point = space->points[order[i]];
            const int32_t factor = factors[i];
            for (size_t k = 0; k < AXES; k++)
                partial[k] += factor * point[k];
        }
        for (size_t k = 0; k < AXES; k++)
            sums[k] += partial[k];
    }
}

/* Shifts the products so that they fit into FACTOR_BITS; returns the sum of what comes out. */
static int64_t make_factors(const int64_t *products, size_t count, int16_t *factors)
{
    int64_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t size = products[i] < 0 ? -products[i] : products[i];
        largest = size > largest ? size : largest;
    }
    int64_t divisor = 1;
    while (largest / divisor >= 1 << FACTOR_BITS)
        divisor *= 2;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        factors[i] = (int16_t)(products[i] / divisor);
        sum += factors[i];
    }
    return sum;
}

static void find_mean(const classifier *space, const uint32_t *order, size_t count, int16_t *factors, int16_t mean[AXES])
{
    int64_t sums[AXES];
    for (size_t i = 0; i < count; i++)
        space->products[i] = space->members[order[i]].weight;
    const int64_t total = make_factors(space->products, count, factors);
    sum_points(space, order, count, factors, sums);
    for (size_t k = 0; k < AXES; k++)
        mean[k] = (int16_t)(sums[k] / (total > 0 ? total : 1));
}

/* direction = sums, at length 2^DIRECTION_BITS. Returns whether there is a direction: not if the sums are all zero. */
static int scale_direction(int64_t sums[AXES], int16_t direction[AXES])
{
    int64_t largest = 0;
    for (size_t k = 0; k < AXES; k++) {
        const int64_t size = sums[k] < 0 ? -sums[k] : sums[k];
        largest = size > largest ? size : largest;
    }
    if (largest == 0)
        return 0;
    int64_t divisor = 1;
    while (largest / divisor >= 1 << 24)
        divisor *= 2;
    uint64_t square = 0;
    for (size_t k = 0; k < AXES; k++) {
        sums[k] /= divisor;
        square += (uint64_t)(sums[k] * sums[k]);
    }
    const int64_t length = (int64_t)integer_root(square) + 1;
    for (size_t k = 0; k < AXES; k++)
        direction[k] = (int16_t)(sums[k] * (1 << DIRECTION_BITS) / length);
    return 1;
}

static void project(const classifier *space, const uint32_t *order, size_t count, const int16_t mean[AXES],
                    const int16_t direction[AXES])
{
    const int32_t offset = dot_product(mean, direction);
    for (size_t i = 0; i < count; i++)
        space->members[order[i]].projection = dot_product(space->points[order[i]], direction) - offset;
}

/* The direction of greatest variance by power iteration, and every member's place along it. */
static void project_on_principal_axis(const classifier *space, const uint32_t *order, size_t count, int16_t *factors)
{
    int16_t mean[AXES];
    int16_t direction[AXES];
    int64_t sums[AXES];
    uint32_t random = 1;
    find_mean(space, order, count, factors, mean);
    for (size_t k = 0; k < AXES; k++) {
        random = random * 1664525 + 1013904223;
        sums[k] = (int64_t)(random >> 16) - 0x8000;
    }
    scale_direction(sums, direction);
    project(space, order, count, mean, direction);
    for (int step = 0; step < POWER_STEPS; step++) {
        for (size_t i = 0; i < count; i++)
            space->products[i] = (int64_t)space->members[order[i]].weight * space->members[order[i]].projection;
        const int64_t total = make_factors(space->products, count, factors);
        sum_points(space, order, count, factors, sums);
        for (size_t k = 0; k < AXES; k++)
            sums[k] -= total * mean[k];
        if (!scale_direction(sums, direction))
            break;
        project(space, order, count, mean, direction);
    }
}

static void sort_by_projection(const classifier *space, uint32_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++)
        space->keys[i] = (uint64_t)((int64_t)space->members[order[i]].projection - INT32_MIN) << 32 | order[i];
    const uint64_t *sorted = sort_keys(space, count);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)sorted[i];
}

/* Where to cut the sorted members so that the two halves' means are farthest apart, each half counting by its weight. */
static size_t find_cut(const classifier *space, const uint32_t *order, size_t count)
{
    uint64_t total_weight = 0;
    for (size_t i = 0; i < count; i++)
        total_weight += (uint64_t)space->members[order[i]].weight;
    uint64_t weight = 0;
    int64_t moment = 0;
    uint64_t best_score = 0;
    size_t cut = 1;
    for (size_t i = 0; i + 1 < count; i++) {
        const member *one = &space->members[order[i]];
        weight += (uint64_t)one->weight;
        moment += (int64_t)one->weight * (one->projection / (1 << 14));
        const uint64_t size = (uint64_t)(moment < 0 ? -moment : moment);
        const uint64_t score = (size << 16) / ((uint64_t)integer_root(weight * (total_weight - weight)) + 1);
        if (score > best_score) {
            best_score = score;
            cut = i + 1;
        }
    }
    return cut;
}

/* The members of one class so far: `start` .. `end` - 1 of the order. */
typedef struct class_range {
    size_t start;
    size_t end;
    uint32_t bits;
    uint32_t bit_count;
} class_range;

static void give_class(const classifier *space, const class_range *range, uint16_t *classes_out)
{
    const uint32_t number = range->bits << (WORD_CLASS_BITS - range->bit_count);
    for (size_t i = range->start; i < range->end; i++)
        classes_out[space->members[space->order[i]].word] = (uint16_t)number;
}

/* Depth first, so that no more than one range a level waits. */
static void cut_into_classes(const classifier *space, int16_t *factors, uint16_t *classes_out)
{
    class_range waiting[WORD_CLASS_BITS + 1];
    size_t waiting_count = 0;
    waiting[waiting_count++] = (class_range){.end = space->member_count};
    while (waiting_count > 0) {
        const class_range range = waiting[--waiting_count];
        const size_t count = range.end - range.start;
        if (count < 2 || range.bit_count == WORD_CLASS_BITS) {
            give_class(space, &range, classes_out);
            continue;
        }
        uint32_t *order = space->order + range.start;
        project_on_principal_axis(space, order, count, factors);
        sort_by_projection(space, order, count);
        const size_t middle = range.start + find_cut(space, order, count);
        waiting[waiting_count++] = (class_range){middle, range.end, range.bits << 1 | 1, range.bit_count + 1};
        waiting[waiting_count++] = (class_range){range.start, middle, range.bits << 1, range.bit_count + 1};
    }
}

/* ---- the whole ------------------------------------------------------------------------------------------------------ */

static qcz_status allocate_space(classifier *space, uint32_t codebook_size)
{
    space->members = allocate_array(space->member_count, sizeof *space->members);
    space->member_of = allocate_array((size_t)codebook_size + 1, sizeof *space->member_of);
    space->neighbours = calloc(space->member_count, sizeof *space->neighbours);
    space->points = allocate_array(space->member_count, sizeof *space->points);
    space->order = allocate_array(space->member_count, sizeof *space->order);
    space->products = allocate_array(space->member_count, sizeof *space->products);
    space->keys = allocate_array(space->member_count, sizeof *space->keys);
    space->scratch = allocate_array(space->member_count, sizeof *space->scratch);
    const int complete = space->members != NULL && space->member_of != NULL && space->neighbours != NULL && space->points != NULL &&
                         space->order != NULL && space->products != NULL && space->keys != NULL && space->scratch != NULL;
    return complete ? QCZ_OK : QCZ_ERROR_MEMORY;
}

static void free_space(classifier *space)
{
    free(space->members);
    free(space->member_of);
    free(space->neighbours);
    free(space->points);
    free(space->order);
    free(space->products);
    free(space->keys);
    free(space->scratch);
}

static void place_all_points(const classifier *space, size_t item_count)
{
    uint32_t expectations[AXES];
    find_expectations(space, item_count, expectations);
    for (size_t i = 0; i < space->member_count; i++)
        place_point(space->neighbours[i], space->members[i].count, expectations, space->points[i]);
}

qcz_status word_classes_find(const uint32_t *word_ids, size_t item_count, const uint32_t *codebook_index, const uint32_t *counts,
                             uint32_t codebook_size, uint16_t *classes_out, uint8_t *first_level)
{
    classifier space = {0};
    for (uint32_t i = 0; i < codebook_size; i++)
        classes_out[i] = WORD_CLASS_NONE;
    *first_level = item_count > 0 ? choose_level(counts, codebook_size, &space.member_count) : UINT8_MAX;
    if (space.member_count == 0)
        return QCZ_OK;
    int16_t *factors = allocate_array(space.member_count, sizeof *factors);
    const qcz_status status = allocate_space(&space, codebook_size) == QCZ_OK && factors != NULL ? QCZ_OK : QCZ_ERROR_MEMORY;
    if (status == QCZ_OK) {
        list_members(&space, counts, codebook_size, *first_level);
        count_neighbours(&space, word_ids, item_count, codebook_index);
        place_all_points(&space, item_count);
        cut_into_classes(&space, factors, classes_out);
    }
    free(factors);
    free_space(&space);
    return status;
}
