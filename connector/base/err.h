/* err.h: the one error value of the program.
 *
 * It is filled by the lowest layer that knows what happened and extended with "while ..." on the
 * way up; whoever decides what to do about it logs it, once. `kind` decides what happens next and
 * is never guessed from text.
 */
#ifndef COUNTERSIGN_BASE_ERR_H
#define COUNTERSIGN_BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err_kind {
    ERR_NONE = 0,
    ERR_INPUT,           /* what we were given is wrong; giving it again does not help        */
    ERR_CONFIG,          /* what the operator wrote is wrong                                  */
    ERR_REFUSED,         /* the other side understood us and said no                          */
    ERR_TEMPORARY,       /* nothing was done; the same call may work later                    */
    ERR_UNKNOWN_OUTCOME, /* it may have been done: find out, never repeat blindly             */
    ERR_CONFLICT,        /* somebody else changed it first: forget it, the row tells the truth */
    ERR_BUG,             /* cannot happen                                                     */
};

struct err {
    enum err_kind kind;
    int native; /* errno, CURLcode or HTTP status, for humans */
    const char *file;
    int line;
    char what[240];  /* one short lower-case fact                    */
    char trail[240]; /* "while ..." added by callers on the way up   */
};

/* Fill `err` (may be NULL) and return false: a failing function ends in `return FAIL(...)`. */
#define FAIL(err, kind, ...) err_fill((err), (kind), __FILE__, __LINE__, __VA_ARGS__)

/* What FAIL calls. The arguments may point into *err. */
bool err_fill(struct err *err, enum err_kind kind, const char *file, int line, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* Append "while <fmt>" to the trail; cut when full. Returns false, like FAIL. */
bool err_while(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Stable lower-case name of a kind ("temporary"), for logs and JSON. */
const char *err_kind_name(enum err_kind kind);

#endif
