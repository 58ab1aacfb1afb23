#include "site/site.h"

#include <stdlib.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "io/io_file.h"

enum { SECRETS_BYTES = 64 * 1024 };

static bool add_key(struct site *site, struct str reference, struct err *err)
{
    struct secret *secret;

    if (!reference.len)
        return true;
    if (!file_secret(reference, &secret, err))
        return err_while(err, "reading the webhook secret of site '%.*s'",
                         STR_ARG(site->config->name));
    if (secret_reveal(secret).len < CONFIG_HOOK_SECRET_CHARS_MIN) {
        secret_free(secret);
        return FAIL(err, ERR_CONFIG,
                    "the webhook secret of site '%.*s' is shorter than %d characters",
                    STR_ARG(site->config->name), CONFIG_HOOK_SECRET_CHARS_MIN);
    }
    site->keys[site->key_count++] = hmac_new(secret_reveal(secret));
    secret_free(secret);
    return true;
}

static bool make_authorization(struct site *site, struct err *err)
{
    const struct site_config *c = site->config;
    AUTO(drop_buf) struct buf plain, coded;
    struct secret *token;

    if (!file_secret(c->token, &token, err))
        return err_while(err, "reading the token of site '%.*s'", STR_ARG(c->name));
    buf_init(&plain, SECRETS_BYTES);
    buf_init(&coded, SECRETS_BYTES);
    if (c->auth == AUTH_BEARER) {
        buf_printf(&coded, "Bearer %.*s", STR_ARG(secret_reveal(token)));
    } else {
        buf_printf(&plain, "%.*s:%.*s", STR_ARG(c->email), STR_ARG(secret_reveal(token)));
        buf_add_c(&coded, "Basic ");
        base64_encode(&coded, buf_str(&plain));
        explicit_bzero(plain.p, plain.len);
    }
    site->authorization = arena_str(site->secrets, buf_str(&coded));
    explicit_bzero(coded.p, coded.len);
    secret_free(token);
    return true;
}

struct site *site_new(const struct site_options *options, struct err *err)
{
    struct site *site = calloc(1, sizeof *site);
    const struct mapping *m = options->mapping;
    const struct site_config *config = options->config;

    if (!site)
        abort();
    site->o = *options;
    site->config = config;
    site->secrets = arena_new(SECRETS_BYTES);
    for (size_t i = 0; i < m->status_count; i++)
        site->statuses[i] = (struct jsm_status_role){m->statuses[i].name, m->statuses[i].role};
    site->view = (struct jsm_view){.statuses = site->statuses, .status_count = m->status_count};
    if (make_authorization(site, err) && add_key(site, config->webhook_secret, err) &&
        add_key(site, config->webhook_secret_old, err))
        return site;
    site_free(site);
    return NULL;
}

void site_free(struct site *site)
{
    if (!site)
        return;
    for (size_t i = 0; i < site->key_count; i++)
        hmac_free(site->keys[i]);
    arena_free(site->secrets);
    free(site);
}

/* --- who are we --- */

struct learning {
    struct site *site;
    struct arena *arena;
    void (*fn)(void *arg, bool known);
    void *arg;
};

static void on_myself(void *arg, const struct jsm_answer *answer)
{
    struct learning *l = arg;
    struct site *site = l->site;
    struct str account = json_path_str(answer->body, "accountId");
    bool known = answer->verdict == JSM_OK && account.len > 0;

    if (known && !site->view.our_account.len)
        site->view.our_account = arena_str(site->secrets, account);
    l->fn(l->arg, known);
    arena_free(l->arena);
    free(l);
}

void site_learn(struct site *site, void (*fn)(void *arg, bool known), void *arg)
{
    struct learning *l = calloc(1, sizeof *l);
    struct jsm_call call = jsm_call_myself();

    if (!l)
        abort();
    *l = (struct learning){site, arena_new(LIMIT_ARENA_SMALL), fn, arg};
    site_send(site, l->arena, &call, on_myself, l);
}
