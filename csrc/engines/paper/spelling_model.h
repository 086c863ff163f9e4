/*
 * spelling_model.h - sorted lists of words, front-coded. FORMAT.md, section "Word lists". Room engines/paper: the published method,
 * as an engine; it may use base, text, books, coding and the headers in engines.
 *
 * How much of the word before is kept, then the other bytes, each a path of eight binary decisions in the context of the two bytes
 * before it.
 */
#ifndef QCZ_ENGINES_PAPER_SPELLING_MODEL_H
#define QCZ_ENGINES_PAPER_SPELLING_MODEL_H

#include "coding/length_model.h"

typedef struct spelling_model {
    uint16_t *slots; /* probability of a one, 12 bits, above a 4-bit count of uses */
    length_model kept;
    node_arena arena;
} spelling_model;

/* A word's bytes, in memory that outlives it. */
typedef struct word_view {
    const uint8_t *bytes;
    uint32_t size;
} word_view;

size_t spelling_model_memory(void);
/* Errors: QCZ_ERROR_MEMORY; then there is nothing to free. */
qcz_status spelling_model_start(spelling_model *model);
void spelling_model_free(spelling_model *model);

/* `word` sorts after `previous` (empty at the start of a list) and is not empty. */
void encode_spelling(arithmetic_encoder *encoder, spelling_model *model, word_view previous, word_view word);

/*
 * Writes the next word to `output`, at most `capacity` bytes, and its size to `*size`. Errors: QCZ_ERROR_CORRUPT if the stream
 * keeps more than there is of `previous` or the word does not fit.
 */
qcz_status decode_spelling(arithmetic_decoder *decoder, spelling_model *model, word_view previous, uint8_t *output, size_t capacity,
                           uint32_t *size);

#endif
