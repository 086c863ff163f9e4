# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""The parse: phrase lookup at the positions a tiling allows, and the three-pass greedy cover (paper, sections 1.9 and 1.10).

Beside it, for comparison, the cheapest cover with phrases that may begin anywhere.
"""

from cpython cimport array
from cpython.pycapsule cimport PyCapsule_GetContext, PyCapsule_New, PyCapsule_SetContext
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free
from libc.string cimport memset

from quasicryth.tiling._codebooks cimport Codebooks
from quasicryth.tiling._memory cimport allocate_array
from quasicryth.tiling._pair_table cimport (
    NO_ID, PairTable, pair_key, pair_table_add, pair_table_find, pair_table_free, pair_table_start,
)
from quasicryth.tiling._words cimport block_words, paper_book_words
from quasicryth.tiling._tokens cimport Tokens

import array

cdef enum:
    BOOK_COUNT = 11
    BIGRAMS = 1
    TRIGRAMS = 2
    NO_ENTRY = 0xFFFF    # books of the published tiers are smaller
    UNCOVERED = 0xFF     # in the cover: no event yet
    INSIDE = 0xFE        # in the cover: a later word of a phrase

# ---- phrase numbers --------------------------------------------------------------------------------------------------------

# Tables that number every phrase of the books, and every part of one, as the pair of its own two parts.
cdef struct PhraseTables:
    PairTable pairs[BOOK_COUNT]
    uint16_t *entry_of_id[BOOK_COUNT]   # entry of the book by number, or NO_ENTRY for mere parts


cdef uint32_t number_phrase(PhraseTables *tables, int book, const uint16_t *phrase) noexcept nogil:
    """The number of the phrase, added if new; NO_ID without memory."""
    cdef uint32_t first, second
    if book == 0:
        return phrase[0]
    first = number_phrase(tables, book - 1, phrase)
    second = number_phrase(tables, book - 2 if book > 1 else 0, phrase + paper_book_words[book - 1])
    if first == NO_ID or second == NO_ID:
        return NO_ID
    return pair_table_add(&tables.pairs[book], pair_key(first, second))


cdef int number_book(PhraseTables *tables, int book, const uint16_t *phrases, size_t count) noexcept nogil:
    cdef size_t i
    for i in range(count):
        if number_phrase(tables, book, phrases + i * paper_book_words[book]) == NO_ID:
            return 0
    return 1


cdef int map_entries(PhraseTables *tables, int book, const uint16_t *phrases, size_t count) noexcept nogil:
    cdef size_t i
    tables.entry_of_id[book] = <uint16_t *>allocate_array(tables.pairs[book].count + 1, sizeof(uint16_t))
    if tables.entry_of_id[book] == NULL:
        return 0
    memset(tables.entry_of_id[book], 0xFF, (tables.pairs[book].count + 1) * sizeof(uint16_t))
    for i in range(count):
        tables.entry_of_id[book][number_phrase(tables, book, phrases + i * paper_book_words[book])] = <uint16_t>i
    return 1


cdef int phrase_tables_start(PhraseTables *tables, Codebooks books, uint64_t seed) noexcept nogil:
    """Returns 0 without memory; the tables are to be freed in any case."""
    cdef int book
    memset(tables, 0, sizeof(PhraseTables))
    for book in range(1, BOOK_COUNT):
        if not pair_table_start(&tables.pairs[book], seed):
            return 0
    for book in range(1, BOOK_COUNT):
        if not number_book(tables, book, books.phrases[book], books.sizes[book]):
            return 0
    for book in range(1, BOOK_COUNT):
        if not map_entries(tables, book, books.phrases[book], books.sizes[book]):
            return 0
    return 1


cdef void phrase_tables_free(PhraseTables *tables) noexcept nogil:
    cdef int book
    for book in range(1, BOOK_COUNT):
        pair_table_free(&tables.pairs[book])
        free(tables.entry_of_id[book])


# ---- lookup ------------------------------------------------------------------------------------------------------------------

# What was found at each word.
cdef struct Hits:
    uint8_t *level     # encoding level (3 ..) of the deepest phrase that may begin here, or 0
    uint16_t *entry    # its entry
    uint16_t *bigram   # the bigram that begins here, or NO_ENTRY
    uint16_t *trigram  # where every phrase is wanted, not the deepest: those of the books from trigrams on, a row for each; else NULL


cdef void number_windows(const PairTable *pairs, const uint32_t *first, uint32_t *second, size_t shift, size_t count) noexcept nogil:
    """Number the windows of one length; the numbers take the place of those of the second parts, which lie ahead."""
    cdef size_t i
    cdef uint32_t number
    for i in range(count):
        number = NO_ID
        if first[i] != NO_ID and second[i + shift] != NO_ID:
            number = pair_table_find(pairs, pair_key(first[i], second[i + shift]))
        second[i] = number


cdef void take_entries(const uint32_t *numbers, size_t count, const uint16_t *entry_of_id, uint16_t *entries) noexcept nogil:
    cdef size_t i
    for i in range(count):
        if numbers[i] != NO_ID:
            entries[i] = entry_of_id[numbers[i]]


cdef void take_deepest(const uint32_t *numbers, size_t count, const uint16_t *entry_of_id, int book, const uint8_t *depths,
                       const Hits *hits) noexcept nogil:
    """Books come in rising order, so a deeper hit replaces a shallower one at the same word."""
    cdef size_t i
    for i in range(count):
        if numbers[i] != NO_ID and depths[i] >= book - 1 and entry_of_id[numbers[i]] != NO_ENTRY:
            hits.level[i] = <uint8_t>(book + 1)
            hits.entry[i] = entry_of_id[numbers[i]]


cdef int look_up(const block_words *words, Codebooks books, const uint8_t *depths, const Hits *hits) noexcept nogil:
    cdef PhraseTables tables
    cdef size_t word_count = words.word_count
    cdef uint32_t *numbers = <uint32_t *>allocate_array(word_count + 1, 2 * sizeof(uint32_t))
    cdef uint32_t *first = numbers
    cdef uint32_t *second = numbers + word_count
    cdef uint32_t *swapped
    cdef size_t i, count
    cdef int book
    cdef int complete = phrase_tables_start(&tables, books, words.hash_seed) and numbers != NULL
    if complete:
        for i in range(word_count):
            first[i] = books.index_of_word[words.word_ids[i]]
            second[i] = first[i]
        for book in range(1, BOOK_COUNT):
            if word_count < paper_book_words[book] or tables.pairs[book].count == 0:
                break
            count = word_count - paper_book_words[book] + 1
            number_windows(&tables.pairs[book], first, second, paper_book_words[book - 1], count)
            if book == BIGRAMS:
                take_entries(second, count, tables.entry_of_id[book], hits.bigram)
            elif hits.trigram != NULL:
                take_entries(second, count, tables.entry_of_id[book], hits.trigram + (book - TRIGRAMS) * word_count)
            else:
                take_deepest(second, count, tables.entry_of_id[book], book, depths, hits)
            swapped = first   # a trigram is a bigram and a word, a 5-gram a trigram and a bigram, and so on
            first = second
            second = swapped
    phrase_tables_free(&tables)
    free(numbers)
    return complete


# ---- greedy cover --------------------------------------------------------------------------------------------------------


cdef inline void place(uint8_t *cover, size_t position, size_t length, int level) noexcept nogil:
    memset(cover + position, INSIDE, length)
    cover[position] = <uint8_t>level


cdef void cover_long_phrases(const Hits *hits, size_t word_count, uint8_t *cover) noexcept nogil:
    """Deepest level first, left to right. What was placed before is as long or longer, so only its ends can lie inside a new phrase."""
    cdef int level
    cdef size_t i, length
    for level in range(BOOK_COUNT, TRIGRAMS, -1):
        length = paper_book_words[level - 1]
        if length > word_count:
            continue
        for i in range(word_count - length + 1):
            if hits.level[i] == level and cover[i] == UNCOVERED and cover[i + length - 1] == UNCOVERED:
                place(cover, i, length, level)


cdef void cover_bigrams(const Hits *hits, size_t word_count, uint8_t *cover) noexcept nogil:
    cdef size_t i
    for i in range(word_count - 1 if word_count > 0 else 0):
        if cover[i] == UNCOVERED and cover[i + 1] == UNCOVERED and hits.bigram[i] != NO_ENTRY:
            place(cover, i, 2, BIGRAMS + 1)


cdef void cover_single_words(const block_words *words, Codebooks books, uint8_t *cover) noexcept nogil:
    cdef size_t i
    for i in range(words.word_count):
        if cover[i] == UNCOVERED:
            cover[i] = books.index_of_word[words.word_ids[i]] != NO_ID


# ---- cheapest cover ------------------------------------------------------------------------------------------------------

# What the events cost: escapes first, then every entry of every book. Where the entries of each book begin.
cdef struct Costs:
    const uint32_t *costs
    size_t first[BOOK_COUNT]


cdef size_t lay_out_costs(Codebooks books, size_t *first):
    """Fill in where the costs of each book begin; returns how many costs there are."""
    cdef size_t count = 1
    cdef int book
    for book in range(BOOK_COUNT):
        first[book] = count
        count += books.sizes[book]
    return count


cdef inline uint16_t entry_at(const Hits *hits, int book, size_t position, size_t word_count) noexcept nogil:
    if book == BIGRAMS:
        return hits.bigram[position]
    return hits.trigram[(book - TRIGRAMS) * word_count + position]


cdef int cover_cheaply(const block_words *words, Codebooks books, const Costs *costs, const Hits *hits, uint8_t *cover) noexcept nogil:
    """The shortest path from word to word; of equals the shorter phrase. Returns 0 without memory."""
    cdef size_t word_count = words.word_count
    cdef uint64_t *rest = <uint64_t *>allocate_array(word_count + 1, sizeof(uint64_t))   # the least cost from this word to the end
    cdef uint8_t *level = <uint8_t *>allocate_array(word_count + 1, 1)
    cdef uint64_t cost
    cdef uint32_t unigram
    cdef uint16_t entry
    cdef size_t i, length
    cdef int book
    if rest == NULL or level == NULL:
        free(rest)
        free(level)
        return 0
    rest[word_count] = 0
    for i in range(word_count, 0, -1):
        unigram = books.index_of_word[words.word_ids[i - 1]]
        level[i - 1] = unigram != NO_ID
        rest[i - 1] = rest[i] + (costs.costs[0] if unigram == NO_ID else costs.costs[costs.first[0] + unigram])
        for book in range(BIGRAMS, BOOK_COUNT):
            length = paper_book_words[book]
            if length > word_count - (i - 1):
                break
            entry = entry_at(hits, book, i - 1, word_count)
            if entry == NO_ENTRY:
                continue
            cost = costs.costs[costs.first[book] + entry] + rest[i - 1 + length]
            if cost < rest[i - 1]:
                rest[i - 1] = cost
                level[i - 1] = <uint8_t>(book + 1)
    i = 0
    while i < word_count:
        length = paper_book_words[level[i] - 1] if level[i] > 1 else 1
        place(cover, i, length, level[i])
        if level[i] > BIGRAMS + 1:
            hits.entry[i] = entry_at(hits, level[i] - 1, i, word_count)
        i += length
    free(rest)
    free(level)
    return 1


# ---- events --------------------------------------------------------------------------------------------------------------

cdef void release_parse(object capsule) noexcept:
    Py_DECREF(<object>PyCapsule_GetContext(capsule))


cdef class Parse:
    """The events of a block in order: an encoding level (0 escape, 1 unigram, 2 bigram, 3 .. 11 longer phrases) and a codebook entry."""

    def __dealloc__(self):
        free(self.levels)
        free(self.entries)
        free(self.escape_ids)

    def __len__(self):
        return self.event_count

    def events(self):
        """Return the events as a list of pairs (encoding level, entry); an escape's entry is 0."""
        return [(self.levels[i], self.entries[i]) for i in range(self.event_count)]

    def escapes(self):
        """Return the word ids of the escapes, in order."""
        return [self.escape_ids[i] for i in range(self.escape_count)]

    def view(self):
        """Return the parse as `BlockEncoder.plan` takes it: a capsule that keeps it, its codebooks and its words in being."""
        cdef int book
        if self.books is None:
            raise ValueError("the parse is of no block yet")
        self.input.words = &self.books.tokens.words
        self.input.unigrams = self.books.unigrams
        for book in range(BOOK_COUNT):
            self.input.book_sizes[book] = self.books.sizes[book]
            self.input.phrases[book] = self.books.phrases[book]
        self.input.event_levels = self.levels
        self.input.event_indexes = self.entries
        self.input.event_count = self.event_count
        self.input.escape_ids = self.escape_ids
        self.input.escape_count = self.escape_count
        capsule = PyCapsule_New(&self.input, "quasicryth.parse", release_parse)
        PyCapsule_SetContext(capsule, <void *>self)
        Py_INCREF(self)
        return capsule

    def use_counts(self, Codebooks books not None):
        """Return how often each event occurs as an array: escapes first, then the entries of every book of *books*, by book."""
        cdef size_t first[BOOK_COUNT]
        cdef array.array counts = array.array("I", bytes(4 * lay_out_costs(books, first)))
        cdef unsigned int *use_count = counts.data.as_uints
        cdef size_t i
        for i in range(self.event_count):
            use_count[0 if self.levels[i] == 0 else first[self.levels[i] - 1] + self.entries[i]] += 1
        return counts


cdef int allocate_events(Parse parse, const uint8_t *cover, size_t word_count) noexcept nogil:
    cdef size_t i
    parse.event_count = 0
    parse.escape_count = 0
    for i in range(word_count):
        parse.event_count += cover[i] != INSIDE
        parse.escape_count += cover[i] == 0
    parse.levels = <uint8_t *>allocate_array(parse.event_count + 1, 1)
    parse.entries = <uint16_t *>allocate_array(parse.event_count + 1, sizeof(uint16_t))
    parse.escape_ids = <uint32_t *>allocate_array(parse.escape_count + 1, sizeof(uint32_t))
    return parse.levels != NULL and parse.entries != NULL and parse.escape_ids != NULL


cdef void list_events(Parse parse, const block_words *words, Codebooks books, const Hits *hits, const uint8_t *cover) noexcept nogil:
    cdef size_t event = 0
    cdef size_t escape = 0
    cdef size_t i
    for i in range(words.word_count):
        if cover[i] == INSIDE:
            continue
        parse.levels[event] = cover[i]
        if cover[i] == 0:
            parse.entries[event] = 0
            parse.escape_ids[escape] = words.word_ids[i]
            escape += 1
        elif cover[i] == 1:
            parse.entries[event] = <uint16_t>books.index_of_word[words.word_ids[i]]
        else:
            parse.entries[event] = hits.bigram[i] if cover[i] == BIGRAMS + 1 else hits.entry[i]
        event += 1


cdef int allocate_hits(Hits *hits, size_t word_count, int every_phrase) noexcept nogil:
    memset(hits, 0, sizeof(Hits))
    hits.level = <uint8_t *>allocate_array(word_count + 1, 1)
    hits.entry = <uint16_t *>allocate_array(word_count + 1, sizeof(uint16_t))
    hits.bigram = <uint16_t *>allocate_array(word_count + 1, sizeof(uint16_t))
    if hits.level == NULL or hits.entry == NULL or hits.bigram == NULL:
        return 0
    memset(hits.level, 0, word_count + 1)
    memset(hits.bigram, 0xFF, (word_count + 1) * sizeof(uint16_t))
    if every_phrase:
        hits.trigram = <uint16_t *>allocate_array(word_count + 1, (BOOK_COUNT - TRIGRAMS) * sizeof(uint16_t))
        if hits.trigram == NULL:
            return 0
        memset(hits.trigram, 0xFF, (BOOK_COUNT - TRIGRAMS) * word_count * sizeof(uint16_t))
    return 1


cdef void free_hits(Hits *hits) noexcept nogil:
    free(hits.level)
    free(hits.entry)
    free(hits.bigram)
    free(hits.trigram)


cdef int parse_words(Parse parse, const block_words *words, Codebooks books, const uint8_t *depths, int bigrams,
                     const Costs *costs) noexcept nogil:
    """The greedy cover where *depths* allow, or with *costs* the cheapest one. Returns 0 without memory."""
    cdef Hits hits
    cdef size_t word_count = words.word_count
    cdef uint8_t *cover = <uint8_t *>allocate_array(word_count + 1, 1)
    cdef int complete = allocate_hits(&hits, word_count, costs != NULL) and cover != NULL
    complete = complete and look_up(words, books, depths, &hits)
    if complete:
        memset(cover, UNCOVERED, word_count + 1)
        if costs != NULL:
            complete = cover_cheaply(words, books, costs, &hits, cover)
        else:
            cover_long_phrases(&hits, word_count, cover)
            if bigrams:
                cover_bigrams(&hits, word_count, cover)
            cover_single_words(words, books, cover)
    complete = complete and allocate_events(parse, cover, word_count)
    if complete:
        list_events(parse, words, books, &hits, cover)
    free_hits(&hits)
    free(cover)
    return complete


def parse_tokens(Tokens tokens not None, Codebooks books not None, const uint8_t[::1] depths not None, bint bigrams=True):
    """Cover the words of *tokens* with entries of *books* and return the Parse.

    *depths* says for every word the deepest hierarchy level (0 .. 9) a phrase may have that begins there; without *bigrams* the second
    pass is left out. Raises ValueError for *books* of other tokens, and for another number of depths than words.
    """
    if books.tokens is not tokens:
        raise ValueError("the codebooks are not those of the tokens")
    if <size_t>depths.shape[0] != tokens.words.word_count:
        raise ValueError("there must be one depth for each word")
    parse = Parse()
    cdef const uint8_t *first = &depths[0] if depths.shape[0] > 0 else NULL
    cdef int complete
    with nogil:
        complete = parse_words(parse, &tokens.words, books, first, bigrams, NULL)
    if not complete:
        raise MemoryError("no memory for the parse of the block")
    parse.books = books
    return parse


def parse_by_costs(Tokens tokens not None, Codebooks books not None, const uint32_t[::1] costs not None):
    """Cover the words of *tokens* with entries of *books*, any of them anywhere, as cheaply as can be, and return the Parse.

    *costs* are whole numbers of any unit in the order of `Parse.use_counts`: an escape, then the entries of every book. Raises
    ValueError for *books* of other tokens, and for another number of costs.
    """
    cdef Costs laid_out
    cdef int complete
    if books.tokens is not tokens:
        raise ValueError("the codebooks are not those of the tokens")
    if <size_t>costs.shape[0] != lay_out_costs(books, laid_out.first):
        raise ValueError("there must be a cost for an escape and one for each entry of the books")
    laid_out.costs = &costs[0]
    parse = Parse()
    with nogil:
        complete = parse_words(parse, &tokens.words, books, NULL, 1, &laid_out)
    if not complete:
        raise MemoryError("no memory for the parse of the block")
    parse.books = books
    return parse
