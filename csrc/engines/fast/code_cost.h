/* code_cost.h - what symbols cost to code, in 1/256 bit, from their counts. Integers only: it decides bytes. Encoder only. */
#ifndef QCZ_ENGINES_FAST_CODE_COST_H
#define QCZ_ENGINES_FAST_CODE_COST_H

#include <stdint.h>

enum { COST_OF_BIT = 256 };

/* log2(number) in 1/256, of a number above 0. */
uint32_t log2_cost(uint32_t number);

#endif
