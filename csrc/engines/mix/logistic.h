/*
 * logistic.h - the logistic domain in which the mixing engine adds predictions, in integers.
 *
 * stretch(p) = ln(p / (1 - p)) and its inverse, squash. Stretched values are fixed point with 8 fractional bits. The tables are
 * part of the format: an encoder and a decoder that round differently do not understand each other.
 */
#ifndef QCZ_ENGINES_MIX_LOGISTIC_H
#define QCZ_ENGINES_MIX_LOGISTIC_H

#include <stdint.h>

enum {
    STRETCH_LIMIT = 2047,      /* stretch gives -2047 .. 2047 (8.0) */
    SQUASH_LIMIT = 3071,       /* squash takes -3071 .. 3071 (12.0) */
    PROBABILITY_BITS = 16
};

typedef struct logistic_tables {
    int16_t stretch[4096];                   /* of a probability in 12 bits */
    uint16_t squash[2 * SQUASH_LIMIT + 1];   /* probability in 16 bits, 1 .. 65535, of a stretched value + SQUASH_LIMIT */
    int16_t lean[16][64];                    /* what a count makes of the distance of a probability (6 bits) from a half */
} logistic_tables;

void logistic_tables_start(logistic_tables *tables);

/* A stretched value held within the limit of squash. */
static inline int32_t clamp_stretched(int32_t value)
{
    return value > SQUASH_LIMIT ? SQUASH_LIMIT : value < -SQUASH_LIMIT ? -SQUASH_LIMIT : value;
}

static inline uint32_t squash(const logistic_tables *tables, int32_t clamped)
{
    return tables->squash[clamped + SQUASH_LIMIT];
}

#endif
