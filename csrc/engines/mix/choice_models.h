/* choice_models.h - what levels 4 to 6 of the mixing engine code with: all is coded choice by choice. FORMAT.md, "Choices". */
#ifndef QCZ_ENGINES_MIX_CHOICE_MODELS_H
#define QCZ_ENGINES_MIX_CHOICE_MODELS_H

#include "engines/mix/choice_predictor.h"
#include "engines/mix/match_model.h"
#include "engines/mix/token_book.h"

enum {
    CHOICE_FLAG_CONTEXTS = 4, /* of case, line end, expected item, and of bytes */
    CHOICE_GAP_RANKS = 64
};

/* What a choice of flags is like in whatever context. */
typedef struct flag_entries {
    choice_entry cases[CHOICE_GAP_RANKS];
    choice_entry line_ends;
    choice_entry expected;
} flag_entries;

typedef struct choice_models {
    choice_predictor words;
    choice_predictor gaps;
    choice_predictor spelling;
    choice_predictor flags;
    token_book bytes;           /* each of one byte; their escape is the end of a token */
    flag_entries *flag_entries;
    void *allocation;
    uint16_t token_trusts[2][MATCH_STEPS][CHOICE_MAX_DEPTH]; /* gaps, words */
    uint16_t flag_trusts[2][MATCH_STEPS];                    /* case, line end */
} choice_models;

/* log2 of the buckets of each table. */
typedef struct choice_table_bits {
    unsigned words;
    unsigned gaps;
    unsigned spelling;
    unsigned flags;
} choice_table_bits;

uint64_t choice_models_memory(const choice_table_bits *bits);
/* Returns 0 if there is no memory; choice_models_free is due in either case, of models that were all zero. */
int choice_models_start(choice_models *models, const choice_table_bits *bits);
void choice_models_free(choice_models *models);

#endif
