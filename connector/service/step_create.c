/* step_create.c: what a create reads and sends: the ticket from what the mapping makes of the wish,
 * its form and its people; then our binding, its link and its participants.
 */
#include "jsm/jsm_saga.h"
#include "service/step_priv.h"
#include "site/site_create.h"
#include "site/site_form.h"
#include "site/site_org.h"

enum {
    SUMMARY_MAX = 200,
    FOLLOWER_PAGES_MAX = 20, /* of fifty; who is there already may be added once more */
};

/* The least id that is more than `after`, of what is asked for and of what a later request took
 * over: the ticket says what was approved. NULL: there is none. */
static const struct item *next_item(const struct dossier *d, int64_t after)
{
    const struct item *next = NULL;

    for (size_t i = 0; i < d->item_count + d->superseded_count; i++) {
        const struct item *one =
            i < d->item_count ? &d->items[i] : &d->superseded[i - d->item_count];
        if (one->id > after && (!next || one->id < next->id))
            next = one;
    }
    return next;
}

/* The entitlements that are to be so, one a line. */
static struct str names_of(struct prep *p, enum desired desired)
{
    struct str names = STR("");

    for (const struct item *i = next_item(p->d, 0); i; i = next_item(p->d, i->id))
        if (i->desired == desired)
            names = names.len ? arena_printf(p->arena, "%.*s\n%.*s", STR_ARG(names),
                                             STR_ARG(i->entitlement))
                              : i->entitlement;
    return names;
}

static struct str summary_of(struct prep *p, const struct item *i)
{
    struct str given = mapping_names(p->arena, names_of(p, DESIRED_PRESENT)),
               gone = mapping_names(p->arena, names_of(p, DESIRED_ABSENT));
    bool both = given.len && gone.len;
    struct str s =
        both ? arena_printf(p->arena, "Give %.*s to %.*s and remove %.*s (%.*s)", STR_ARG(given),
                            STR_ARG(i->account), STR_ARG(gone), STR_ARG(i->source_label))
             : arena_printf(p->arena, "%s %.*s %s %.*s (%.*s)", gone.len ? "Remove" : "Give",
                            STR_ARG(gone.len ? gone : given), gone.len ? "from" : "to",
                            STR_ARG(i->account), STR_ARG(i->source_label));
    char cut[SUMMARY_MAX + 1];
    str_copy(cut, sizeof cut, s);
    return arena_str(p->arena, str_of(cut));
}

/* A ticket names one account in one source. */
static bool is_one_account(const struct dossier *d)
{
    for (size_t i = 1; i < d->item_count; i++)
        if (!str_eq(d->items[i].source, d->items[0].source) ||
            !str_eq(d->items[i].account, d->items[0].account))
            return false;
    return true;
}

/* What the mapping makes of the wish, before anybody is asked. */
static bool begin_creation(struct prep *p)
{
    const struct dossier *d = p->d;
    const struct item *i = d->item_count ? &d->items[0] : NULL;
    struct mapped mapped;
    struct str fields;
    struct err err = {0};

    if (!i)
        return prep_cannot(p, STR("a request without items makes no ticket"));
    if (!is_one_account(d))
        return prep_cannot(p, STR("a ticket names one account in one source, and this request asks "
                                  "for more of them"));
    struct str given = names_of(p, DESIRED_PRESENT), gone = names_of(p, DESIRED_ABSENT);
    struct wanted wanted = {.kind = d->kind,
                            .requester = d->requester,
                            .beneficiary = d->beneficiary,
                            .account = i->account,
                            .source = i->source,
                            .entitlement = given.len ? given : gone,
                            .justification = d->justification,
                            .privileged = d->privileged,
                            .request_id = p->flow->request_id,
                            .instead_of = given.len ? gone : STR_NONE,
                            .sponsor = d->sponsor,
                            .manager = d->manager,
                            .access_until_ms = d->access_until_ms};
    const struct mapping *m = p->site->o.mapping;
    const struct mapping_rule *rule = NULL;
    /* a removal that no rule could say when it was opened: its form says as much as it can */
    bool unsaid = d->kind == REQUEST_REMOVAL && !d->approved_hash;
    if (mapping_request(m, p->arena, &wanted, &mapped, &fields, &err))
        rule = mapped.rule;
    else if (unsaid)
        rule = mapping_nearest(m, &wanted, d->rule);
    if (!rule)
        return prep_cannot(p, str_of(err.what));
    p->creation = ARENA_NEW(p->arena, struct creation);
    creation_begin(p->creation, p->arena, m, rule, &wanted);
    return true;
}

/* Access that must go comes first, with all that it asks before. */
static enum traffic_lane lane_of(const struct prep *p)
{
    return p->d->kind == REQUEST_REMOVAL ? LANE_GATE : LANE_CREATE;
}

static void ask_form(struct prep *p, bool afresh);

/* What is refused is refused by what Jira says now, not by what it said a while ago. */
static void on_form(void *arg, const struct site_form *form)
{
    struct prep *p = arg;

    if (form->outcome != READ_OK) {
        prep_fail(p, form->outcome, form->told_ms, str_of(form->why));
        return;
    }
    bool fits = creation_gather(p->creation, form->form, form->desk);
    struct str faults = creation_faults(p->creation, p->arena, true);
    if (!fits)
        prep_fail(p, READ_REFUSED, 0, STR("a ticket cannot name so many people"));
    else if (faults.len && form->is_kept)
        ask_form(p, true);
    else if (faults.len)
        prep_fail(p, READ_REFUSED, 0, faults);
    else
        prep_next(p);
}

static void ask_form(struct prep *p, bool afresh)
{
    struct site_form_name name = site_form_of(p->site, p->creation->rule);

    site_form_read(p->site, p->arena, &name, lane_of(p), afresh, on_form, p);
}

static void refused(void *arg)
{
    struct prep *p = arg;
    prep_fail(p, READ_REFUSED, 0, arena_str(p->arena, str_of(p->ready.why)));
}

static void too_many_people(void *arg)
{
    prep_fail(arg, READ_REFUSED, 0, STR("a ticket cannot name so many people"));
}

void step_read_form(struct prep *p)
{
    if (begin_creation(p))
        ask_form(p, false);
    else
        io_loop_defer(p->svc->loop, refused, p);
}

static void next_person(void *arg);

static void on_person(void *arg, const struct site_person *person)
{
    struct prep *p = arg;
    struct creation *c = p->creation;

    size_t i = 0;
    while (c->people[i].account.len)
        i++;
    if (person->outcome != READ_OK) {
        struct str why = creation_unknown(c, p->arena, &c->people[i], person->why);
        prep_fail(p, person->outcome, person->told_ms, why);
        return;
    }
    c->people[i].account = person->account;
    next_person(p);
}

/* One after the other; most are known already. */
static void next_person(void *arg)
{
    struct prep *p = arg;
    struct creation *c = p->creation;
    size_t i = 0;

    while (c && i < c->people_count && c->people[i].account.len)
        i++;
    if (!c || i == c->people_count)
        prep_next(p);
    else if (c->people[i].organisation)
        site_org_find(p->site, p->arena, c->people[i].word, lane_of(p), on_person, p);
    else
        site_person_find(p->site, p->arena, c->people[i].word, lane_of(p), on_person, p);
}

void step_read_people(struct prep *p)
{
    io_loop_defer(p->svc->loop, next_person, p);
}

bool step_build_create(struct prep *p)
{
    const struct mapping *m = p->site->o.mapping;
    const struct dossier *d = p->d;
    struct jsm_call call;
    struct err err = {0};
    struct jsm_create create = {
        .project = site_project(p->site),
        .issue_type = m->issue_type,
        .request_type_field = m->request_type_field,
        .request_type = p->creation->rule->request_type,
        .summary = summary_of(p, &d->items[0]),
        .description =
            d->justification.len ? d->justification : STR("Requested by the identity platform."),
        .marker = p->flow->marker,
        .site = p->site->config->name,
        .site_id = p->site->view.site_id,
        .request_id = p->flow->request_id,
    };
    if (!creation_call(p->creation, p->arena, &create, &call, &err))
        return prep_cannot(p, str_of(err.what));
    return prep_make(p, call);
}

/* --- after a ticket was made --- */

bool step_build_bind(struct prep *p)
{
    const struct site *site = p->site;
    struct jsm_bind bind = {site->config->name, site->view.site_id, p->flow->request_id};

    return prep_make(p, jsm_call_bind(p->arena, p->flow->issue_id, &bind));
}

/* The site's request_url with the request's id in it; empty when none is configured. */
static struct str request_url(const struct prep *p)
{
    struct str url = p->site->config->request_url;
    ptrdiff_t at = str_find(url, '{');

    if (at < 0)
        return url;
    struct str tail = str_n(url.p + at + 4, url.len - (size_t)at - 4); /* behind "{id}" */
    return arena_printf(p->arena, "%.*s%.*s%.*s", (int)at, url.p, STR_ARG(p->flow->request_id),
                        STR_ARG(tail));
}

void step_read_links(struct prep *p)
{
    if (p->site->config->request_url.len)
        prep_read(p, jsm_call_links(p->arena, p->flow->issue_id));
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

bool step_build_link(struct prep *p)
{
    struct jsm_link link = {
        .global_id = arena_printf(p->arena, "countersign=%.*s", STR_ARG(p->flow->request_id)),
        .url = request_url(p),
        .title = STR("Access request")};

    if (!link.url.len || jsm_link_stands(p->read, &link))
        return true;
    return prep_make(p, jsm_call_link(p->arena, p->flow->issue_id, &link));
}

/* Who shall take part, as the mapping calls them. */
void step_read_followers(struct prep *p)
{
    if (!p->site->o.mapping->ticket.participant_count)
        io_loop_defer(p->svc->loop, prep_go_on, p);
    else if (!begin_creation(p))
        io_loop_defer(p->svc->loop, refused, p);
    else
        io_loop_defer(p->svc->loop,
                      creation_gather_followers(p->creation) ? prep_go_on : too_many_people, p);
}

static void on_participants(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;

    if (!prep_heard(p, answer))
        return;
    p->follower_count =
        jsm_participants_missing(answer->body, p->followers, p->follower_count, p->followers);
    p->start = jsm_participants_next(answer->body, p->start);
    if (p->follower_count && p->start && ++p->pages < FOLLOWER_PAGES_MAX)
        prep_ask(p, jsm_call_participants(p->arena, p->flow->issue_id, p->start), on_participants);
    else
        prep_next(p);
}

void step_read_participants(struct prep *p)
{
    const struct creation *c = p->creation;
    size_t count = c ? c->participant_count : 0;

    p->followers = arena_array(p->arena, count + 1, sizeof *p->followers);
    p->follower_count = p->followers ? count : 0;
    for (size_t i = 0; i < p->follower_count; i++)
        p->followers[i] = creation_account(c, c->participants[i]);
    if (p->follower_count)
        prep_ask(p, jsm_call_participants(p->arena, p->flow->issue_id, 0), on_participants);
    else
        io_loop_defer(p->svc->loop, prep_go_on, p);
}

/* The request API took them with the create; the platform's does not. */
bool step_build_participants(struct prep *p)
{
    return !p->follower_count ||
           prep_make(p, jsm_call_participants_add(p->arena, p->flow->issue_id, p->followers,
                                                  p->follower_count));
}
