/*
 * characters.h - the classes of code points that items are cut by. Room text: a block cut into letters, words and items; it may use
 * base.
 */
#ifndef QCZ_TEXT_CHARACTERS_H
#define QCZ_TEXT_CHARACTERS_H

#include "text/letter_case.h"

typedef enum character_class {
    CLASS_GAP, /* first: what the tables below do not name */
    CLASS_CASELESS,
    CLASS_LOWER,
    CLASS_UPPER,
    CLASS_DIGIT,
    CLASS_SINGLE /* a word of its own: scripts written without spaces */
} character_class;

enum { PLANE_SIZE = 0x10000 }; /* code points of the basic multilingual plane */

/* The class of every code point of the basic multilingual plane; those beyond are few enough to be searched for. */
typedef struct character_classes {
    uint8_t of_code_point[PLANE_SIZE];
} character_classes;

void character_classes_fill(character_classes *table);

/* A code point or, in the gap, a byte that belongs to none. */
typedef struct character {
    character_class class;
    size_t end; /* position after it */
} character;

/* The character at `position`, which is below `size`, where its first byte is 0x80 or above. */
character read_sequence(const character_classes *table, const uint8_t *block, size_t size, size_t position);

static inline character read_character(const character_classes *table, const uint8_t *block, size_t size, size_t position)
{
    if (block[position] < 0x80)
        return (character){(character_class)table->of_code_point[block[position]], position + 1};
    return read_sequence(table, block, size, position);
}

#endif
