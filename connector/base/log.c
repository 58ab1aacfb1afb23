#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { LINE_MAX_BYTES = 16 * 1024, TEXT_MAX_BYTES = 2000 };

static enum log_level threshold = LOG_INFO;
static const char *const LEVELS[] = {"debug", "info", "warn", "error"};

void log_set_level(enum log_level level)
{
    threshold = level;
}

bool log_level_from(struct str name, enum log_level *ret)
{
    for (size_t i = 0; i < sizeof LEVELS / sizeof LEVELS[0]; i++) {
        if (str_eq_c(name, LEVELS[i])) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

/* A JSON string. Bytes that are not UTF-8 come out one by one, so that the line stays JSON whatever
 * came in. */
static void add_string(struct buf *b, struct str s)
{
    bool utf8 = str_is_utf8(s);
    buf_add_byte(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
            buf_printf(b, "\\u%04x", c);
        else
            buf_add_byte(b, (char)c);
    }
    buf_add_byte(b, '"');
}

static void add_member(struct buf *b, const char *name, struct str value)
{
    char cut[TEXT_MAX_BYTES + 1];

    buf_add_byte(b, ',');
    add_string(b, str_of(name));
    buf_add_byte(b, ':');
    if (value.len > TEXT_MAX_BYTES) {
        str_copy(cut, sizeof cut, value);
        value = str_of(cut);
    }
    add_string(b, value);
}

static void add_field(struct buf *b, const struct log_field *field)
{
    if (field->is_number)
        buf_printf(b, ",\"%s\":%" PRId64, field->name, field->number);
    else
        add_member(b, field->name, field->text);
}

void log_write(enum log_level level, const char *module, const char *msg,
               const struct log_field *fields, size_t count)
{
    static const char CUT[] = ",\"cut\":true", END[] = "}\n";
    char ts[CLOCK_TEXT_SIZE];
    struct buf b;

    if (level < threshold)
        return;
    buf_init(&b, LINE_MAX_BYTES);
    buf_printf(&b, "{\"ts\":\"%s\",\"lvl\":\"%s\"", clock_rfc3339(clock_wall_ms(&CLOCK_SYSTEM), ts),
               LEVELS[level]);
    add_member(&b, "mod", str_of(module));
    add_member(&b, "msg", str_of(msg));
    for (size_t i = 0; i < count; i++) {
        size_t before = b.len;
        b.max = LINE_MAX_BYTES - sizeof CUT - sizeof END;
        add_field(&b, &fields[i]);
        b.max = LINE_MAX_BYTES;
        if (b.over) { /* a line too long must neither vanish nor end in the middle of a string */
            b.len = before;
            b.over = false;
            buf_add_c(&b, CUT);
            break;
        }
    }
    buf_add_c(&b, END);
    /* one write, so that lines of several threads never mix; a blocked or closed stderr loses it */
    ssize_t written = write(STDERR_FILENO, b.p, b.len);
    (void)written;
    buf_done(&b);
}

void log_err(enum log_level level, const char *module, const char *msg, const struct err *err,
             const struct log_field *fields, size_t count)
{
    enum { EXTRA = 6, FIELDS_MAX = 24 };
    struct log_field all[FIELDS_MAX + EXTRA];
    size_t n = 0;

    for (; n < count && n < FIELDS_MAX; n++)
        all[n] = fields[n];
    all[n++] = LOG_C("error", err->what);
    all[n++] = LOG_C("kind", err_kind_name(err->kind));
    if (err->native)
        all[n++] = LOG_I("native", err->native);
    if (err->trail[0])
        all[n++] = LOG_C("trail", err->trail);
    if (err->file) {
        all[n++] = LOG_C("at", err->file);
        all[n++] = LOG_I("line", err->line);
    }
    log_write(level, module, msg, all, n);
}
