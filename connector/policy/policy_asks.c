#include "policy/policy_asks.h"

#include "base/limits.h"
#include "json/json_write.h"

static bool is_named(struct str people, struct str key)
{
    while (people.len)
        if (str_eq_nocase(str_trim(str_cut(&people, '\n')), key))
            return true;
    return false;
}

size_t policy_asks_people(const struct approval_step *step)
{
    size_t n = 0;

    for (struct str rest = step->people; rest.len;) {
        struct str key = str_trim(str_cut(&rest, '\n'));
        n += !is_named(rest, key);
    }
    return n;
}

bool policy_asks_any(const struct policy_asks *a)
{
    return a->at_least > 0 || a->count > 0;
}

bool policy_asks_join(struct policy_asks *all, const struct policy_asks *more)
{
    if (more->at_least > all->at_least)
        all->at_least = more->at_least;
    for (size_t i = 0; i < more->count; i++) {
        if (all->count == POLICY_ASKS_MAX)
            return false;
        all->steps[all->count++] = more->steps[i];
    }
    return true;
}

void policy_asks_write(struct buf *out, const struct policy_asks *a)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    json_i64_member(&json, "at_least", a->at_least);
    json_put_name(&json, "steps");
    json_open_array(&json);
    for (size_t i = 0; i < a->count; i++) {
        json_open_object(&json);
        json_i64_member(&json, "at_least", a->steps[i].wanted);
        json_put_name(&json, "people");
        json_open_array(&json);
        for (struct str rest = a->steps[i].people; rest.len;)
            json_put_str(&json, str_cut(&rest, '\n'));
        json_close_array(&json);
        json_str_member(&json, "who", a->steps[i].who);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
}

/* So many people; not there: `otherwise`. */
static bool read_count(const struct json *v, int32_t otherwise, int32_t *ret)
{
    int64_t n = otherwise;

    if (v && (!json_i64(v, &n) || n < 1 || n > POLICY_ASKS_PEOPLE_MAX))
        return false;
    *ret = (int32_t)n;
    return true;
}

static bool knows(const struct json *object, const char *const *names, int count)
{
    if (json_type(object) != JSON_OBJECT)
        return false;
    JSON_EACH(v, object)
    if (str_index(json_name(v), names, count) < 0)
        return false;
    return true;
}

static bool read_step(struct arena *arena, const struct json *v, struct approval_step *ret)
{
    static const char *const NAMES[] = {"at_least", "people", "who"};
    const struct json *people = json_member(v, "people"), *who = json_member(v, "who");
    AUTO(drop_buf) struct buf b;
    size_t count = json_count(people);

    if (!knows(v, NAMES, 3) || !read_count(json_member(v, "at_least"), 1, &ret->wanted) ||
        json_type(people) != JSON_ARRAY || !count || count > POLICY_ASKS_PEOPLE_MAX ||
        (who && !json_str(who).len))
        return false;
    buf_init(&b, LIMIT_API_BODY_BYTES);
    JSON_EACH(one, people)
    {
        struct str key = str_trim(json_str(one));
        if (!key.len || str_find(key, '\n') >= 0)
            return false;
        if (b.len)
            buf_add_byte(&b, '\n');
        buf_add_str(&b, key);
    }
    ret->people = arena_str(arena, buf_str(&b));
    ret->who = who ? arena_str(arena, json_str(who)) : STR("policy");
    return !b.over && (size_t)ret->wanted <= policy_asks_people(ret);
}

bool policy_asks_read(struct arena *arena, const struct json *v, struct policy_asks *ret)
{
    static const char *const NAMES[] = {"at_least", "steps"};
    const struct json *steps = json_member(v, "steps");

    *ret = (struct policy_asks){0};
    if (!knows(v, NAMES, 2) || (steps && json_type(steps) != JSON_ARRAY) ||
        json_count(steps) > POLICY_ASKS_MAX ||
        !read_count(json_member(v, "at_least"), 1, &ret->at_least))
        return false;
    JSON_EACH(one, steps)
    if (!read_step(arena, one, &ret->steps[ret->count++]))
        return false;
    return true;
}
