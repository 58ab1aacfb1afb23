#include "yaml/diag.h"

#include <stdarg.h>
#include <stdio.h>

void diag_init(struct diag_list *list, const char *file)
{
    *list = (struct diag_list){.file = file};
}

static void add(struct diag_list *list, const char *code, bool warning, struct diag_pos pos,
                const char *fmt, va_list args) __attribute__((format(printf, 5, 0)));

static void add(struct diag_list *list, const char *code, bool warning, struct diag_pos pos,
                const char *fmt, va_list args)
{
    list->errors += !warning;
    if (list->count++ >= DIAG_MAX)
        return;
    struct diag *d = &list->items[list->count - 1];
    *d = (struct diag){.warning = warning, .pos = pos};
    str_copy(d->code, sizeof d->code, str_of(code));
    vsnprintf(d->text, sizeof d->text, fmt, args);
}

void diag_error(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, code, false, pos, fmt, args);
    va_end(args);
}

void diag_warning(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt,
                  ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, code, true, pos, fmt, args);
    va_end(args);
}

static void add_words(struct diag_list *list, size_t offset, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

static void add_words(struct diag_list *list, size_t offset, const char *fmt, va_list args)
{
    if (list->count && list->count <= DIAG_MAX)
        vsnprintf((char *)&list->items[list->count - 1] + offset, sizeof list->items[0].help, fmt,
                  args);
}

void diag_note(struct diag_list *list, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_words(list, offsetof(struct diag, note), fmt, args);
    va_end(args);
}

void diag_help(struct diag_list *list, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add_words(list, offsetof(struct diag, help), fmt, args);
    va_end(args);
}

static struct str line_of(struct str text, int line)
{
    for (int i = 1; i < line && text.len; i++)
        str_cut(&text, '\n');
    return str_cut(&text, '\n');
}

/* File names and values come from others. A tab becomes one blank, so that the caret stands right.
 */
static void add_shown(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool c1 =
            c == 0xC2 && i + 1 < s.len && (unsigned char)s.p[i + 1] < 0xA0; /* U+0080 .. U+009F */
        i += c1;
        buf_add_byte(out, c1 ? '?' : c == '\t' ? ' ' : c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
}

/* Bytes of the first `chars` code points. */
static size_t bytes_of(struct str s, size_t chars)
{
    size_t i = 0;
    while (i < s.len && chars) {
        i++;
        while (i < s.len && ((unsigned char)s.p[i] & 0xC0) == 0x80)
            i++;
        chars--;
    }
    return i;
}

/* The line with its number, and what is underlined. Of a long line only the part around the place.
 */
static void add_line(const struct diag_list *list, struct diag_pos pos, struct buf *out)
{
    enum { BEFORE = 60, SHOWN = 120 };
    struct str line = line_of(list->text, pos.line);
    int skip = pos.column > BEFORE + 20 ? pos.column - BEFORE : 0;
    char number[16];
    int width = snprintf(number, sizeof number, "%d", pos.line);

    if (line.len && line.p[line.len - 1] == '\r')
        line.len--;
    size_t from = bytes_of(line, (size_t)skip);
    line = str_n(line.p + from, line.len - from);
    size_t shown = bytes_of(line, SHOWN);
    buf_printf(out, "%*s |\n%s | ", width, "", number);
    add_shown(out, str_n(line.p, shown));
    buf_printf(out, "%s\n%*s | %*s^", shown < line.len ? "..." : "", width, "",
               pos.column - 1 - skip, "");
    for (int i = 1; i < pos.width && pos.column - skip + i < SHOWN; i++)
        buf_add_byte(out, '^');
    buf_add_c(out, "\n");
}

static void add_hint(struct buf *out, const char *word, const char *text, const char *fixed_by)
{
    if (!text[0])
        return;
    buf_printf(out, "  = %s: ", word);
    add_shown(out, str_of(text));
    if (fixed_by)
        buf_printf(out, "   [safe: %s]", fixed_by);
    buf_add_c(out, "\n");
}

static void render_one(const struct diag_list *list, const struct diag *d, struct buf *out)
{
    buf_printf(out, "%s[%s]: ", d->warning ? "warning" : "error", d->code);
    add_shown(out, str_of(d->text));
    buf_add_c(out, "\n  --> ");
    add_shown(out, str_of(list->file));
    if (d->pos.line)
        buf_printf(out, ":%d:%d", d->pos.line, d->pos.column);
    buf_add_c(out, "\n");
    if (d->pos.line && d->pos.width != DIAG_HIDDEN)
        add_line(list, d->pos, out);
    add_hint(out, "note", d->note, NULL);
    add_hint(out, "help", d->help, d->fix_at.line ? list->fixed_by : NULL);
    buf_add_c(out, "\n");
}

void diag_render(const struct diag_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->count && i < DIAG_MAX; i++)
        render_one(list, &list->items[i], out);
    if (list->count > DIAG_MAX)
        buf_printf(out, "... and %zu more\n", list->count - DIAG_MAX);
}
