# cython: language_level=3, freethreading_compatible=True
"""Items: a block as gaps, words and the case of words, for the tests. The work is done in csrc/text/items.c and csrc/text/letter_case.c."""

from libc.stddef cimport size_t
from libc.stdint cimport uint8_t, uint32_t
from quasicryth._qcz cimport QCZ_OK, qcz_status
from quasicryth.tiling._words cimport token_list

cdef extern from "text/items.h" nogil:
    ctypedef struct item_list:
        uint32_t *gap_ids
        uint32_t *word_ids
        uint8_t *case_flags
        uint32_t count
        token_list gaps
        token_list words

    qcz_status items_split(const uint8_t *block, size_t size, item_list *items)
    void items_free(item_list *items)

cdef extern from "text/letter_case.h" nogil:
    void letter_case_apply(uint8_t *word, size_t size, unsigned case_flag)
    unsigned letter_case_fold(uint8_t *word, size_t size)

cdef const uint8_t *NOTHING = <const uint8_t *>b""   # the engine wants a pointer even to no bytes


cdef list tokens_of(const token_list *tokens):
    """All distinct tokens, in the order of their numbers."""
    return [(<const char *>tokens.text)[tokens.offsets[i]:tokens.offsets[i + 1]] for i in range(tokens.count)]


cdef class Items:
    """The items of one block: a gap, a word with its case folded, and the case flag that restores it."""

    cdef item_list items

    def __cinit__(self, const uint8_t[::1] block not None):
        cdef size_t size = block.shape[0]
        cdef const uint8_t *start = &block[0] if size > 0 else NOTHING
        cdef int status
        with nogil:
            status = items_split(start, size, &self.items)
        if status != QCZ_OK:
            raise MemoryError("no memory for the items of the block")

    def __dealloc__(self):
        items_free(&self.items)

    def __len__(self):
        return self.items.count

    def gaps(self):
        """Return the distinct gaps, in the order they first occur."""
        return tokens_of(&self.items.gaps)

    def words(self):
        """Return the distinct words, case folded, in the order they first occur."""
        return tokens_of(&self.items.words)

    def gap_counts(self):
        """Return how often each distinct gap occurs."""
        return [self.items.gaps.counts[i] for i in range(self.items.gaps.count)]

    def word_counts(self):
        """Return how often each distinct word occurs."""
        return [self.items.words.counts[i] for i in range(self.items.words.count)]

    def gap_ids(self):
        """Return the number of every item's gap."""
        return [self.items.gap_ids[i] for i in range(self.items.count)]

    def word_ids(self):
        """Return the number of every item's word."""
        return [self.items.word_ids[i] for i in range(self.items.count)]

    def case_flags(self):
        """Return the case flag of every item (0 as it is, 1 title, 2 upper) as bytes."""
        return (<const char *>self.items.case_flags)[:self.items.count] if self.items.count > 0 else b""


def split_items(block):
    """Return the items of *block* as tuples (gap, folded word, case flag)."""
    items = Items(block)
    gaps = items.gaps()
    words = items.words()
    return [
        (gaps[gap], words[word], flag)
        for gap, word, flag in zip(items.gap_ids(), items.word_ids(), items.case_flags(), strict=True)
    ]


def join_items(items):
    """Return the block that has these items."""
    return b"".join([gap + unfold(word, flag) for gap, word, flag in items])


def fold(const uint8_t[::1] word not None):
    """Return *word* with its case folded, and the flag that restores it."""
    folded = bytearray(word)
    cdef uint8_t[::1] view = folded
    cdef unsigned flag = letter_case_fold(&view[0], view.shape[0]) if view.shape[0] > 0 else 0
    return bytes(folded), flag


def unfold(const uint8_t[::1] word not None, unsigned flag):
    """Return *word* with the case that *flag* says."""
    unfolded = bytearray(word)
    cdef uint8_t[::1] view = unfolded
    if view.shape[0] > 0:
        letter_case_apply(&view[0], view.shape[0], flag)
    return bytes(unfolded)
