/* ldap.c: entitlements that are group memberships in an LDAP directory. libldap blocks (TLS,
 * names), so every source has a worker thread of its own: a hung directory delays nobody else. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/list.h"
#include "io/io_work.h"
#include "readers/ldap_question.h"

enum { QUEUE_MAX = 256 };

extern const struct reader_kind READER_LDAP;

/* libldap and libcurl bring GnuTLS along, which would set itself up in every process; libldap does
 * it when it first needs TLS (gnutls.h, GNUTLS_SKIP_GLOBAL_INIT). Saves 0.8 MB. */
int _gnutls_global_init_skip(void);
int _gnutls_global_init_skip(void)
{
    return 1;
}

struct ldap_reader {
    struct reader base;
    struct reader_config config;
    struct arena *arena;
    struct ldap_place place;
    struct io_work *work;
};

struct ldap_read {
    struct ldap_reader *reader;
    struct item item;
    struct arena *arena;
    struct ldap_pair pair, canary;
    struct answer item_answer, canary_answer;
    int64_t began_ms;
    reader_done_fn *fn;
    void *arg;
};

static void on_thread(void *job)
{
    struct ldap_read *r = job;
    struct ldap_reader *reader = r->reader;

    ldap_ask(&reader->place, secret_reveal(reader->config.secret), &r->pair, &r->canary,
             &r->item_answer, &r->canary_answer);
}

static void on_done(void *job)
{
    struct ldap_read *r = job;
    struct observation obs;

    answers_join(&r->item, &r->item_answer, &r->canary_answer, r->began_ms,
                 clock_wall_ms(r->reader->config.clock), &obs);
    r->fn(r->arg, &obs);
    arena_free(r->arena);
    free(r);
}

static void ldap_read_item(struct reader *base, const struct item *item, reader_done_fn *fn,
                           void *arg)
{
    struct ldap_reader *reader = container_of(base, struct ldap_reader, base);
    struct ldap_read *r = calloc(1, sizeof *r);

    if (!r)
        abort();
    *r = (struct ldap_read){.reader = reader,
                            .item = *item,
                            .arena = arena_new(LIMIT_ARENA_SMALL),
                            .fn = fn,
                            .arg = arg};
    r->item.account_id = arena_str(r->arena, item->account_id);
    r->pair = (struct ldap_pair){
        arena_cstr(r->arena, item->account), arena_cstr(r->arena, item->entitlement),
        arena_cstr(r->arena, item->account_id), arena_cstr(r->arena, item->entitlement_id)};
    r->canary = (struct ldap_pair){arena_cstr(r->arena, reader->config.canary_account),
                                   arena_cstr(r->arena, reader->config.canary_entitlement), "", ""};
    r->began_ms = clock_wall_ms(reader->config.clock);
    if (io_work_push(reader->work, on_thread, on_done, r))
        return;
    r->item_answer = answer_unknown("Overloaded"); /* too much waits for this source already */
    r->canary_answer = r->item_answer;
    io_loop_defer(reader->config.loop, on_done, r);
}

static bool ldap_check(const struct reader_config *config, const char **ret_setting,
                       struct err *err)
{
    struct str uri = setting(config, "uri", "");
    bool starttls = str_eq_c(setting(config, "starttls", "false"), "true");
    bool insecure = str_eq_c(setting(config, "insecure", "false"), "true");

    *ret_setting = "uri";
    if (str_starts(uri, STR("ldaps://")) || starttls || insecure)
        return true;
    return FAIL(
        err, ERR_CONFIG,
        "source '%.*s' would send its password in the clear: use ldaps:// or starttls: true",
        STR_ARG(config->source));
}

static struct reader *ldap_open(const struct reader_config *config, struct err *err)
{
    struct ldap_reader *reader;
    const char *about;

    if (!ldap_check(config, &about, err))
        return NULL;
    reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->base.kind = &READER_LDAP;
    reader->config = *config;
    reader->arena = arena_new(LIMIT_ARENA_SMALL);
    struct arena *a = reader->arena;
    const char *base = arena_cstr(a, setting(config, "base", ""));
    reader->place = (struct ldap_place){
        .uri = arena_cstr(a, setting(config, "uri", "")),
        .bind_dn = arena_cstr(a, setting(config, "bind_dn", "")),
        .base = base,
        .people_base = arena_cstr(a, setting(config, "people_base", base)),
        .people_filter = arena_cstr(a, setting(config, "people_filter", "(uid=%s)")),
        .group_base = arena_cstr(a, setting(config, "group_base", base)),
        .group_filter = arena_cstr(a, setting(config, "group_filter", "(cn=%s)")),
        .member = arena_cstr(a, setting(config, "member", "member")),
        .ca_file = arena_cstr(a, setting(config, "ca_file", "")),
        .starttls = str_eq_c(setting(config, "starttls", "false"), "true"),
        .others = str_eq_c(setting(config, "others", "false"), "true"),
        .timeout_ms = config->timeout_ms,
    };
    reader->work = io_work_new(config->loop, QUEUE_MAX);
    return &reader->base;
}

static void on_closed(void *arg)
{
    struct ldap_reader *reader = arg;
    struct reader base = reader->base;

    arena_free(reader->arena);
    free(reader);
    base.closed_fn(base.closed_arg);
}

static void ldap_close_reader(struct reader *base, void (*fn)(void *arg), void *arg)
{
    struct ldap_reader *reader = container_of(base, struct ldap_reader, base);

    base->closed_fn = fn;
    base->closed_arg = arg;
    io_work_close(reader->work, on_closed, reader);
}

static const char *const SETTINGS[] = {
    "!uri",   "!base",   "bind_dn",  "people_base", "people_filter", "group_base", "group_filter",
    "member", "ca_file", "starttls", "insecure",    "others",        NULL};
static const char *const PROVES[] = {
    "an account is a member of a group itself, or is not", "an account is gone from its base",
    "an account is disabled: userAccountControl, or locked for ever by a password policy", NULL};
static const char *const BLIND[] = {
    "membership through another group, and an account's primary group in Active Directory",
    "whether another replica has heard of it: the moment of the read counts",
    "members of an empty group in Active Directory, where hidden and none look the same", NULL};
const struct reader_kind READER_LDAP = {.name = "ldap",
                                        .check = ldap_check,
                                        .open = ldap_open,
                                        .read = ldap_read_item,
                                        .close = ldap_close_reader,
                                        .settings = SETTINGS,
                                        .proves = PROVES,
                                        .blind = BLIND};
