/*
 * case_flags.h - the case stream: one flag of three a word, in the context of the two flags before it (paper, section 1.4). Room
 * engines/paper: the published method, as an engine; it may use base, text, books, coding and the headers in engines.
 */
#ifndef QCZ_ENGINES_PAPER_CASE_FLAGS_H
#define QCZ_ENGINES_PAPER_CASE_FLAGS_H

#include "coding/arithmetic_coder.h"

typedef struct case_model {
    uint32_t counts[3];
    uint32_t total;
} case_model;

typedef struct case_contexts {
    case_model models[3][3]; /* [flag two back][flag one back] */
    uint8_t two_back;
    uint8_t one_back;
} case_contexts;

void case_contexts_start(case_contexts *contexts);
void encode_case_flag(arithmetic_encoder *encoder, case_contexts *contexts, uint8_t flag);
uint8_t decode_case_flag(arithmetic_decoder *decoder, case_contexts *contexts);

/* Brings back the case of a word in place: flag 1 raises its first ASCII letter, flag 2 all of them. */
void apply_case_flag(uint8_t *word, size_t size, uint8_t flag);

#endif
