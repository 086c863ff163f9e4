from libc.stdint cimport uint8_t, uint16_t, uint32_t
from quasicryth.tiling._codebooks cimport Codebooks


cdef class Parse:
    cdef uint8_t *levels
    cdef uint16_t *entries
    cdef size_t event_count
    cdef uint32_t *escape_ids
    cdef size_t escape_count
    cdef Codebooks books   # whose entries the events are; None until there are any
