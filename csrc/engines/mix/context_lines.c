#include "engines/mix/context_lines.h"

#include "base/memory.h"

#include <stdlib.h>

uint64_t line_table_memory(unsigned line_bits)
{
    return aligned_memory_size(sizeof(context_line) << line_bits);
}

int line_table_start(line_table *table, unsigned line_bits)
{
    *table = (line_table){.mask = ((size_t)1 << line_bits) - 1};
    table->lines = aligned_memory_take(sizeof(context_line) << line_bits, &table->allocation);
    return table->lines != NULL;
}

void line_table_free(line_table *table)
{
    free(table->allocation);
}
