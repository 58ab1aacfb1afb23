/* markup.h: HTML and SVG, written so that it cannot be wrong.
 *
 * Whatever is written is an element, an attribute or text. Elements and attributes have names of
 * the tables below, so that none of them runs a script or carries a style; text and values are
 * escaped, always; an element is closed when its block ends, however it ends:
 *
 *     HTML (m, P, A(CLASS, "lead")) {
 *         markup_text(m, STR("Closed by "));
 *         markup_said(m, name, 80);
 *     }
 *
 * What nobody sees and what changes how the rest is read (control characters, marks of direction)
 * is shown by its number, [U+202E]; what is no UTF-8 as U+FFFD. An address that is neither of this
 * place nor http is left out. Pure: everything goes to a buf, whose maximum holds. */
#ifndef COUNTERSIGN_CONSOLE_MARKUP_H
#define COUNTERSIGN_CONSOLE_MARKUP_H

#include "base/arena.h"
#include "base/buf.h"

/* Name here, name there, how it is written: N an element, L the same and a line of its own, V an
 * element that is never closed. */
#define MARKUP_ELEMENTS(EACH)              \
    EACH(HTML_HTML, "html", L)             \
    EACH(HTML_HEAD, "head", L)             \
    EACH(HTML_BODY, "body", L)             \
    EACH(HTML_TITLE, "title", L)           \
    EACH(HTML_META, "meta", V)             \
    EACH(HTML_LINK, "link", V)             \
    EACH(HTML_SCRIPT, "script", L)         \
    EACH(HTML_STYLE, "style", L)           \
    EACH(HTML_HEADER, "header", L)         \
    EACH(HTML_NAV, "nav", L)               \
    EACH(HTML_MAIN, "main", L)             \
    EACH(HTML_FOOTER, "footer", L)         \
    EACH(HTML_SECTION, "section", L)       \
    EACH(HTML_ARTICLE, "article", L)       \
    EACH(HTML_ASIDE, "aside", L)           \
    EACH(HTML_H1, "h1", L)                 \
    EACH(HTML_H2, "h2", L)                 \
    EACH(HTML_H3, "h3", L)                 \
    EACH(HTML_H4, "h4", L)                 \
    EACH(HTML_P, "p", L)                   \
    EACH(HTML_DIV, "div", L)               \
    EACH(HTML_SPAN, "span", N)             \
    EACH(HTML_A, "a", N)                   \
    EACH(HTML_UL, "ul", L)                 \
    EACH(HTML_OL, "ol", L)                 \
    EACH(HTML_LI, "li", L)                 \
    EACH(HTML_DL, "dl", L)                 \
    EACH(HTML_DT, "dt", L)                 \
    EACH(HTML_DD, "dd", L)                 \
    EACH(HTML_TABLE, "table", L)           \
    EACH(HTML_CAPTION, "caption", L)       \
    EACH(HTML_THEAD, "thead", L)           \
    EACH(HTML_TBODY, "tbody", L)           \
    EACH(HTML_TR, "tr", L)                 \
    EACH(HTML_TH, "th", N)                 \
    EACH(HTML_TD, "td", N)                 \
    EACH(HTML_STRONG, "strong", N)         \
    EACH(HTML_EM, "em", N)                 \
    EACH(HTML_SMALL, "small", N)           \
    EACH(HTML_CODE, "code", N)             \
    EACH(HTML_PRE, "pre", L)               \
    EACH(HTML_SAMP, "samp", N)             \
    EACH(HTML_TIME, "time", N)             \
    EACH(HTML_ABBR, "abbr", N)             \
    EACH(HTML_BDI, "bdi", N)               \
    EACH(HTML_BLOCKQUOTE, "blockquote", L) \
    EACH(HTML_DETAILS, "details", L)       \
    EACH(HTML_SUMMARY, "summary", L)       \
    EACH(HTML_FIGURE, "figure", L)         \
    EACH(HTML_FIGCAPTION, "figcaption", L) \
    EACH(HTML_FORM, "form", L)             \
    EACH(HTML_FIELDSET, "fieldset", L)     \
    EACH(HTML_LEGEND, "legend", L)         \
    EACH(HTML_LABEL, "label", N)           \
    EACH(HTML_INPUT, "input", V)           \
    EACH(HTML_TEXTAREA, "textarea", L)     \
    EACH(HTML_SELECT, "select", L)         \
    EACH(HTML_OPTION, "option", L)         \
    EACH(HTML_BUTTON, "button", L)         \
    EACH(HTML_OUTPUT, "output", L)         \
    EACH(HTML_HR, "hr", V)                 \
    EACH(HTML_BR, "br", V)                 \
    EACH(SVG_SVG, "svg", L)                \
    EACH(SVG_TITLE, "title", N)            \
    EACH(SVG_DESC, "desc", N)              \
    EACH(SVG_DEFS, "defs", L)              \
    EACH(SVG_PATTERN, "pattern", L)        \
    EACH(SVG_MARKER, "marker", L)          \
    EACH(SVG_G, "g", L)                    \
    EACH(SVG_A, "a", N)                    \
    EACH(SVG_PATH, "path", N)              \
    EACH(SVG_LINE, "line", N)              \
    EACH(SVG_RECT, "rect", N)              \
    EACH(SVG_CIRCLE, "circle", N)          \
    EACH(SVG_POLYLINE, "polyline", N)      \
    EACH(SVG_POLYGON, "polygon", N)        \
    EACH(SVG_TEXT, "text", N)              \
    EACH(SVG_TSPAN, "tspan", N)

/* T text, U an address: of this place, or http and https. */
#define MARKUP_ATTRIBUTES(EACH)                           \
    EACH(CLASS, "class", T)                               \
    EACH(ID, "id", T)                                     \
    EACH(LANG, "lang", T)                                 \
    EACH(DIR, "dir", T)                                   \
    EACH(TITLE, "title", T)                               \
    EACH(ROLE, "role", T)                                 \
    EACH(HIDDEN, "hidden", T)                             \
    EACH(TABINDEX, "tabindex", T)                         \
    EACH(ARIA_LABEL, "aria-label", T)                     \
    EACH(ARIA_LABELLEDBY, "aria-labelledby", T)           \
    EACH(ARIA_DESCRIBEDBY, "aria-describedby", T)         \
    EACH(ARIA_HIDDEN, "aria-hidden", T)                   \
    EACH(ARIA_CURRENT, "aria-current", T)                 \
    EACH(ARIA_LIVE, "aria-live", T)                       \
    EACH(CHARSET, "charset", T)                           \
    EACH(NAME, "name", T)                                 \
    EACH(CONTENT, "content", T)                           \
    EACH(HTTP_EQUIV, "http-equiv", T)                     \
    EACH(REL, "rel", T)                                   \
    EACH(HREF, "href", U)                                 \
    EACH(SRC, "src", U)                                   \
    EACH(DEFER, "defer", T)                               \
    EACH(MEDIA, "media", T)                               \
    EACH(TYPE, "type", T)                                 \
    EACH(ACTION, "action", U)                             \
    EACH(METHOD, "method", T)                             \
    EACH(FOR, "for", T)                                   \
    EACH(VALUE, "value", T)                               \
    EACH(SELECTED, "selected", T)                         \
    EACH(CHECKED, "checked", T)                           \
    EACH(REQUIRED, "required", T)                         \
    EACH(MAXLENGTH, "maxlength", T)                       \
    EACH(ROWS, "rows", T)                                 \
    EACH(COLS, "cols", T)                                 \
    EACH(SPELLCHECK, "spellcheck", T)                     \
    EACH(AUTOCOMPLETE, "autocomplete", T)                 \
    EACH(SCOPE, "scope", T)                               \
    EACH(COLSPAN, "colspan", T)                           \
    EACH(ROWSPAN, "rowspan", T)                           \
    EACH(DATETIME, "datetime", T)                         \
    EACH(OPEN, "open", T)                                 \
    EACH(XMLNS, "xmlns", T)                               \
    EACH(VIEWBOX, "viewBox", T)                           \
    EACH(PRESERVE_ASPECT_RATIO, "preserveAspectRatio", T) \
    EACH(FOCUSABLE, "focusable", T)                       \
    EACH(WIDTH, "width", T)                               \
    EACH(HEIGHT, "height", T)                             \
    EACH(X, "x", T)                                       \
    EACH(Y, "y", T)                                       \
    EACH(X1, "x1", T)                                     \
    EACH(Y1, "y1", T)                                     \
    EACH(X2, "x2", T)                                     \
    EACH(Y2, "y2", T)                                     \
    EACH(CX, "cx", T)                                     \
    EACH(CY, "cy", T)                                     \
    EACH(R, "r", T)                                       \
    EACH(RX, "rx", T)                                     \
    EACH(DX, "dx", T)                                     \
    EACH(DY, "dy", T)                                     \
    EACH(D, "d", T)                                       \
    EACH(POINTS, "points", T)                             \
    EACH(TRANSFORM, "transform", T)                       \
    EACH(TEXT_ANCHOR, "text-anchor", T)                   \
    EACH(FILL, "fill", T)                                 \
    EACH(PATTERN_UNITS, "patternUnits", T)                \
    EACH(PATTERN_TRANSFORM, "patternTransform", T)        \
    EACH(MARKER_WIDTH, "markerWidth", T)                  \
    EACH(MARKER_HEIGHT, "markerHeight", T)                \
    EACH(MARKER_END, "marker-end", T)                     \
    EACH(REF_X, "refX", T)                                \
    EACH(REF_Y, "refY", T)                                \
    EACH(ORIENT, "orient", T)

#define MARKUP_ENUM(name, text, how) name,
enum markup_element { MARKUP_ELEMENTS(MARKUP_ENUM) MARKUP_ELEMENT_COUNT };
#undef MARKUP_ENUM
#define MARKUP_ENUM(name, text, how) ATTR_##name,
enum markup_attribute { ATTR_NONE, MARKUP_ATTRIBUTES(MARKUP_ENUM) MARKUP_ATTRIBUTE_COUNT };
#undef MARKUP_ENUM

enum { MARKUP_DEPTH_MAX = 40, MARKUP_ATTRS_MAX = 12 };

struct markup_attr {
    enum markup_attribute name;
    struct str value; /* STR_NONE: the attribute is left out, unless it is a number */
    double number;
    bool is_number; /* written with at most one digit behind the point */
};
/* In the list of HTML and SVG: a literal; any text; a number; an attribute without a value. */
#define A(name, literal)                    \
    {                                       \
        ATTR_##name, STR(literal), 0, false \
    }
#define A_STR(name, s)             \
    {                              \
        ATTR_##name, (s), 0, false \
    }
#define A_NUM(name, n)                           \
    {                                            \
        ATTR_##name, STR_NONE, (double)(n), true \
    }
#define A_FLAG(name) A(name, "")
/* The attribute only if so. */
#define A_IF(name, condition, literal) A_STR(name, (condition) ? STR(literal) : STR_NONE)

struct markup {
    struct buf *out;
    enum markup_element open[MARKUP_DEPTH_MAX];
    size_t depth;
};

/* Everything is written behind what `out` holds. */
void markup_begin(struct markup *m, struct buf *out);
/* True: all of it fits into the buf, and everything is closed. */
MUST_CHECK bool markup_end(const struct markup *m);

struct markup_scope {
    struct markup *m;
    bool once;
};
/* For the macros below. attrs: up to the first that is ATTR_NONE. */
struct markup_scope markup_enter(struct markup *m, enum markup_element element,
                                 const struct markup_attr *attrs);
void markup_leave(struct markup_scope *scope);
void markup_leaf(struct markup *m, enum markup_element element, struct str text,
                 const struct markup_attr *attrs);

#define MARKUP_PASTE_(a, b) a##b
#define MARKUP_PASTE(a, b) MARKUP_PASTE_(a, b)
#define MARKUP_ATTRS(...)                            \
    (const struct markup_attr[MARKUP_ATTRS_MAX + 1]) \
    {                                                \
        __VA_ARGS__                                  \
    }
#define MARKUP_BLOCK(m, element, ...)                                           \
    for (AUTO(markup_leave) struct markup_scope MARKUP_PASTE(scope, __LINE__) = \
             markup_enter((m), (element), MARKUP_ATTRS(__VA_ARGS__));           \
         MARKUP_PASTE(scope, __LINE__).once; MARKUP_PASTE(scope, __LINE__).once = false)

/* HTML (m, TD, A(CLASS, "sum")) { ... }: an element, and within its block what is in it. A return
 * or break out of the block closes it, too. */
#define HTML(m, name, ...) MARKUP_BLOCK(m, HTML_##name, __VA_ARGS__)
#define SVG(m, name, ...) MARKUP_BLOCK(m, SVG_##name, __VA_ARGS__)
/* An element with nothing but text in it (a struct str), or nothing at all. */
#define HTML_LEAF(m, name, text, ...) \
    markup_leaf((m), HTML_##name, (text), MARKUP_ATTRS(__VA_ARGS__))
#define SVG_LEAF(m, name, text, ...) markup_leaf((m), SVG_##name, (text), MARKUP_ATTRS(__VA_ARGS__))

/* Text, escaped. Not within script and style. */
void markup_text(struct markup *m, struct str text);
void markup_printf(struct markup *m, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What somebody wrote: kept apart from the direction of what is around it (bdi), and cut after so
 * many characters, which is shown by an ellipsis. */
void markup_said(struct markup *m, struct str text, size_t chars_max);
/* The stylesheet of a page that is a file of its own. css: ours, a constant. Only within style. */
void markup_style(struct markup *m, const char *css);

#endif
