/*
 * merge_sort.h - the one sort of the engines. Room base: what all rooms stand on; it uses qcz.h alone.
 *
 * Bottom-up merging: an order that depends on no library, equal items left as they lie, and every item compared at most log2(count)
 * times whatever the input, which a library's sort need not promise. The body is compiled into each caller, with the caller's
 * comparison and item size as constants: through a pointer to a function it would take several times as long.
 */
#ifndef QCZ_BASE_MERGE_SORT_H
#define QCZ_BASE_MERGE_SORT_H

#include "base/compiler.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Whether `left` has to lie before `right`. `context` is what the caller gave the sort. */
typedef int item_order(const void *context, const void *left, const void *right);

typedef struct sort_run {
    size_t start;
    size_t middle;
    size_t end;
} sort_run;

/* Merges source[start .. middle) and source[middle .. end) into target[start .. end). */
static ALWAYS_INLINE void merge_run(const uint8_t *source, uint8_t *target, sort_run run, size_t item_size, item_order *is_before,
                                    const void *context)
{
    size_t left = run.start;
    size_t right = run.middle;
    for (size_t i = run.start; i < run.end; i++) {
        const uint8_t *left_item = source + left * item_size;
        const uint8_t *right_item = source + right * item_size;
        if (left < run.middle && (right == run.end || !is_before(context, right_item, left_item))) {
            memcpy(target + i * item_size, left_item, item_size);
            left++;
        } else {
            memcpy(target + i * item_size, right_item, item_size);
            right++;
        }
    }
}

/* Sorts `count` items with the help of as much scratch memory. Returns which of the two holds the sorted items. */
static ALWAYS_INLINE void *merge_sort(void *items, void *scratch, size_t count, size_t item_size, item_order *is_before,
                                      const void *context)
{
    uint8_t *source = items;
    uint8_t *target = scratch;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            const size_t middle = start + width < count ? start + width : count;
            const size_t end = middle + width < count ? middle + width : count;
            merge_run(source, target, (sort_run){start, middle, end}, item_size, is_before, context);
        }
        uint8_t *sorted = target;
        target = source;
        source = sorted;
    }
    return source;
}

#endif
