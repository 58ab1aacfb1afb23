#include "service/policy_keep.h"

#include "json/json_write.h"

enum { SETS_BYTES = 1024 * 1024 };

bool policy_keep_open(struct service *svc, struct err *err)
{
    const struct policy_config *c = &svc->config->access_policy;

    if (!c->url.len)
        return true;
    svc->desk = policy_desk_new(c, svc->loop, &svc->rng, err);
    return svc->desk != NULL;
}

static void put_set(struct json_out *out, const struct duty_set *set)
{
    json_open_object(out);
    json_str_member(out, "name", set->name);
    json_i64_member(out, "n", set->n);
    json_str_member(out, "unlinked", str_of(set->unlinked));
    json_put_name(out, "members");
    json_open_array(out);
    for (size_t i = 0; i < set->member_count; i++) {
        json_open_object(out);
        json_str_member(out, "source", set->members[i].source);
        json_str_member(out, "entitlement", set->members[i].entitlement);
        json_close_object(out);
    }
    json_close_array(out);
    json_close_object(out);
}

void policy_keep_put(struct service *svc, store_done_fn *fn, void *arg)
{
    const struct policy_config *c = &svc->config->access_policy;
    AUTO(drop_buf) struct buf sets;
    struct json_out out;

    buf_init(&sets, SETS_BYTES);
    json_begin(&out, &sets);
    json_open_array(&out);
    for (size_t i = 0; i < c->duty_count; i++)
        put_set(&out, &c->duties[i]);
    json_close_array(&out);
    store_policy_put(&svc->store, c->pdp, buf_str(&sets), fn, arg);
}

struct str policy_keep_line(const struct service *svc, struct arena *arena, bool *ret_worse)
{
    const struct policy_config *c = &svc->config->access_policy;

    *ret_worse = false;
    if (!svc->desk)
        return !c->rules_file.len ? STR_NONE : STR("by our own rules");
    struct policy_desk_state s = policy_desk_state(svc->desk);
    *ret_worse = s.failures > 0;
    if (s.failures)
        return arena_printf(arena, "no decision, %d times in a row (%s): grants wait", s.failures,
                            s.why);
    return s.permitted + s.denied ? STR("answers") : STR("not asked yet");
}
