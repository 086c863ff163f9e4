#include "token_book.h"

#include <stdlib.h>

enum { MEMORY_PER_TOKEN = 128, MEMORY_FIXED = 4096 };

uint64_t token_book_memory(uint32_t count, uint32_t byte_count)
{
    return MEMORY_FIXED + (uint64_t)byte_count + (uint64_t)MEMORY_PER_TOKEN * ((uint64_t)count + 1);
}

int token_book_start(token_book *book, uint32_t count, uint32_t byte_count)
{
    const size_t places = (size_t)count + 2;
    *book = (token_book){.count = count};
    book->text = calloc(1, (size_t)byte_count + 1);
    book->offsets = calloc(places, sizeof *book->offsets);
    book->levels = calloc(places, sizeof *book->levels);
    book->classes = calloc(places, sizeof *book->classes);
    book->paths = calloc(places, sizeof *book->paths);
    book->ranks = calloc(places, sizeof *book->ranks);
    return book->text != NULL && book->offsets != NULL && book->levels != NULL && book->classes != NULL && book->paths != NULL &&
           book->ranks != NULL;
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

int token_book_build(token_book *book)
{
    if (!word_tree_build(&book->tree, book->text, book->offsets, book->count, book->levels, book->classes))
        return 0;
    find_paths(book);
    find_ranks(book);
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
    word_tree_free(&book->tree);
}
