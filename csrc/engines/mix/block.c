#include "engines/mix/block.h"

#include "engines/mix/level.h"
#include "base/error.h"
#include "books/word_tree.h"

void mix_header_write(const mix_header *header, qcz_buffer *payload)
{
    buffer_put_u8(payload, (uint8_t)header->level);
    buffer_put_u8(payload, (uint8_t)header->flags);
    buffer_put_varint(payload, header->item_count);
    buffer_put_varint(payload, header->word_count);
    buffer_put_varint(payload, header->word_bytes);
    buffer_put_u8(payload, (uint8_t)header->class_level);
    buffer_put_varint(payload, header->gap_count);
    buffer_put_varint(payload, header->gap_bytes);
}

/* Every item has a byte, and every token of a codebook occurs twice: that bounds what a small block can make a decoder do. */
static int fits_block(const mix_header *header, size_t raw_size)
{
    return header->item_count <= raw_size && header->word_count <= header->item_count / 2 &&
           header->gap_count <= header->item_count / 2 &&
           header->word_count < WORD_TREE_MAX_WORDS && header->gap_count < WORD_TREE_MAX_WORDS &&
           header->word_bytes <= raw_size / 2 && header->gap_bytes <= raw_size / 2;
}

qcz_status mix_header_read(const uint8_t *payload, size_t size, size_t raw_size, mix_header *header, size_t *header_size,
                           qcz_error *error)
{
    byte_reader reader = {.next = payload, .end = payload + size};
    if (raw_size > QCZ_MAX_BLOCK_SIZE)
        return fail(error, QCZ_ERROR_LIMIT, "the block is larger than the format allows", 0);
    header->level = read_u8(&reader);
    header->flags = read_u8(&reader);
    header->item_count = read_varint(&reader);
    header->word_count = read_varint(&reader);
    header->word_bytes = read_varint(&reader);
    header->class_level = read_u8(&reader);
    header->gap_count = read_varint(&reader);
    header->gap_bytes = read_varint(&reader);
    *header_size = (size_t)(reader.next - payload);
    if (reader.failed)
        return fail(error, QCZ_ERROR_CORRUPT, "the header is malformed or cut short", *header_size);
    if (mix_level_find(header->level) == NULL || (header->flags & ~(uint32_t)MIX_LINE_ENDS_APART) != 0)
        return fail(error, QCZ_ERROR_CORRUPT, "the header names an unknown level or flag", 0);
    if (!fits_block(header, raw_size))
        return fail(error, QCZ_ERROR_CORRUPT, "the header promises more than the block can hold", 2);
    return QCZ_OK;
}
