/* How we sign in to one site. */
#include "config/config_priv.h"

enum { FOR_BASIC = 1 << JSM_AUTH_BASIC, FOR_BEARER = 1 << JSM_AUTH_BEARER };
enum { FOR_SCOPED = 1 << JSM_AUTH_SCOPED, FOR_SERVICE = 1 << JSM_AUTH_SERVICE_ACCOUNT };

/* Which kinds have which key. */
static const struct {
    const char *key;
    unsigned kinds;
} KEYS[] = {
    {"email", FOR_BASIC | FOR_SCOPED},
    {"token", FOR_BASIC | FOR_BEARER | FOR_SCOPED},
    {"client_id", FOR_SERVICE},
    {"client_secret", FOR_SERVICE},
    {"cloud_id", FOR_SCOPED | FOR_SERVICE},
    {"gateway", FOR_SCOPED | FOR_SERVICE},
    {"token_url", FOR_SERVICE},
};

/* A key of another kind would be passed over in silence otherwise. */
static void refuse_keys_of_others(struct loader *l, const struct yaml *auth, enum jsm_auth kind)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        const struct yaml *value = yaml_member(auth, KEYS[i].key);
        if (!value || KEYS[i].kinds & 1U << kind)
            continue;
        diag_error(l->v.diags, "C017", value->key_pos, "'%s' has no meaning for kind %s",
                   KEYS[i].key, JSM_AUTH_NAMES[kind]);
        diag_help(l->v.diags, "remove it, or choose the kind that it belongs to");
    }
}

/* An address a secret is sent to: https, or this machine in tests. */
static struct str secure_url(struct loader *l, const struct yaml *auth, const char *key,
                             const char *otherwise, bool insecure_http)
{
    struct str url = value_str(&l->v, auth, key, otherwise);
    bool local = insecure_http && config_is_loopback_http(url);

    if (!str_starts(url, STR("https://")) && !local) {
        diag_error(l->v.diags, "C021", yaml_member(auth, key)->pos,
                   "the address of a credential must begin with https://");
        diag_help(l->v.diags, "leave it out: the default is %s", otherwise);
    }
    return url;
}

void config_auth(struct loader *l, const struct yaml *map, struct site_config *s)
{
    static const char *const KNOWN[] = {"kind",      "email",         "token",
                                        "client_id", "client_secret", "cloud_id",
                                        "gateway",   "token_url",     NULL};
    const struct yaml *auth = value_map(&l->v, map, "auth");

    value_refuse_unknown(&l->v, auth, KNOWN, "auth");
    if (!yaml_member(map, "auth")) {
        diag_error(l->v.diags, "C011", map->pos, "'auth' is missing");
        diag_help(l->v.diags,
                  "add auth: { kind: basic, email: access-check@example.com, token: file:/path }");
    }
    if (!auth)
        return;
    s->auth = (enum jsm_auth)value_choice(&l->v, auth, "kind", "C029", JSM_AUTH_NAMES);
    refuse_keys_of_others(l, auth, s->auth);
    if (s->auth == JSM_AUTH_BASIC || s->auth == JSM_AUTH_SCOPED)
        s->email = value_required(&l->v, auth, "email", "access-check@example.com");
    if (s->auth == JSM_AUTH_SERVICE_ACCOUNT) {
        s->client_id = value_required(&l->v, auth, "client_id", "aBc123");
        s->token = value_secret(&l->v, auth, "client_secret", true, 1);
        s->token_url = secure_url(l, auth, "token_url", "https://auth.atlassian.com/oauth/token",
                                  s->insecure_http);
    } else {
        s->token = value_secret(&l->v, auth, "token", true, 1);
    }
    if (!jsm_auth_at_gateway(s->auth)) { /* forms are told there, however we sign in */
        s->gateway = s->insecure_http ? s->url : STR("https://api.atlassian.com");
        return;
    }
    s->cloud_id = value_str(&l->v, auth, "cloud_id", "");
    s->gateway = secure_url(l, auth, "gateway", "https://api.atlassian.com", s->insecure_http);
}
