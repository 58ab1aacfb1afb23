/* diag.h: faults in files people write, with their place and what to do. All faults are listed, not
 * only the first.
 *
 * A fault is a place (file:line:column), a code that stays, the fact, a note with the context, and
 * the remedy. C0xx speaks of the configuration, M0xx of the form of a file or a rule, M1xx of a
 * mapping against a service desk, M2xx of a ticket that does not map. */
#ifndef COUNTERSIGN_YAML_DIAG_H
#define COUNTERSIGN_YAML_DIAG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct diag_pos {
    int line, column; /* from 1, in characters; 0 = the file as a whole */
    int width;        /* characters to underline; 0 = one; DIAG_HIDDEN: the line is not shown */
};

struct diag {
    char code[8]; /* stable: `countersign explain CODE` */
    bool warning;
    struct diag_pos pos;
    char text[200];         /* what is wrong */
    char note[200];         /* what else is known, may be empty */
    char help[200];         /* what to do */
    struct diag_pos fix_at; /* what the fix replaces; line 0: there is no safe one */
    char fix[200];
};

enum { DIAG_MAX = 64, DIAG_HIDDEN = -1 /* a secret may stand there */ };

struct diag_list {
    const char *file;
    const char
        *fixed_by;   /* the command that applies fixes, said behind the help; NULL: none does */
    struct str text; /* of the file, for showing the line; borrowed */
    struct diag items[DIAG_MAX];
    size_t count;  /* may pass DIAG_MAX: the rest is only counted */
    size_t errors; /* of them not warnings */
};

/* Empty the list; `file` is borrowed. */
void diag_init(struct diag_list *list, const char *file);
/* Add a fault. Its note and help are set by diag_note and diag_help, which speak of the one added
 * last. */
void diag_error(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void diag_warning(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt,
                  ...) PRINTF_LIKE(4, 5);
void diag_note(struct diag_list *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
void diag_help(struct diag_list *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A fix of the fault added last that nobody need think about: `with` stands for what is at `at`, on
 * one line (at.width 0: it is put before that place). As it stands in the file, quotes and all; one
 * that does not fit is left out. */
void diag_fix(struct diag_list *list, struct diag_pos at, struct str with);
/* Help for the fault added last: which of the NULL-terminated names are most like `word`, which
 * stands at `pos`; where that is one, it is the fix. None is near: `otherwise`. */
void diag_similar(struct diag_list *list, struct diag_pos pos, struct str word,
                  const char *const *known, const char *otherwise);
/* As it is written in a file of this format: in quotes where the word needs them, or
 * `quoted`; on one line. */
void diag_word(struct buf *out, struct str word, bool quoted);
/* The text with every fix in it; of two that overlap the second is left for another run. Returns
 * how many. */
size_t diag_apply(const struct diag_list *list, struct buf *out);
/* As a good compiler shows them: file:line:column, the line, a caret, note and help. What could
 * steer a terminal is replaced by '?'. */
void diag_render(const struct diag_list *list, struct buf *out);

enum { DIAG_SIMILAR_MAX = 3 };
/* The names most like `word` in the NULL-terminated list, all equally near, for "a similar name
 * exists"; at most DIAG_SIMILAR_MAX, 0 when none is near. */
size_t diag_candidates(struct str word, const char *const *known, const char **ret);
/* The first of them; NULL when none is near. */
const char *diag_nearest(struct str word, const char *const *known);

#endif
