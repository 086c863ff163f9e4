#include "base/bytes.h"

uint8_t read_u8(byte_reader *reader)
{
    if (reader->next == reader->end) {
        reader->failed = 1;
        return 0;
    }
    return *reader->next++;
}

uint32_t read_varint(byte_reader *reader)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        const uint8_t byte = read_u8(reader);
        const uint32_t bits = byte & 0x7Fu;
        if (reader->failed || (shift == 28 && bits > 15) || (shift > 0 && byte == 0))
            break;
        value |= bits << shift;
        if (byte < 0x80)
            return value;
    }
    reader->failed = 1;
    return 0;
}
