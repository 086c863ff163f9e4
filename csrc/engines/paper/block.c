#include "engines/paper/block.h"

enum { MAX_PHRASE_WORDS_PER_WORD = 16 };

const uint32_t paper_book_words[PAPER_BOOK_COUNT] = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144};

int paper_header_write(const paper_header *header, qcz_buffer *payload)
{
    int written = buffer_put_u8(payload, (uint8_t)header->flags) && buffer_put_varint(payload, header->word_count);
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        written = written && buffer_put_varint(payload, header->book_sizes[book]);
    written = written && buffer_put_varint(payload, header->unigram_bytes) &&
              buffer_put_varint(payload, header->escape_word_count) && buffer_put_varint(payload, header->escape_word_bytes);
    for (unsigned stream = 0; stream < PAPER_STREAM_COUNT; stream++)
        written = written && buffer_put_varint(payload, header->stream_sizes[stream]);
    return written;
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
 * A book cannot hold more phrases than the block has places for them, nor an honest codebook more words than so many times the block:
 * that bounds what a small block can make a decoder do.
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

static const char *find_fault(const paper_header *header, size_t raw_size)
{
    if (header->flags > PAPER_CASE_FOLDED)
        return "reserved flags of the paper block are set";
    if (header->word_count > raw_size || (header->word_count == 0) != (raw_size == 0))
        return "the number of words does not fit the size of the block";
    for (unsigned book = 0; book < PAPER_BOOK_COUNT; book++)
        if (header->book_sizes[book] > PAPER_MAX_BOOK_SIZE || (book > 0 && header->book_sizes[book] > 0 && header->book_sizes[0] == 0))
            return "a codebook is too large, or holds phrases but no words";
    if (!books_fit_words(header))
        return "the codebook holds more than the words of the block can fill";
    if ((uint64_t)header->unigram_bytes + header->escape_word_bytes > raw_size ||
        header->book_sizes[0] > header->unigram_bytes || header->escape_word_count > header->escape_word_bytes)
        return "the words of the codebook do not fit the size of the block";
    return NULL;
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
    const char *fault = find_fault(header, head->block_size);
    return fault == NULL ? QCZ_OK : fail(error, QCZ_ERROR_CORRUPT, fault, header_size);
}
