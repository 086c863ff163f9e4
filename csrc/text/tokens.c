#include "text/tokens.h"

#include "base/memory.h"
#include "base/merge_sort.h"

#include <stdlib.h>
#include <string.h>

void token_list_free(token_list *tokens)
{
    free(tokens->text);
    free(tokens->offsets);
    free(tokens->counts);
    *tokens = (token_list){0};
}

/* ---- sorting ------------------------------------------------------------------------------------------------------- */

static inline int is_before(const void *context, const void *left, const void *right)
{
    const token_list *tokens = context;
    uint32_t left_id;
    uint32_t right_id;
    memcpy(&left_id, left, sizeof left_id);
    memcpy(&right_id, right, sizeof right_id);
    const uint32_t left_size = token_length(tokens, left_id);
    const uint32_t right_size = token_length(tokens, right_id);
    const int order = memcmp(tokens->text + tokens->offsets[left_id], tokens->text + tokens->offsets[right_id],
                             left_size < right_size ? left_size : right_size);
    return order < 0 || (order == 0 && left_size < right_size);
}

qcz_status tokens_sort(const token_list *tokens, uint32_t *ids, size_t count)
{
    uint32_t *scratch = allocate_array(count + 1, sizeof *scratch);
    if (scratch == NULL)
        return QCZ_ERROR_MEMORY;
    const uint32_t *sorted = merge_sort(ids, scratch, count, sizeof *ids, is_before, tokens);
    if (sorted != ids)
        memcpy(ids, sorted, count * sizeof *ids);
    free(scratch);
    return QCZ_OK;
}

/* ---- numbering ----------------------------------------------------------------------------------------------------- */

static size_t text_size(const token_list *tokens)
{
    return tokens->offsets[tokens->count];
}

static qcz_status reserve_text(token_numberer *numberer, size_t size)
{
    token_list *tokens = numberer->tokens;
    if (size <= numberer->text_capacity - text_size(tokens))
        return QCZ_OK;
    const size_t capacity = larger_capacity(numberer->text_capacity) + size;
    if (grow_bytes(&tokens->text, capacity) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    numberer->text_capacity = capacity;
    return QCZ_OK;
}

/* Makes room for one more token: its count, and the offset behind it. */
static qcz_status reserve_token(token_numberer *numberer)
{
    token_list *tokens = numberer->tokens;
    if (tokens->count < numberer->token_capacity)
        return QCZ_OK;
    const size_t capacity = larger_capacity(numberer->token_capacity);
    if (grow_numbers(&tokens->offsets, capacity + 1) != QCZ_OK || grow_numbers(&tokens->counts, capacity) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    numberer->token_capacity = capacity;
    return QCZ_OK;
}

qcz_status token_numberer_start(token_numberer *numberer, token_list *tokens, uint64_t hash_seed)
{
    *tokens = (token_list){0};
    *numberer = (token_numberer){.tokens = tokens, .hash_seed = hash_seed};
    if (token_table_start(&numberer->table) != QCZ_OK || reserve_token(numberer) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    tokens->offsets[0] = 0;
    return reserve_text(numberer, 1); /* so that there are bytes to point to even if all tokens are empty */
}

void token_numberer_free(token_numberer *numberer)
{
    token_table_free(&numberer->table);
}

uint8_t *token_room(token_numberer *numberer, size_t size)
{
    const token_list *tokens = numberer->tokens;
    return reserve_text(numberer, size) == QCZ_OK ? tokens->text + text_size(tokens) : NULL;
}

static qcz_status add_token(token_numberer *numberer, token_slot *slot, const uint8_t *bytes, size_t size, uint32_t hash)
{
    token_list *tokens = numberer->tokens;
    const size_t end = text_size(tokens);
    if (bytes != tokens->text + end) {
        if (reserve_text(numberer, size) != QCZ_OK)
            return QCZ_ERROR_MEMORY;
        memcpy(tokens->text + end, bytes, size);
    }
    if (reserve_token(numberer) != QCZ_OK)
        return QCZ_ERROR_MEMORY;
    tokens->counts[tokens->count++] = 0;
    tokens->offsets[tokens->count] = (uint32_t)(end + size);
    return token_table_put(&numberer->table, slot, hash);
}

qcz_status token_number(token_numberer *numberer, const uint8_t *bytes, size_t size, uint32_t occurrences, uint32_t *id)
{
    token_list *tokens = numberer->tokens;
    const uint32_t hash = token_hash(bytes, size, numberer->hash_seed);
    token_slot *slot = token_table_first(&numberer->table, hash);
    for (; slot->number != 0; slot = token_table_next(&numberer->table, slot)) {
        *id = slot->number - 1;
        if (slot->hash == hash && token_length(tokens, *id) == size &&
            memcmp(tokens->text + tokens->offsets[*id], bytes, size) == 0) {
            tokens->counts[*id] += occurrences;
            return QCZ_OK;
        }
    }
    *id = tokens->count;
    const qcz_status status = add_token(numberer, slot, bytes, size, hash);
    if (status == QCZ_OK)
        tokens->counts[*id] = occurrences;
    return status;
}
