/*
 * decoder.c - reads one paper block.
 *
 * Nothing in a payload is trusted: every number is checked before it is used, and every loop is bounded by the size of the block,
 * which the caller states, or by a size of the header that was checked against it. Streams read zeros past their end, so that the
 * inner loops need not ask; whether one went too far is asked after each phrase, word or event.
 *
 * Events are read in one pass and turned into words in another. The first waits for its own results, symbol by symbol; in the
 * second no word depends on the one before, so a processor fetches many at once. Most words are short: they are copied in one piece
 * of a fixed size where there is room, which is faster than copying what they have.
 */
#include "engines/paper/block.h"
#include "engines/paper/case_flags.h"
#include "engines/paper/event_model.h"
#include "engines/paper/paper.h"
#include "engines/paper/phrase_model.h"
#include "engines/paper/spelling_model.h"
#include "text/letter_case.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { COPY_SIZE = 16 }; /* words up to this size are copied in one piece where there is room: a vector register */

/* Words end to end; word i is the bytes from ends[i] to ends[i + 1]. */
typedef struct word_list {
    uint8_t *text;
    uint32_t *ends;
    uint32_t count;
    uint32_t byte_count;
} word_list;

typedef struct paper_decoder {
    paper_header header;
    const uint8_t *payload;
    size_t stream_offsets[PAPER_STREAM_COUNT];
    arithmetic_decoder streams[PAPER_STREAM_COUNT];
    word_list unigrams;
    word_list escape_words;
    uint16_t *phrases[PAPER_BOOK_COUNT];
    frequency_model escapes_left;
    node_arena escapes_arena;
    event_model *model;
    uint32_t *events; /* level << 16 | index, matches expanded */
    size_t event_count;
    case_contexts case_contexts;
    uint8_t *next;
    uint8_t *end;
    uint32_t words_left;
    uint64_t literal_count; /* events written one by one */
    uint64_t match_count;   /* references to earlier events */
    qcz_error *error;
} paper_decoder;

static qcz_status fail_in(paper_decoder *decoder, enum paper_stream stream, const char *message)
{
    const size_t offset = (size_t)(decoder->streams[stream].next - decoder->payload);
    return fail(decoder->error, QCZ_ERROR_CORRUPT, message, offset);
}

static int overran(const paper_decoder *decoder, enum paper_stream stream)
{
    return arithmetic_decoder_overran(&decoder->streams[stream]);
}

/* ---- memory ---------------------------------------------------------------------------------------------------------- */

static uint64_t word_list_memory(uint64_t count, uint64_t byte_count)
{
    return byte_count + COPY_SIZE + (count + 1) * sizeof(uint32_t);
}

static uint64_t phrase_count_sum(const paper_header *header)
{
    uint64_t sum = 0;
    for (unsigned book = 1; book < PAPER_BOOK_COUNT; book++)
        sum += (uint64_t)header->book_sizes[book] * paper_book_words[book];
    return sum;
}

static uint64_t memory_needed(const paper_header *header)
{
    uint64_t needed = sizeof(paper_decoder) + spelling_model_memory() + event_model_memory(header->book_sizes);
    needed += word_list_memory(header->book_sizes[0], header->unigram_bytes);
    needed += word_list_memory(header->escape_word_count, header->escape_word_bytes);
    needed += phrase_count_sum(header) * sizeof(uint16_t);
    needed += header->book_sizes[0] > 0 ? phrase_model_memory(header->book_sizes[0]) : 0;
    if (header->escape_word_count > 0)
        needed += (uint64_t)header->escape_word_count * sizeof(uint32_t) +
                  (LENGTH_MODEL_NODES + frequency_model_node_count(header->escape_word_count)) * sizeof(frequency_node);
    return needed + (uint64_t)header->word_count * sizeof(uint32_t);
}

qcz_status paper_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error)
{
    paper_header header;
    const qcz_status status = paper_header_read(head, &header, error);
    *needed = status == QCZ_OK ? memory_needed(&header) : 0;
    return status;
}

static void free_decoder(paper_decoder *decoder)
{
    free(decoder->unigrams.text);
    free(decoder->unigrams.ends);
    free(decoder->escape_words.text);
    free(decoder->escape_words.ends);
    free(decoder->phrases[1]); /* all books are one allocation */
    node_arena_free(&decoder->escapes_arena);
    if (decoder->model != NULL)
        event_model_free(decoder->model);
    free(decoder->model);
    free(decoder->events);
}

/* ---- word lists ------------------------------------------------------------------------------------------------------ */

static qcz_status word_list_allocate(word_list *list, uint32_t capacity, uint32_t byte_count)
{
    *list = (word_list){.byte_count = byte_count};
    list->text = calloc(1, (size_t)byte_count + COPY_SIZE);
    list->ends = calloc((size_t)capacity + 1, sizeof *list->ends);
    return list->text != NULL && list->ends != NULL ? QCZ_OK : QCZ_ERROR_MEMORY;
}

static word_view view_entry(const word_list *list, uint32_t entry)
{
    return (word_view){list->text + list->ends[entry], list->ends[entry + 1] - list->ends[entry]};
}

static qcz_status decode_words(paper_decoder *decoder, enum paper_stream stream, spelling_model *spelling, word_list *list,
                               uint32_t count)
{
    word_view previous = {0};
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t start = list->ends[list->count];
        uint32_t size;
        const qcz_status status =
            decode_spelling(&decoder->streams[stream], spelling, previous, list->text + start, list->byte_count - start, &size);
        if (status != QCZ_OK || overran(decoder, stream))
            return QCZ_ERROR_CORRUPT;
        list->ends[++list->count] = start + size;
        previous = view_entry(list, list->count - 1);
    }
    return QCZ_OK;
}

static int is_complete(const word_list *list)
{
    return list->ends[list->count] == list->byte_count;
}

/* ---- codebook -------------------------------------------------------------------------------------------------------- */

static qcz_status decode_unigrams(paper_decoder *decoder, spelling_model *spelling)
{
    const uint32_t size = decoder->header.book_sizes[0];
    const uint32_t common = size < PAPER_COMMON_UNIGRAMS ? size : PAPER_COMMON_UNIGRAMS;
    if (word_list_allocate(&decoder->unigrams, size, decoder->header.unigram_bytes) != QCZ_OK)
        return out_of_memory(decoder->error);
    if (decode_words(decoder, STREAM_CODEBOOK, spelling, &decoder->unigrams, common) != QCZ_OK ||
        decode_words(decoder, STREAM_CODEBOOK, spelling, &decoder->unigrams, size - common) != QCZ_OK ||
        !is_complete(&decoder->unigrams))
        return fail_in(decoder, STREAM_CODEBOOK, "the words of the codebook are malformed");
    return QCZ_OK;
}

static qcz_status decode_phrase_books(paper_decoder *decoder)
{
    const uint32_t *sizes = decoder->header.book_sizes;
    const uint64_t phrase_words = phrase_count_sum(&decoder->header);
    if (phrase_words == 0)
        return QCZ_OK;
    decoder->phrases[1] = calloc((size_t)phrase_words, sizeof(uint16_t));
    phrase_model model;
    if (decoder->phrases[1] == NULL || phrase_model_start(&model, sizes[0]) != QCZ_OK)
        return out_of_memory(decoder->error);
    qcz_status status = QCZ_OK;
    for (uint32_t book = 1; book < PAPER_BOOK_COUNT && status == QCZ_OK; book++) {
        if (book > 1)
            decoder->phrases[book] = decoder->phrases[book - 1] + (size_t)sizes[book - 1] * paper_book_words[book - 1];
        status = decode_phrases(&decoder->streams[STREAM_CODEBOOK], &model, book, decoder->phrases[book], sizes[book]);
    }
    phrase_model_free(&model);
    if (status != QCZ_OK || overran(decoder, STREAM_CODEBOOK))
        return fail_in(decoder, STREAM_CODEBOOK, "the phrases of the codebook are malformed");
    return QCZ_OK;
}

/* ---- escapes --------------------------------------------------------------------------------------------------------- */

/* Sets uses[i] to how often escape word i occurs. Errors: QCZ_ERROR_CORRUPT if that is more than there are words in the block. */
static qcz_status decode_uses(paper_decoder *decoder, length_model *model, uint32_t *uses)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < decoder->header.escape_word_count; i++) {
        const uint32_t more = decode_length(&decoder->streams[STREAM_ESCAPE_WORDS], model);
        sum += (uint64_t)more + 1;
        uses[i] = more + 1;
        if (sum > decoder->header.word_count)
            return QCZ_ERROR_CORRUPT;
    }
    return QCZ_OK;
}

static qcz_status start_escapes(paper_decoder *decoder)
{
    const uint32_t count = decoder->header.escape_word_count;
    uint32_t *uses = allocate_array(count, sizeof *uses);
    if (uses == NULL ||
        node_arena_allocate(&decoder->escapes_arena, LENGTH_MODEL_NODES + frequency_model_node_count(count)) != QCZ_OK) {
        free(uses);
        return out_of_memory(decoder->error);
    }
    length_model model;
    length_model_start(&model, &decoder->escapes_arena);
    const qcz_status status = decode_uses(decoder, &model, uses);
    if (status == QCZ_OK)
        frequency_model_start_counts(&decoder->escapes_left, uses, count, &decoder->escapes_arena);
    free(uses);
    if (status != QCZ_OK || overran(decoder, STREAM_ESCAPE_WORDS))
        return fail_in(decoder, STREAM_ESCAPE_WORDS, "the number of escapes does not fit the block");
    return QCZ_OK;
}

static qcz_status decode_escape_words(paper_decoder *decoder, spelling_model *spelling)
{
    const uint32_t count = decoder->header.escape_word_count;
    if (word_list_allocate(&decoder->escape_words, count, decoder->header.escape_word_bytes) != QCZ_OK)
        return out_of_memory(decoder->error);
    if (decode_words(decoder, STREAM_ESCAPE_WORDS, spelling, &decoder->escape_words, count) != QCZ_OK ||
        !is_complete(&decoder->escape_words))
        return fail_in(decoder, STREAM_ESCAPE_WORDS, "the words outside the codebook are malformed");
    return count > 0 ? start_escapes(decoder) : QCZ_OK;
}

static qcz_status decode_all_words(paper_decoder *decoder)
{
    spelling_model spelling;
    if (spelling_model_start(&spelling) != QCZ_OK)
        return out_of_memory(decoder->error);
    qcz_status status = decode_unigrams(decoder, &spelling);
    if (status == QCZ_OK)
        status = decode_escape_words(decoder, &spelling);
    spelling_model_free(&spelling);
    return status == QCZ_OK ? decode_phrase_books(decoder) : status;
}

/* ---- events ---------------------------------------------------------------------------------------------------------- */

static uint32_t pack_event(event current)
{
    return current.level << 16 | current.index;
}

static event unpack_event(uint32_t packed)
{
    return (event){.level = packed >> 16, .index = packed & 0xFFFF};
}

/* Takes the words of an event off those still to come; so the events never outnumber the words of the block. */
static qcz_status add_event(paper_decoder *decoder, event current)
{
    const uint32_t words = current.level == LEVEL_ESCAPE ? 1 : paper_book_words[current.level - 1];
    if (words > decoder->words_left)
        return QCZ_ERROR_CORRUPT;
    decoder->words_left -= words;
    decoder->events[decoder->event_count++] = pack_event(current);
    return QCZ_OK;
}

static qcz_status replay_match(paper_decoder *decoder, event_match match)
{
    if (match.distance > decoder->event_count)
        return QCZ_ERROR_CORRUPT;
    for (uint32_t i = 0; i < match.length; i++) {
        const event repeated = unpack_event(decoder->events[decoder->event_count - match.distance]);
        if (add_event(decoder, repeated) != QCZ_OK)
            return QCZ_ERROR_CORRUPT;
        event_model_replay(decoder->model, repeated);
    }
    return QCZ_OK;
}

static qcz_status decode_next(paper_decoder *decoder)
{
    arithmetic_decoder *levels = &decoder->streams[STREAM_LEVELS];
    const event_match match = decode_match(levels, decoder->model);
    if (match.length > 0) {
        decoder->match_count++;
        return replay_match(decoder, match);
    }
    event literal;
    decoder->literal_count++;
    const qcz_status status = decode_event(levels, &decoder->streams[STREAM_ENTRIES], decoder->model, &literal);
    return status == QCZ_OK ? add_event(decoder, literal) : status;
}

static qcz_status decode_events(paper_decoder *decoder)
{
    decoder->events = allocate_array((size_t)decoder->header.word_count + 1, sizeof *decoder->events);
    decoder->model = calloc(1, sizeof *decoder->model);
    if (decoder->events == NULL || decoder->model == NULL ||
        event_model_start(decoder->model, decoder->header.book_sizes) != QCZ_OK)
        return out_of_memory(decoder->error);
    while (decoder->words_left > 0)
        if (decode_next(decoder) != QCZ_OK || overran(decoder, STREAM_LEVELS))
            return fail_in(decoder, STREAM_LEVELS, "an event does not fit the block");
    if (overran(decoder, STREAM_ENTRIES))
        return fail_in(decoder, STREAM_ENTRIES, "the stream of entries ends too early");
    return QCZ_OK;
}

/* ---- output ---------------------------------------------------------------------------------------------------------- */

static qcz_status emit_word(paper_decoder *decoder, const word_list *list, uint32_t entry)
{
    const word_view word = view_entry(list, entry);
    const size_t room = (size_t)(decoder->end - decoder->next);
    if (word.size > room)
        return QCZ_ERROR_CORRUPT;
    if (word.size <= COPY_SIZE && room >= COPY_SIZE)
        memcpy(decoder->next, word.bytes, COPY_SIZE);
    else
        memcpy(decoder->next, word.bytes, word.size);
    if (decoder->header.flags & PAPER_CASE_FOLDED) {
        const uint8_t flag = decode_case_flag(&decoder->streams[STREAM_CASE], &decoder->case_contexts);
        if (flag != CASE_AS_IS)
            apply_case_flag(decoder->next, word.size, flag);
    }
    decoder->next += word.size;
    return QCZ_OK;
}

static qcz_status emit_escape(paper_decoder *decoder)
{
    frequency_model *left = &decoder->escapes_left;
    if (left->total == 0)
        return QCZ_ERROR_CORRUPT;
    const uint32_t entry = decode_symbol_only(&decoder->streams[STREAM_ESCAPES], left);
    frequency_model_add(left, entry, -1);
    return emit_word(decoder, &decoder->escape_words, entry);
}

static qcz_status emit_phrase(paper_decoder *decoder, event current)
{
    const uint32_t words = paper_book_words[current.level - 1];
    const uint16_t *phrase = decoder->phrases[current.level - 1] + (size_t)current.index * words;
    for (uint32_t i = 0; i < words; i++)
        if (emit_word(decoder, &decoder->unigrams, phrase[i]) != QCZ_OK)
            return QCZ_ERROR_CORRUPT;
    return QCZ_OK;
}

static qcz_status emit_event(paper_decoder *decoder, event current)
{
    if (current.level == LEVEL_ESCAPE)
        return emit_escape(decoder);
    if (current.level == LEVEL_UNIGRAM)
        return emit_word(decoder, &decoder->unigrams, current.index);
    return emit_phrase(decoder, current);
}

/* A pass of its own: no word depends on another, so the processor fetches many at once. */
static qcz_status emit_all(paper_decoder *decoder)
{
    case_contexts_start(&decoder->case_contexts);
    for (size_t i = 0; i < decoder->event_count; i++)
        if (emit_event(decoder, unpack_event(decoder->events[i])) != QCZ_OK)
            return fail_in(decoder, STREAM_ESCAPES, "the words of the block are longer than the block, or escapes are missing");
    if (decoder->next != decoder->end)
        return fail_in(decoder, STREAM_ENTRIES, "the words of the block are shorter than the block");
    if (overran(decoder, STREAM_CASE))
        return fail_in(decoder, STREAM_CASE, "the stream of case flags ends too early");
    if (overran(decoder, STREAM_ESCAPES) || decoder->escapes_left.total > 0)
        return fail_in(decoder, STREAM_ESCAPES, "the stream of escapes ends too early, or escapes are left over");
    return QCZ_OK;
}

/* ---- block ----------------------------------------------------------------------------------------------------------- */

static void start_streams(paper_decoder *decoder)
{
    size_t offset = 0;
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++) {
        const size_t size = decoder->header.stream_sizes[stream];
        arithmetic_decoder_start(&decoder->streams[stream], decoder->payload + offset, size);
        offset += size;
    }
}

/* What `qcz info` prints of a block. */
static void report_block(const paper_decoder *decoder, size_t head_size, const qcz_decoder_options *options)
{
    static const char *const books[PAPER_BOOK_COUNT] = {"unigram", "bigram",  "3-gram",  "5-gram",  "8-gram",  "13-gram",
                                                        "21-gram", "34-gram", "55-gram", "89-gram", "144-gram"};
    static const char *const streams[PAPER_STREAM_COUNT] = {"codebook", "escape words", "escapes", "case", "levels", "entries"};
    qcz_fact_report *const report = options->report;
    void *const context = options->report_context;
    uint64_t hits[PAPER_LEVEL_COUNT] = {0};
    for (size_t i = 0; i < decoder->event_count; i++)
        hits[unpack_event(decoder->events[i]).level]++;
    report(context, NULL, "words", decoder->header.word_count);
    report(context, NULL, "events", decoder->event_count);
    report(context, NULL, "literal_events", decoder->literal_count);
    report(context, NULL, "matches", decoder->match_count);
    report(context, NULL, "escape_words", decoder->header.escape_word_count);
    report(context, "stream_bytes", "header", head_size);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        report(context, "stream_bytes", streams[stream], decoder->header.stream_sizes[stream]);
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        report(context, "codebook_entries", books[book], decoder->header.book_sizes[book]);
    report(context, "hits_per_level", "escape", hits[LEVEL_ESCAPE]);
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        report(context, "hits_per_level", books[book], hits[book + 1]);
}

static qcz_status decode_streams(paper_decoder *decoder)
{
    qcz_status status = decode_all_words(decoder);
    if (status == QCZ_OK)
        status = decode_events(decoder);
    return status == QCZ_OK ? emit_all(decoder) : status;
}

qcz_status paper_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment,
                        qcz_error *error)
{
    paper_decoder decoder = {
        .payload = segment->payload, .next = segment->block, .end = segment->block + segment->end, .error = error};
    qcz_status status = paper_header_read(head, &decoder.header, error);
    if (status != QCZ_OK)
        return status;
    if (paper_stream_total(&decoder.header) != segment->size)
        return fail(error, QCZ_ERROR_CORRUPT, "the sizes of the streams do not add up to the size of the segment", 0);
    decoder.words_left = decoder.header.word_count;
    start_streams(&decoder);
    status = decode_streams(&decoder);
    if (status == QCZ_OK && options->report != NULL)
        report_block(&decoder, head->size, options);
    free_decoder(&decoder);
    return status;
}
