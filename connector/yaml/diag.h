/* diag.h: faults in files people write, with their place and what to do. All faults are listed, not only the first. */
#ifndef COUNTERSIGN_YAML_DIAG_H
#define COUNTERSIGN_YAML_DIAG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/str.h"

struct diag_pos {
    int line, column; /* from 1; 0 = the file as a whole */
};

struct diag {
    char code[8]; /* stable: C0xx configuration, M0xx.. mapping; `countersign explain CODE` */
    bool warning;
    struct diag_pos pos;
    char text[200]; /* what is wrong */
    char help[200]; /* what to do */
};

enum { DIAG_MAX = 64 };

struct diag_list {
    const char *file;
    struct str text; /* of the file, for showing the line */
    struct diag items[DIAG_MAX];
    size_t count;  /* may pass DIAG_MAX: the rest is only counted */
    size_t errors; /* of them not warnings */
};

void diag_init(struct diag_list *list, const char *file);
/* The help text of the fault added last is set by diag_help. */
void diag_error(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_warning(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_help(struct diag_list *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* As a good compiler shows them: file:line:column, the line, a caret, the help. */
void diag_render(const struct diag_list *list, struct buf *out);

#endif
