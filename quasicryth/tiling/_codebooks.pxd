from libc.stdint cimport uint16_t, uint32_t
from quasicryth.tiling._tokens cimport Tokens


cdef class Codebooks:
    # By book: how many entries, and their unigram indices end to end (book 0: the words themselves).
    cdef uint32_t sizes[11]
    cdef uint16_t *phrases[11]
    cdef uint32_t *unigrams      # word ids by unigram index
    cdef uint32_t *index_of_word # unigram index by word id, or NO_ID
    cdef size_t distinct_count
    cdef Tokens tokens           # whose words they number; None until they are built
