/*
 * cost_meter.h - tells who wants to know what each token cost in an arithmetic coder. For reports: it decides no byte. Room coding:
 * from numbers to bits; it may use base, text and books.
 *
 *     const uint64_t before = cost_so_far(meter, encoder);
 *     ... encode a token ...
 *     tell_cost(meter, encoder, before, "token");
 */
#ifndef QCZ_CODING_COST_METER_H
#define QCZ_CODING_COST_METER_H

#include "coding/arithmetic_coder.h"

typedef struct cost_meter {
    qcz_cost_report *report; /* NULL: nobody wants to know, and nothing is counted */
    void *context;
} cost_meter;

static inline uint64_t cost_so_far(const cost_meter *meter, const arithmetic_encoder *encoder)
{
    return meter->report != NULL ? arithmetic_encoder_cost(encoder) : 0;
}

/* The cost is what the encoder has grown by since `before`. */
static inline void tell_cost(const cost_meter *meter, const arithmetic_encoder *encoder, uint64_t before, const char *kind)
{
    if (meter->report != NULL)
        meter->report(meter->context, kind, arithmetic_encoder_cost(encoder) - before);
}

#endif
