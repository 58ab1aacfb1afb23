/* events: who is told of what, where, and how it is signed. */
#include "config/config_event.h"

#include "base/codecs.h"
#include "config/config_priv.h"
#include "domain/event.h"
#include "io/io_file.h"

enum {
    TIMEOUT_MS = 10 * 1000,
    TIMEOUT_MAX_MS = 20 * 1000, /* within a lease */
    GIVE_UP_MS = 3 * 24 * 3600 * 1000,
    GIVE_UP_MIN_MS = 1000,
    KEY_BYTES_MIN = 24, /* Standard Webhooks: between 24 and 64 */
    KEY_BYTES_MAX = 64,
};

bool config_event_key(struct str secret, struct buf *key)
{
    const struct str PREFIX = STR("whsec_");

    return str_starts(secret, PREFIX) &&
           base64_decode(key, str_n(secret.p + PREFIX.len, secret.len - PREFIX.len)) &&
           key->len >= KEY_BYTES_MIN && key->len <= KEY_BYTES_MAX;
}

static void check_key(struct loader *l, const struct yaml *map, const char *key, struct str secret)
{
    struct secret *value = NULL;
    struct err err = {0};
    AUTO(drop_buf) struct buf bytes;

    if (!secret.len || !l->v.secrets || !file_secret(secret, &value, &err))
        return; /* what cannot be read is said already */
    buf_init(&bytes, SECRET_BYTES_MAX);
    if (!config_event_key(secret_reveal(value), &bytes)) {
        diag_error(l->v.diags, "C143", yaml_member(map, key)->pos,
                   "the secret behind '%s' is not of the form of Standard Webhooks", key);
        diag_help(l->v.diags, "make one: echo whsec_$(openssl rand -base64 32)");
    }
    secret_free(value);
}

static void load_types(struct loader *l, const struct yaml *map, struct event_config *e)
{
    const struct yaml *types = value_list(&l->v, map, "types");
    char name[EVENT_NAME_SIZE];

    YAML_EACH(type, types)
    if (!event_filter_is_known(type->scalar)) {
        diag_error(l->v.diags, "C141", type->pos, "there is no event '%.*s'",
                   STR_ARG(type->scalar));
        diag_help(l->v.diags, "write request.closed, request.*, escalation.raised, ...; "
                              "schemas/README.md lists them");
    }
    if (types && !types->first) {
        diag_error(l->v.diags, "C144", types->pos, "a subscriber that asks for nothing");
        diag_help(l->v.diags, "leave types out for all events, or remove the subscriber");
    }
    for (int i = 0; i < EVENT_COUNT; i++) {
        event_name(i, name);
        bool wanted = !types;
        YAML_EACH(type, types)
        wanted |= event_matches(type->scalar, str_of(name));
        if (wanted)
            e->types |= 1U << i;
    }
}

/* An address to which what happens here is told: https, with no user in it that a log would show.
 */
static void check_url(struct loader *l, const struct yaml *map, const struct event_config *e)
{
    struct str host = str_n(e->url.p + 8, e->url.len > 8 ? e->url.len - 8 : 0);
    struct str authority = str_cut(&host, '/');
    bool local = e->insecure_http && config_is_loopback_http(e->url);
    bool good = str_starts(e->url, STR("https://")) && authority.len;

    for (size_t i = 0; i < e->url.len; i++) {
        char c = e->url.p[i];
        good &= (unsigned char)c > ' ' && c != '#' && c != '"' && c != '@';
    }
    if (!e->url.len || good || local)
        return;
    struct diag_pos pos = yaml_member(map, "url")->pos;
    if (str_find(e->url, '@') >= 0)
        pos.width = DIAG_HIDDEN;
    diag_error(l->v.diags, "C140", pos, "events cannot be sent to this address");
    diag_help(l->v.diags,
              "write https://idp.example.com/hooks/access: https, no user, no fragment");
}

static void load_one(struct loader *l, const struct yaml *map)
{
    static const char *const KNOWN[] = {"name",       "url",           "secret",
                                        "secret_old", "types",         "timeout",
                                        "give_up",    "insecure_http", NULL};
    struct config *c = l->c;

    value_refuse_unknown(&l->v, map, KNOWN, "a subscriber");
    if (map->kind != YAML_MAP)
        return;
    if (c->event_count == CONFIG_EVENTS_MAX) {
        diag_error(l->v.diags, "C023", map->pos, "more than %d subscribers", CONFIG_EVENTS_MAX);
        diag_help(l->v.diags, "let one of them pass events on");
        return;
    }
    struct event_config *e = &c->events[c->event_count++];
    e->name = value_required(&l->v, map, "name", "identity-platform");
    value_check_name(&l->v, map, "name", e->name);
    e->insecure_http = value_bool(&l->v, map, "insecure_http", false);
    e->url = value_required(&l->v, map, "url", "https://idp.example.com/hooks/access");
    check_url(l, map, e);
    e->secret = value_secret(&l->v, map, "secret", true, 1);
    e->secret_old = value_secret(&l->v, map, "secret_old", false, 1);
    check_key(l, map, "secret", e->secret);
    check_key(l, map, "secret_old", e->secret_old);
    e->timeout_ms = value_duration(&l->v, map, "timeout", TIMEOUT_MS, SHORTEST_MS);
    if (e->timeout_ms > TIMEOUT_MAX_MS) {
        diag_error(l->v.diags, "C145", yaml_member(map, "timeout")->pos,
                   "'timeout' is too long: a replica holds an event for 30 s");
        diag_help(l->v.diags, "20s is the most; the default is 10s");
    }
    e->give_up_ms = value_duration(&l->v, map, "give_up", GIVE_UP_MS, GIVE_UP_MIN_MS);
    load_types(l, map, e);
    for (size_t i = 0; e->name.len && i + 1 < c->event_count; i++) {
        if (str_eq(c->events[i].name, e->name)) {
            diag_error(l->v.diags, "C142", yaml_member(map, "name")->pos,
                       "two subscribers are called '%.*s'", STR_ARG(e->name));
            diag_help(l->v.diags, "what is delivered is kept by name: give each its own");
        }
    }
}

void config_events(struct loader *l, const struct yaml *root)
{
    YAML_EACH(v, value_list(&l->v, root, "events"))
    load_one(l, v);
}
