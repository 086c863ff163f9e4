/*
 * line_ends.h - line ends coded apart from gaps: the forms that white space between words can take, whether a text is wrapped, and
 * its gaps with that white space written as a space. Room text: a block cut into letters, words and items; it may use base.
 */
#ifndef QCZ_TEXT_LINE_ENDS_H
#define QCZ_TEXT_LINE_ENDS_H

#include "text/items.h"

enum { LINE_END_FORMS = 5, LINE_END_NOT_CODED = 255 };

typedef struct line_end_form {
    uint8_t size;
    char bytes[4];
} line_end_form;

/* The first is the space that stands for all of them in a canonical gap. Part of the format. */
static const line_end_form line_end_forms[LINE_END_FORMS] = {{1, " "}, {1, "\n"}, {2, "\r\n"}, {2, " \n"}, {3, " \r\n"}};

static inline int is_gap_space(uint8_t byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/* Gaps with the white space that may end a line written as a space. */
typedef struct canonical_gaps {
    token_list gaps;        /* distinct canonical gaps */
    uint32_t *canonical_of; /* per gap */
    uint8_t *line_ends;     /* per gap: the form of its white space, or LINE_END_NOT_CODED */
} canonical_gaps;

/*
 * Whether the text is wrapped at a width: most of its line ends are there because the next word would not have fitted. Then a line
 * end says nothing but the length of the word, and is best coded after it.
 */
int lines_are_wrapped(const item_list *items);

/* With `apart` zero every gap is canonical as it is. Errors: QCZ_ERROR_MEMORY. canonical_gaps_free is due in either case. */
qcz_status canonical_gaps_find(const item_list *items, int apart, canonical_gaps *canonical);
void canonical_gaps_free(canonical_gaps *canonical);

#endif
