/*
 * letters.h - the byte classes of the tokeniser (paper, section 1.3): ASCII letters, all bytes from 0x80, white space. Room text: a
 * block cut into letters, words and items; it may use base.
 */
#ifndef QCZ_TEXT_LETTERS_H
#define QCZ_TEXT_LETTERS_H

#include <stdint.h>

static inline unsigned is_upper(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static inline unsigned is_lower(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z';
}

static inline unsigned is_letter(uint8_t byte)
{
    return byte >= 0x80 || is_lower(byte | 0x20);
}

static inline unsigned is_white_space(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

static inline uint8_t to_lower(uint8_t byte)
{
    return is_upper(byte) ? byte | 0x20 : byte;
}

static inline uint8_t to_upper(uint8_t byte)
{
    return is_lower(byte) ? byte & 0xDF : byte;
}

#endif
