#define _GNU_SOURCE /* for madvise */
#include "base/memory.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { HUGE_PAGE_SIZE = 1 << 21 };

/* ---- arrays -------------------------------------------------------------------------------------------------------- */

void *allocate_array(size_t count, size_t item_size)
{
    return count > SIZE_MAX / item_size ? NULL : malloc(count * item_size);
}

void *reallocate_array(void *array, size_t count, size_t item_size)
{
    return count > SIZE_MAX / item_size ? NULL : realloc(array, count * item_size);
}

qcz_status grow_bytes(uint8_t **array, size_t capacity)
{
    uint8_t *grown = realloc(*array, capacity);
    if (grown == NULL)
        return QCZ_ERROR_MEMORY;
    *array = grown;
    return QCZ_OK;
}

qcz_status grow_numbers(uint32_t **array, size_t capacity)
{
    uint32_t *grown = reallocate_array(*array, capacity, sizeof **array);
    if (grown == NULL)
        return QCZ_ERROR_MEMORY;
    *array = grown;
    return QCZ_OK;
}

size_t larger_capacity(size_t capacity)
{
    return capacity + capacity / 2 + 1024;
}

/* ---- aligned tables ------------------------------------------------------------------------------------------------ */

void *align_address(void *allocation, size_t alignment)
{
    return (void *)(((uintptr_t)allocation + alignment - 1) & ~(uintptr_t)(alignment - 1));
}

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
    *allocation = size > SIZE_MAX - alignment ? NULL : calloc(1, size + alignment);
    if (*allocation == NULL)
        return NULL;
    void *start = align_address(*allocation, alignment);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    /* Most accesses would miss the translation buffer on small pages. A wish only: it may be refused. */
    if (alignment == HUGE_PAGE_SIZE)
        (void)madvise(start, size, MADV_HUGEPAGE);
#endif
    return start;
}
