#include "readers/others.h"

#include <string.h>

void others_begin(struct answer *a)
{
    a->others_known = true;
    a->others_len = a->others_count = 0;
}

void others_lost(struct answer *a)
{
    others_begin(a);
    a->others_known = false;
}

void others_add(struct answer *a, struct str name)
{
    bool whole = name.len && str_is_utf8(name) && !memchr(name.p, '\n', name.len) &&
                 !memchr(name.p, '\0', name.len);

    if (!a->others_known)
        return;
    if (!whole || a->others_count == OTHERS_MAX ||
        name.len + 1 > sizeof a->others - a->others_len) {
        others_lost(a);
        return;
    }
    if (a->others_count++)
        a->others[a->others_len++] = '\n';
    memcpy(a->others + a->others_len, name.p, name.len);
    a->others_len += name.len;
}
