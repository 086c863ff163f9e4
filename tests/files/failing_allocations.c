/*
 * failing_allocations.c - to be loaded before Python: makes one allocation of the package's compiled modules fail.
 *
 * Only calls of malloc, calloc and realloc that come from a library whose name has "quasicryth" in it are counted, so that what
 * Python and other packages need is there.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

void fail_allocation(long number);
long count_allocations(void);

/* From glibc, under names that nothing else takes. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *bytes, size_t size);

static atomic_int is_armed;
static atomic_long counted, failing;

/* Begin to count at 0; the allocation with *number* fails, or none if it is negative. */
void fail_allocation(long number)
{
    counted = 0;
    failing = number;
    is_armed = 1;
}

/* End the counting and return the count. */
long count_allocations(void)
{
    is_armed = 0;
    return counted;
}

static int is_to_fail(const void *caller)
{
    Dl_info library;
    if (!is_armed || dladdr(caller, &library) == 0 || strstr(library.dli_fname, "/quasicryth/") == NULL)
        return 0;
    return atomic_fetch_add(&counted, 1) == failing;
}

void *malloc(size_t size)
{
    return is_to_fail(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_to_fail(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *bytes, size_t size)
{
    return is_to_fail(__builtin_return_address(0)) ? NULL : __libc_realloc(bytes, size);
}
