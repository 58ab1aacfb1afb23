/* buf.h: growing byte buffer with a stated maximum. Writing past the maximum sets a sticky flag and
 * drops the bytes. */
#ifndef COUNTERSIGN_BASE_BUF_H
#define COUNTERSIGN_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
    char *p; /* NUL-terminated behind len whenever p is not NULL */
    size_t len;
    size_t cap;
    size_t max;
    bool over;
};

/* Empty; nothing is allocated before the first byte. */
void buf_init(struct buf *buf, size_t max_bytes);
void buf_done(struct buf *buf);  /* frees; the buf may be initialised again */
void buf_clear(struct buf *buf); /* keeps the memory */

/* Append; false once the maximum would be passed, then and from then on until buf_clear. */
bool buf_add(struct buf *buf, const void *p, size_t len);
bool buf_add_str(struct buf *buf, struct str s);
bool buf_add_c(struct buf *buf, const char *nul_terminated);
bool buf_add_byte(struct buf *buf, char c);
bool buf_add_i64(struct buf *buf, int64_t v);
bool buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Make room for `len` more bytes and return where they go; NULL when over. Follow with
 * buf_grow(buf, written). */
char *buf_room(struct buf *buf, size_t len);
void buf_grow(struct buf *buf, size_t written);
/* What was written so far; lent until the next write. */
struct str buf_str(const struct buf *buf);
/* Hand the memory over as a NUL-terminated string (free() it); buf is empty afterwards. */
char *buf_take(struct buf *buf);
/* For `AUTO(drop_buf) struct buf b`. */
void drop_buf(struct buf *buf);

#endif
