#include "engines/paper/block.h"

#include "base/error.h"

enum { MAX_PHRASE_WORDS_PER_WORD = 16 }; /* part of the format; see books_fit_words */

const uint32_t paper_book_words[PAPER_BOOK_COUNT] = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144};

void paper_header_write(const paper_header *header, qcz_buffer *payload)
{
    buffer_put_u8(payload, (uint8_t)header->flags);
    buffer_put_varint(payload, header->word_count);
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        buffer_put_varint(payload, header->book_sizes[book]);
    buffer_put_varint(payload, header->unigram_bytes);
    buffer_put_varint(payload, header->escape_word_count);
    buffer_put_varint(payload, header->escape_word_bytes);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        buffer_put_varint(payload, header->stream_sizes[stream]);
}

static void read_fields(byte_reader *reader, paper_header *header)
{
    header->flags = read_u8(reader);
    header->word_count = read_varint(reader);
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        header->book_sizes[book] = read_varint(reader);
    header->unigram_bytes = read_varint(reader);
    header->escape_word_count = read_varint(reader);
    header->escape_word_bytes = read_varint(reader);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        header->stream_sizes[stream] = read_varint(reader);
}

uint64_t paper_stream_total(const paper_header *header)
{
    uint64_t total = 0;
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        total += header->stream_sizes[stream];
    return total;
}

/*
 * A book cannot hold more phrases than the block has places for them, nor an honest codebook more words than so many times the
 * block: that bounds what a small block can make a decoder do.
 */
static int books_fit_words(const paper_header *header)
{
    uint64_t phrase_words = 0;
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++) {
        const uint64_t size = header->book_sizes[book];
        if (size > 0 && size + paper_book_words[book] - 1 > header->word_count)
            return 0;
        phrase_words += book > 0 ? size * paper_book_words[book] : 0;
    }
    return phrase_words <= (uint64_t)MAX_PHRASE_WORDS_PER_WORD * header->word_count;
}

static int books_are_sound(const paper_header *header)
{
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        if (header->book_sizes[book] > PAPER_MAX_BOOK_SIZE ||
            (book > 0 && header->book_sizes[book] > 0 && header->book_sizes[0] == 0))
            return 0;
    return 1;
}

static qcz_status check_header(const paper_header *header, size_t raw_size, size_t header_size, qcz_error *error)
{
    if (header->flags > PAPER_CASE_FOLDED)
        return fail(error, QCZ_ERROR_CORRUPT, "reserved flags of the paper block are set", header_size);
    if (header->word_count > raw_size || (header->word_count == 0) != (raw_size == 0))
        return fail(error, QCZ_ERROR_CORRUPT, "the number of words does not fit the size of the block", header_size);
    if (!books_are_sound(header))
        return fail(error, QCZ_ERROR_CORRUPT, "a codebook is too large, or holds phrases but no words", header_size);
    if (!books_fit_words(header))
        return fail(error, QCZ_ERROR_CORRUPT, "the codebook holds more than the words of the block can fill", header_size);
    if ((uint64_t)header->unigram_bytes + header->escape_word_bytes > raw_size || header->book_sizes[0] > header->unigram_bytes ||
        header->escape_word_count > header->escape_word_bytes)
        return fail(error, QCZ_ERROR_CORRUPT, "the words of the codebook do not fit the size of the block", header_size);
    return QCZ_OK;
}

qcz_status paper_header_read(const engine_head *head, paper_header *header, qcz_error *error)
{
    byte_reader reader = {.next = head->bytes, .end = head->bytes + head->size};
    read_fields(&reader, header);
    const size_t header_size = (size_t)(reader.next - head->bytes);
    if (reader.failed)
        return fail(error, QCZ_ERROR_CORRUPT, "the head is cut or malformed", header_size);
    if (header_size != head->size)
        return fail(error, QCZ_ERROR_CORRUPT, "bytes follow the head", header_size);
    return check_header(header, head->block_size, header_size, error);
}
