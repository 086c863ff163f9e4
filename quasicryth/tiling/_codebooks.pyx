# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""Codebooks: the commonest words and n-grams of a block (paper, sections 1.5 and 1.6).

Counting is exact and deterministic, and its memory is bounded. An n-gram of n words is numbered as the pair of its first and second part
(see _pair_table.pxd), and only pairs of parts that themselves occur twice are looked at, since no other window can. Beside three
numbers of 4 bytes a word, the pairs are counted in a table of at most max(65,536, words / 8) entries of up to 29 bytes; where there are
more different pairs, they are counted in as many passes as are needed, each over the pairs of one part of the hash range. (Past 64
passes the table grows instead: only input made to collide comes so far.)
"""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, qsort
from libc.string cimport memset

from quasicryth.tiling._memory cimport allocate_array
from quasicryth.tiling._pair_table cimport (
    NO_ID, PairTable, pair_hash, pair_key, pair_table_add, pair_table_clear, pair_table_free, pair_table_start,
)
from quasicryth._qcz cimport QCZ_OK
from quasicryth.tiling._tokens cimport Tokens
from quasicryth.tiling._words cimport PAPER_COMMON_UNIGRAMS, block_words, paper_book_words, tokens_sort

cdef enum:
    BOOK_COUNT = 11
    PENDING = 0x80000000        # marks numbers of the running pass
    MIN_TABLE_ENTRIES = 65536
    MAX_PARTS = 64

# Entries of the eleven books by the number of words in the block (paper, section 1.5).
SIZE_TIERS = (
    (5_000, (509, 509, 350, 100, 50, 0, 0, 0, 0, 0, 0)),
    (50_000, (1_000, 509, 500, 200, 100, 50, 0, 0, 0, 0, 0)),
    (200_000, (4_000, 2_000, 1_000, 500, 200, 100, 50, 0, 0, 0, 0)),
    (500_000, (8_000, 4_000, 2_000, 1_000, 500, 300, 100, 50, 0, 0, 0)),
    (2_000_000, (16_000, 8_000, 4_000, 2_000, 1_000, 1_000, 500, 200, 100, 0, 0)),
    (10_000_000, (32_000, 16_000, 8_000, 4_000, 2_000, 2_000, 1_000, 500, 200, 200, 100)),
    (None, (64_000, 32_000, 32_000, 16_000, 4_000, 4_000, 2_000, 2_000, 1_000, 1_000, 500)),
)

# The published counter forgets what it has seen once, every so many windows (paper, section 1.6): part of the method, since it decides
# which phrases make the books.
PRUNE_INTERVALS = (0, 0, 2_000_000, 2_000_000, 2_000_000, 500_000, 500_000, 500_000, 200_000, 200_000, 200_000)
PRUNE_SHORT_FROM = 5_000_000   # n = 3, 5, 8 are pruned only if there are more windows than this


def size_tier(word_count):
    """Return how many entries each of the eleven codebooks may hold for a block of *word_count* words."""
    return next(sizes for limit, sizes in SIZE_TIERS if limit is None or word_count < limit)


# ---- ranks ---------------------------------------------------------------------------------------------------------------

cdef struct Rank:
    uint32_t count
    uint32_t tie_break
    uint32_t position    # where the entry first occurs; unique, so that every order below is total


cdef int compare_ranks(const void *left, const void *right) noexcept nogil:
    """Falling count, then rising tie-break, then first occurrence."""
    cdef const Rank *a = <const Rank *>left
    cdef const Rank *b = <const Rank *>right
    if a.count != b.count:
        return -1 if a.count > b.count else 1
    if a.tie_break != b.tie_break:
        return -1 if a.tie_break < b.tie_break else 1
    return -1 if a.position < b.position else 1


cdef uint32_t scatter(const uint32_t *word_ids, size_t length) noexcept nogil:
    """The tie-break of a phrase: 20 bits of the FNV-1a hash of its word ids, as they lie in the published counter's table.

    Broken by first occurrence instead, ties fill the last places of a book with overlapping windows of one repeated passage; measured on
    3 MB of enwik8 that costs 6 % of the 34-gram hits.
    """
    cdef uint64_t hash = <uint64_t>0xCBF29CE484222325
    cdef size_t i
    cdef unsigned int shift
    for i in range(length):
        for shift in range(0, 32, 8):
            hash = (hash ^ (word_ids[i] >> shift & 0xFF)) * <uint64_t>0x100000001B3
    return <uint32_t>(hash >> 32) & 0xFFFFF


# ---- numbering the windows of one length ---------------------------------------------------------------------------------

cdef struct Windows:
    # Numbers, by position, of the windows that are as long as the first and the second part; the second part begins `shift` words on.
    const uint32_t *first
    const uint32_t *second
    size_t shift
    size_t count


cdef int add_pairs(const Windows *windows, PairTable *table, uint8_t *repeated, size_t capacity, size_t mask, size_t part,
                   uint32_t *ids) noexcept nogil:
    """Number the pairs of one part of the hash range. Returns 1, 0 if they are more than `capacity`, or -1 without memory."""
    cdef size_t i
    cdef uint64_t key
    cdef uint32_t pair_id
    cdef size_t known
    for i in range(windows.count):
        if windows.first[i] == NO_ID or windows.second[i + windows.shift] == NO_ID:
            continue
        key = pair_key(windows.first[i], windows.second[i + windows.shift])
        if mask and (pair_hash(table, key) >> 40 & mask) != part:
            continue
        known = table.count
        pair_id = pair_table_add(table, key)
        if pair_id == NO_ID:
            return -1
        if table.count > capacity:
            return 0
        repeated[pair_id] = table.count == known
        ids[i] = PENDING | pair_id
    return 1


cdef uint32_t keep_repeated(uint32_t *ids, size_t count, const uint8_t *repeated, uint32_t *final_ids, size_t pair_count,
                            uint32_t next_id) noexcept nogil:
    """Give lasting numbers, from `next_id` on, to the pairs of the running pass that occur twice."""
    cdef size_t i
    for i in range(pair_count):
        final_ids[i] = NO_ID
        if repeated[i]:
            final_ids[i] = next_id
            next_id += 1
    for i in range(count):
        if ids[i] & PENDING and ids[i] != NO_ID:
            ids[i] = final_ids[ids[i] & ~PENDING]
    return next_id


cdef int number_in_parts(const Windows *windows, PairTable *table, size_t capacity, size_t parts, uint32_t *ids,
                         uint32_t *id_count) noexcept nogil:
    """Number the windows in `parts` passes. Returns 1, 0 if one pass meets more than `capacity` pairs, or -1 without memory."""
    cdef uint8_t *repeated = <uint8_t *>allocate_array(capacity + 1, 1)
    cdef uint32_t *final_ids = <uint32_t *>allocate_array(capacity + 1, sizeof(uint32_t))
    cdef int state = 1 if repeated != NULL and final_ids != NULL else -1
    cdef size_t part
    id_count[0] = 0
    memset(ids, 0xFF, windows.count * sizeof(uint32_t))
    for part in range(parts):
        if state != 1:
            break
        pair_table_clear(table)
        state = add_pairs(windows, table, repeated, capacity, parts - 1, part, ids)
        if state == 1:
            id_count[0] = keep_repeated(ids, windows.count, repeated, final_ids, table.count, id_count[0])
    free(repeated)
    free(final_ids)
    return state


cdef int number_windows(const Windows *windows, size_t capacity, uint64_t seed, uint32_t *ids, uint32_t *id_count) noexcept nogil:
    """Set ids[i] to the number of the window at i, or NO_ID if it occurs once only. Returns 0 without memory."""
    cdef PairTable table
    cdef size_t parts = 1
    cdef int state = 0 if pair_table_start(&table, seed) else -1
    while state == 0:
        state = number_in_parts(windows, &table, capacity if parts < MAX_PARTS else windows.count, parts, ids, id_count)
        parts *= 2
    pair_table_free(&table)
    return state == 1


# ---- ranking -----------------------------------------------------------------------------------------------------------

cdef void count_windows(const uint32_t *ids, size_t count, size_t prune_interval, uint32_t id_count, uint32_t *counts,
                        uint32_t *first_positions) noexcept nogil:
    """Count every numbered window, forgetting single ones at each multiple of the interval as the published counter does."""
    cdef size_t i
    cdef uint32_t k
    memset(counts, 0, id_count * sizeof(uint32_t))
    for i in range(count):
        if prune_interval and i > 0 and i % prune_interval == 0:
            for k in range(id_count):
                if counts[k] == 1:
                    counts[k] = 0
        if ids[i] == NO_ID:
            continue
        if counts[ids[i]] == 0:
            first_positions[ids[i]] = <uint32_t>i
        counts[ids[i]] += 1


cdef size_t rank_windows(const uint32_t *counts, const uint32_t *first_positions, uint32_t id_count, const uint32_t *word_ids,
                         size_t length, Rank *ranks) noexcept nogil:
    """Sort the windows that occur twice; returns how many there are."""
    cdef size_t ranked = 0
    cdef uint32_t k
    for k in range(id_count):
        if counts[k] >= 2:
            ranks[ranked] = Rank(counts[k], scatter(word_ids + first_positions[k], length), first_positions[k])
            ranked += 1
    qsort(ranks, ranked, sizeof(Rank), compare_ranks)
    return ranked


cdef class Codebooks:
    """The eleven codebooks of a block: unigrams, bigrams and the n-grams of 3, 5, 8, 13, 21, 34, 55, 89 and 144 words.

    Entries are ranked by count, ties by first occurrence, cut at the size tier of the block, and then put in sorted order: the commonest
    4,096 words before the others, each group by its bytes; phrases by their unigram indices.
    """

    def __dealloc__(self):
        for book in range(1, BOOK_COUNT):
            free(self.phrases[book])
        free(self.unigrams)
        free(self.index_of_word)

    @property
    def book_sizes(self):
        """The number of entries of each book."""
        return [self.sizes[book] for book in range(BOOK_COUNT)]

    def unigram_ids(self):
        """Return the word id of every unigram index."""
        return [self.unigrams[i] for i in range(self.sizes[0])]

    def entries(self, int book):
        """Return the entries of *book* (1 bigrams, 2 trigrams, ...) as tuples of unigram indices, in sorted order."""
        if not 1 <= book < BOOK_COUNT:
            raise IndexError("no such book of phrases")
        words = paper_book_words[book]
        return [tuple(self.phrases[book][i * words + k] for k in range(words)) for i in range(self.sizes[book])]


cdef choose_unigrams(Codebooks books, const block_words *words, size_t limit):
    cdef size_t distinct = words.distinct.count
    cdef size_t i, size, common
    cdef int status
    cdef Rank *ranks = <Rank *>allocate_array(distinct + 1, sizeof(Rank))
    books.index_of_word = <uint32_t *>allocate_array(distinct + 1, sizeof(uint32_t))
    books.unigrams = <uint32_t *>allocate_array(limit + 1, sizeof(uint32_t))
    books.distinct_count = distinct
    if ranks == NULL or books.index_of_word == NULL or books.unigrams == NULL:
        free(ranks)
        raise MemoryError
    with nogil:
        for i in range(distinct):
            ranks[i] = Rank(words.distinct.counts[i], 0, <uint32_t>i)
        qsort(ranks, distinct, sizeof(Rank), compare_ranks)
        size = limit if limit < distinct else distinct
        common = PAPER_COMMON_UNIGRAMS if PAPER_COMMON_UNIGRAMS < size else size
        for i in range(size):
            books.unigrams[i] = ranks[i].position
        free(ranks)
        status = tokens_sort(&words.distinct, books.unigrams, common)
        if status == QCZ_OK:
            status = tokens_sort(&words.distinct, books.unigrams + common, size - common)
        memset(books.index_of_word, 0xFF, distinct * sizeof(uint32_t))
        for i in range(size):
            books.index_of_word[books.unigrams[i]] = <uint32_t>i
        books.sizes[0] = <uint32_t>size
    if status != QCZ_OK:
        raise MemoryError


cdef void read_window(Codebooks books, const block_words *words, size_t position, size_t length, uint16_t *phrase) noexcept nogil:
    cdef size_t k
    for k in range(length):
        phrase[k] = <uint16_t>books.index_of_word[words.word_ids[position + k]]


cdef store_phrases(Codebooks books, const block_words *words, int book, positions):
    """Write the windows at *positions* as the entries of *book*, sorted."""
    cdef size_t length = paper_book_words[book]
    cdef uint16_t *phrases = <uint16_t *>allocate_array(len(positions) + 1, length * sizeof(uint16_t))
    cdef size_t i, k
    if phrases == NULL:
        raise MemoryError
    books.phrases[book] = phrases
    books.sizes[book] = <uint32_t>len(positions)
    entries = []
    for position in positions:
        read_window(books, words, position, length, phrases)
        entries.append(tuple(phrases[k] for k in range(length)))
    entries.sort()
    for i in range(len(entries)):
        entry = entries[i]
        for k in range(length):
            phrases[i * length + k] = entry[k]


cdef list single_positions(const uint32_t *ids, const block_words *words, Codebooks books, size_t count, size_t limit):
    """The first `limit` places of bigrams that occur once, both words being in the book."""
    cdef size_t i
    positions = []
    for i in range(count):
        if len(positions) == limit:
            break
        if ids[i] == NO_ID and books.index_of_word[words.word_ids[i]] != NO_ID and books.index_of_word[words.word_ids[i + 1]] != NO_ID:
            positions.append(i)
    return positions


cdef list top_positions(const Windows *windows, const uint32_t *ids, uint32_t id_count, size_t prune_interval,
                        const uint32_t *word_ids, size_t length, size_t limit):
    """Where the `limit` commonest windows first occur."""
    cdef uint32_t *counts = <uint32_t *>allocate_array(<size_t>id_count + 1, sizeof(uint32_t))
    cdef uint32_t *first_positions = <uint32_t *>allocate_array(<size_t>id_count + 1, sizeof(uint32_t))
    cdef Rank *ranks = <Rank *>allocate_array(<size_t>id_count + 1, sizeof(Rank))
    cdef size_t ranked = 0
    cdef size_t i
    try:
        if counts == NULL or first_positions == NULL or ranks == NULL:
            raise MemoryError
        with nogil:
            count_windows(ids, windows.count, prune_interval, id_count, counts, first_positions)
            ranked = rank_windows(counts, first_positions, id_count, word_ids, length, ranks)
        return [ranks[i].position for i in range(min(ranked, limit))]
    finally:
        free(counts)
        free(first_positions)
        free(ranks)


cdef prune_interval_of(int book, size_t window_count):
    if book <= 4 and window_count <= PRUNE_SHORT_FROM:
        return 0
    return PRUNE_INTERVALS[book]


cdef choose_phrases(Codebooks books, const block_words *words, limits):
    cdef size_t word_count = words.word_count
    cdef size_t capacity = word_count // 8 if word_count // 8 > MIN_TABLE_ENTRIES else MIN_TABLE_ENTRIES
    cdef uint32_t *ids[3]
    cdef uint32_t *numbers = <uint32_t *>allocate_array(word_count + 1, 3 * sizeof(uint32_t))
    cdef uint32_t id_count = 0
    cdef Windows windows
    cdef size_t i
    cdef int done, book
    if numbers == NULL:
        raise MemoryError
    try:
        for i in range(3):
            ids[i] = numbers + i * word_count
        for i in range(word_count):
            ids[0][i] = books.index_of_word[words.word_ids[i]]
        # ids[(book - 1) % 3] numbers the windows of the book before, ids[(book - 2) % 3] those of the one before that; a bigram is two words.
        for book in range(1, BOOK_COUNT):
            if word_count < paper_book_words[book] or not any(limits[book:]):
                break
            windows.first = ids[(book - 1) % 3]
            windows.second = ids[(book - 2) % 3] if book > 1 else ids[0]
            windows.shift = paper_book_words[book - 1]
            windows.count = word_count - paper_book_words[book] + 1
            with nogil:
                done = number_windows(&windows, capacity, words.hash_seed, ids[book % 3], &id_count)
            if not done:
                raise MemoryError
            positions = top_positions(&windows, ids[book % 3], id_count, prune_interval_of(book, windows.count), words.word_ids,
                                      paper_book_words[book], limits[book])
            if book == 1 and len(positions) < limits[book]:
                positions += single_positions(ids[1], words, books, windows.count, limits[book] - len(positions))
            store_phrases(books, words, book, positions)
            if id_count == 0:
                break
    finally:
        free(numbers)


def build_codebooks(Tokens tokens not None):
    """Count the words and n-grams of *tokens* and return their Codebooks."""
    books = Codebooks()
    limits = size_tier(len(tokens))
    choose_unigrams(books, &tokens.words, limits[0])
    choose_phrases(books, &tokens.words, limits)
    books.tokens = tokens
    return books
