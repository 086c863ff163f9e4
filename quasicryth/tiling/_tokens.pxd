from quasicryth.tiling._words cimport block_words


cdef class Tokens:
    cdef block_words words
