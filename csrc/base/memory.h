/*
 * memory.h - arrays that cannot overflow in size, arrays that grow, and large tables of cache lines. Room base: what all rooms
 * stand on; it uses qcz.h alone.
 */
#ifndef QCZ_BASE_MEMORY_H
#define QCZ_BASE_MEMORY_H

#include "qcz.h"

enum { CACHE_LINE_SIZE = 64 };

/* Like malloc, for `count` items of `item_size` bytes each; NULL, too, where that many bytes cannot be addressed. */
void *allocate_array(size_t count, size_t item_size);

/* Like realloc, for `count` items of `item_size` bytes each; NULL, too, where that many bytes cannot be addressed. */
void *reallocate_array(void *array, size_t count, size_t item_size);

/* Gives an array room for `capacity` items. On failure it stays as it is. Errors: QCZ_ERROR_MEMORY. */
qcz_status grow_bytes(uint8_t **array, size_t capacity);
qcz_status grow_numbers(uint32_t **array, size_t capacity);

/* Half as much again: the next capacity of an array that is full. */
size_t larger_capacity(size_t capacity);

/* The first address in `allocation` that `alignment`, a power of two, divides. */
void *align_address(void *allocation, size_t alignment);

/* What a table of so many bytes takes. */
uint64_t aligned_memory_size(size_t size);

/*
 * Zeroed memory at the beginning of a cache line, on huge pages where the system grants them; NULL if there is none. `*allocation`
 * is to be freed.
 */
void *aligned_memory_take(size_t size, void **allocation);

#endif
