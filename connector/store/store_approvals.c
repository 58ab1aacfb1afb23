/* Who has to approve and who did, of the database's dossier document (sql/routine/approval.sql). */
#include "store/store_priv.h"

static int64_t number(const struct json *v, const char *name)
{
    int64_t n = 0;
    return json_i64(json_member(v, name), &n) ? n : 0;
}

static void read_terms(struct arena *a, const struct json *v, struct approval_terms *t)
{
    size_t reminders = 0;

    t->at_least = (int32_t)number(v, "at_least");
    t->within_ms = number(v, "within_ms");
    JSON_EACH(c, json_member(v, "channels"))
    {
        enum approval_channel channel;
        if (approval_channel_from(json_str(c), &channel))
            t->channels |= 1u << channel;
    }
    JSON_EACH(percent, json_member(v, "remind"))
    {
        int64_t n;
        if (reminders < LIMIT_REMINDERS && json_i64(percent, &n))
            t->remind[reminders++] = (int32_t)n;
    }
    JSON_EACH(s, json_member(v, "steps"))
    {
        if (t->step_count < sizeof t->steps / sizeof t->steps[0])
            t->steps[t->step_count++] =
                (struct approval_step){.who = arena_str(a, json_path_str(s, "who")),
                                       .people = arena_str(a, json_path_str(s, "people")),
                                       .wanted = (int32_t)number(s, "wanted")};
    }
}

/* One on a way that only a newer release knows is on none that a template takes. */
static struct approval_given given_of(struct arena *a, const struct json *v)
{
    struct approval_given g = {.approver = arena_str(a, json_path_str(v, "approver")),
                               .person = (int32_t)number(v, "person"),
                               .declined = json_is_true(json_member(v, "declined")),
                               .withdrawn = json_is_true(json_member(v, "withdrawn")),
                               .outdated = json_is_true(json_member(v, "outdated")),
                               .at_ms = number(v, "at_ms"),
                               .hats = (uint32_t)number(v, "hats"),
                               .maybe = (uint32_t)number(v, "maybe"),
                               .steps = (uint32_t)number(v, "steps"),
                               .left = json_is_true(json_member(v, "left"))};

    if (!approval_channel_from(json_path_str(v, "channel"), &g.channel))
        g.withdrawn = true;
    return g;
}

void store_read_approvals(struct arena *a, const struct json *dossier, struct dossier *d)
{
    const struct json *v = json_member(dossier, "approvals"), *list = json_member(v, "given");
    const struct json *mapped = json_member(dossier, "mapped");
    size_t count = json_count(list), n = 0;
    struct approval_given *given = arena_array(a, count + 1, sizeof *given);

    d->sponsor = arena_str(a, json_path_str(mapped, "sponsor"));
    d->manager = arena_str(a, json_path_str(mapped, "manager"));
    d->claims_own = json_is_true(json_member(dossier, "claims_own"));
    if (json_type(v) != JSON_OBJECT || !given)
        return;
    JSON_EACH(one, list)
    given[n++] = given_of(a, one);
    d->approvals = (struct approvals){.asked_ms = number(v, "asked_ms"),
                                      .reminded_ms = number(v, "reminded_ms"),
                                      .own_tried = json_is_true(json_member(v, "own_tried")),
                                      .barred = (uint32_t)number(v, "barred"),
                                      .given = given,
                                      .count = n,
                                      .known = true};
    read_terms(a, v, &d->approvals.terms);
}
