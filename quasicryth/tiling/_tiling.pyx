# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""Tilings of the words by L (two words) and S (one word), and their ten-level hierarchy (paper, sections 1.7 to 1.9).

All arithmetic is on integers. A cut-and-project tiling of rational slope and phase with common denominator q is the carry sequence of
repeated addition modulo q, which is Eq 1 of the paper exactly; irrational slopes are given as convergents with q near 2^61, whose tiles
agree with the irrational's far beyond 2^30 words.
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.string cimport memset

import array

cdef enum:
    LEVELS = 10          # deflation levels; words of a super-L: 2, 3, 5, ..., 144
    LONG = 1
    SHORT = 0

cdef uint32_t LEVEL_WORDS[LEVELS]
LEVEL_WORDS[:] = [2, 3, 5, 8, 13, 21, 34, 55, 89, 144]

# ---- tile sequences ------------------------------------------------------------------------------------------------------


def cut_and_project_tiles(size_t count, uint64_t slope, uint64_t phase, uint64_t denominator):
    """Return *count* tiles (1 = L, 0 = S): tile k is L where floor((k + 1) a + t) exceeds floor(k a + t).

    The slope is a = *slope* / *denominator*, the phase t = *phase* / *denominator*; both lie in [0, 1) and the denominator below 2^63.
    """
    if not 0 < denominator < <uint64_t>1 << 63 or slope >= denominator or phase >= denominator:
        raise ValueError("slope and phase must lie in [0, 1), with a denominator below 2^63")
    tiles = bytearray(count)
    cdef uint8_t[::1] view = tiles
    cdef uint64_t position = phase
    cdef size_t k
    with nogil:
        for k in range(count):
            position += slope
            if position >= denominator:
                position -= denominator
                view[k] = LONG
    return tiles


def periodic_tiles(size_t count, const uint8_t[::1] period not None):
    """Return *count* tiles (1 = L, 0 = S) that repeat *period*."""
    if period.shape[0] == 0:
        raise ValueError("the period is empty")
    tiles = bytearray(count)
    cdef uint8_t[::1] view = tiles
    cdef size_t k
    for k in range(count):
        view[k] = period[k % <size_t>period.shape[0]]
    return tiles


def thue_morse_tiles(size_t count):
    """Return *count* tiles (1 = L, 0 = S): tile k is L where the number of ones in the binary k is even."""
    tiles = bytearray(count)
    cdef uint8_t[::1] view = tiles
    cdef size_t k
    if count > 0:
        view[0] = LONG
    for k in range(1, count):
        view[k] = view[k >> 1] ^ (k & 1)
    return tiles


def period_doubling_tiles(size_t count):
    """Return *count* tiles (1 = L, 0 = S), the fixed point of L -> LS, S -> LL: L where k + 1 has an even number of trailing zero bits."""
    tiles = bytearray(count)
    cdef uint8_t[::1] view = tiles
    cdef size_t k
    for k in range(count):
        view[k] = LONG if (k + 1) & 1 else 1 - view[(k + 1 >> 1) - 1]
    return tiles


cdef uint64_t split_mix(uint64_t *state) noexcept nogil:
    """The next number of SplitMix64 (Steele, Lea, Flood 2014)."""
    state[0] += <uint64_t>0x9E3779B97F4A7C15
    cdef uint64_t mixed = state[0]
    mixed = (mixed ^ mixed >> 30) * <uint64_t>0xBF58476D1CE4E5B9
    mixed = (mixed ^ mixed >> 27) * <uint64_t>0x94D049BB133111EB
    return mixed ^ mixed >> 31


def random_tiles(size_t count, uint64_t seed):
    """Return *count* random tiles (1 = L, 0 = S), never two S together: after an L comes S with probability 1/phi, so L : S = phi : 1."""
    cdef uint64_t threshold = 11400714819323198485   # 2^64 / phi
    tiles = bytearray(count)
    cdef uint8_t[::1] view = tiles
    cdef uint64_t state = seed
    cdef size_t k
    for k in range(count):
        view[k] = LONG
        if k > 0 and view[k - 1] == LONG and split_mix(&state) < threshold:
            view[k] = SHORT
    return tiles


# ---- laying and deflating --------------------------------------------------------------------------------------------------


cdef size_t lay_in_place(uint8_t *tiles, size_t count, size_t words) noexcept nogil:
    """Cut the tiles at `words` words, the last L giving way to an S, and merge adjacent S S into L. Returns the number of tiles."""
    cdef size_t covered = 0
    cdef size_t laid = 0
    cdef size_t k
    for k in range(count):
        if covered == words:
            break
        covered += 1
        if tiles[k] == LONG and covered < words:
            covered += 1
            tiles[laid] = LONG
        else:
            tiles[laid] = SHORT
        laid += 1
    cdef size_t merged = 0
    k = 0
    while k < laid:
        if tiles[k] == SHORT and k + 1 < laid and tiles[k + 1] == SHORT:
            tiles[merged] = LONG
            k += 1
        else:
            tiles[merged] = tiles[k]
        merged += 1
        k += 1
    return merged


def lay_tiles(tiles, size_t words):
    """Return *tiles* (1 = L, 0 = S; at least *words* of them) cut to cover *words* words, adjacent S S merged into L."""
    laid = bytearray(tiles)
    if len(laid) < words:
        raise ValueError("too few tiles")
    cdef uint8_t[::1] view = laid
    cdef size_t count = lay_in_place(&view[0], len(laid), words) if words > 0 else 0
    del view
    del laid[count:]
    return laid


cdef struct Unit:
    uint32_t start   # first word
    uint32_t end     # one past the last word
    int kind         # LONG or SHORT


# A level of the running deflation: the L that still waits for what follows it.
cdef struct PendingLong:
    Unit unit
    int waiting


cdef inline int deflate_one(PendingLong *pending, Unit unit, Unit *parent) noexcept nogil:
    """Feed one unit of a level. Returns whether that completes a unit of the next level, and writes it.

    An L followed by an S makes a super-L; any other unit is a super-S by itself.
    """
    cdef int waiting = pending.waiting
    if unit.kind == LONG:
        parent[0] = pending.unit
        parent.kind = SHORT
        pending.unit = unit
        pending.waiting = 1
        return waiting
    parent[0] = unit
    if waiting:
        parent.start = pending.unit.start
        parent.kind = LONG
        pending.waiting = 0
    return 1


cdef void raise_depth(uint8_t *depths, const Unit *unit, int level) noexcept nogil:
    """A super-L of `level` begins at its first word, and so, by induction, do super-Ls of all levels below."""
    if unit.end - unit.start == LEVEL_WORDS[level] and depths[unit.start] < level:
        depths[unit.start] = <uint8_t>level


cdef void climb(PendingLong *pending, Unit unit, int level, uint8_t *depths) noexcept nogil:
    """Deflate one more unit of `level` through all levels above."""
    cdef Unit parent
    if level < LEVELS - 1 and deflate_one(&pending[level], unit, &parent):
        if parent.kind == LONG:
            raise_depth(depths, &parent, level + 1)
        climb(pending, parent, level + 1, depths)


cdef void mark_tiling(const uint8_t *tiles, size_t count, size_t start, uint8_t *depths) noexcept nogil:
    cdef PendingLong pending[LEVELS]
    cdef Unit unit
    cdef size_t k
    cdef int level
    memset(pending, 0, sizeof(pending))
    unit.end = <uint32_t>start
    for k in range(count):
        unit.start = unit.end
        unit.kind = tiles[k]
        unit.end = unit.start + 1 + tiles[k]
        climb(pending, unit, 0, depths)
    for level in range(LEVELS - 1):  # nothing follows an L that still waits: it is a super-S
        if pending[level].waiting:
            pending[level].waiting = 0
            unit = pending[level].unit
            unit.kind = SHORT
            climb(pending, unit, level + 1, depths)


def mark_depths(uint8_t[::1] depths not None, tiles, size_t start=0):
    """Raise *depths* to what a tiling allows: depths[w] = k lets n-grams of the hierarchy levels 1 .. k (3, 5, ... words) begin at word w.

    *depths* has one entry a word; *tiles* (1 = L, 0 = S) are laid from word *start*. A position of level k is where a super-L of level k
    begins that covers exactly as many words as its level says.
    """
    cdef size_t words = depths.shape[0]
    if start >= words:
        return
    if len(tiles) < words - start:
        raise ValueError("too few tiles")
    cdef uint8_t[::1] view = bytearray(tiles)
    cdef size_t count
    with nogil:
        count = lay_in_place(&view[0], view.shape[0], words - start)
        mark_tiling(&view[0], count, start, &depths[0])


def deflate(starts, ends, kinds):
    """Return the units one level up as three arrays: first words, ends (one past the last word), kinds (1 = L, 0 = S)."""
    cdef PendingLong pending
    cdef Unit unit
    cdef Unit parent
    up_starts = array.array("I")
    up_ends = array.array("I")
    up_kinds = bytearray()
    memset(&pending, 0, sizeof(pending))
    for start, end, kind in zip(starts, ends, kinds):
        unit.start, unit.end, unit.kind = start, end, kind
        if deflate_one(&pending, unit, &parent):
            up_starts.append(parent.start)
            up_ends.append(parent.end)
            up_kinds.append(parent.kind)
    if pending.waiting:
        up_starts.append(pending.unit.start)
        up_ends.append(pending.unit.end)
        up_kinds.append(SHORT)
    return up_starts, up_ends, up_kinds
