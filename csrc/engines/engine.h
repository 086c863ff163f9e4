/*
 * engine.h - what an engine is: the functions that encoder.c, decoder.c and prepared.c call. Room engines: the
 * interface of all engines, and which there are; it may use qcz.h only.
 *
 * Each engine is a folder beside this file that defines one constant `engine`, called NAME_engine, and a line in engines.c. What is
 * the same for all is done before an engine is called: levels, sizes and the order of calls are checked, outputs begin empty, and
 * after a failure they are emptied. So an engine may rely on its arguments, and has to rely on nothing in heads and payloads.
 *
 * An engine may begin a block from a prepared state. Then the tokens of the codebook have the first numbers, and those that
 * only the block has come after them; where it has none, its head may be empty. The state is shared by threads and never
 * written to: what a block changes is changed in the working copy of its encoder or decoder, which takes note of it, so that
 * going back costs no more.
 *
 * An engine that codes a block in one go need not fill this in by itself: see whole_block.h.
 */
#ifndef QCZ_ENGINES_ENGINE_H
#define QCZ_ENGINES_ENGINE_H

#include "qcz.h"

/* What is to be coded; `positions` and `parse` may be NULL. It stays as it is until the last segment. */
typedef struct engine_block {
    const uint8_t *bytes;
    size_t size;
    const qcz_positions *positions;
    const struct paper_parse *parse;
} engine_block;

/* A head and how large the block is that it belongs to. */
typedef struct engine_head {
    const uint8_t *bytes;
    size_t size;
    size_t block_size;
} engine_head;

/* A segment, and where its content lies: bytes start .. end - 1 of the block at `block`, of which those before are there. */
typedef struct engine_segment {
    const uint8_t *payload;
    size_t size;
    uint8_t *block;
    size_t start;
    size_t end;
} engine_segment;

typedef struct engine engine;

/* `prepared` is the engine's own prepared state, or NULL; `options->prepared` is not for engines. */
typedef struct engine_encoder_setup {
    const engine *self;
    const qcz_encoder_options *options;
    const void *prepared;
} engine_encoder_setup;

typedef struct engine_decoder_setup {
    const engine *self;
    const qcz_decoder_options *options;
    const void *prepared;
} engine_decoder_setup;

struct engine {
    qcz_engine_facts facts;
    const void *own; /* what else the functions below want to know of the engine; they get it with `self` */

    /* ---- encoding; qcz.h says what each does, under the name of the function that calls it ---- */
    uint64_t (*plan_memory)(const engine_encoder_setup *setup, size_t size);
    qcz_status (*position_count)(const uint8_t *block, size_t size, size_t *count); /* NULL: the engine takes no positions */
    qcz_status (*encoder_new)(const engine_encoder_setup *setup, void **encoder);
    /* Also goes back to the prepared state, in time proportional to what the block before has changed. */
    qcz_status (*plan)(void *encoder, const engine_block *block, qcz_buffer *head, qcz_error *error);
    qcz_status (*encode)(void *encoder, size_t start, size_t end, qcz_buffer *payload, qcz_error *error);
    void (*encoder_free)(void *encoder);

    /* ---- decoding ---- */
    qcz_status (*head_memory)(const engine_decoder_setup *setup, const engine_head *head, uint64_t *needed, qcz_error *error);
    qcz_status (*decoder_new)(const engine_decoder_setup *setup, void **decoder);
    qcz_status (*open)(void *decoder, const engine_head *head, qcz_error *error);
    qcz_status (*decode)(void *decoder, const engine_segment *segment, qcz_error *error);
    void (*decoder_free)(void *decoder);

    /* ---- prepared states; all NULL where the engine takes no codebooks ---- */
    uint64_t (*prepare_memory)(unsigned level, size_t size);
    qcz_status (*prepare)(unsigned level, const uint8_t *codebook, size_t size, void **prepared, qcz_error *error);
    void (*prepared_free)(void *prepared);
};

/* The engine with this number; NULL if there is none. */
const engine *engine_find(unsigned number);

/* What qcz_prepare gives to the caller. */
struct qcz_prepared {
    const engine *engine;
    unsigned level;
    void *state;
};

#endif
