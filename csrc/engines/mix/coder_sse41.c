/* coder_sse41.c - the mixing engine compiled for x86 processors with SSE4.1. */
#include "engines/mix/path.h"

#if QCZ_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("sse4.1"))), apply_to = function)
#elif defined(__GNUC__)
#pragma GCC target("sse4.1")
#endif
#include "engines/mix/vector_sse41.h"

#include "engines/mix/items.h"

int mix_code_block_sse41(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
