/* frame.h: what every page of the console stands in: head, navigation, the one stylesheet, and who
 * sees it. Pages are pure: a plain struct in, bytes out; what fills the struct, and who may see the
 * page, is the service's. */
#ifndef COUNTERSIGN_CONSOLE_FRAME_H
#define COUNTERSIGN_CONSOLE_FRAME_H

#include "console/markup.h"

extern const char CONSOLE_CSS[]; /* console.css, as it is */

/* "console-0123456789abcdef.css": the name changes with the content, so that it may be kept for
 * good. Into dst[FRAME_NAME_BYTES]. */
enum { FRAME_NAME_BYTES = 48 };
const char *frame_css_name(char *dst);

enum frame_place { FRAME_BOARD, FRAME_GATE, FRAME_PLAYGROUND, FRAME_ELSEWHERE, FRAME_PLACE_COUNT };

struct frame {
    struct str title;       /* "Board"; the product's name is added */
    enum frame_place place; /* marked in the navigation */
    int64_t as_of_ms;       /* the database's time when this was so; 0: not said */
    struct str visitor;     /* who sees it, as the record has it; empty: not said */
    const char *class;      /* of main; may be NULL. "wide": all of the window */
    const char *script;     /* the name of a script of ours ("playground.js"); NULL: none */
    const char *root;       /* from the page to where the console is: NULL "./" (/board), "../" of a
                               page below (/r/IAM-7): a proxy may serve it under a path of its own */
    int64_t refresh_s; /* the browser asks again by itself after so long; 0: it does not. Only where
                          whoever looks has chosen it (WCAG 2.2.1, 3.2.5) */
    bool is_file;      /* a file of its own (an export): the stylesheet stands in it, and it leads
                          nowhere */
};

typedef void frame_body_fn(struct markup *m, const void *arg);

/* The whole page, behind what `out` holds. False: it does not fit there. */
MUST_CHECK bool frame_render(struct buf *out, const struct frame *frame, frame_body_fn *body,
                             const void *arg);

/* What a page has instead of its content: no such page, no right to it, no database. remedy: what
 * to do; may be empty. root: as in struct frame. */
MUST_CHECK bool frame_notice(struct buf *out, const char *root, struct str title, struct str why,
                             struct str remedy);

/* What a browser may do with a page: nothing but what is ours. For the header of that name. */
extern const char FRAME_POLICY[];

#endif
