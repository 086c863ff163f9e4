# cython: language_level=3, freethreading_compatible=True
"""Tokens: a block as numbered words with case flags (paper, sections 1.2 to 1.4). The work is done in csrc/text/words.c."""

from libc.stdint cimport uint8_t
from quasicryth._qcz cimport QCZ_OK
from quasicryth.tiling._words cimport (
    BLOCK_OF_NOISE, BLOCK_OF_NUMBERS, BLOCK_OF_TEXT, block_is_binary, block_kind_of, words_free, words_split,
)

# What `kind_of` finds.
TEXT = BLOCK_OF_TEXT
NUMBERS = BLOCK_OF_NUMBERS
NOISE = BLOCK_OF_NOISE

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes


cdef class Tokens:
    """The words of one block.

    A word is a run of letters (ASCII letters and all bytes from 0x80) or one other byte, and the white space after it. Its case is
    folded where a flag can restore it; a *block* with a zero byte among its first 8,192 is left as it is.
    """

    def __cinit__(self, const uint8_t[::1] block not None):
        cdef size_t size = block.shape[0]
        cdef const uint8_t *start = &block[0] if size > 0 else NOTHING
        cdef int status
        with nogil:
            status = words_split(start, size, not block_is_binary(start, size), &self.words)
        if status != QCZ_OK:
            raise MemoryError("no memory for the words of the block")

    def __dealloc__(self):
        words_free(&self.words)

    def __len__(self):
        return self.words.word_count

    @property
    def distinct_count(self):
        """The number of different words."""
        return self.words.distinct.count

    @property
    def has_case_flags(self):
        """Whether case was folded."""
        return self.words.case_flags != NULL

    def word(self, size_t word_id):
        """Return the folded bytes of the distinct word *word_id*."""
        if word_id >= self.words.distinct.count:
            raise IndexError("no such word")
        return (<const char *>self.words.distinct.text)[self.words.distinct.offsets[word_id]:self.words.distinct.offsets[word_id + 1]]

    def word_ids(self):
        """Return the number of every word of the block, in order, as a list; numbers are given at first occurrence."""
        return [self.words.word_ids[i] for i in range(self.words.word_count)]

    def case_flags(self):
        """Return the case flag of every word (0 as it is, 1 title, 2 upper) as bytes; empty if case was not folded."""
        if self.words.case_flags == NULL:
            return b""
        return (<const char *>self.words.case_flags)[:self.words.word_count]


def is_binary(const uint8_t[::1] block not None):
    """Return whether *block* has a zero byte among its first 8,192."""
    return bool(block_is_binary(&block[0] if block.shape[0] > 0 else NOTHING, block.shape[0]))


def kind_of(const uint8_t[::1] block not None):
    """Return what *block* is by how often which bytes are in it.

    TEXT, which may have zeros; NUMBERS for what has many control characters: programs, tables, pictures; NOISE for what is random,
    encrypted or compressed by all appearances. The same on every machine.
    """
    return <int>block_kind_of(&block[0] if block.shape[0] > 0 else NOTHING, block.shape[0])
