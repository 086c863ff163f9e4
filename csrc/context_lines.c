#define _GNU_SOURCE /* for madvise */
#include "context_lines.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { HUGE_PAGE_SIZE = 1 << 21 };

static size_t alignment_of(size_t size)
{
    return size >= HUGE_PAGE_SIZE ? HUGE_PAGE_SIZE : sizeof(context_line);
}

uint64_t line_table_memory(unsigned line_bits)
{
    const uint64_t size = (uint64_t)sizeof(context_line) << line_bits;
    return size + alignment_of((size_t)size);
}

int line_table_start(line_table *table, unsigned line_bits)
{
    const size_t size = sizeof(context_line) << line_bits;
    const size_t alignment = alignment_of(size);
    *table = (line_table){.mask = ((size_t)1 << line_bits) - 1};
    table->allocation = calloc(1, size + alignment);
    if (table->allocation == NULL)
        return 0;
    const uintptr_t start = ((uintptr_t)table->allocation + alignment - 1) & ~(uintptr_t)(alignment - 1);
    table->lines = (context_line *)start;
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    /* Most accesses would miss the translation buffer on small pages. A wish only: it may be refused. */
    if (alignment == HUGE_PAGE_SIZE)
        (void)madvise(table->lines, size, MADV_HUGEPAGE);
#endif
    return 1;
}

void line_table_free(line_table *table)
{
    free(table->allocation);
}
