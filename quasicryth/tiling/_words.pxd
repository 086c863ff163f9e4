# Words of a block, and what the front end makes of them: what csrc/text and csrc/engines/paper/parse.h declare.
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from quasicryth._qcz cimport qcz_status

cdef extern from "text/kinds.h" nogil:
    int block_is_binary(const uint8_t *block, size_t size)
    ctypedef enum block_kind:
        BLOCK_OF_TEXT
        BLOCK_OF_NUMBERS
        BLOCK_OF_NOISE
    block_kind block_kind_of(const uint8_t *block, size_t size)

cdef extern from "text/tokens.h" nogil:
    ctypedef struct token_list:
        uint8_t *text
        uint32_t *offsets
        uint32_t *counts
        uint32_t count
    qcz_status tokens_sort(const token_list *tokens, uint32_t *ids, size_t count)

cdef extern from "text/words.h" nogil:
    ctypedef struct block_words:
        uint32_t *word_ids
        uint8_t *case_flags
        size_t word_count
        token_list distinct
        uint64_t hash_seed
    qcz_status words_split(const uint8_t *block, size_t size, int fold_case, block_words *words)
    void words_free(block_words *words)

cdef extern from "engines/paper/parse.h" nogil:
    enum:
        PAPER_BOOK_COUNT
        PAPER_COMMON_UNIGRAMS

    const uint32_t paper_book_words[11]

    ctypedef struct paper_parse:
        const block_words *words
        const uint32_t *unigrams
        uint32_t book_sizes[11]
        const uint16_t *phrases[11]
        const uint8_t *event_levels
        const uint16_t *event_indexes
        size_t event_count
        const uint32_t *escape_ids
        size_t escape_count
