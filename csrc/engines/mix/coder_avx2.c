/* coder_avx2.c - the mixing engine compiled for x86 processors with AVX2 and BMI2. */
#include "engines/mix/path.h"

#if QCZ_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi2"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,bmi2")
#endif
#include "engines/mix/vector_avx2.h"

#include "engines/mix/items.h"

int mix_code_block_avx2(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
