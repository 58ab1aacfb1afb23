#include "service/follow.h"

#include "base/log.h"
#include "domain/ahead.h"
#include "domain/drift.h"
#include "json/json_write.h"
#include "service/terms.h"
#include "site/site.h"

enum { FACTS_BYTES = 4096 };

/* A removal asks for no approval: whoever approved that access goes, or ends, approved it. Access
 * is given again as its rule wants it. */
static void fill(struct store_intake *in, const struct dossier *d, const struct mapped *m,
                 struct mapping_mode mode, const struct mapping *mapping, bool gives)
{
    *in = (struct store_intake){
        .site = d->site,
        .request_type = m->rule->request_type,
        .rule = m->rule->name,
        .kind = gives ? REQUEST_GRANT : REQUEST_REMOVAL,
        .mode = mode.mode,
        .mode_by_site = !mode.by_rule,
        .requester = {d->requester, STR_NONE},
        .beneficiary = {d->beneficiary, STR_NONE},
        .privileged = d->privileged,
        .approval_needed = gives && m->rule->approval_needed,
        .access_until_ms = gives ? d->access_until_ms : 0,
        .sla_goal_ms = m->sla_goal_ms,
        .sla_policy = m->rule->sla_policy,
        .mapping_version = str_of(mapping->sha256),
        .mapped_hash = m->hash,
        .mapped = m->tuple,
    };
}

/* What its end is to be measured by: it is due when the access ends, now if that was missed. */
static int64_t goal_of_end(const struct dossier *d)
{
    enum { AT_ONCE_MS = 1000 };
    int64_t left = d->access_until_ms - d->now_ms;

    return left > AT_ONCE_MS ? left : AT_ONCE_MS;
}

static struct str unsaid(const struct dossier *d, const char *why, const char *detail)
{
    log_warn("follow", "the mapping cannot say what follows", LOG_S("request", d->request_id),
             LOG_S("ticket", d->ticket.key), LOG_C("why", why), LOG_C("detail", detail));
    return str_of(why);
}

/* Without an end; or with the one that the earlier request had, where the form of a removal wants
 * one. */
static bool can_say(const struct mapping *mapping, struct arena *arena, const struct dossier *d,
                    struct wanted *w, struct mapped *ret, struct err *err)
{
    struct str fields;
    struct err again = {0};

    if (mapping_request(mapping, arena, w, ret, &fields, err))
        return true;
    if (w->kind != REQUEST_REMOVAL || !d->access_until_ms)
        return false;
    w->access_until_ms = d->access_until_ms;
    return mapping_request(mapping, arena, w, ret, &fields, &again);
}

/* What is known of it, for the form of its ticket. */
static struct str facts_of(struct arena *arena, const struct dossier *d)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, FACTS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "manager", d->manager);
    json_str_member(&out, "sponsor", d->sponsor);
    json_close_object(&out);
    return b.over ? STR("{}") : arena_str(arena, buf_str(&b));
}

/* Access that is to go waits for no rule: by the nearest one, with no tuple to hold its ticket to.
 */
static struct mapped say_anyway(const struct mapping *mapping, struct arena *arena,
                                const struct dossier *d, const struct wanted *w)
{
    const struct mapping_rule *rule = mapping_nearest(mapping, w, d->rule);
    bool shorter = d->privileged && rule->sla_privileged_ms;

    return (struct mapped){.outcome = MAPPED_OK,
                           .rule = rule,
                           .beneficiary = w->beneficiary,
                           .account = w->account,
                           .source = w->source,
                           .entitlement = w->entitlement,
                           .privileged = w->privileged,
                           .sla_goal_ms = shorter ? rule->sla_privileged_ms : rule->sla_goal_ms,
                           .tuple = facts_of(arena, d)};
}

void follow_of(struct service *svc, struct arena *arena, const struct dossier *d,
               const struct decision *decision, struct store_follow *ret)
{
    const struct item *i = &d->items[decision->about];
    struct site *site = service_site(svc, d->site);
    bool ahead = decision->follow == FOLLOW_AHEAD;
    bool ends = decision->follow == FOLLOW_EXPIRY || i->desired == DESIRED_ABSENT;
    struct mapped m;
    struct err err = {0};

    if (!decision->follow)
        return;
    char *story = arena_alloc(arena, FOLLOW_STORY_BYTES);
    struct store_intake *in = ARENA_NEW(arena, struct store_intake);
    struct store_item *items = arena_array(arena, MAPPED_ITEMS_MAX, sizeof *items);
    if (!site || !in || !items || !story) {
        ret->unsaid = unsaid(d, "NoSite", "");
        return;
    }
    struct str why = ahead ? ahead_story(d, decision->about, story)
                           : drift_story(d, decision->follow, decision->about, story);
    struct wanted w = {.kind = ends ? REQUEST_REMOVAL : REQUEST_GRANT,
                       .requester = d->requester,
                       .beneficiary = d->beneficiary,
                       .account = i->account,
                       .source = i->source,
                       .entitlement = i->entitlement,
                       .justification = why,
                       .sponsor = d->sponsor,
                       .manager = d->manager,
                       .privileged = d->privileged,
                       .access_until_ms = ends ? 0 : d->access_until_ms};
    if (!can_say(site->o.mapping, arena, d, &w, &m, &err)) {
        ret->unsaid = unsaid(d, "NoRuleToAsk", err.what);
        if (!ends)
            return;
        m = say_anyway(site->o.mapping, arena, d, &w);
    }
    struct mapping_mode mode = mapping_mode_of(m.rule, site->config->mode);
    if (mode.mode == GATE_OBSERVE && !ahead) { /* what is a part of what we enforce goes ahead */
        ret->unsaid = STR("Observed");
        return;
    }
    fill(in, d, &m, mode, site->o.mapping, !ends);
    in->justification = why;
    in->requested_ms = ahead ? d->requested_ms : 0;
    if (decision->follow == FOLLOW_EXPIRY) {
        in->sla_goal_ms = goal_of_end(d);
        in->sla_policy = STR_NONE; /* that end counts, not how long it may take */
    }
    terms_take_found(&m, in, items); /* the kind of subject is its origin's: request_follow */
    items[0].desired = ends ? DESIRED_ABSENT : DESIRED_PRESENT; /* whatever the nearest rule does */
    in->item_count = 1;
    ret->open = in;
}
