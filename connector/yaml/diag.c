#include "yaml/diag.h"

#include <stdarg.h>
#include <stdio.h>

void diag_init(struct diag_list *list, const char *file)
{
    *list = (struct diag_list){.file = file};
}

static void add(struct diag_list *list, const char *code, bool warning, struct diag_pos pos, const char *fmt, va_list args)
    __attribute__((format(printf, 5, 0)));

static void add(struct diag_list *list, const char *code, bool warning, struct diag_pos pos, const char *fmt, va_list args)
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

void diag_warning(struct diag_list *list, const char *code, struct diag_pos pos, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    add(list, code, true, pos, fmt, args);
    va_end(args);
}

void diag_help(struct diag_list *list, const char *fmt, ...)
{
    if (!list->count || list->count > DIAG_MAX)
        return;
    struct diag *d = &list->items[list->count - 1];
    va_list args;
    va_start(args, fmt);
    vsnprintf(d->help, sizeof d->help, fmt, args);
    va_end(args);
}

static struct str line_of(struct str text, int line)
{
    for (int i = 1; i < line && text.len; i++)
        str_cut(&text, '\n');
    return str_cut(&text, '\n');
}

static void render_one(const struct diag_list *list, const struct diag *d, struct buf *out)
{
    buf_printf(out, "%s[%s]: %s\n  --> %s", d->warning ? "warning" : "error", d->code, d->text, list->file);
    if (d->pos.line) {
        struct str line = line_of(list->text, d->pos.line);
        buf_printf(out, ":%d:%d\n   |\n%3d| %.*s\n   | %*s^\n", d->pos.line, d->pos.column, d->pos.line, STR_ARG(line),
                   d->pos.column - 1, "");
    } else {
        buf_add_c(out, "\n");
    }
    if (d->help[0])
        buf_printf(out, "   = help: %s\n", d->help);
    buf_add_c(out, "\n");
}

void diag_render(const struct diag_list *list, struct buf *out)
{
    for (size_t i = 0; i < list->count && i < DIAG_MAX; i++)
        render_one(list, &list->items[i], out);
    if (list->count > DIAG_MAX)
        buf_printf(out, "... and %zu more\n", list->count - DIAG_MAX);
}
