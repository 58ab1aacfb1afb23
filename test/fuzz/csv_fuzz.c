/* Any bytes as a file of rows. However it is cut into pieces, the same rows come out; what comes
 * out, written again in quotes, is read as the same. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/buf.h"
#include "readers/csv_rows.h"

enum { OUT_MAX = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_row(const struct csv_rows *c, struct buf *out)
{
    for (size_t i = 0; i < c->count; i++) {
        buf_add_c(out, i ? ",\"" : "\"");
        for (size_t k = 0; k < c->cells[i].len; k++) {
            if (c->cells[i].p[k] == '"')
                buf_add_byte(out, '"');
            buf_add_byte(out, c->cells[i].p[k]);
        }
        buf_add_byte(out, '"');
    }
    buf_add_c(out, "\r\n");
}

/* The rows of the text, each written anew; whether there was no fault. */
static bool parse(struct csv_rows *c, struct str text, size_t step, struct buf *out)
{
    enum csv_said said = CSV_MORE;

    csv_begin(c, ',');
    while (text.len && said != CSV_FAULT) {
        struct str piece = str_n(text.p, text.len < step ? text.len : step);
        size_t given = piece.len;
        said = csv_take(c, &piece);
        text = str_n(text.p + (given - piece.len), text.len - (given - piece.len));
        ASSERT(said == CSV_MORE ? piece.len == 0 : true);
        if (said == CSV_ROW)
            write_row(c, out);
    }
    if (said != CSV_FAULT && (said = csv_end(c)) == CSV_ROW)
        write_row(c, out);
    ASSERT((said == CSV_FAULT) == (c->fault != NULL));
    return said != CSV_FAULT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_rows *c = malloc(sizeof *c);
    struct str text = str_n((const char *)data, size);
    AUTO(drop_buf) struct buf whole, bytes, again;

    ASSERT(c);
    buf_init(&whole, OUT_MAX);
    buf_init(&bytes, OUT_MAX);
    buf_init(&again, OUT_MAX);
    bool good = parse(c, text, size, &whole);
    ASSERT(parse(c, text, 1, &bytes) == good);
    ASSERT(str_eq(buf_str(&whole), buf_str(&bytes)));
    if (good) {
        ASSERT(parse(c, buf_str(&whole), 7, &again));
        ASSERT(str_eq(buf_str(&whole), buf_str(&again)));
    }
    free(c);
    return 0;
}
