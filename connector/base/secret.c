#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

struct secret {
    size_t len;
    char value[];
};

struct secret *secret_new(struct str value)
{
    struct secret *s = calloc(1, sizeof *s + value.len + 1);
    if (!s)
        abort();
    s->len = value.len;
    if (value.len)
        memcpy(s->value, value.p, value.len);
    return s;
}

void secret_free(struct secret *s)
{
    if (!s)
        return;
    explicit_bzero(s->value, s->len);
    free(s);
}

struct str secret_reveal(const struct secret *s)
{
    return s ? (struct str){s->value, s->len} : STR_NONE;
}
