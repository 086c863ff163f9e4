/* kinds.h - what kind of text a block is. Room text: a block cut into letters, words and items; it may use base. */
#ifndef QCZ_TEXT_KINDS_H
#define QCZ_TEXT_KINDS_H

#include <stddef.h>
#include <stdint.h>

/* A zero byte among the first 8,192 makes a block binary: its case is not folded (paper, section 1.2). */
int block_is_binary(const uint8_t *block, size_t size);

#endif
