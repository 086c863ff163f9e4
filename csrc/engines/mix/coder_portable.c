/* coder_portable.c - the mixing engine in plain C, for any processor. */
#include "engines/mix/vector_portable.h"

#include "engines/mix/items.h"

int mix_code_block_portable(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
