/* How webhooks reach us, and how they prove whose they are. */
#include "config/config_priv.h"
#include "jsm/jsm_dialect.h"

enum { CHECK_MS = 3600 * 1000, LATE_MS = 16 * 60 * 1000, LATE_MIN_MS = 1000 };

/* RFC 9110: letters, digits and a few signs; and none of those that prove something else. */
static bool is_header_name(struct str s)
{
    static const struct str TAKEN[] = {
        {"authorization", 13}, {"x-hub-signature", 15}, {"cookie", 6}, {"host", 4}};

    for (size_t i = 0; i < sizeof TAKEN / sizeof TAKEN[0]; i++)
        if (str_eq_nocase(s, TAKEN[i]))
            return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return s.len > 0 && s.len <= 64;
}

/* Headers are looked up by their name in lower case. */
static struct str lower_case(struct loader *l, struct str s)
{
    char *p = arena_alloc(l->arena, s.len + 1);

    if (!p) /* the loader says that the configuration does not fit */
        return STR_NONE;
    for (size_t i = 0; i < s.len; i++)
        p[i] = (char)(s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] - 'A' + 'a' : s.p[i]);
    return str_n(p, s.len);
}

static void check_header(struct loader *l, const struct yaml *hook, struct str *header)
{
    if (is_header_name(*header)) {
        *header = lower_case(l, *header);
        return;
    }
    diag_error(l->v.diags, "C065", yaml_member(hook, "automation_header")->pos,
               "'%.*s' cannot be the header of a rule's secret", STR_ARG(*header));
    diag_help(l->v.diags, "leave it out: the default is X-Countersign-Secret");
}

void config_hook(struct loader *l, const struct yaml *map, struct site_config *s)
{
    static const char *const KNOWN[] = {
        "app_secret",        "app_secret_old", "automation_secret", "automation_secret_old",
        "automation_header", "check_every",    "late_after",        NULL};
    const struct yaml *hook = value_map(&l->v, map, "webhook");
    struct hook_config *h = &s->hook;
    enum { CHARS = CONFIG_HOOK_SECRET_CHARS_MIN };

    value_refuse_unknown(&l->v, hook, KNOWN, "webhook");
    h->app = value_secret(&l->v, hook, "app_secret", false, CHARS);
    h->app_old = value_secret(&l->v, hook, "app_secret_old", false, CHARS);
    h->shared = value_secret(&l->v, hook, "automation_secret", false, CONFIG_TOKEN_CHARS_MIN);
    h->shared_old =
        value_secret(&l->v, hook, "automation_secret_old", false, CONFIG_TOKEN_CHARS_MIN);
    h->header = value_str(&l->v, hook, "automation_header", "X-Countersign-Secret");
    h->check_every_ms = value_duration(&l->v, hook, "check_every", CHECK_MS, POLL_MIN_MS);
    h->late_after_ms = value_duration(&l->v, hook, "late_after", LATE_MS, LATE_MIN_MS);
    check_header(l, hook, &h->header);
    if (h->app.len && jsm_flavour_of(s->flavour) != JSM_CLOUD) {
        diag_error(l->v.diags, "C067", yaml_member(hook, "app_secret")->pos,
                   "datacenter: no app registers webhooks there");
        diag_help(l->v.diags, "write webhook_secret, and let an administrator register the webhook "
                              "(countersign webhook check says how)");
    }
    if (hook && !s->webhook_secret.len && !h->app.len && !h->shared.len) {
        diag_error(l->v.diags, "C011", hook->pos, "no secret of a webhook is given");
        diag_help(l->v.diags, "add webhook_secret to the site, or app_secret or automation_secret "
                              "here");
    }
}

void config_check_public_url(struct loader *l, const struct yaml *map, struct str *url)
{
    const struct yaml *stands = yaml_member(map, "public_url");
    bool good = str_starts(*url, STR("https://")) && url->len > 8;

    for (size_t i = 0; i < url->len; i++) {
        char c = url->p[i];
        good &= (unsigned char)c > ' ' && c != '?' && c != '#' && c != '@' && c != '"';
    }
    if (url->len && !good && !config_is_loopback_http(*url)) {
        struct diag_pos pos = stands ? stands->pos : (struct diag_pos){0};
        if (str_find(*url, '@') >= 0) /* a password may stand before it */
            pos.width = DIAG_HIDDEN;
        diag_error(l->v.diags, "C066", pos, "Jira cannot be told to come to this address");
        diag_help(l->v.diags, "write https://connector.example.com: https, no query, no user");
    }
    while (url->len && url->p[url->len - 1] == '/')
        url->len--;
}
