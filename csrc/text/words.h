/* words.h - a block as numbered words with case flags (paper, sections 1.2 to 1.4). */
#ifndef QCZ_TEXT_WORDS_H
#define QCZ_TEXT_WORDS_H

#include "qcz.h"

/*
 * A block as words. Word i of the block is the distinct word `word_ids[i]`, written with `case_flags[i]`. Distinct words are
 * numbered in the order they first occur; word id w is the `lengths[w]` bytes at `offsets[w]` of `text`.
 */
typedef struct block_words {
    uint8_t *text;        /* the block with case folded, as long as the block */
    uint32_t *word_ids;   /* word_count */
    uint8_t *case_flags;  /* word_count, CASE_...; NULL if case was not folded */
    size_t word_count;
    uint32_t *offsets;    /* distinct_count */
    uint32_t *lengths;    /* distinct_count */
    uint32_t *counts;     /* distinct_count: occurrences */
    size_t distinct_count;
    uint64_t hash_seed;   /* for hash tables over this block: depends on all of it */
} block_words;

/*
 * Splits `block` into words and numbers them. `size` is at most QCZ_MAX_BLOCK_SIZE. With `fold_case` zero the text stays as it is and
 * there are no flags. On success the caller owns `*words` and frees it with words_free; on failure there is nothing to free.
 * Errors: QCZ_ERROR_LIMIT, QCZ_ERROR_MEMORY.
 */
qcz_status words_split(const uint8_t *block, size_t size, int fold_case, block_words *words);
void words_free(block_words *words);

/*
 * Sorts `ids` (word ids of `words`, no two alike) by the bytes of the words; a prefix comes first. Time: total length of the words
 * times log2(count). Errors: QCZ_ERROR_MEMORY.
 */
qcz_status words_sort(const block_words *words, uint32_t *ids, size_t count);

#endif
