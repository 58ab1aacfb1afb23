#include "site/site_secret.h"

#include "base/digest.h"
#include "io/io_file.h"

enum { KEY_BYTES_MIN = 8, KEYS = JSM_HOOK_KEYS_MAX };

bool site_secret_read(struct site_secret *secret, bool *ret_changed, struct err *err)
{
    struct secret *now;

    if (!secret->reference.len)
        return true;
    if (!file_secret(secret->reference, &now, err))
        return false;
    if (secret->value && str_eq(secret_reveal(secret->value), secret_reveal(now))) {
        secret_free(now);
        return true;
    }
    secret_free(secret->value);
    secret->value = now;
    *ret_changed = true;
    return true;
}

static bool is_long_enough(const struct site_secret *secret)
{
    struct str key = secret_reveal(secret->value);
    return !key.len || key.len >= KEY_BYTES_MIN;
}

/* Of up to two secrets. */
static size_t make_hmacs(struct hmac **made, size_t old_count, const struct site_secret *secrets)
{
    size_t count = 0;

    while (old_count)
        hmac_free(made[--old_count]);
    for (size_t i = 0; i < KEYS; i++)
        if (secret_reveal(secrets[i].value).len)
            made[count++] = hmac_new(secret_reveal(secrets[i].value));
    return count;
}

static void make_keys(struct site_hook_secrets *s)
{
    struct jsm_hook_keys *keys = &s->keys;

    keys->signing_count = make_hmacs(keys->signing, keys->signing_count, s->signing);
    keys->app_count = make_hmacs(keys->app, keys->app_count, s->app);
    keys->shared_count = 0;
    for (size_t i = 0; i < KEYS; i++)
        if (secret_reveal(s->shared[i].value).len)
            digest_sha256(secret_reveal(s->shared[i].value), keys->shared[keys->shared_count++]);
    s->version++;
}

void site_hook_secrets_init(struct site_hook_secrets *secrets, const struct site_config *config)
{
    secrets->signing[0].reference = config->webhook_secret;
    secrets->signing[1].reference = config->webhook_secret_old;
    secrets->app[0].reference = config->hook.app;
    secrets->app[1].reference = config->hook.app_old;
    secrets->shared[0].reference = config->hook.shared;
    secrets->shared[1].reference = config->hook.shared_old;
}

bool site_hook_secrets_read(struct site_hook_secrets *secrets, struct err *err)
{
    bool changed = false, good = true;

    for (size_t i = 0; good && i < KEYS; i++)
        good = site_secret_read(&secrets->signing[i], &changed, err) &&
               site_secret_read(&secrets->app[i], &changed, err) &&
               site_secret_read(&secrets->shared[i], &changed, err);
    if (!good)
        return false;
    for (size_t i = 0; i < KEYS; i++)
        good &= is_long_enough(&secrets->signing[i]) && is_long_enough(&secrets->app[i]) &&
                is_long_enough(&secrets->shared[i]);
    if (!good)
        return FAIL(err, ERR_CONFIG, "a webhook secret is shorter than %d bytes", KEY_BYTES_MIN);
    if (changed)
        make_keys(secrets);
    return true;
}

void site_hook_secrets_end(struct site_hook_secrets *secrets)
{
    for (size_t i = 0; i < KEYS; i++) {
        secret_free(secrets->signing[i].value);
        secret_free(secrets->app[i].value);
        secret_free(secrets->shared[i].value);
        secrets->signing[i].value = secrets->app[i].value = secrets->shared[i].value = NULL;
    }
    make_keys(secrets); /* of none: the old ones are freed */
}
