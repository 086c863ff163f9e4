/*
 * counted_memory.c - to be loaded before Python: counts the bytes that are allocated at the same time, by anyone in the process.
 *
 * What counts is what allocations have room for, which is somewhat more than was asked for. An allocation that is moved counts twice
 * while it is copied; those that glibc has from the system one by one are not copied.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

void begin_to_count(void);
long most_counted(void);

/* From glibc, under names that nothing else takes. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *bytes);

static atomic_long taken, most, before;

/* From here on, only what is taken beyond what there is by now counts. */
void begin_to_count(void)
{
    before = taken;
    most = taken;
}

/* The most bytes that were there at the same time since then. */
long most_counted(void)
{
    return most - before;
}

static void add(long size)
{
    const long now = atomic_fetch_add(&taken, size) + size;
    long known = most;
    while (now > known && !atomic_compare_exchange_weak(&most, &known, now))
        ;
}

static void *added(void *bytes)
{
    add((long)malloc_usable_size(bytes));
    return bytes;
}

void *malloc(size_t size)
{
    return added(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return added(__libc_calloc(count, size));
}

static int is_mapped(const void *bytes)
{
    size_t head;
    memcpy(&head, (const char *)bytes - sizeof head, sizeof head);
    return (head & 2) != 0;
}

void *realloc(void *bytes, size_t size)
{
    if (bytes == NULL)
        return malloc(size);
    const long old_size = (long)malloc_usable_size(bytes);
    const int is_copied = !is_mapped(bytes);
    char *const old_place = bytes;
    char *const moved = __libc_realloc(bytes, size);
    if (moved == NULL) {
        if (size == 0)
            add(-old_size);
        return NULL;
    }
    const long new_size = (long)malloc_usable_size(moved);
    if (is_copied && moved != old_place) {
        add(new_size);
        add(-old_size);
    } else {
        add(new_size - old_size);
    }
    return moved;
}

void free(void *bytes)
{
    if (bytes != NULL)
        add(-(long)malloc_usable_size(bytes));
    __libc_free(bytes);
}

void *memalign(size_t alignment, size_t size)
{
    return added(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return added(__libc_memalign(alignment, size));
}

int posix_memalign(void **bytes, size_t alignment, size_t size)
{
    *bytes = added(__libc_memalign(alignment, size));
    return *bytes == NULL ? ENOMEM : 0;
}
