/* csv_rows.h: comma-separated rows (RFC 4180), pushed in piece by piece and given out one at a
 * time, in constant memory. Strict: what two programs might read in two ways is a fault. Pure. */
#ifndef COUNTERSIGN_READERS_CSV_ROWS_H
#define COUNTERSIGN_READERS_CSV_ROWS_H

#include "base/str.h"

enum {
    CSV_ROW_BYTES = 64 * 1024, /* a row; multi-valued cells are the long ones */
    CSV_CELLS_MAX = 256,
};

enum csv_said { CSV_MORE, CSV_ROW, CSV_FAULT };

struct csv_rows {
    char delimiter;
    int64_t line;                    /* of the row in hand: where it begins, from 1 */
    const char *fault;               /* after CSV_FAULT: what is wrong with that row; static */
    struct str cells[CSV_CELLS_MAX]; /* after CSV_ROW, lent until the next call */
    size_t count;
    bool ended_line; /* the last byte taken ended a line */

    enum { CSV_AT_CELL, CSV_IN_CELL, CSV_IN_QUOTES, CSV_AT_QUOTE, CSV_AT_CR } state;
    int64_t lines; /* line ends seen */
    size_t mark;   /* bytes of a byte order mark seen, 3 when that is behind us */
    size_t begin;  /* of the cell in hand */
    bool begun;    /* the row in hand has a byte */
    size_t len;
    char text[CSV_ROW_BYTES];
};

/* delimiter: any but a quote and line ends. */
void csv_begin(struct csv_rows *c, char delimiter);
/* Takes bytes off *input, up to the end of a row. MORE: all of it is taken. After a FAULT there is
 * no going on. */
enum csv_said csv_take(struct csv_rows *c, struct str *input);
/* The input is over. ROW: the last line had no end. */
enum csv_said csv_end(struct csv_rows *c);

#endif
