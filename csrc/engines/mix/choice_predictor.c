#include "engines/mix/choice_predictor.h"

#include "base/memory.h"

#include <stdlib.h>

enum { FRESH_WEIGHT = 11000, FRESH_REPEAT_WEIGHT = 300 }; /* in 1 / 32,768 */

uint64_t choice_predictor_memory(unsigned bucket_bits)
{
    return aligned_memory_size(sizeof(choice_entry[2]) << bucket_bits);
}

int choice_predictor_start(choice_predictor *predictor, unsigned bucket_bits)
{
    *predictor = (choice_predictor){.table = {.shift = 64 - bucket_bits}};
    predictor->table.buckets = aligned_memory_take(sizeof(choice_entry[2]) << bucket_bits, &predictor->table.allocation);
    for (size_t weight = 0; weight < CHOICE_WEIGHTS; weight++) {
        predictor->context_weights[weight] = FRESH_WEIGHT;
        predictor->repeat_weights[weight] = FRESH_REPEAT_WEIGHT;
    }
    for (uint32_t i = 0; i < CHOICE_RECIPROCALS; i++) {
        const uint32_t part = (i << CHOICE_RECIPROCAL_SHIFT) + (1 << CHOICE_RECIPROCAL_SHIFT) / 2;
        predictor->reciprocals[i] = (uint16_t)((UINT32_C(1) << 20) / part);
    }
    return predictor->table.buckets != NULL;
}

void choice_predictor_free(choice_predictor *predictor)
{
    free(predictor->table.allocation);
}
