#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_fill(struct err *err, enum err_kind kind, const char *file, int line, const char *fmt, ...)
{
    if (!err)
        return false;
    struct err fresh = {.kind = kind, .file = file, .line = line};
    va_list args;
    va_start(args, fmt);
    vsnprintf(fresh.what, sizeof fresh.what, fmt, args);
    va_end(args);
    *err = fresh; /* last: the arguments may point into the old one */
    return false;
}

bool err_while(struct err *err, const char *fmt, ...)
{
    if (!err)
        return false;
    size_t at = strlen(err->trail);
    int head = snprintf(err->trail + at, sizeof err->trail - at, "%swhile ", at ? ", " : "");
    at += (size_t)head;
    if (at >= sizeof err->trail)
        return false;
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->trail + at, sizeof err->trail - at, fmt, args);
    va_end(args);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    switch (kind) {
    case ERR_NONE:
        return "none";
    case ERR_INPUT:
        return "input";
    case ERR_CONFIG:
        return "config";
    case ERR_REFUSED:
        return "refused";
    case ERR_TEMPORARY:
        return "temporary";
    case ERR_UNKNOWN_OUTCOME:
        return "unknown_outcome";
    case ERR_CONFLICT:
        return "conflict";
    case ERR_BUG:
        return "bug";
    }
    return "bug";
}
