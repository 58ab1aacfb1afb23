#include "service/follow.h"

#include "base/log.h"
#include "domain/drift.h"
#include "service/terms.h"
#include "site/site.h"

/* A removal asks for no approval: whoever approved that access goes, or ends, approved it. Access
 * is given again as its rule wants it. */
static void fill(struct store_intake *in, const struct dossier *d, const struct mapped *m,
                 struct mapping_mode mode, const struct mapping *mapping)
{
    bool gives = m->rule->change != REQUEST_REMOVAL;

    *in = (struct store_intake){
        .site = d->site,
        .request_type = m->rule->request_type,
        .rule = m->rule->name,
        .kind = m->rule->change,
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

static struct str unopened(const struct dossier *d, const char *why, const char *detail)
{
    log_warn("follow", "no request is opened", LOG_S("request", d->request_id),
             LOG_S("ticket", d->ticket.key), LOG_C("why", why), LOG_C("detail", detail));
    return str_of(why);
}

void follow_of(struct service *svc, struct arena *arena, const struct dossier *d,
               const struct decision *decision, struct store_follow *ret)
{
    const struct item *i = &d->items[decision->about];
    struct site *site = service_site(svc, d->site);
    bool ends = decision->follow == FOLLOW_EXPIRY || i->desired == DESIRED_ABSENT;
    struct mapped m;
    struct str fields;
    struct err err = {0};

    if (!decision->follow)
        return;
    char *story = arena_alloc(arena, DRIFT_STORY_BYTES);
    struct store_intake *in = ARENA_NEW(arena, struct store_intake);
    struct store_item *items = arena_array(arena, MAPPED_ITEMS_MAX, sizeof *items);
    if (!site || !in || !items || !story) {
        ret->unopened = unopened(d, "NoSite", "");
        return;
    }
    struct str why = drift_story(d, decision->follow, decision->about, story);
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
    if (!mapping_request(site->o.mapping, arena, &w, &m, &fields, &err)) {
        ret->unopened = unopened(d, "NoRuleToAsk", err.what);
        return;
    }
    struct mapping_mode mode = mapping_mode_of(m.rule, site->config->mode);
    if (mode.mode == GATE_OBSERVE) {
        ret->unopened = STR("Observed");
        return;
    }
    fill(in, d, &m, mode, site->o.mapping);
    in->justification = why;
    if (decision->follow == FOLLOW_EXPIRY) {
        in->sla_goal_ms = goal_of_end(d);
        in->sla_policy = STR_NONE; /* that end counts, not how long it may take */
    }
    terms_take_found(&m, in, items); /* the kind of subject is its origin's: request_follow */
    ret->open = in;
}
