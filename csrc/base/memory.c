#define _GNU_SOURCE /* for madvise */
#include "base/memory.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { CACHE_LINE_SIZE = 64, HUGE_PAGE_SIZE = 1 << 21 };

static size_t alignment_of(size_t size)
{
    return size >= HUGE_PAGE_SIZE ? HUGE_PAGE_SIZE : CACHE_LINE_SIZE;
}

uint64_t aligned_memory_size(size_t size)
{
    return (uint64_t)size + alignment_of(size);
}

void *aligned_memory_take(size_t size, void **allocation)
{
    const size_t alignment = alignment_of(size);
    *allocation = calloc(1, size + alignment);
    if (*allocation == NULL)
        return NULL;
    const uintptr_t start = ((uintptr_t)*allocation + alignment - 1) & ~(uintptr_t)(alignment - 1);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    /* Most accesses would miss the translation buffer on small pages. A wish only: it may be refused. */
    if (alignment == HUGE_PAGE_SIZE)
        (void)madvise((void *)start, size, MADV_HUGEPAGE);
#endif
    return (void *)start;
}
