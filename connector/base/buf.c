#include "base/buf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max = max_bytes};
}

void buf_done(struct buf *b)
{
    free(b->p);
    buf_init(b, b->max);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->over = false;
    if (b->p)
        b->p[0] = '\0';
}

char *buf_room(struct buf *b, size_t len)
{
    if (b->over || len > b->max || b->len > b->max - len) {
        b->over = true;
        return NULL;
    }
    size_t want = b->len + len + 1;
    if (want > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < want)
            cap *= 2;
        char *p = realloc(b->p, cap);
        if (!p)
            abort();
        b->p = p;
        b->cap = cap;
        b->p[b->len] = '\0';
    }
    return b->p + b->len;
}

void buf_grow(struct buf *b, size_t written)
{
    b->len += written;
    b->p[b->len] = '\0';
}

bool buf_add(struct buf *b, const void *p, size_t len)
{
    char *to = buf_room(b, len);
    if (!to)
        return false;
    if (len)
        memcpy(to, p, len);
    buf_grow(b, len);
    return true;
}

bool buf_add_str(struct buf *b, struct str s)
{
    return buf_add(b, s.p, s.len);
}

bool buf_add_c(struct buf *b, const char *nul_terminated)
{
    return buf_add(b, nul_terminated, strlen(nul_terminated));
}

bool buf_add_byte(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_add_i64(struct buf *b, int64_t v)
{
    return buf_printf(b, "%" PRId64, v);
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *to = len < 0 ? NULL : buf_room(b, (size_t)len);
    if (to) {
        vsnprintf(to, (size_t)len + 1, fmt, again);
        buf_grow(b, (size_t)len);
    }
    va_end(again);
    return to != NULL;
}

struct str buf_str(const struct buf *b)
{
    return (struct str){b->p, b->len};
}

char *buf_take(struct buf *b)
{
    char *p = b->p ? b->p : calloc(1, 1);
    if (!p)
        abort();
    b->p = NULL;
    b->len = b->cap = 0;
    return p;
}

void drop_buf(struct buf *b)
{
    buf_done(b);
}
