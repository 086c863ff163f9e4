/*
 * words.h - a block as numbered words with case flags (paper, sections 1.2 to 1.4): what the paper engine codes. Room text: a block
 * cut into letters, words and items; it may use base.
 */
#ifndef QCZ_TEXT_WORDS_H
#define QCZ_TEXT_WORDS_H

#include "text/tokens.h"

/* Word i of the block is the distinct word `word_ids[i]`, written with `case_flags[i]`. */
typedef struct block_words {
    uint32_t *word_ids;  /* word_count */
    uint8_t *case_flags; /* word_count, CASE_...; NULL if case was not folded */
    size_t word_count;
    token_list distinct; /* folded, in the order they first occur */
    uint64_t hash_seed;  /* for hash tables over this block: depends on all of it */
} block_words;

/*
 * Splits `block` into words and numbers them. With `fold_case` zero the text stays as it is and there are no flags. On success the
 * caller owns `*words` and frees it with words_free; on failure there is nothing to free. Errors: QCZ_ERROR_LIMIT if `size` is
 * above QCZ_MAX_BLOCK_SIZE, QCZ_ERROR_MEMORY.
 */
qcz_status words_split(const uint8_t *block, size_t size, int fold_case, block_words *words);
void words_free(block_words *words);

#endif
