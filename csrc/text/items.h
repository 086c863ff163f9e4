/*
 * items.h - a block as items: a gap, a word, the case of the word. What the engines fast and mix code. Room text: a block cut into
 * letters, words and items; it may use base.
 *
 * A gap is what lies before a word, at most 64 bytes of anything but letters and digits. A word is at most 64 bytes of letters,
 * at most 4 digits, or one character of a script written without spaces; it is empty where the block ends or the gap is full.
 * Names written together in code come apart: camelCase is camel and Case, HTMLParser is HTML and Parser.
 * Neither gaps nor words end within a character.
 * The decoder does not know these rules: gaps and words put behind each other are the block.
 */
#ifndef QCZ_TEXT_ITEMS_H
#define QCZ_TEXT_ITEMS_H

#include "text/tokens.h"

enum { ITEM_MAX_TOKEN_SIZE = 64 }; /* so that coders have room for one in a fixed place */

typedef struct item_list {
    uint32_t *gap_ids;
    uint32_t *word_ids;
    uint8_t *case_flags; /* CASE_... */
    uint32_t count;
    token_list gaps;
    token_list words;    /* folded */
    uint64_t hash_seed;  /* for hash tables over this block: depends on all of it */
} item_list;

/*
 * Splits `block` into items. On success the caller owns `*items` and frees it with items_free; on failure there is nothing to
 * free. Errors: QCZ_ERROR_LIMIT if `size` is above QCZ_MAX_BLOCK_SIZE, QCZ_ERROR_MEMORY.
 */
qcz_status items_split(const uint8_t *block, size_t size, item_list *items);
void items_free(item_list *items);

#endif
