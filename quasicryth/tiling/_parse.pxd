from libc.stdint cimport uint8_t, uint16_t, uint32_t
from quasicryth.tiling._codebooks cimport Codebooks
from quasicryth.tiling._words cimport paper_parse


cdef class Parse:
    cdef uint8_t *levels
    cdef uint16_t *entries
    cdef size_t event_count
    cdef uint32_t *escape_ids
    cdef size_t escape_count
    cdef Codebooks books   # whose entries the events are; None until there are any
    cdef paper_parse input # all of it as the encoder takes it
