#include "console/svg.h"

#include <stdarg.h>
#include <stdio.h>

enum { ID_BYTES = 64 };

struct markup_scope svg_picture(struct markup *m, const struct svg_picture *picture)
{
    char title[ID_BYTES], text[ID_BYTES], both[2 * ID_BYTES], box[ID_BYTES];

    snprintf(title, sizeof title, "%s-title", picture->id);
    snprintf(text, sizeof text, "%s-text", picture->id);
    snprintf(both, sizeof both, "%s %s", title, text);
    snprintf(box, sizeof box, "0 0 %.0f %.0f", picture->width, picture->height);
    struct markup_scope scope = markup_enter(
        m, SVG_SVG,
        MARKUP_ATTRS(A_STR(ID, str_of(picture->id)), A_STR(VIEWBOX, str_of(box)),
                     A_NUM(WIDTH, picture->width), A_NUM(HEIGHT, picture->height), A(ROLE, "img"),
                     A_STR(ARIA_LABELLEDBY, str_of(both)), A(FOCUSABLE, "false")));
    SVG_LEAF(m, TITLE, picture->title, A_STR(ID, str_of(title)));
    SVG_LEAF(m, DESC, picture->text, A_STR(ID, str_of(text)));
    return scope;
}

void svg_line(struct markup *m, double x1, double y1, double x2, double y2, const char *class)
{
    SVG_LEAF(m, LINE, STR_NONE, A_STR(CLASS, str_of(class)), A_NUM(X1, x1), A_NUM(Y1, y1),
             A_NUM(X2, x2), A_NUM(Y2, y2));
}

void svg_rect(struct markup *m, double x, double y, double width, double height, double radius,
              const char *class)
{
    SVG_LEAF(m, RECT, STR_NONE, A_STR(CLASS, str_of(class)), A_NUM(X, x), A_NUM(Y, y),
             A_NUM(WIDTH, width), A_NUM(HEIGHT, height), A_NUM(RX, radius));
}

void svg_circle(struct markup *m, double x, double y, double radius, const char *class)
{
    SVG_LEAF(m, CIRCLE, STR_NONE, A_STR(CLASS, str_of(class)), A_NUM(CX, x), A_NUM(CY, y),
             A_NUM(R, radius));
}

void svg_text(struct markup *m, double x, double y, struct str text, const char *class)
{
    SVG_LEAF(m, TEXT, text, A_STR(CLASS, str_of(class)), A_NUM(X, x), A_NUM(Y, y));
}

void svg_hatch(struct markup *m, const char *id)
{
    SVG (m, DEFS) {
        SVG (m, PATTERN, A_STR(ID, str_of(id)), A_NUM(WIDTH, 6), A_NUM(HEIGHT, 6),
             A(PATTERN_UNITS, "userSpaceOnUse"), A(PATTERN_TRANSFORM, "rotate(45)"))
            svg_line(m, 0, 0, 0, 6, "hatch");
    }
}

void svg_hatched(struct markup *m, double x, double y, double width, double height,
                 const char *hatch_id)
{
    char fill[ID_BYTES];

    snprintf(fill, sizeof fill, "url(#%s)", hatch_id);
    SVG_LEAF(m, RECT, STR_NONE, A(CLASS, "hatched"), A_STR(FILL, str_of(fill)), A_NUM(X, x),
             A_NUM(Y, y), A_NUM(WIDTH, width), A_NUM(HEIGHT, height));
}

/* --- paths --- */

static void add(struct svg_path *path, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void add(struct svg_path *path, const char *fmt, ...)
{
    size_t room = sizeof path->d - path->len;
    va_list args;

    if (path->over)
        return;
    va_start(args, fmt);
    int len = vsnprintf(path->d + path->len, room, fmt, args);
    va_end(args);
    path->over = len < 0 || (size_t)len >= room;
    if (!path->over)
        path->len += (size_t)len;
}

void svg_move(struct svg_path *path, double x, double y)
{
    add(path, "M%.1f %.1f", x, y);
}

void svg_to(struct svg_path *path, double x, double y)
{
    add(path, "L%.1f %.1f", x, y);
}

void svg_curve(struct svg_path *path, double x1, double y1, double x2, double y2, double x,
               double y)
{
    add(path, "C%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x2, y2, x, y);
}

void svg_put_path(struct markup *m, const struct svg_path *path, const char *class)
{
    SVG_LEAF(m, PATH, STR_NONE, A_STR(CLASS, str_of(class)), A_STR(D, str_n(path->d, path->len)));
}
