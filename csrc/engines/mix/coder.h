/*
 * coder.h - the state of the mixing engine while it codes one block. Encoder and decoder run the same code over it
 * (mix_items.h): where the one looks a bit up and writes it, the other reads it.
 */
#ifndef QCZ_ENGINES_MIX_CODER_H
#define QCZ_ENGINES_MIX_CODER_H

#include "coding/arithmetic_coder.h"
#include "engines/mix/choice_models.h"
#include "text/line_ends.h"
#include "engines/mix/match_model.h"
#include "engines/mix/block.h"
#include "engines/mix/level.h"
#include "engines/mix/predictor.h"
#include "engines/mix/token_book.h"

enum {
    /* Decisions granted to a block, beside the fixed ones, per byte of content: an honest block takes about three. */
    DECISIONS_PER_BYTE = 32,
    DECISIONS_FIXED = 1 << 16,
    FLAG_NUMBERS = 4, /* questions of one predictor of flags */
    SPELLING_CONTEXTS = 8,
    BRACKET_DEPTH = 16,
    LINE_FIELDS = 64
};

enum spelling_kind { SPELL_WORD, SPELL_GAP, SPELL_KEPT, SPELL_LEVEL, SPELL_CLASS, SPELLING_KINDS };

/* Tokens outside the codebook are known by a hash of their bytes. */
#define UNKNOWN_TOKEN 0x80000000u

typedef struct coded_item {
    uint32_t gap;  /* entry of the book, or UNKNOWN_TOKEN + hash */
    uint32_t word;
    uint8_t case_flag;
    uint8_t line_end;
    uint32_t gap_size;
    uint32_t word_size;
    const uint8_t *gap_bytes;   /* in a codebook, or one of the two below */
    const uint8_t *word_bytes;  /* folded */
    token_facts word_facts;
    uint8_t spelt_gap[ITEM_MAX_TOKEN_SIZE + TOKEN_PADDING];
    uint8_t spelt_word[ITEM_MAX_TOKEN_SIZE + TOKEN_PADDING];
} coded_item;

/* What was last seen, as contexts are made of it. */
typedef struct recent_items {
    uint64_t words[3];    /* hashes; 0 before the first */
    uint64_t gaps[3];
    uint32_t suffix;      /* of the last word */
    uint32_t word_token;  /* the last word and gap as numbers */
    uint32_t gap_token;
    uint32_t gap_size;
    unsigned classes[2];  /* of the last two words; WORD_CLASS_NONE for a rare one */
    unsigned cases[2];
    uint64_t line_start;  /* hash of the first items of the line */
    unsigned items_in_line;
    uint64_t brackets;    /* the innermost two that are open */
    uint8_t bracket_stack[BRACKET_DEPTH];
    unsigned bracket_count;
    uint64_t capital_word;
    uint64_t rare_word;
    uint32_t column;      /* characters since the last line end */
    uint32_t width;       /* of the last line */
    uint32_t widest;      /* of the last twenty lines or so */
    uint32_t widest_age;
    unsigned last_line_end;
    uint64_t above[LINE_FIELDS];  /* hashes of the words of the line before */
    uint64_t line[LINE_FIELDS];
    uint32_t number;      /* items so far */
} recent_items;

/* The last word seen in a context, and how often in a row. */
typedef struct run_entry {
    uint32_t check;
    uint32_t word : 24;
    uint32_t length : 8;
} run_entry;

/* Where an encoder takes its items from. */
typedef struct item_source {
    const item_list *items;
    const uint32_t *word_tokens;    /* per distinct word: entry of the book, or count of the book */
    const uint32_t *gap_tokens;     /* per distinct gap */
    const canonical_gaps *canonical;
} item_source;

typedef struct mix_coder {
    int decoding;
    arithmetic_encoder encoder;
    arithmetic_decoder decoder;
    uint64_t decisions_left;
    const mix_level *level;
    mix_header header;
    logistic_tables logistic;
    token_book words;
    token_book gaps;
    bit_predictor word_predictor;
    bit_predictor gap_predictor;
    bit_predictor case_predictor;
    bit_predictor line_end_predictor;
    bit_predictor spelling_predictor;
    bit_predictor item_predictor;
    recent_items recent;
    uint64_t common_gap;
    choice_models choices;          /* where all is coded choice by choice; else the predictors above */
    match_model match;
    run_entry *runs[MIX_RUN_HINTS]; /* NULL where the level has no use for them */
    unsigned run_bits;              /* log2 of their sizes */
    uint16_t match_trust[2][MATCH_STEPS][16];      /* gaps, words */
    uint16_t flag_trust[3][MATCH_STEPS];           /* case twice, line end */
    uint16_t run_trust[MIX_RUN_HINTS][16][4];
    uint16_t idle_trust;    /* of hints that predict nothing */
    item_source source;     /* encoder only */
    uint8_t *output;        /* decoder only */
    size_t output_size;
    size_t position;        /* in the output */
    const char *failure;    /* decoder only: what is wrong */
} mix_coder;

uint64_t mix_coder_memory(const mix_header *header, size_t raw_size);
/* `coder->header` and `decoding` are set. Returns 0 if there is no memory; mix_coder_free is due in either case. */
int mix_coder_start(mix_coder *coder, size_t raw_size);
void mix_coder_free(mix_coder *coder);

/* Which of the five forms the white space in a canonical gap could take: its place, or -1 if line ends are not apart there. */
int find_soft_space(const uint8_t *gap, uint32_t size);

/* Codes codebooks and items. Returns 0 if memory ran out or, decoding, with `failure` set. One function per kind of processor. */
typedef int mix_code_block(mix_coder *coder);
mix_code_block mix_code_block_portable;
mix_code_block mix_code_block_sse41;
mix_code_block mix_code_block_avx2;
mix_code_block mix_code_block_avx512;
mix_code_block mix_code_block_neon;

#endif
