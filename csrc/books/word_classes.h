/*
 * word_classes.h - classes of frequent words that are used alike, found from their neighbours. For the encoder only: classes are
 * transmitted, so how they are found is no part of the format. Room books: codebooks of words and gaps, and what is known of their
 * entries; it may use base and text.
 */
#ifndef QCZ_BOOKS_WORD_CLASSES_H
#define QCZ_BOOKS_WORD_CLASSES_H

#include "qcz.h"

/*
 * Gives a class (word_tree.h) to every codebook word of at least *first_level, and WORD_CLASS_NONE to the others. The level is
 * chosen here: the lowest at which a class pays and which no more than 32,768 words reach; UINT8_MAX if no word has a class.
 *
 * word_ids: the distinct words' numbers in order of occurrence; codebook_index[number]: place in the codebook, or UINT32_MAX;
 * counts: occurrences of each codebook word. Integers only: the same classes on every machine.
 * Takes 1.6 kB a word with a class (52 MB at most) and 4 bytes a codebook word. Errors: QCZ_ERROR_MEMORY.
 */
qcz_status word_classes_find(const uint32_t *word_ids, size_t item_count, const uint32_t *codebook_index, const uint32_t *counts,
                             uint32_t codebook_size, uint16_t *classes_out, uint8_t *first_level);

#endif
