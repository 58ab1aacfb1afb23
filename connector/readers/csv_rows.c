#include "readers/csv_rows.h"

static const char MARK[] = "\xef\xbb\xbf"; /* byte order mark of UTF-8, as spreadsheets write it */

void csv_begin(struct csv_rows *c, char delimiter)
{
    c->delimiter = delimiter;
    c->state = CSV_AT_CELL;
    c->line = 1;
    c->lines = 0;
    c->fault = NULL;
    c->count = c->begin = c->len = c->mark = 0;
    c->begun = c->ended_line = false;
}

static enum csv_said fault(struct csv_rows *c, const char *what)
{
    c->fault = what;
    return CSV_FAULT;
}

static enum csv_said too_long(struct csv_rows *c)
{
    return fault(c, "a row of more than 64 KB: is a quote left open?");
}

static enum csv_said keep(struct csv_rows *c, char byte)
{
    if (c->len >= CSV_ROW_BYTES)
        return too_long(c);
    c->text[c->len++] = byte;
    return CSV_MORE;
}

static enum csv_said end_cell(struct csv_rows *c)
{
    if (c->count == CSV_CELLS_MAX)
        return fault(c, "more than 256 cells: is this the right delimiter?");
    if (c->len >= CSV_ROW_BYTES)
        return too_long(c);
    c->cells[c->count++] = str_n(c->text + c->begin, c->len - c->begin);
    c->text[c->len++] = '\0'; /* so that no letter is made of the halves of two cells */
    c->begin = c->len;
    c->state = CSV_AT_CELL;
    return CSV_MORE;
}

static enum csv_said end_row(struct csv_rows *c)
{
    if (end_cell(c) == CSV_FAULT)
        return CSV_FAULT;
    if (!str_is_utf8(str_n(c->text, c->len)))
        return fault(c, "a row that is not UTF-8: export it as UTF-8");
    c->begun = false;
    return CSV_ROW;
}

static enum csv_said end_line(struct csv_rows *c)
{
    c->lines++;
    c->ended_line = true;
    return end_row(c);
}

/* Between cells and in cells without quotes. */
static enum csv_said take_plain(struct csv_rows *c, char byte)
{
    if (byte == c->delimiter)
        return end_cell(c);
    if (byte == '\n')
        return end_line(c);
    if (byte == '\r')
        c->state = CSV_AT_CR;
    else if (byte == '"' && c->state == CSV_AT_CELL)
        c->state = CSV_IN_QUOTES;
    else if (byte == '"')
        return fault(c, "a quote in the middle of a cell: write the cell in quotes and \"\" in it");
    else {
        c->state = CSV_IN_CELL;
        return keep(c, byte);
    }
    return CSV_MORE;
}

static enum csv_said take_byte(struct csv_rows *c, char byte)
{
    c->begun = true;
    c->ended_line = false;
    if (byte == '\0')
        return fault(c, "a NUL byte: is it UTF-16? Export it as UTF-8");
    switch (c->state) {
    case CSV_AT_CELL:
    case CSV_IN_CELL:
        return take_plain(c, byte);
    case CSV_IN_QUOTES:
        if (byte == '"') {
            c->state = CSV_AT_QUOTE;
            return CSV_MORE;
        }
        c->lines += byte == '\n';
        return keep(c, byte);
    case CSV_AT_QUOTE:
        if (byte == '"') { /* two of them are one in the cell */
            c->state = CSV_IN_QUOTES;
            return keep(c, byte);
        }
        if (byte == c->delimiter || byte == '\n' || byte == '\r')
            return take_plain(c, byte);
        return fault(c, "something behind a closing quote: write \"\" for a quote in a cell");
    case CSV_AT_CR:
        break;
    }
    if (byte != '\n')
        return fault(c, "a carriage return without a line feed: end lines with CR LF or LF");
    return end_line(c);
}

/* The first bytes may be a byte order mark, which belongs to no cell. */
static enum csv_said take_mark(struct csv_rows *c, char byte)
{
    if (byte == MARK[c->mark]) {
        c->mark++;
        return CSV_MORE;
    }
    if (c->mark == 0 && (byte == '\xff' || byte == '\xfe'))
        return fault(c, "a file in UTF-16: export it as UTF-8");
    size_t n = c->mark;
    c->mark = 3;
    for (size_t i = 0; i < n; i++)
        (void)take_byte(c, MARK[i]);
    return take_byte(c, byte);
}

static void next_row(struct csv_rows *c)
{
    if (c->begun)
        return;
    c->line = c->lines + 1;
    c->count = c->begin = c->len = 0;
}

enum csv_said csv_take(struct csv_rows *c, struct str *input)
{
    enum csv_said said = c->fault ? CSV_FAULT : CSV_MORE;

    next_row(c);
    while (said == CSV_MORE && input->len) {
        char byte = *input->p;
        input->p++;
        input->len--;
        said = c->mark < 3 ? take_mark(c, byte) : take_byte(c, byte);
    }
    return said;
}

enum csv_said csv_end(struct csv_rows *c)
{
    if (c->fault)
        return CSV_FAULT;
    if (c->mark > 0 && c->mark < 3)
        return fault(c, "a row that is not UTF-8: export it as UTF-8");
    next_row(c);
    if (!c->begun)
        return CSV_MORE;
    if (c->state == CSV_IN_QUOTES)
        return fault(c, "a quoted cell that does not end");
    if (c->state == CSV_AT_CR)
        return fault(c, "a carriage return without a line feed: end lines with CR LF or LF");
    return end_row(c);
}
