/* kinds.h - what kind of text a block is. Room text: a block cut into letters, words and items; it may use base. */
#ifndef QCZ_TEXT_KINDS_H
#define QCZ_TEXT_KINDS_H

#include <stddef.h>
#include <stdint.h>

/* A zero byte among the first 8,192 makes a block binary: its case is not folded (paper, section 1.2). */
int block_is_binary(const uint8_t *block, size_t size);

/* What a block is by how often which bytes are in it; at most 256 KiB of it are looked at, in pieces from end to end. */
typedef enum {
    BLOCK_OF_TEXT,    /* nothing speaks against it, zeros neither: archives of texts have many */
    BLOCK_OF_NUMBERS, /* 1 byte in 64 or more is a control character that no text has: programs, tables, pictures */
    BLOCK_OF_NOISE    /* 4 KiB or more with all bytes about equally often: random, encrypted or compressed */
} block_kind;

block_kind block_kind_of(const uint8_t *block, size_t size);

#endif
