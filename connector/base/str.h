/* str.h: slices of bytes. A slice borrows; it owns nothing and is not NUL-terminated. */
#ifndef COUNTERSIGN_BASE_STR_H
#define COUNTERSIGN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct str {
    const char *p;
    size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf: `printf("%.*s", STR_ARG(s))`. */
#define STR_ARG(s) (int)(s).len, (s).p ? (s).p : ""

/* Making and comparing. An empty slice equals STR_NONE. */
struct str str_of(const char *nul_terminated); /* NULL gives STR_NONE */
struct str str_n(const char *p, size_t len);
bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *nul_terminated);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters only */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_empty(struct str s);
/* Bytewise, shorter first: the order of RFC 8785 for ASCII keys. */
int str_cmp(struct str a, struct str b);
struct str str_trim(struct str s); /* ASCII white space on both ends */
/* Cut at the first `sep`: returns what stands before it and leaves the rest in *s; the whole when
 * there is none. */
struct str str_cut(struct str *s, char sep);
/* Which of `names` it is, or -1: for names of enumerations. */
int str_index(struct str s, const char *const *names, int count);
/* Index of the first `c`, or -1. */
ptrdiff_t str_find(struct str s, char c);

/* Decimal integer, whole slice, no sign but '-', no leading blanks; false on anything else or
 * overflow. */
MUST_CHECK bool str_to_i64(struct str s, int64_t *ret_value);
/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool str_is_utf8(struct str s);
/* A line break or another control character of ASCII. */
bool str_has_control(struct str s);
/* How many bytes at `at` are a character that nobody sees and that changes how the rest is read: a
 * C0 or C1 control, a bidirectional override or isolate (UAX 9). 0: it is none. */
size_t str_unseen(struct str s, size_t at);
/* Copy into `dst` (NUL-terminated), cut at a code point so that it fits `size`; returns false when
 * it was cut. */
bool str_copy(char *dst, size_t size, struct str s);
/* The same into memory of its own, for whoever keeps it: free it. Aborts where there is none. */
char *str_keep(struct str s);
/* 64-bit FNV-1a, for tables and for sampling; not for anything an attacker profits from. */
uint64_t str_hash(struct str s);

#endif
