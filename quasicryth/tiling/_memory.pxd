# Arrays whose size in bytes cannot overflow, whatever an address has: what csrc/base/memory.h declares.
cdef extern from "base/memory.h" nogil:
    void *allocate_array(size_t count, size_t item_size)
    void *reallocate_array(void *array, size_t count, size_t item_size)
