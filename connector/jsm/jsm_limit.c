#include "jsm/jsm_limit.h"

enum {
    NEAR_PART = 5, /* near: less than one part of so many is left */
    NUMBER_CHARS_MAX = 12,
};

/* Digits alone; -1 when it is no such number. */
static int64_t number(struct str text)
{
    int64_t n = -1;

    text = str_trim(text);
    bool fits = text.len && text.len <= NUMBER_CHARS_MAX && text.p[0] >= '0' && text.p[0] <= '9';
    return fits && str_to_i64(text, &n) ? n : -1;
}

/* The next of several entries, "name";r=1;t=2; a comma inside quotes does not end it. */
static bool next_entry(struct str *list, struct str *ret)
{
    size_t at = 0;
    bool quoted = false;

    if (!list->len)
        return false;
    for (; at < list->len && (quoted || list->p[at] != ','); at++)
        quoted ^= list->p[at] == '"';
    *ret = str_trim(str_n(list->p, at));
    at += at < list->len;
    *list = str_n(list->p + at, list->len - at);
    return true;
}

static struct str name_of(struct str entry)
{
    return str_trim(str_cut(&entry, ';'));
}

/* Parameter `key` of an entry, -1 when it has none that can be read. */
static int64_t parameter(struct str entry, char key)
{
    str_cut(&entry, ';');
    while (entry.len) {
        struct str value = str_trim(str_cut(&entry, ';'));
        struct str name = str_trim(str_cut(&value, '='));
        if (name.len == 1 && (name.p[0] | 0x20) == key)
            return number(value);
    }
    return -1;
}

static int64_t quota_of(struct str policy, struct str name)
{
    struct str entry;

    while (next_entry(&policy, &entry))
        if (str_eq_nocase(name_of(entry), name))
            return parameter(entry, 'q');
    return -1;
}

static bool is_little(int64_t remaining, int64_t limit)
{
    return remaining == 0 || (remaining > 0 && limit > 0 && remaining < limit / NEAR_PART);
}

/* The one of which least is left. */
static void take(struct jsm_limit *l, int64_t remaining, int64_t limit, int64_t reset_s)
{
    l->near |= is_little(remaining, limit);
    if (remaining < 0 || (l->remaining >= 0 && remaining >= l->remaining))
        return;
    l->remaining = remaining;
    l->reset_ms = reset_s > 0 ? reset_s * 1000 : 0;
}

struct jsm_limit jsm_limit_read(const struct jsm_limit_headers *h)
{
    struct jsm_limit l = {.remaining = -1};
    struct str list = h->ratelimit, entry;

    while (next_entry(&list, &entry)) {
        int64_t reset_s = parameter(entry, 't');
        take(&l, parameter(entry, 'r'), quota_of(h->policy, name_of(entry)), reset_s);
        if (l.remaining < 0 && reset_s > 0) /* r is left out when nothing is known of it */
            l.reset_ms = reset_s * 1000;
    }
    take(&l, number(h->remaining), number(h->limit), l.reset_ms / 1000);
    l.near |= str_eq_nocase(str_trim(h->near_limit), STR("true"));
    return l;
}
