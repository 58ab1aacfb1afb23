#include "service/policy_keep.h"

#include <stdlib.h>

#include "base/limits.h"
#include "json/json_read.h"
#include "json/json_write.h"
#include "service/policy_reload.h"

bool policy_keep_open(struct service *svc, struct err *err)
{
    svc->policy = &svc->config->access_policy;
    svc->policy_reload = policy_reload_new(svc);
    if (!svc->policy->url.len)
        return true;
    svc->desk = policy_desk_new(svc->policy, svc->loop, &svc->rng, err);
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

void policy_keep_duties(struct buf *out, const struct policy_config *c)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_array(&json);
    for (size_t i = 0; i < c->duty_count; i++)
        put_set(&json, &c->duties[i]);
    json_close_array(&json);
}

struct offer {
    struct service *svc;
    store_done_fn *fn;
    void *arg;
};

static void on_offered(void *arg, enum store_outcome outcome, struct str answer)
{
    struct offer *o = arg;
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    const struct json *said = NULL;
    struct err err = {0};
    bool known = outcome == STORE_OK && json_parse(arena, answer, &said, &err);

    if (known)
        policy_reload_offered(o->svc->policy_reload, said);
    o->fn(o->arg, outcome, outcome == STORE_OK ? "" : arena_cstr(arena, answer));
    free(o);
}

void policy_keep_put(struct service *svc, const char *how, store_done_fn *fn, void *arg)
{
    AUTO(drop_buf) struct buf sets;
    struct offer *o = calloc(1, sizeof *o);

    if (!o)
        abort();
    *o = (struct offer){svc, fn, arg};
    buf_init(&sets, POLICY_DUTIES_BYTES);
    policy_keep_duties(&sets, svc->policy);
    store_policy_offer(&svc->store, svc->policy->pdp, buf_str(&sets), how, svc->owner, on_offered,
                       o);
}

struct str policy_keep_line(const struct service *svc, const struct json *policies,
                            struct arena *arena, bool *ret_worse)
{
    const struct policy_config *c = svc->policy;

    *ret_worse = policy_reload_failed(svc->policy_reload);
    if (*ret_worse)
        return STR("a new policy was refused: the one before goes on");
    *ret_worse = policy_reload_apart(svc->policy_reload, policies);
    if (*ret_worse)
        return policy_reload_older(svc->policy_reload)
                   ? STR("the policy of this replica's files was replaced: it decides nothing")
                   : STR("another policy is live than this replica has: it decides nothing");
    if (!svc->desk)
        return !c->rules_file.len ? STR_NONE : STR("by our own rules");
    struct policy_desk_state s = policy_desk_state(svc->desk);
    *ret_worse = s.failures > 0;
    if (s.failures)
        return arena_printf(arena, "no decision, %d times in a row (%s): grants wait", s.failures,
                            s.why);
    return s.permitted + s.denied ? STR("answers") : STR("not asked yet");
}
