/* Functions that make another text of a text, or a number or a day of it. Total, and bounded in
 * what they give. */
#include "base/clock.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { SHAPED_BYTES = 64 * 1024, PARTS_MAX = 64 };

static const char TOO_LONG[] = "is too long";

static struct value shaped(struct arena *arena, const struct buf *b)
{
    return b->over ? wrong_value(TOO_LONG) : text_value(arena_str(arena, buf_str(b)));
}

static bool starts_at(struct str s, size_t i, struct str what)
{
    return str_starts(str_n(s.p + i, s.len - i), what);
}

/* The parts as a list of Jira's would be: {parts[0], …}. One part is no list. */
static struct value split_text(struct arena *arena, struct str s, struct str at)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *list;
    size_t from = 0, count = 0;

    buf_init(&b, SHAPED_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    for (size_t i = 0; i <= s.len; i++) {
        bool end = i == s.len;
        if (!end && !starts_at(s, i, at))
            continue;
        json_put_str(&out, str_trim(str_n(s.p + from, i - from)));
        from = i + at.len;
        i = end ? i : from - 1;
        count++;
    }
    json_close_array(&out);
    if (b.over || count > PARTS_MAX)
        return wrong_value(b.over ? TOO_LONG : "falls into too many parts");
    return json_parse(arena, buf_str(&b), &list, NULL) ? value_of_field(list)
                                                       : wrong_value(TOO_LONG);
}

static struct value replace_text(struct arena *arena, struct str s, struct str what,
                                 struct str with)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, SHAPED_BYTES);
    for (size_t i = 0; i < s.len && !b.over;) {
        bool met = starts_at(s, i, what);
        buf_add_str(&b, met ? with : str_n(s.p + i, 1));
        i += met ? what.len : 1;
    }
    return shaped(arena, &b);
}

static struct value joined(struct arena *arena, struct str a, struct str b)
{
    AUTO(drop_buf) struct buf buf;

    buf_init(&buf, SHAPED_BYTES);
    buf_add_str(&buf, a);
    buf_add_str(&buf, b);
    return shaped(arena, &buf);
}

static size_t digits_at(struct str s, size_t i)
{
    size_t from = i;

    while (i < s.len && s.p[i] >= '0' && s.p[i] <= '9')
        i++;
    return i - from;
}

/* Jira gives every number as a fraction: 10.0. */
static struct value number_of(struct arena *arena, struct str s)
{
    s = str_trim(s);
    size_t sign = s.len && s.p[0] == '-', whole = digits_at(s, sign), i = sign + whole;
    size_t fraction = i < s.len && s.p[i] == '.' ? digits_at(s, i + 1) : 0;

    if (!whole || i + (fraction ? fraction + 1 : 0) != s.len)
        return wrong_value("holds no number");
    size_t first = sign;
    while (whole > 1 && s.p[first] == '0') {
        first++;
        whole--;
    }
    while (fraction && s.p[i + fraction] == '0')
        fraction--;
    struct str digits = str_n(s.p + first, whole + (fraction ? fraction + 1 : 0));
    if (!sign || str_eq_c(digits, "0"))
        return text_value(digits);
    return joined(arena, STR("-"), digits);
}

static struct value date_of(struct arena *arena, struct str s)
{
    int64_t ignored;

    s = str_trim(s);
    if (s.len < 10 ||
        !clock_parse(s.len == 10 ? arena_printf(arena, "%.*sT00:00:00Z", STR_ARG(s)) : s, &ignored))
        return wrong_value("holds no date");
    return text_value(str_n(s.p, 10));
}

static struct value matched(struct arena *arena, const struct pattern *p, struct str s)
{
    struct str taken;

    return pattern_match(arena, p, s, &taken)
               ? text_value(taken)
               : wrong_value("does not have the form that is wanted");
}

struct value shape_text(struct arena *arena, enum mapping_step step,
                        const struct step_argument *argument, struct str s)
{
    if (step == STEP_NUMBER)
        return number_of(arena, s);
    if (step == STEP_DATE)
        return date_of(arena, s);
    if (step == STEP_SPLIT)
        return split_text(arena, s, argument->text);
    if (step == STEP_PART)
        return argument->number == 1 ? text_value(s) : (struct value){0};
    if (step == STEP_MATCH)
        return matched(arena, argument->pattern, s);
    if (step == STEP_REPLACE)
        return replace_text(arena, s, argument->text, argument->with);
    return step == STEP_BEFORE ? joined(arena, argument->text, s)
                               : joined(arena, s, argument->text);
}
