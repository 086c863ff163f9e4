from quasicryth._qcz cimport qcz_words


cdef class Tokens:
    cdef qcz_words words
