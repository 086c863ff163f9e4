/* coder_avx512.c - the mixing engine compiled for x86 processors with AVX-512 (F and BW). */
#include "engines/mix/path.h"

#if QCZ_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi2,avx512f,avx512bw"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("avx2,bmi2,avx512f,avx512bw")
#endif
#include "engines/mix/vector_avx512.h"

#include "engines/mix/items.h"

int mix_code_block_avx512(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
