#include "cli/lines.h"

#include <stdlib.h>
#include <string.h>

void lines_begin(struct lines *l, FILE *file, size_t size)
{
    *l = (struct lines){.file = file, .room = malloc(size), .size = size};
    if (!l->room)
        abort();
}

void lines_end(struct lines *l)
{
    free(l->room);
    *l = (struct lines){0};
}

/* More behind what is there, which moves to the front. False: no more, or no room. */
static bool fill(struct lines *l)
{
    memmove(l->room, l->room + l->at, l->len - l->at);
    l->len -= l->at;
    l->at = 0;
    size_t n = l->len < l->size ? fread(l->room + l->len, 1, l->size - l->len, l->file) : 0;
    l->len += n;
    return n > 0;
}

bool lines_next(struct lines *l, struct str *ret, bool *ret_fits)
{
    size_t seen = 0;
    char *end = NULL;

    do {
        end = memchr(l->room + l->at + seen, '\n', l->len - l->at - seen);
        seen = l->len - l->at;
    } while (!end && fill(l));
    size_t n = end ? (size_t)(end + 1 - l->room) - l->at : l->len - l->at;
    *ret = str_n(l->room + l->at, n);
    *ret_fits = end || n < l->size;
    l->at += n;
    return n > 0;
}
