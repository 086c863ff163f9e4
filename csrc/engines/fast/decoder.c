/*
 * decoder.c - reads one fast block. Every number from the payload is checked before it is used.
 *
 * Events are read a chunk at a time: first which entries and matches they are, so that what these need can be asked of memory ahead
 * of time, then gaps, case and letters, with which items are written.
 */
#include "engines/fast/books.h"
#include "engines/fast/fast.h"
#include "text/letter_case.h"
#include "base/error.h"

#include <stdlib.h>

enum {
    RING_SIZE = 1 << FAST_RING_BITS,
    LOOK_AHEAD = 12,                                            /* events */
    ITEM_ROOM = MOST_PHRASE_BYTES + 4 * ITEM_MAX_TOKEN_SIZE,    /* no item or phrase writes more, copies of a fixed size included */
    MATCH_EVENT = INT32_MAX
};

/* An event of the chunk, told apart by its entry. */
typedef struct fast_event {
    uint32_t entry;  /* of a word or a phrase, or MATCH_EVENT */
    uint32_t first;  /* of a match the item it copies; of a phrase its first part */
    uint32_t length; /* in items */
} fast_event;

typedef struct fast_decoder {
    fast_books books;
    bit_reader bits;
    rans_reader symbols;
    uint8_t *contexts;     /* ring: what items say to the event after them */
    uint32_t *marks;       /* ring: where items begin in the output, times 4, plus their gap's rank up to 3 */
    fast_event events[FAST_CHUNK_EVENTS + LOOK_AHEAD];
    uint32_t distances[FAST_REPEATS];
    uint32_t event_slots;  /* the table of the next event */
    uint32_t read_items;   /* whose events are known */
    uint32_t items;        /* that are written */
    uint32_t before;       /* what the last says to the gap after it */
    uint8_t *output;
    uint8_t *next;
    uint8_t *end;
    uint8_t aside[ITEM_ROOM];
    uint8_t last_symbols[2 * RANS_PADDING];
    const char *failure;
} fast_decoder;

static int spoil(fast_decoder *decoder, const char *what)
{
    decoder->failure = what;
    return 0;
}

/* ---- memory -------------------------------------------------------------------------------------------------------------- */

static uint32_t ring_items(const fast_header *header)
{
    return header->item_count < RING_SIZE ? header->item_count + 1 : RING_SIZE;
}

static uint64_t decoder_memory(const fast_header *header)
{
    return sizeof(fast_decoder) + fast_books_memory(header) + ring_items(header) * (uint64_t)(1 + sizeof(uint32_t));
}

static int allocate_all(fast_decoder *decoder)
{
    const uint32_t ring = ring_items(&decoder->books.header);
    decoder->contexts = calloc(ring, sizeof *decoder->contexts);
    decoder->marks = calloc(ring, sizeof *decoder->marks);
    return fast_books_allocate(&decoder->books) && decoder->contexts != NULL && decoder->marks != NULL;
}

static void free_all(fast_decoder *decoder)
{
    fast_books_free(&decoder->books);
    free(decoder->contexts);
    free(decoder->marks);
}

/* ---- events -------------------------------------------------------------------------------------------------------------- */

/* Where events are read: in registers, since bytes written could be any object otherwise. */
typedef struct event_reader {
    const fast_books *books;
    rans_reader symbols;
    bit_reader bits;
    uint8_t *contexts;
    uint32_t *distances;
    uint32_t item;
    uint32_t item_count;
    uint32_t slots; /* the table of the next event */
} event_reader;

static ALWAYS_INLINE uint32_t read_distance(event_reader *reader, uint32_t length)
{
    uint32_t *const recent = reader->distances;
    const uint32_t symbol =
        read_model(reader->books, &reader->symbols, FAST_DISTANCES, length < 5 ? length - FAST_SHORTEST_MATCH : 3);
    uint32_t distance;
    if (symbol < FAST_REPEATS) {
        distance = recent[symbol];
    } else {
        const uint32_t code = symbol - FAST_REPEATS;
        const unsigned width = code / 2;
        distance = width == 0 ? 1 : (2 + code % 2) << (width - 1) | read_bits(&reader->bits, width - 1);
    }
    if (symbol != 0) {
        if (symbol != 1)
            recent[2] = recent[1];
        recent[1] = recent[0];
        recent[0] = distance;
    }
    return distance;
}

/* The lengths are 2 .. 9, then in steps that double. */
static ALWAYS_INLINE uint32_t read_length(event_reader *reader, uint32_t symbol)
{
    if (symbol < 8)
        return FAST_SHORTEST_MATCH + symbol;
    const unsigned width = symbol - 7;
    return 8 + ((uint32_t)1 << width) + read_bits(&reader->bits, width);
}

static ALWAYS_INLINE fast_event read_match(event_reader *reader, uint32_t symbol, uint32_t *marks)
{
    const uint32_t length = read_length(reader, symbol);
    const uint32_t distance = read_distance(reader, length);
    if (distance == 0 || distance > reader->item || distance > RING_SIZE - 2 || length > reader->item_count - reader->item)
        return (fast_event){.length = 0};
    const uint32_t source = reader->item - distance;
    uint32_t context = 0;
    for (uint32_t i = 0; i < length; i++) {
        context = reader->contexts[(source + i) & (RING_SIZE - 1)];
        reader->contexts[(reader->item + i) & (RING_SIZE - 1)] = (uint8_t)context;
    }
    reader->slots = reader->books->models[FAST_EVENTS].first_slots[context];
    PREFETCH_READ(&marks[source & (RING_SIZE - 1)]);
    return (fast_event){.entry = MATCH_EVENT, .first = source, .length = length};
}

static ALWAYS_INLINE fast_event read_phrase(event_reader *reader, uint32_t entry)
{
    const fast_books *books = reader->books;
    const uint32_t number = entry - books->header.word_count - 1;
    const uint32_t first = books->phrase_parts[number];
    const uint32_t length = books->phrase_parts[number + 1] - first;
    if (length > reader->item_count - reader->item)
        return (fast_event){.length = 0};
    for (uint32_t i = 0; i < length; i++)
        reader->contexts[(reader->item + i) & (RING_SIZE - 1)] = books->part_contexts[first + i];
    reader->slots = books->models[FAST_EVENTS].first_slots[books->part_contexts[first + length - 1]];
    return (fast_event){.entry = entry, .first = first, .length = length};
}

/* An event of no items if it is not one that can be. */
static ALWAYS_INLINE fast_event read_event(event_reader *reader, uint32_t *marks)
{
    const fast_books *books = reader->books;
    const uint32_t symbol =
        decode_by_table(&reader->symbols, FAST_EVENTS % RANS_STATES, &books->models[FAST_EVENTS], reader->slots);
    if (symbol >= books->bins.count)
        return read_match(reader, symbol - books->bins.count, marks);
    const bin_code *code = &books->codes[symbol];
    const uint32_t entry = read_entry(code, &reader->bits);
    PREFETCH_READ(&books->entries[entry]);
    if (symbol > books->bins.word_bin_count)
        return read_phrase(reader, entry);
    reader->contexts[reader->item & (RING_SIZE - 1)] = code->event_context;
    reader->slots = code->next_slots;
    return (fast_event){.entry = entry, .length = reader->item < reader->item_count};
}

static int read_events(fast_decoder *decoder, uint32_t count)
{
    event_reader reader = {.books = &decoder->books, .symbols = decoder->symbols, .bits = decoder->bits,
                           .contexts = decoder->contexts, .distances = decoder->distances, .item = decoder->read_items,
                           .item_count = decoder->books.header.item_count, .slots = decoder->event_slots};
    for (uint32_t i = 0; i < count; i++) {
        const fast_event event = read_event(&reader, decoder->marks);
        if (event.length == 0)
            return spoil(decoder, "an event reaches out of the block");
        decoder->events[i] = event;
        reader.item += event.length;
    }
    decoder->symbols = reader.symbols;
    decoder->bits = reader.bits;
    decoder->read_items = reader.item;
    decoder->event_slots = reader.slots;
    return !rans_overran(&decoder->symbols) || spoil(decoder, "the symbols end early");
}

/* ---- items --------------------------------------------------------------------------------------------------------------- */

/* Where items are written, in registers like the reader of events. */
typedef struct item_writer {
    const fast_books *books;
    rans_reader symbols;
    bit_reader bits;
    uint32_t *marks;
    uint8_t *output;
    uint8_t *next;
    uint8_t *end;
    uint32_t item;
    uint32_t before; /* the part of gap_context() that the item before says */
} item_writer;

static ALWAYS_INLINE void copy_token(uint8_t *to, const uint8_t *from, uint32_t size)
{
    memcpy(to, from, COPY_SIZE);
    if (size > COPY_SIZE)
        memcpy(to + COPY_SIZE, from + COPY_SIZE, size - COPY_SIZE);
}

/* Reads a gap and writes it. Returns where it ends, or NULL. */
static ALWAYS_INLINE uint8_t *write_gap(item_writer *writer, uint32_t context, uint32_t *rank, uint8_t *to)
{
    const fast_books *books = writer->books;
    const uint32_t symbol = read_model(books, &writer->symbols, FAST_GAPS, context);
    if (symbol == FAST_GAP_ESCAPE) {
        const uint32_t size = spell_token(books, &writer->symbols, 1, to, 0);
        *rank = 7;
        return size <= ITEM_MAX_TOKEN_SIZE ? to + size : NULL;
    }
    const uint32_t gap = read_gap_number(symbol, &writer->bits);
    if (gap >= books->header.gap_count)
        return NULL;
    *rank = gap_rank_of(gap);
    const uint32_t size = books->gaps[gap].size;
    memcpy(to, books->gaps[gap].bytes, GAP_DIRECT_SIZE);
    if (size > GAP_DIRECT_SIZE)
        memcpy(to, books->gap_text + books->gap_offsets[gap], size);
    return to + size;
}

/* Title case of ASCII without branches: it comes without warning. */
static ALWAYS_INLINE void apply_case(uint8_t *word, uint32_t size, uint32_t flag)
{
    const uint32_t is_title = (uint32_t)(flag == CASE_TITLE) & (uint32_t)(word[0] < 0x80);
    const uint32_t is_lower = (uint32_t)((uint8_t)(word[0] - 'a') < 26);
    word[0] = (uint8_t)(word[0] - 32 * (is_title & is_lower));
    if ((uint32_t)(flag != CASE_AS_IS) & (is_title ^ 1))
        letter_case_apply(word, size, flag);
}

/* Writes the gap and the word or phrase of an entry, ITEM_ROOM bytes at most. Returns where it ends, or NULL. */
static ALWAYS_INLINE uint8_t *write_entry(item_writer *writer, const entry_facts *facts, uint32_t context, uint32_t *rank, uint8_t *to)
{
    uint8_t *word = write_gap(writer, context, rank, to);
    if (word == NULL)
        return NULL;
    const uint32_t flag = read_model(writer->books, &writer->symbols, FAST_CASES, case_context(facts->tendency, *rank));
    uint32_t size = facts->size;
    if (facts->tendency == TENDENCY_UNKNOWN) {
        size = spell_token(writer->books, &writer->symbols, 0, word, 0);
        if (size > ITEM_MAX_TOKEN_SIZE)
            return NULL;
    } else {
        copy_token(word, writer->books->text + facts->offset, size);
    }
    apply_case(word, size, flag);
    return word + size;
}

/* What the next gap needs to know of the item before it: its gap's rank and its word's class. */
static ALWAYS_INLINE void note_item(item_writer *writer, uint32_t rank, uint32_t gap_class)
{
    writer->before = gap_context(rank, gap_class, 0);
}

/* Marks the items of a phrase behind its first. */
static void mark_parts(item_writer *writer, const fast_event *event, uint32_t phrase_place)
{
    const fast_books *books = writer->books;
    const uint32_t last = event->first + event->length - 1;
    for (uint32_t i = 1; i < event->length; i++)
        writer->marks[(writer->item + i) & (RING_SIZE - 1)] = (phrase_place << 2) + books->part_marks[event->first + i];
    note_item(writer, books->part_marks[last] & 3, fast_gap_classes[books->part_contexts[last]]);
}

/* Near the end of the output an entry is written aside first: copies of a fixed size would go beyond. */
static ALWAYS_INLINE int write_event(item_writer *writer, const fast_event *event, uint8_t *aside)
{
    const entry_facts *facts = &writer->books->entries[event->entry];
    uint8_t *const to = aside != NULL ? aside : writer->next;
    const uint32_t place = (uint32_t)(writer->next - writer->output);
    uint32_t rank;
    const uint8_t *const end = write_entry(writer, facts, writer->before + facts->gap_class, &rank, to);
    const size_t size = (size_t)(end - to);
    if (end == NULL || size == 0 || (aside != NULL && size > (size_t)(writer->end - writer->next)))
        return 0;
    if (aside != NULL)
        memcpy(writer->next, to, size);
    writer->next += size;
    writer->marks[writer->item & (RING_SIZE - 1)] = place << 2 | lesser(rank, 3);
    note_item(writer, rank, facts->gap_class);
    if (event->length > 1)
        mark_parts(writer, event, place + (uint32_t)size - facts->size);
    writer->item += event->length;
    return 1;
}

/* `size` bytes and up to COPY_SIZE - 1 more; what is copied lies at least COPY_SIZE before. */
static ALWAYS_INLINE void copy_bytes(uint8_t *to, const uint8_t *from, size_t size)
{
    for (size_t done = 0; done < size; done += COPY_SIZE)
        memcpy(to + done, from + done, COPY_SIZE);
}

/* Copies items that end before they are copied to, `length` from `source` on. */
static ALWAYS_INLINE int copy_items(item_writer *writer, uint32_t source, uint32_t length)
{
    const uint32_t place = (uint32_t)(writer->next - writer->output);
    const uint32_t begin = writer->marks[source & (RING_SIZE - 1)] >> 2;
    const uint32_t end = source + length < writer->item ? writer->marks[(source + length) & (RING_SIZE - 1)] >> 2 : place;
    const size_t room = (size_t)(writer->end - writer->next);
    const size_t size = end - begin;
    if (size > room)
        return 0;
    if (room - size >= COPY_SIZE && place - begin >= COPY_SIZE)
        copy_bytes(writer->next, writer->output + begin, size);
    else
        memcpy(writer->next, writer->output + begin, size);
    writer->next += size;
    const uint32_t moved = (place - begin) << 2;
    for (uint32_t i = 0; i < length; i++)
        writer->marks[(writer->item + i) & (RING_SIZE - 1)] = writer->marks[(source + i) & (RING_SIZE - 1)] + moved;
    writer->item += length;
    return 1;
}

/* Where source and copy overlap, as many items at a time as are there: the distance. */
static ALWAYS_INLINE int write_match(item_writer *writer, const fast_event *event, const uint8_t *contexts)
{
    const uint32_t distance = writer->item - event->first;
    uint32_t length = event->length;
    while (length > 0) {
        const uint32_t part = length < distance ? length : distance;
        if (!copy_items(writer, writer->item - distance, part))
            return 0;
        length -= part;
    }
    const uint32_t last = (writer->item - 1) & (RING_SIZE - 1);
    note_item(writer, writer->marks[last] & 3, fast_gap_classes[contexts[last]]);
    return 1;
}

/* What an event soon to come needs of memory. */
static ALWAYS_INLINE void look_ahead(const item_writer *writer, const fast_event *event)
{
    if (event->entry == MATCH_EVENT)
        PREFETCH_READ(writer->output + (writer->marks[event->first & (RING_SIZE - 1)] >> 2));
    else
        PREFETCH_READ(writer->books->text + writer->books->entries[event->entry].offset);
}

static ALWAYS_INLINE int write_any(item_writer *writer, const fast_event *event, const uint8_t *contexts, uint8_t *aside)
{
    look_ahead(writer, event + LOOK_AHEAD);
    if (event->entry == MATCH_EVENT)
        return write_match(writer, event, contexts);
    if ((size_t)(writer->end - writer->next) < ITEM_ROOM)
        return write_event(writer, event, aside);
    return write_event(writer, event, NULL);
}

static int write_events(fast_decoder *decoder, uint32_t count)
{
    item_writer writer = {.books = &decoder->books, .symbols = decoder->symbols, .bits = decoder->bits, .marks = decoder->marks,
                          .output = decoder->output, .next = decoder->next, .end = decoder->end, .item = decoder->items,
                          .before = decoder->before};
    memset(decoder->events + count, 0, LOOK_AHEAD * sizeof *decoder->events);
    for (uint32_t i = 0; i < count; i++) {
        if (!write_any(&writer, &decoder->events[i], decoder->contexts, decoder->aside))
            return spoil(decoder, "an item is empty, has no such gap or does not fit the block");
        if (rans_overran(&writer.symbols))
            return spoil(decoder, "the symbols end early");
    }
    decoder->symbols = writer.symbols;
    decoder->bits = writer.bits;
    decoder->next = writer.next;
    decoder->items = writer.item;
    decoder->before = writer.before;
    return 1;
}

static int read_items(fast_decoder *decoder)
{
    const fast_header *header = &decoder->books.header;
    align_bits(&decoder->bits);
    decoder->event_slots = decoder->books.models[FAST_EVENTS].first_slots[EVENT_AT_START];
    decoder->before = gap_context(3, GAP_BY_UNKNOWN, 0);
    for (uint32_t left = header->event_count; left > 0;) {
        const uint32_t count = left < FAST_CHUNK_EVENTS ? left : (uint32_t)FAST_CHUNK_EVENTS;
        if (!read_events(decoder, count) || !write_events(decoder, count))
            return 0;
        left -= count;
    }
    if (decoder->items != header->item_count || decoder->next != decoder->end)
        return spoil(decoder, "the items are shorter than the block");
    if (!rans_reader_is_done(&decoder->symbols) || bits_position(&decoder->bits) != decoder->bits.size)
        return spoil(decoder, "the symbols do not end as they should");
    return 1;
}

/* ---- the block ----------------------------------------------------------------------------------------------------------- */

static int decode_all(fast_decoder *decoder, const uint8_t *body, size_t size)
{
    const size_t bits_size = decoder->books.header.bits_size;
    const uint8_t *const symbols = body + bits_size;
    if (!rans_reader_start(&decoder->symbols, symbols, body + size, decoder->last_symbols))
        return spoil(decoder, "the symbols are cut short");
    /* Behind the bits lie symbols, no zeros; but to take one bit of them is an error in the end. */
    decoder->bits = (bit_reader){.bytes = body, .size = bits_size};
    decoder->failure = fast_books_read(&decoder->books, &decoder->bits, &decoder->symbols);
    return decoder->failure == NULL && read_items(decoder);
}

/* Reads the head, which has to be all of it, for a segment of so many bytes; SIZE_MAX if that is not known yet. */
static qcz_status read_head(const engine_head *head, size_t segment_size, fast_header *header, qcz_error *error)
{
    size_t header_size = 0;
    const qcz_status status = fast_header_read(head->bytes, head->size, head->block_size, segment_size, header, &header_size, error);
    if (status == QCZ_OK && header_size != head->size)
        return fail(error, QCZ_ERROR_CORRUPT, "bytes follow the head", header_size);
    return status;
}

qcz_status fast_decode_memory(const engine_head *head, uint64_t *needed, qcz_error *error)
{
    fast_header header;
    const qcz_status status = read_head(head, SIZE_MAX, &header, error);
    *needed = status == QCZ_OK ? decoder_memory(&header) : 0;
    return status;
}

static void report_header(const qcz_decoder_options *options, const fast_header *header)
{
    if (options->report == NULL)
        return;
    options->report(options->report_context, NULL, "level", header->level);
    options->report(options->report_context, NULL, "items", header->item_count);
    options->report(options->report_context, NULL, "events", header->event_count);
    options->report(options->report_context, "codebook_entries", "words", header->word_count);
    options->report(options->report_context, "codebook_entries", "gaps", header->gap_count);
    options->report(options->report_context, "codebook_entries", "phrases", header->phrase_count);
}

qcz_status fast_decode(const qcz_decoder_options *options, const engine_head *head, const engine_segment *segment, qcz_error *error)
{
    fast_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL)
        return out_of_memory(error);
    qcz_status status = read_head(head, segment->size, &decoder->books.header, error);
    if (status == QCZ_OK && !allocate_all(decoder))
        status = out_of_memory(error);
    if (status == QCZ_OK) {
        report_header(options, &decoder->books.header);
        decoder->output = decoder->next = segment->block;
        decoder->end = segment->block + segment->end;
        if (!decode_all(decoder, segment->payload, segment->size))
            status = fail(error, decoder->failure == fast_books_no_memory ? QCZ_ERROR_MEMORY : QCZ_ERROR_CORRUPT, decoder->failure, 0);
    }
    free_all(decoder);
    free(decoder);
    return status;
}
