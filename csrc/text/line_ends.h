/* line_ends.h - the forms that white space between words can take where line ends are coded apart from gaps. */
#ifndef QCZ_TEXT_LINE_ENDS_H
#define QCZ_TEXT_LINE_ENDS_H

#include <stdint.h>

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

#endif
