# cython: language_level=3
# A hash table from pairs of numbers to 0, 1, 2, ... in the order they are added. An n-gram of a Fibonacci length is the pair (the
# number of its first part, the number of its second part), the parts being n-grams of the two lengths before, so numbers are exact and
# no window is ever hashed or compared as a whole.
from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from quasicryth.tiling._memory cimport allocate_array, reallocate_array

cdef enum:
    NO_ID = 0xFFFFFFFF

cdef struct PairTable:
    uint64_t *keys        # by id
    uint32_t *slots       # id + 1, or 0
    size_t count
    size_t key_capacity
    size_t slot_count     # a power of two, at least twice the count
    uint64_t seed         # of the hash; csrc/text/token_table.h says why

cdef inline uint64_t pair_key(uint32_t left, uint32_t right) noexcept nogil:
    return <uint64_t>left << 32 | right

cdef inline uint64_t pair_hash(const PairTable *table, uint64_t key) noexcept nogil:
    """The finaliser of MurmurHash3, seeded."""
    key ^= table.seed
    key = (key ^ key >> 33) * <uint64_t>0xFF51AFD7ED558CCD
    key = (key ^ key >> 33) * <uint64_t>0xC4CEB9FE1A85EC53
    return key ^ key >> 33

cdef inline int pair_table_start(PairTable *table, uint64_t seed) noexcept nogil:
    """Returns 0 if there is no memory."""
    memset(table, 0, sizeof(PairTable))
    table.seed = seed
    table.slot_count = 1024
    table.key_capacity = 512
    table.slots = <uint32_t *>calloc(table.slot_count, sizeof(uint32_t))
    table.keys = <uint64_t *>allocate_array(table.key_capacity, sizeof(uint64_t))
    return table.slots != NULL and table.keys != NULL

cdef inline void pair_table_free(PairTable *table) noexcept nogil:
    free(table.slots)
    free(table.keys)
    memset(table, 0, sizeof(PairTable))

cdef inline void pair_table_clear(PairTable *table) noexcept nogil:
    table.count = 0
    memset(table.slots, 0, table.slot_count * sizeof(uint32_t))

cdef inline int pair_table_grow(PairTable *table) noexcept nogil:
    cdef size_t slot_count = table.slot_count * 2
    cdef size_t slot, i
    cdef uint64_t *keys = <uint64_t *>reallocate_array(table.keys, slot_count // 2, sizeof(uint64_t))
    if keys == NULL:
        return 0
    table.keys = keys
    table.key_capacity = slot_count // 2
    cdef uint32_t *slots = <uint32_t *>calloc(slot_count, sizeof(uint32_t))
    if slots == NULL:
        return 0
    for i in range(table.count):
        slot = pair_hash(table, keys[i]) & (slot_count - 1)
        while slots[slot] != 0:
            slot = (slot + 1) & (slot_count - 1)
        slots[slot] = <uint32_t>(i + 1)
    free(table.slots)
    table.slots = slots
    table.slot_count = slot_count
    return 1

cdef inline uint32_t pair_table_find(const PairTable *table, uint64_t key) noexcept nogil:
    """The id of the pair, or NO_ID."""
    cdef size_t slot = pair_hash(table, key) & (table.slot_count - 1)
    while table.slots[slot] != 0:
        if table.keys[table.slots[slot] - 1] == key:
            return table.slots[slot] - 1
        slot = (slot + 1) & (table.slot_count - 1)
    return NO_ID

cdef inline uint32_t pair_table_add(PairTable *table, uint64_t key) noexcept nogil:
    """The id of the pair, added if it was not there; NO_ID if there is no memory."""
    cdef size_t slot = pair_hash(table, key) & (table.slot_count - 1)
    while table.slots[slot] != 0:
        if table.keys[table.slots[slot] - 1] == key:
            return table.slots[slot] - 1
        slot = (slot + 1) & (table.slot_count - 1)
    if table.count == table.key_capacity:
        if not pair_table_grow(table):
            return NO_ID
        return pair_table_add(table, key)
    table.keys[table.count] = key
    table.count += 1
    table.slots[slot] = <uint32_t>table.count
    return <uint32_t>(table.count - 1)
