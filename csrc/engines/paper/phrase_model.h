/*
 * phrase_model.h - the sorted n-gram codebooks as a stream. FORMAT.md, section "Phrases". Room engines/paper: the published method,
 * as an engine; it may use base, text, books, coding and the headers in engines.
 *
 * What is kept of the phrase before is not sent; a further word is predicted as the successor of the two words before it, or of
 * one, as last seen in any phrase; else it is sent as a unigram index. Overlapping windows of one repeated passage, which fill the
 * long books, cost next to nothing.
 */
#ifndef QCZ_ENGINES_PAPER_PHRASE_MODEL_H
#define QCZ_ENGINES_PAPER_PHRASE_MODEL_H

#include "coding/cost_meter.h"
#include "coding/length_model.h"
#include "engines/paper/parse.h"

enum { PREDICTED_BY_TWO = 0, PREDICTED_BY_ONE = 1, NOT_PREDICTED = 2, PREDICTION_COUNT = 3 };

typedef struct phrase_model {
    frequency_model index;                                   /* a word that was not predicted */
    frequency_model kept[PAPER_BOOK_COUNT];                    /* words kept of the phrase before */
    frequency_model prediction[PAPER_BOOK_COUNT][2];           /* [book][first word after the kept ones] */
    length_model step;                                       /* from the first word of the phrase before */
    uint16_t *after_two;                                     /* by hash of two words */
    uint16_t *after_one;                                     /* by word */
    uint32_t unigram_count;
    node_arena arena;
} phrase_model;

size_t phrase_model_memory(uint32_t unigram_count);
/* Errors: QCZ_ERROR_MEMORY; then there is nothing to free. */
qcz_status phrase_model_start(phrase_model *model, uint32_t unigram_count);
void phrase_model_free(phrase_model *model);

/* `phrases` holds `count` sorted phrases of book `book`, all different. */
void encode_phrases(arithmetic_encoder *encoder, phrase_model *model, uint32_t book, const uint16_t *phrases, uint32_t count,
                    const cost_meter *meter);

/*
 * Fills `phrases`; every word is below `unigram_count`. Errors: QCZ_ERROR_CORRUPT if the stream ends or steps past the last
 * unigram.
 */
qcz_status decode_phrases(arithmetic_decoder *decoder, phrase_model *model, uint32_t book, uint16_t *phrases, uint32_t count);

#endif
