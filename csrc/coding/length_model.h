/*
 * length_model.h - adaptive coding of mostly small numbers of up to 32 bits. FORMAT.md, section "Numbers". Room coding: the
 * arithmetic coder and the models of numbers and symbols; it may use base, text and books.
 *
 * 0 .. 30 are symbols; larger ones send their excess over 31 as its bit length and the bits below the leading one.
 */
#ifndef QCZ_CODING_LENGTH_MODEL_H
#define QCZ_CODING_LENGTH_MODEL_H

#include "coding/frequency_model.h"

typedef struct length_model {
    frequency_model small;      /* 32 symbols; 31 = larger */
    frequency_model bit_length; /* 33 symbols */
} length_model;

enum { LENGTH_MODEL_NODES = 3 + 4 };

void length_model_start(length_model *model, node_arena *arena);
void encode_length(arithmetic_encoder *encoder, length_model *model, uint32_t value);
/* Saturates at UINT32_MAX, which no limit of the format allows. */
uint32_t decode_length(arithmetic_decoder *decoder, length_model *model);

#endif
