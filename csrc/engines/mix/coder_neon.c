/* coder_neon.c - the mixing engine compiled for 64-bit Arm processors. */
#include "engines/mix/path.h"

#if QCZ_NEON
#include "engines/mix/vector_neon.h"

#include "engines/mix/items.h"

int mix_code_block_neon(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
#endif
