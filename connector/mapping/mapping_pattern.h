/* mapping_pattern.h: patterns of `match`, in time linear in the text: no pattern and no text makes
 * it slow. Pure.
 *
 *   letters   themselves; a backslash before a sign takes its meaning away
 *   .         any character           \d a digit    \w a letter, digit or _    \s a blank or tab
 *   [a-z_]    one of these            [^,;] any but these
 *   * + ?     the one before: any number, one or more, one or none; as many as possible
 *   ( )       once: what is taken; without it all of the text is
 *
 * The whole text must fit. There is no "or": two forms are two rules, or two lookups. */
#ifndef COUNTERSIGN_MAPPING_PATTERN_H
#define COUNTERSIGN_MAPPING_PATTERN_H

#include "base/arena.h"
#include "base/str.h"

enum {
    PATTERN_ATOMS_MAX = 63,   /* one bit each, and one for the end */
    PATTERN_TEXT_MAX = 16384, /* bytes matched at most; a longer text does not fit */
};

struct pattern_atom {
    uint32_t point;       /* the one code point, where it is no class */
    bool is_class, other; /* a class; it holds all code points above 127 */
    uint64_t ascii[2];    /* and these below 128 */
    bool none, many;      /* may be absent; may repeat */
};

struct pattern {
    struct pattern_atom atoms[PATTERN_ATOMS_MAX];
    int count;
    int from, to; /* what is taken: atoms [from, to) */
};

/* False, with the fact in *ret_wrong, where the text is no pattern. */
MUST_CHECK bool pattern_parse(struct str text, struct pattern *ret, const char **ret_wrong);
/* Does all of the text fit? *ret_taken: the part in ( ), borrowed from the text. The arena is for
 * the work alone: 20 bytes a byte of the text. text: UTF-8. */
MUST_CHECK bool pattern_match(struct arena *arena, const struct pattern *p, struct str text,
                              struct str *ret_taken);

#endif
