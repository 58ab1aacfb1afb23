#include "jsm/jsm_user.h"

#include "json/json_write.h"

struct str jsm_user_id(const struct json *user)
{
    struct str id = json_path_str(user, "accountId");
    struct str key = json_path_str(user, "key");

    if (id.len)
        return id;
    return key.len ? key : json_path_str(user, "name");
}

struct str jsm_user_name(const struct json *user)
{
    struct str id = json_path_str(user, "accountId");
    return id.len ? id : json_path_str(user, "name");
}

struct str jsm_user_key(const struct json *user)
{
    struct str address = json_path_str(user, "emailAddress");
    return address.len ? address : jsm_user_name(user);
}

struct str jsm_user_names(struct arena *a, const struct json *user, struct str account)
{
    enum { NAMES_BYTES = 8 * 1024 };
    const struct {
        const char *kind;
        struct str value;
    } names[] = {{"account", json_path_str(user, "accountId")},
                 {"account", json_path_str(user, "name")},
                 {"account", json_path_str(user, "key")},
                 {"account", account},
                 {"address", json_path_str(user, "emailAddress")}};
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, NAMES_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].value.len)
            json_put_str(&out, arena_printf(a, "%s=%.*s", names[i].kind, STR_ARG(names[i].value)));
    json_close_array(&out);
    return b.over ? STR("[]") : arena_str(a, buf_str(&b));
}

bool jsm_is_user(const struct json *v)
{
    return json_member(v, "accountId") || json_member(v, "emailAddress") ||
           json_member(v, "displayName");
}

bool jsm_user_is_app(const struct json *user)
{
    return str_eq_c(json_path_str(user, "accountType"), "app");
}

bool jsm_user_is_listed(const struct json *user, const struct str *words, size_t count)
{
    static const char *const NAMES[] = {"accountId", "name", "key"};

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        struct str name = json_path_str(user, NAMES[i]);
        for (size_t j = 0; name.len && j < count; j++)
            if (str_eq_nocase(name, words[j]))
                return true;
    }
    return false;
}

struct str jsm_account_type(const struct json *page, struct str account)
{
    JSON_EACH(user, json_member(page, "values"))
    if (str_eq(json_path_str(user, "accountId"), account))
        return json_path_str(user, "accountType");
    return STR_NONE;
}
