#include "engines/mix/token_book.h"

#include "text/letter_case.h"

#include <stdlib.h>

enum { MEMORY_PER_TOKEN = 200, MEMORY_FIXED = 4096 };

uint64_t token_book_memory(uint32_t count, uint32_t byte_count)
{
    return MEMORY_FIXED + (uint64_t)byte_count + (uint64_t)MEMORY_PER_TOKEN * ((uint64_t)count + 1);
}

int token_book_start(token_book *book, uint32_t count, uint32_t byte_count)
{
    const size_t places = (size_t)count + 2;
    *book = (token_book){.count = count};
    book->text = calloc(1, (size_t)byte_count + TOKEN_PADDING);
    book->offsets = calloc(places, sizeof *book->offsets);
    book->levels = calloc(places, sizeof *book->levels);
    book->classes = calloc(places, sizeof *book->classes);
    book->paths = calloc(places, sizeof *book->paths);
    book->ranks = calloc(places, sizeof *book->ranks);
    book->facts = calloc(places, sizeof *book->facts);
    return book->text != NULL && book->offsets != NULL && book->levels != NULL && book->classes != NULL && book->paths != NULL &&
           book->ranks != NULL && book->facts != NULL;
}

static uint32_t suffix_of(const uint8_t *bytes, uint32_t size)
{
    uint32_t hash = size < 7 ? size : 7;
    for (uint32_t i = size < 3 ? 0 : size - 3; i < size; i++)
        hash = hash * 257 + bytes[i];
    return hash;
}

static unsigned case_choices_of(const uint8_t *word, uint32_t size)
{
    unsigned letters = 0;
    for (uint32_t i = 0; i < size && letters < 2;) {
        uint32_t code_point = 0;
        const size_t length = read_code_point(word + i, size - i, &code_point);
        letters += length > 0 && letter_case_of(code_point) == LETTER_LOWER;
        i += length > 0 ? (uint32_t)length : 1;
    }
    return letters;
}

token_facts token_facts_of(const uint8_t *bytes, uint32_t size)
{
    unsigned characters = 0;
    for (uint32_t i = 0; i < size; i++)
        characters += (bytes[i] & 0xC0) != 0x80;
    return (token_facts){.suffix = suffix_of(bytes, size), .size = (uint16_t)size, .characters = (uint8_t)characters,
                         .case_choices = (uint8_t)case_choices_of(bytes, size)};
}

static void find_facts(token_book *book)
{
    for (uint32_t token = 0; token < book->count; token++)
        book->facts[token] = token_facts_of(book->text + book->offsets[token], token_size(book, token));
}

static void find_paths(token_book *book)
{
    uint32_t nodes[WORD_TREE_MAX_DEPTH];
    for (uint32_t token = 0; token <= book->count; token++) {
        uint64_t decisions;
        const uint32_t depth = word_tree_path(&book->tree, token, nodes, &decisions);
        book->paths[token] = decisions | (uint64_t)depth << TOKEN_PATH_DEPTH;
    }
}

/* By level, the commonest first; within a level in order of their numbers. */
static void find_ranks(token_book *book)
{
    uint32_t rank = 0;
    for (uint32_t token = 0; token <= book->count; token++)
        book->ranks[token] = TOKEN_RANK_COUNT;
    for (unsigned level = WORD_LEVEL_COUNT; level > 0 && rank < TOKEN_RANK_COUNT; level--)
        for (uint32_t token = 0; token <= book->count && rank < TOKEN_RANK_COUNT; token++)
            if (book->levels[token] == level - 1)
                book->ranks[token] = (uint16_t)rank++;
}

int token_book_build(token_book *book, int by_choices)
{
    if (word_tree_build(&book->tree, book->text, book->offsets, book->count, book->levels, book->classes) != QCZ_OK)
        return 0;
    find_ranks(book);
    find_facts(book);
    if (by_choices)
        return choice_tree_build(&book->choices, &book->tree, book->levels, book->paths);
    find_paths(book);
    return 1;
}

void token_book_free(token_book *book)
{
    free(book->text);
    free(book->offsets);
    free(book->levels);
    free(book->classes);
    free(book->paths);
    free(book->ranks);
    free(book->facts);
    word_tree_free(&book->tree);
    choice_tree_free(&book->choices);
}
