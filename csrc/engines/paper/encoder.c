/*
 * encoder.c - writes one paper block: a header, then six arithmetic-coded streams.
 *
 * The front end (the Cython code in quasicryth/tiling) has found words, codebooks and events; what is left is to write them small.
 * The published system writes events and case with an arithmetic coder and gives codebook and escapes to LZMA. Here all is
 * arithmetic-coded with models made for it, so that a decoder needs no second compressor, and a word outside the codebook is spelt
 * once instead of at every occurrence: the escape words are one more sorted list, and an escape says which of them it is.
 *
 * Six streams and not one, because what one stream holds does not depend on the numbers in the others: a processor that decodes two
 * of them at once does not wait. Whether memory ran out is asked once a stream, when it is finished.
 */
#include "engines/paper/block.h"
#include "engines/paper/case_flags.h"
#include "engines/paper/match_finder.h"
#include "engines/paper/paper.h"
#include "engines/paper/phrase_model.h"
#include "engines/paper/spelling_model.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Escape words (12 bytes each), matches (8 bytes an event), and the streams while they grow: an event has a byte at least. */
    ENCODER_MEMORY_PER_BYTE = 32,
    ENCODER_FIXED_MEMORY = 1 << 20
};

static word_view view_word(const block_words *words, uint32_t id)
{
    return (word_view){words->distinct.text + words->distinct.offsets[id], token_length(&words->distinct, id)};
}

/* A list in sorted order; the first word of a list is front-coded against the empty word. */
static void encode_word_list(arithmetic_encoder *encoder, spelling_model *model, const block_words *words, const uint32_t *ids,
                             size_t count, const cost_meter *meter, const char *kind)
{
    word_view previous = {0};
    for (size_t i = 0; i < count; i++) {
        const word_view word = view_word(words, ids[i]);
        const uint64_t before = cost_so_far(meter, encoder);
        encode_spelling(encoder, model, previous, word);
        tell_cost(meter, encoder, before, kind);
        previous = word;
    }
}

static uint32_t sum_lengths(const block_words *words, const uint32_t *ids, size_t count)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += token_length(&words->distinct, ids[i]);
    return sum;
}

/* ---- codebook -------------------------------------------------------------------------------------------------------- */

static qcz_status encode_phrase_books(arithmetic_encoder *encoder, const paper_parse *parse, const cost_meter *meter)
{
    phrase_model model;
    if (phrase_model_start(&model, parse->book_sizes[0]) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    for (uint32_t book = 1; book < PAPER_BOOK_COUNT; book++)
        encode_phrases(encoder, &model, book, parse->phrases[book], parse->book_sizes[book], meter);
    phrase_model_free(&model);
    return QCZ_OK;
}

static qcz_status encode_codebook(arithmetic_encoder *encoder, spelling_model *spelling, const paper_parse *parse,
                                  const cost_meter *meter)
{
    const uint32_t size = parse->book_sizes[0];
    const uint32_t common = size < PAPER_COMMON_UNIGRAMS ? size : PAPER_COMMON_UNIGRAMS;
    encode_word_list(encoder, spelling, parse->words, parse->unigrams, common, meter, "codebook word");
    encode_word_list(encoder, spelling, parse->words, parse->unigrams + common, size - common, meter, "codebook word");
    return size > 0 ? encode_phrase_books(encoder, parse, meter) : QCZ_OK;
}

/* ---- escapes --------------------------------------------------------------------------------------------------------- */

/* The distinct words among the escapes, sorted, and for any word id its place in that order. */
typedef struct escape_words {
    uint32_t *ids;
    uint32_t count;
    uint32_t *uses;        /* by place */
    uint32_t *place_of_id; /* by word id */
} escape_words;

static void escape_words_free(escape_words *escapes)
{
    free(escapes->ids);
    free(escapes->uses);
    free(escapes->place_of_id);
}

static uint32_t collect_escape_ids(const paper_parse *parse, escape_words *escapes)
{
    uint32_t count = 0;
    for (size_t i = 0; i < parse->escape_count; i++) {
        uint32_t *seen = &escapes->place_of_id[parse->escape_ids[i]];
        if (*seen == 0)
            escapes->ids[count++] = parse->escape_ids[i];
        *seen = 1;
    }
    return count;
}

static qcz_status escape_words_find(const paper_parse *parse, escape_words *escapes)
{
    const block_words *words = parse->words;
    *escapes = (escape_words){
        .ids = allocate_array((size_t)words->distinct.count + 1, sizeof *escapes->ids),
        .place_of_id = calloc((size_t)words->distinct.count + 1, sizeof *escapes->place_of_id),
    };
    if (escapes->ids == NULL || escapes->place_of_id == NULL)
        return QCZ_ERROR_MEMORY;
    escapes->count = collect_escape_ids(parse, escapes);
    escapes->uses = allocate_array((size_t)escapes->count + 1, sizeof *escapes->uses);
    if (escapes->uses == NULL || tokens_sort(&words->distinct, escapes->ids, escapes->count) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    for (uint32_t place = 0; place < escapes->count; place++) {
        escapes->place_of_id[escapes->ids[place]] = place;
        escapes->uses[place] = words->distinct.counts[escapes->ids[place]];
    }
    return QCZ_OK;
}

/* A word outside the codebook is in no phrase, so each of its occurrences is an escape. */
static qcz_status encode_escape_words(arithmetic_encoder *encoder, spelling_model *spelling, const block_words *words,
                                      const escape_words *escapes, const cost_meter *meter)
{
    node_arena arena;
    if (node_arena_allocate(&arena, LENGTH_MODEL_NODES) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    length_model uses;
    length_model_start(&uses, &arena);
    encode_word_list(encoder, spelling, words, escapes->ids, escapes->count, meter, "escape word");
    for (uint32_t place = 0; place < escapes->count; place++) {
        const uint64_t before = cost_so_far(meter, encoder);
        encode_length(encoder, &uses, escapes->uses[place] - 1);
        tell_cost(meter, encoder, before, "uses of an escape word");
    }
    node_arena_free(&arena);
    return QCZ_OK;
}

/* The model starts from the true counts and loses one per use: what is left is what may still come. */
static qcz_status encode_escapes(arithmetic_encoder *encoder, const paper_parse *parse, const escape_words *escapes,
                                 const cost_meter *meter)
{
    if (escapes->count == 0)
        return QCZ_OK;
    node_arena arena;
    if (node_arena_allocate(&arena, frequency_model_node_count(escapes->count)) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    frequency_model remaining;
    frequency_model_start_counts(&remaining, escapes->uses, escapes->count, &arena);
    for (size_t i = 0; i < parse->escape_count; i++) {
        const uint32_t place = escapes->place_of_id[parse->escape_ids[i]];
        const uint64_t before = cost_so_far(meter, encoder);
        encode_symbol_only(encoder, &remaining, place);
        tell_cost(meter, encoder, before, "escape");
        frequency_model_add(&remaining, place, -1);
    }
    node_arena_free(&arena);
    return QCZ_OK;
}

/* ---- case and events ------------------------------------------------------------------------------------------------- */

static void encode_case(arithmetic_encoder *encoder, const block_words *words, const cost_meter *meter)
{
    case_contexts contexts;
    case_contexts_start(&contexts);
    for (size_t i = 0; i < words->word_count; i++) {
        const uint64_t before = cost_so_far(meter, encoder);
        encode_case_flag(encoder, &contexts, words->case_flags[i]);
        tell_cost(meter, encoder, before, "case flag");
    }
}

static event event_at(const paper_parse *parse, size_t position)
{
    return (event){.level = parse->event_levels[position], .index = parse->event_indexes[position]};
}

/* An event is in two streams: what it costs in each is told by itself. */
static void encode_one_event(arithmetic_encoder *streams, event_model *model, event literal, const cost_meter *meter)
{
    const uint64_t before_level = cost_so_far(meter, &streams[STREAM_LEVELS]);
    const uint64_t before_entry = cost_so_far(meter, &streams[STREAM_ENTRIES]);
    encode_event(&streams[STREAM_LEVELS], &streams[STREAM_ENTRIES], model, literal);
    tell_cost(meter, &streams[STREAM_LEVELS], before_level, "level of an event");
    tell_cost(meter, &streams[STREAM_ENTRIES], before_entry, "entry of an event");
}

static void encode_all_events(arithmetic_encoder *streams, event_model *model, match_finder *finder, const paper_parse *parse,
                              const cost_meter *meter)
{
    for (size_t position = 0; position < parse->event_count;) {
        const event_match match = match_finder_find(finder, position);
        if (match.length == 0) {
            encode_one_event(streams, model, event_at(parse, position++), meter);
            continue;
        }
        const uint64_t before = cost_so_far(meter, &streams[STREAM_LEVELS]);
        encode_match(&streams[STREAM_LEVELS], model, match);
        tell_cost(meter, &streams[STREAM_LEVELS], before, "match");
        for (const size_t end = position + match.length; position < end; position++)
            event_model_replay(model, event_at(parse, position));
    }
}

static qcz_status encode_events(arithmetic_encoder streams[PAPER_STREAM_COUNT], const paper_parse *parse, const cost_meter *meter)
{
    event_model *model = malloc(sizeof *model);
    match_finder finder;
    qcz_status status = model != NULL ? event_model_start(model, parse->book_sizes) : QCZ_ERROR_MEMORY;
    if (status == QCZ_OK) {
        status = match_finder_start(&finder, parse->event_levels, parse->event_indexes, parse->event_count);
        if (status == QCZ_OK) {
            encode_all_events(streams, model, &finder, parse, meter);
            match_finder_free(&finder);
        }
        event_model_free(model);
    }
    free(model);
    return status;
}

/* ---- block ----------------------------------------------------------------------------------------------------------- */

static qcz_status encode_all_words(const paper_parse *parse, const escape_words *escapes,
                                   arithmetic_encoder streams[PAPER_STREAM_COUNT], const cost_meter *meter)
{
    spelling_model spelling;
    qcz_status status = spelling_model_start(&spelling);
    if (status != QCZ_OK)
        return status;
    status = encode_codebook(&streams[STREAM_CODEBOOK], &spelling, parse, meter);
    if (status == QCZ_OK)
        status = encode_escape_words(&streams[STREAM_ESCAPE_WORDS], &spelling, parse->words, escapes, meter);
    spelling_model_free(&spelling);
    return status;
}

/* Errors: QCZ_ERROR_MEMORY; QCZ_ERROR_LIMIT if a stream is too large. */
static qcz_status finish_streams(arithmetic_encoder streams[PAPER_STREAM_COUNT])
{
    qcz_status status = QCZ_OK;
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT && status == QCZ_OK; stream++)
        status = arithmetic_encoder_finish(&streams[stream]);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT && status == QCZ_OK; stream++)
        if (streams[stream].output.size > UINT32_MAX / PAPER_STREAM_COUNT)
            status = QCZ_ERROR_LIMIT;
    return status;
}

static qcz_status encode_streams(const paper_parse *parse, const escape_words *escapes,
                                 arithmetic_encoder streams[PAPER_STREAM_COUNT], const cost_meter *meter)
{
    qcz_status status = encode_all_words(parse, escapes, streams, meter);
    if (status == QCZ_OK)
        status = encode_escapes(&streams[STREAM_ESCAPES], parse, escapes, meter);
    if (status == QCZ_OK && parse->words->case_flags != NULL)
        encode_case(&streams[STREAM_CASE], parse->words, meter);
    if (status == QCZ_OK)
        status = encode_events(streams, parse, meter);
    return status == QCZ_OK ? finish_streams(streams) : status;
}

static paper_header make_header(const paper_parse *parse, const escape_words *escapes,
                                const arithmetic_encoder streams[PAPER_STREAM_COUNT])
{
    const block_words *words = parse->words;
    paper_header header = {
        .flags = words->case_flags != NULL ? PAPER_CASE_FOLDED : 0,
        .word_count = (uint32_t)words->word_count,
        .unigram_bytes = sum_lengths(words, parse->unigrams, parse->book_sizes[0]),
        .escape_word_count = escapes->count,
        .escape_word_bytes = sum_lengths(words, escapes->ids, escapes->count),
    };
    memcpy(header.book_sizes, parse->book_sizes, sizeof header.book_sizes);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        header.stream_sizes[stream] = (uint32_t)streams[stream].output.size;
    return header;
}

static qcz_status write_block(const paper_parse *parse, const escape_words *escapes,
                              const arithmetic_encoder streams[PAPER_STREAM_COUNT], qcz_buffer *head, qcz_buffer *payload)
{
    const paper_header header = make_header(parse, escapes, streams);
    paper_header_write(&header, head);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        buffer_put_bytes(payload, streams[stream].output.bytes, streams[stream].output.size);
    return head->status != QCZ_OK ? head->status : payload->status;
}

/* Whether the words are as long as the block: else they are those of another one. */
static int is_of_block(const paper_parse *parse, size_t size)
{
    size_t length = 0;
    for (size_t i = 0; i < parse->words->word_count; i++)
        length += token_length(&parse->words->distinct, parse->words->word_ids[i]);
    return length == size;
}

uint64_t paper_encode_memory(unsigned level, size_t size)
{
    (void)level;
    const uint32_t book_size = size < PAPER_MAX_BOOK_SIZE ? (uint32_t)size : (uint32_t)PAPER_MAX_BOOK_SIZE;
    uint32_t book_sizes[PAPER_BOOK_COUNT];
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        book_sizes[book] = book_size;
    const uint64_t models = spelling_model_memory() + event_model_memory(book_sizes) + phrase_model_memory(book_size);
    return models + ENCODER_FIXED_MEMORY + (uint64_t)ENCODER_MEMORY_PER_BYTE * size;
}

qcz_status paper_encode(const qcz_encoder_options *options, const engine_block *block, qcz_buffer *head, qcz_buffer *payload,
                        qcz_error *error)
{
    const cost_meter meter = {.report = options->report, .context = options->report_context};
    const paper_parse *parse = block->parse;
    if (!is_of_block(parse, block->size))
        return fail(error, QCZ_ERROR_PARAMETER, "the parse is that of another block", 0);
    arithmetic_encoder streams[PAPER_STREAM_COUNT];
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        arithmetic_encoder_start(&streams[stream]);
    escape_words escapes;
    qcz_status status = escape_words_find(parse, &escapes);
    if (status == QCZ_OK)
        status = encode_streams(parse, &escapes, streams, &meter);
    if (status == QCZ_OK)
        status = write_block(parse, &escapes, streams, head, payload);
    escape_words_free(&escapes);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        qcz_buffer_free(&streams[stream].output);
    return status == QCZ_OK ? status : fail(error, status, "a stream is too long, or there is no memory for it", 0);
}
