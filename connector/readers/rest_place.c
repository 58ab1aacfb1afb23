#include "readers/rest_place.h"

#include "base/limits.h"
#include "io/io_file.h"

static const struct rest_profile *read_profile(struct arena *arena,
                                               const struct reader_config *config,
                                               const char **ret_setting, struct err *err)
{
    struct str name = setting(config, "profile", NULL),
               file = setting(config, "profile_file", NULL);
    struct str text = rest_profile_shipped(name);
    const char *path = file.len ? arena_cstr(arena, file) : arena_cstr(arena, name);

    *ret_setting = file.len ? "profile_file" : "profile";
    if (!name.len == !file.len)
        (void)FAIL(err, ERR_CONFIG, "name a profile (%.*s) or a profile_file of your own",
                   STR_ARG(rest_profile_names(arena)));
    else if (name.len && !text.p)
        (void)FAIL(err, ERR_CONFIG, "there is no profile of this name: use one of %.*s",
                   STR_ARG(rest_profile_names(arena)));
    else if (file.len && file.p[0] != '/')
        (void)FAIL(err, ERR_CONFIG, "write a whole path, such as /etc/countersign/ours.yaml");
    else if (!file.len || file_read(arena, path, REST_PROFILE_BYTES, &text, err))
        return rest_profile_read(arena, text, path, err);
    return NULL;
}

/* Words that become parts of host names and paths. */
static bool is_plain(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '_' && (c != '.' || i == 0))
            return false;
    }
    return s.len < 200;
}

static bool read_words(struct arena *arena, const struct reader_config *config,
                       struct rest_place *place, const char **ret_setting, struct err *err)
{
    struct {
        const char *name;
        struct str *to;
    } words[] = {{"org", &place->org},
                 {"tenant", &place->tenant},
                 {"region", &place->region},
                 {"instance", &place->instance}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *ret_setting = words[i].name;
        *words[i].to = arena_str(arena, setting(config, words[i].name, NULL));
        if (!is_plain(*words[i].to))
            return FAIL(err, ERR_CONFIG, "write letters, digits, '-', '_' and '.' alone");
    }
    return true;
}

static bool is_set(const struct reader_config *config, const char *name)
{
    return setting(config, name, NULL).len > 0;
}

static bool check_needs(const struct reader_config *config, const struct rest_profile *p,
                        const char **ret_setting, struct err *err)
{
    static const char *const BY_AUTH[] = {NULL, "user", "client_id", "access_key_id"};
    const char *wanted = BY_AUTH[p->auth];

    *ret_setting = is_set(config, "profile") ? "profile" : "profile_file";
    if (wanted && !is_set(config, wanted))
        return FAIL(err, ERR_CONFIG, "its way to sign in needs '%s' under connection", wanted);
    if (p->auth == REST_AWS && (!is_set(config, "region") || !p->service.len))
        return FAIL(err, ERR_CONFIG, "its way to sign in needs 'region' under connection");
    for (size_t i = 0; i < p->needs.count; i++)
        if (!is_set(config, p->needs.of[i].p))
            return FAIL(err, ERR_CONFIG, "it needs '%s' under connection", p->needs.of[i].p);
    return true;
}

static bool read_url(struct arena *arena, const struct reader_config *config, const char *name,
                     struct str otherwise, const struct rest_place *place, struct str *ret,
                     struct err *err)
{
    bool insecure = str_eq_c(setting(config, "insecure", "false"), "true");
    struct str url = setting(config, name, NULL);

    *ret = url.len ? arena_str(arena, url) : rest_expand(arena, place, NULL, otherwise);
    if (!ret->len)
        return FAIL(err, ERR_CONFIG, "it needs '%s' under connection", name);
    if (!web_check_url(*ret, insecure, err))
        return false;
    while (ret->p[ret->len - 1] == '/')
        ret->len--;
    return true;
}

bool rest_place_read(struct arena *arena, const struct reader_config *config,
                     struct rest_place *ret, struct str *ret_token_url, const char **ret_setting,
                     struct err *err)
{
    const char *profile_setting;

    *ret = (struct rest_place){.profile = read_profile(arena, config, ret_setting, err)};
    profile_setting = *ret_setting;
    if (!ret->profile || !read_words(arena, config, ret, ret_setting, err) ||
        !check_needs(config, ret->profile, ret_setting, err))
        return false;
    *ret_setting = is_set(config, "url") ? "url" : profile_setting;
    if (!read_url(arena, config, "url", ret->profile->url, ret, &ret->base, err))
        return false;
    *ret_setting = is_set(config, "token_url") ? "token_url" : profile_setting;
    return ret->profile->auth != REST_OAUTH ||
           read_url(arena, config, "token_url", ret->profile->token_url, ret, ret_token_url, err);
}
