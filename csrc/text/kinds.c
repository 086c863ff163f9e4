#include "text/kinds.h"

#include <string.h>

enum { BINARY_TEST_SIZE = 8192 }; /* as published */

int block_is_binary(const uint8_t *block, size_t size)
{
    return size > 0 && memchr(block, 0, size < BINARY_TEST_SIZE ? size : BINARY_TEST_SIZE) != NULL;
}
