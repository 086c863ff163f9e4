/* memory.h - large tables of cache lines, on huge pages where the system grants them. */
#ifndef QCZ_BASE_MEMORY_H
#define QCZ_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* What a table of so many bytes takes. */
uint64_t aligned_memory_size(size_t size);
/* Zeroed memory at the beginning of a cache line; NULL if there is none. `*allocation` is to be freed. */
void *aligned_memory_take(size_t size, void **allocation);

#endif
