/* svg.h: shapes of a picture within a page, by markup.h. Colours are the stylesheet's: a shape has
 * a class. A picture says in words what it shows, for whoever does not see it. */
#ifndef COUNTERSIGN_CONSOLE_SVG_H
#define COUNTERSIGN_CONSOLE_SVG_H

#include "console/markup.h"

struct svg_picture {
    const char *id; /* of the page, once; a literal */
    double width, height;
    struct str title, text; /* what it is; what it shows */
};
/* SVG_PICTURE (m, .id = "cohorts", ...) { shapes }: the root, with title and description. */
#define SVG_PICTURE(m, ...)                                                     \
    for (AUTO(markup_leave) struct markup_scope MARKUP_PASTE(scope, __LINE__) = \
             svg_picture((m), &(const struct svg_picture){__VA_ARGS__});        \
         MARKUP_PASTE(scope, __LINE__).once; MARKUP_PASTE(scope, __LINE__).once = false)
struct markup_scope svg_picture(struct markup *m, const struct svg_picture *picture);

/* class may be NULL. The anchor of a text is its class's: "mid", "end". */
void svg_line(struct markup *m, double x1, double y1, double x2, double y2, const char *class);
void svg_rect(struct markup *m, double x, double y, double width, double height, double radius,
              const char *class);
void svg_circle(struct markup *m, double x, double y, double radius, const char *class);
void svg_text(struct markup *m, double x, double y, struct str text, const char *class);
/* A pattern for what is not known: fill="url(#ID)" by A_STR(FILL, ...), or svg_hatched. */
void svg_hatch(struct markup *m, const char *id);
void svg_hatched(struct markup *m, double x, double y, double width, double height,
                 const char *hatch_id);

/* A path from its numbers. */
enum { SVG_PATH_BYTES = 4096 };
struct svg_path {
    char d[SVG_PATH_BYTES];
    size_t len;
    bool over; /* too many points: what came before stays */
};
void svg_move(struct svg_path *path, double x, double y); /* begins with a zeroed path */
void svg_to(struct svg_path *path, double x, double y);
/* A cubic curve: both handles, then the end. */
void svg_curve(struct svg_path *path, double x1, double y1, double x2, double y2, double x,
               double y);
void svg_put_path(struct markup *m, const struct svg_path *path, const char *class);

#endif
