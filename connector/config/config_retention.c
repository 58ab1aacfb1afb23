/* retention: how long records are kept, where they go before they are dropped, and what is held. */
#include <string.h>

#include "config/config_priv.h"
#include "json/json_write.h"

enum {
    DAY_MS = 24 * 3600 * 1000,
    SHORTEST_DAYS = 30,           /* whatever is looked at day by day is younger */
    SHORTEST_EVIDENCE_DAYS = 365, /* an audit asks for a year at least */
    HOLDS_MAX = 200,
    HOLD_NAMES_MAX = 1000,
    HOLDS_BYTES = 256 * 1024,
    UUID_LEN = 36,
};

const char *const RETENTION_KINDS[RETENTION_COUNT] = {"deliveries", "observations", "flows",
                                                      "decisions", "evidence"};

static void load_days(struct loader *l, const struct values *v, const struct yaml *map, int kind)
{
    const char *key = RETENTION_KINDS[kind];
    int shortest = kind == RETENTION_EVIDENCE ? SHORTEST_EVIDENCE_DAYS : SHORTEST_DAYS;
    int64_t ms = value_duration(v, map, key, 0, SHORTEST_MS);

    l->c->retention.days[kind] = ms / DAY_MS;
    if (!yaml_member(map, key) || !ms || l->c->retention.days[kind] >= shortest)
        return;
    value_fault(v, yaml_member(map, key), "C190", "%s cannot go before %d days", key, shortest);
    diag_help(v->diags, "write %s: %dd, or leave it out: they are kept for good", key, shortest);
}

static bool is_uuid(struct str text)
{
    if (text.len != UUID_LEN)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.p[i] != '-' : !strchr("0123456789abcdef", text.p[i]))
            return false;
    }
    return true;
}

/* One list of a hold, as a member of its JSON. */
static size_t put_list(const struct values *v, struct json_out *out, const struct yaml *map,
                       const char *key)
{
    const struct yaml *list = value_list(v, map, key);
    size_t count = 0;

    json_put_name(out, key);
    json_open_array(out);
    YAML_EACH(item, list)
    {
        if (++count > HOLD_NAMES_MAX || item->kind != YAML_SCALAR || !item->scalar.len) {
            value_fault(v, item, "C192", "a hold names each of its %s in a word, %d at the most",
                        key, HOLD_NAMES_MAX);
            diag_help(v->diags, "write %s: [IAM-482]; make a second hold of what is too many", key);
            break;
        }
        if (strcmp(key, "requests") == 0 && !is_uuid(item->scalar)) {
            value_fault(v, item, "C194", "'%.*s' is not the id of a request",
                        STR_ARG(item->scalar));
            diag_help(v->diags, "write the id as 'countersign request show' prints it, or hold the "
                                "ticket by its key: tickets: [IAM-482]");
        }
        json_put_str(out, item->scalar);
    }
    json_close_array(out);
    return count;
}

static void load_hold(const struct values *v, struct json_out *out, const struct yaml *map,
                      const struct yaml *all)
{
    static const char *const KNOWN[] = {"name", "people", "tickets", "requests", NULL};

    value_refuse_unknown(v, map, KNOWN, "a hold");
    struct str name = value_required(v, map, "name", "case 2026-17");
    YAML_EACH(other, all)
    {
        const struct yaml *earlier = yaml_member(other, "name");
        if (other == map)
            break;
        if (!name.len || !earlier || !str_eq(earlier->scalar, name))
            continue;
        value_fault(v, yaml_member(map, "name"), "C193", "there are two holds '%.*s'",
                    STR_ARG(name));
        diag_help(v->diags, "give each its own name: it is told as the reason why something stays");
        break;
    }
    json_open_object(out);
    json_str_member(out, "name", name);
    size_t count = put_list(v, out, map, "people");
    count += put_list(v, out, map, "tickets");
    count += put_list(v, out, map, "requests");
    json_close_object(out);
    if (count)
        return;
    value_fault(v, map, "C192", "the hold '%.*s' holds nothing", STR_ARG(name));
    diag_help(v->diags, "name people, tickets or requests");
}

static struct str load_holds(struct loader *l, const struct values *v, const struct yaml *map)
{
    const struct yaml *holds = value_list(v, map, "holds");
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    int count = 0;

    buf_init(&b, HOLDS_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    YAML_EACH(hold, holds)
    if (++count <= HOLDS_MAX)
        load_hold(v, &out, hold, holds);
    json_close_array(&out);
    if (count > HOLDS_MAX || b.over) {
        value_fault(v, holds, "C023", "there are more than %d holds, or they are too long",
                    HOLDS_MAX);
        diag_help(v->diags, "put what belongs to one case into one hold");
        return STR("[]");
    }
    return arena_str(l->arena, buf_str(&b));
}

void config_retention(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"directory", "deliveries", "observations", "flows",
                                        "decisions", "evidence",   "holds",        NULL};
    const struct yaml *map = value_map(&l->v, root, "retention");
    struct retention_config *r = &l->c->retention;
    struct values v = l->v;
    bool drops = false;

    v.section = NULL;
    r->holds = STR("[]");
    if (!map)
        return;
    value_refuse_unknown(&v, map, KNOWN, "retention");
    r->directory = value_str(&v, map, "directory", "");
    if (r->directory.len)
        r->directory = config_beside(l->arena, l->c->file, r->directory);
    for (int kind = 0; kind < RETENTION_COUNT; kind++) {
        load_days(l, &v, map, kind);
        drops |= r->days[kind] > 0;
    }
    r->holds = load_holds(l, &v, map);
    if (!drops || r->directory.len)
        return;
    value_fault(&v, map, "C191", "it says what is dropped, and not where that is written before");
    diag_help(v.diags, "add directory: /var/lib/countersign/retained");
}
