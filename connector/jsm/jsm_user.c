#include "jsm/jsm_user.h"

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

bool jsm_is_user(const struct json *v)
{
    return json_member(v, "accountId") || json_member(v, "emailAddress") ||
           json_member(v, "displayName");
}
