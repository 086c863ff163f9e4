/* mix_coder_portable.c - the mixing engine in plain C, for any processor. */
#include "vector_portable.h"

#include "mix_items.h"

int mix_code_block_portable(mix_coder *coder)
{
    return code_books(coder) && code_items(coder);
}
