/* step_real.c: the seam's writes to Jira. A step is what it reads first (or nothing) and the one
 * call built from it; both stand in one table. Nothing here decides what comes next: domain/step.c
 * does.
 */
#include <stdlib.h>

#include "base/assert.h"
#include "jsm/jsm_adf.h"
#include "jsm/jsm_pick.h"
#include "jsm/jsm_saga.h"
#include "json/json_write.h"
#include "service/payload.h"
#include "service/world_real.h"
#include "site/site.h"
#include "site/site_create.h"
#include "site/site_form.h"
#include "site/site_people.h"

enum { FIELDS_BYTES = 4096, SUMMARY_MAX = 200, READS_MAX = 3 };

struct step_call {
    struct jsm_call call;
    enum status_role reached; /* a move: where it leads */
    bool silent;              /* it asks Jira to mail nobody, which Jira may refuse */
};

/* A step being made ready. */
struct prep {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    const struct flow *flow;
    const struct dossier *d;
    const struct ticket *ticket;
    const struct json *read; /* what the last read by one call was answered */
    size_t reads;            /* of the step's row that are done */
    struct creation *creation;
    struct step_call *made;
    enum step step;
    struct step_ready ready;
    world_ready_fn *fn;
    void *arg;
};

/* Build the call into p->made; leave p->made NULL when there is nothing to do. False: it cannot be
 * done, the reason is in p->ready.why. */
typedef bool build_fn(struct prep *p);
/* Something that the step must know first: begins to read it; ends in prep_next or prep_fail, never
 * from inside. What it learned stands in p. */
typedef void read_fn(struct prep *p);

static void prep_next(struct prep *p);
static void prep_fail(struct prep *p, enum read_outcome outcome, int64_t told_ms, struct str why);
static void prep_read(struct prep *p, struct jsm_call call);

/* To the next read, from the loop. */
static void go_on(void *arg)
{
    prep_next(arg);
}

static bool make(struct prep *p, struct jsm_call call)
{
    p->made = ARENA_NEW(p->arena, struct step_call);
    p->made->call = call;
    return true;
}

static bool cannot(struct prep *p, struct str why)
{
    str_copy(p->ready.why, sizeof p->ready.why, why);
    return false;
}

/* --- create --- */

static struct str summary_of(struct prep *p, const struct item *i)
{
    bool gone = i->desired == DESIRED_ABSENT;
    struct str s = arena_printf(p->arena, "%s %.*s %s %.*s (%.*s)", gone ? "Remove" : "Give",
                                STR_ARG(i->entitlement), gone ? "from" : "to", STR_ARG(i->account),
                                STR_ARG(i->source_label));
    return s.len > SUMMARY_MAX ? str_n(s.p, SUMMARY_MAX) : s;
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
        return cannot(p, STR("a request without items makes no ticket"));
    struct wanted wanted = {.kind = d->kind,
                            .requester = d->requester,
                            .beneficiary = d->beneficiary,
                            .account = i->account,
                            .source = i->source,
                            .entitlement = i->entitlement,
                            .justification = d->justification,
                            .privileged = d->privileged,
                            .request_id = p->flow->request_id,
                            .access_until_ms = d->access_until_ms};
    if (!mapping_request(p->site->o.mapping, p->arena, &wanted, &mapped, &fields, &err))
        return cannot(p, str_of(err.what));
    p->creation = ARENA_NEW(p->arena, struct creation);
    creation_begin(p->creation, p->arena, p->site->o.mapping, mapped.rule, &wanted);
    return true;
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
    const struct mapping *m = p->site->o.mapping;
    bool by_request = m->ticket.by == CREATE_BY_REQUEST;
    struct site_form_name name = {.by = m->ticket.by,
                                  .project = site_project(p->site),
                                  .type =
                                      by_request ? p->creation->rule->request_type : m->issue_type};

    site_form_read(p->site, p->arena, &name, afresh, on_form, p);
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

static void read_form(struct prep *p)
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

    if (person->outcome != READ_OK) {
        prep_fail(p, person->outcome, person->told_ms, str_of(person->why));
        return;
    }
    for (size_t i = 0; i < c->people_count; i++) {
        if (!c->people[i].account.len) {
            c->people[i].account = person->account;
            break;
        }
    }
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
    if (c && i < c->people_count)
        site_person_find(p->site, p->arena, c->people[i].word, on_person, p);
    else
        prep_next(p);
}

static void read_people(struct prep *p)
{
    io_loop_defer(p->svc->loop, next_person, p);
}

static bool build_create(struct prep *p)
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
        return cannot(p, str_of(err.what));
    return make(p, call);
}

/* --- words --- */

static bool read_words(struct prep *p, struct payload *words)
{
    return payload_read(p->arena, p->flow->payload, words) ||
           cannot(p, STR("the words to be written cannot be read"));
}

static void read_comments(struct prep *p)
{
    prep_read(p, jsm_call_comments(p->arena, p->flow->issue_id));
}

/* Somebody has to act, and an edit in place would tell nobody. Where our comment is not there yet,
 * its coming tells. */
static bool build_tell(struct prep *p)
{
    struct str us = p->site->view.our_account;
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct str line = words.notice.head.len ? words.notice.head : words.notice.line;
    if (words.tell < 2 || !jsm_comment_find(p->arena, p->read, us).len ||
        jsm_told_is_said(p->arena, p->read, us, line))
        return true;
    return make(p, jsm_call_tell(p->arena, p->flow->issue_id, jsm_adf_told(p->arena, line)));
}

static bool build_comment(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct str id = jsm_comment_find(p->arena, p->read, p->site->view.our_account);
    struct str adf = jsm_adf_notice(p->arena, &words.notice);
    return make(p, jsm_call_comment(p->arena, p->flow->issue_id, id, adf));
}

/* {"customfield_1":{"value":"Checking"},...}; empty: the site has neither field. */
static struct str two_fields(struct prep *p, const struct payload *words)
{
    const struct mapping *m = p->site->o.mapping;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!m->check_field.len && !m->reason_field.len)
        return STR_NONE;
    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (m->check_field.len) {
        json_put_name(&out, arena_cstr(p->arena, m->check_field));
        json_open_object(&out);
        json_str_member(&out, "value", words->check);
        json_close_object(&out);
    }
    if (m->reason_field.len)
        json_str_member(&out, arena_cstr(p->arena, m->reason_field), words->notice.line);
    json_close_object(&out);
    return arena_str(p->arena, buf_str(&b));
}

static bool build_fields(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct jsm_say say = {.fields = two_fields(p, &words),
                          .said = {.request = p->flow->request_id,
                                   .state = words.state,
                                   .check = words.check,
                                   .line = words.notice.line},
                          .silent = !p->site->is_loud};
    if (!make(p, jsm_call_say(p->arena, p->flow->issue_id, &say)))
        return false;
    p->made->silent = say.silent;
    return true;
}

static bool build_unresolve(struct prep *p)
{
    return make(p, jsm_call_fields(p->arena, p->flow->issue_id, STR("{\"resolution\":null}")));
}

/* --- moves --- */

static void read_transitions(struct prep *p)
{
    prep_read(p, jsm_call_transitions(p->arena, p->flow->issue_id));
}

/* nearly: one move nearer counts, too. */
static bool build_move(struct prep *p, enum status_role toward, bool nearly)
{
    struct jsm_pick pick;

    jsm_pick(p->arena, p->read, &p->site->view, toward, p->ticket->status_name, &pick);
    bool leads_there = pick.transition_id.len && (nearly || pick.leads_to == toward);
    if (!leads_there)
        return cannot(p, pick.needs.len ? arena_printf(p->arena, "the transition wants field %.*s",
                                                       STR_ARG(pick.needs))
                                        : STR("Jira offers us no transition that leads there"));
    make(p, jsm_call_transition(p->arena, p->flow->issue_id, pick.transition_id, pick.fields));
    p->made->reached = pick.leads_to;
    return true;
}

static bool build_to_verify(struct prep *p)
{
    return build_move(p, STATUS_DONE, true);
}

static bool build_to_done(struct prep *p)
{
    return build_move(p, STATUS_DONE, false);
}

static bool build_to_open(struct prep *p)
{
    return build_move(p, STATUS_OPEN, false);
}

/* --- after a ticket was made --- */

static bool build_bind(struct prep *p)
{
    const struct site *site = p->site;
    struct jsm_bind bind = {site->config->name, site->view.site_id, p->flow->request_id};

    return make(p, jsm_call_bind(p->arena, p->flow->issue_id, &bind));
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

static void read_links(struct prep *p)
{
    if (p->site->config->request_url.len)
        prep_read(p, jsm_call_links(p->arena, p->flow->issue_id));
    else
        io_loop_defer(p->svc->loop, go_on, p);
}

static bool build_link(struct prep *p)
{
    struct jsm_link link = {
        .global_id = arena_printf(p->arena, "countersign=%.*s", STR_ARG(p->flow->request_id)),
        .url = request_url(p),
        .title = STR("Access request")};

    if (!link.url.len || jsm_link_stands(p->read, &link))
        return true;
    return make(p, jsm_call_link(p->arena, p->flow->issue_id, &link));
}

/* Who shall take part, as the mapping calls them. */
static void read_followers(struct prep *p)
{
    if (!p->site->o.mapping->ticket.participant_count)
        io_loop_defer(p->svc->loop, go_on, p);
    else if (!begin_creation(p))
        io_loop_defer(p->svc->loop, refused, p);
    else
        io_loop_defer(p->svc->loop,
                      creation_gather_followers(p->creation) ? go_on : too_many_people, p);
}

static void read_participants(struct prep *p)
{
    if (p->creation && p->creation->participant_count)
        prep_read(p, jsm_call_participants(p->arena, p->flow->issue_id));
    else
        io_loop_defer(p->svc->loop, go_on, p);
}

/* The request API took them with the create; the platform's does not. */
static bool build_participants(struct prep *p)
{
    const struct creation *c = p->creation;
    struct str wanted[MAPPING_PEOPLE_MAX], missing[MAPPING_PEOPLE_MAX];

    if (!c || !c->participant_count)
        return true;
    for (size_t i = 0; i < c->participant_count; i++)
        wanted[i] = creation_account(c, c->participants[i]);
    size_t count = jsm_participants_missing(p->read, wanted, c->participant_count, missing);
    return !count ||
           make(p, jsm_call_participants_add(p->arena, p->flow->issue_id, missing, count));
}

/* --- a second ticket --- */

static bool build_say_second(struct prep *p)
{
    if (jsm_second_is_said(p->arena, p->read, p->site->view.our_account))
        return true;
    return make(p,
                jsm_call_say_second(p->arena, p->flow->issue_id, p->ticket->key, p->d->ticket.key));
}

static bool build_to_cancelled(struct prep *p)
{
    struct jsm_pick pick;

    jsm_pick_away(p->arena, p->read, &p->site->view, &pick);
    if (!pick.transition_id.len)
        return cannot(
            p, pick.needs.len
                   ? arena_printf(p->arena, "the transition wants field %.*s", STR_ARG(pick.needs))
                   : STR("Jira offers us no transition to a status that the mapping "
                         "calls cancelled"));
    make(p, jsm_call_transition(p->arena, p->flow->issue_id, pick.transition_id, pick.fields));
    p->made->reached = pick.leads_to;
    return true;
}

static const struct {
    read_fn *reads[READS_MAX + 1]; /* one after the other, up to the first NULL */
    build_fn *build;
} STEPS_REAL[STEP_END] = {
    [STEP_CREATE] = {{read_form, read_people}, build_create},
    [STEP_COMMENT] = {{read_comments}, build_comment},
    [STEP_TELL] = {{read_comments}, build_tell},
    [STEP_UNRESOLVE] = {{NULL}, build_unresolve},
    [STEP_FIELDS] = {{NULL}, build_fields},
    [STEP_TO_VERIFY] = {{read_transitions}, build_to_verify},
    [STEP_TO_DONE] = {{read_transitions}, build_to_done},
    [STEP_TO_OPEN] = {{read_transitions}, build_to_open},
    [STEP_BIND] = {{NULL}, build_bind},
    [STEP_LINK] = {{read_links}, build_link},
    [STEP_PARTICIPANTS] = {{read_followers, read_people, read_participants}, build_participants},
    [STEP_SAY_SECOND] = {{read_comments}, build_say_second},
    [STEP_TO_CANCELLED] = {{read_transitions}, build_to_cancelled},
};

/* --- making ready --- */

static void prep_end(struct prep *p)
{
    p->fn(p->arg, &p->ready);
    free(p);
}

static void prep_build(struct prep *p)
{
    p->ready.outcome = STEPS_REAL[p->step].build(p) ? READ_OK : READ_REFUSED;
    p->ready.call = p->made;
    prep_end(p);
}

static void prep_next(struct prep *p)
{
    read_fn *read = STEPS_REAL[p->step].reads[p->reads];

    p->reads++;
    if (read)
        read(p);
    else
        prep_build(p);
}

static void prep_fail(struct prep *p, enum read_outcome outcome, int64_t told_ms, struct str why)
{
    p->ready.outcome = outcome;
    p->ready.told_ms = told_ms;
    str_copy(p->ready.why, sizeof p->ready.why, why);
    prep_end(p);
}

static void on_read(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;
    enum read_outcome outcome = site_read_outcome(answer);

    p->read = answer->body;
    if (outcome == READ_OK)
        prep_next(p);
    else
        prep_fail(p, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0,
                  str_of(answer->why));
}

static bool is_urgent(const struct flow *flow, const struct dossier *d)
{
    return flow->kind == FLOW_CREATE && d->kind == REQUEST_REMOVAL; /* access that must go, first */
}

static void prep_read(struct prep *p, struct jsm_call call)
{
    if (is_urgent(p->flow, p->d))
        call.lane = LANE_GATE;
    site_send(p->site, p->arena, &call, on_read, p);
}

static void without_site(void *arg)
{
    struct prep *p = arg;

    prep_fail(p, READ_FAILED, 0, STR("the site is not configured"));
}

void world_step_prepare(struct world *w, struct arena *arena, const struct flow *flow,
                        enum step step, const struct dossier *d, const struct ticket *ticket,
                        world_ready_fn *fn, void *arg)
{
    struct prep *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct prep){.svc = world_service(w),
                       .site = service_site(world_service(w), flow->site),
                       .arena = arena,
                       .flow = flow,
                       .d = d,
                       .ticket = ticket,
                       .step = step,
                       .fn = fn,
                       .arg = arg};
    /* in the next turn: nothing calls back from inside the call that began it */
    io_loop_defer(p->svc->loop, p->site ? go_on : without_site, p);
}

/* --- sending --- */

struct sending {
    struct site *site;
    struct arena *arena;
    struct str rule; /* of the mapping */
    enum status_role reached;
    bool silent;
    world_call_fn *fn;
    void *arg;
};

static enum call_outcome outcome_of(const struct jsm_answer *answer)
{
    switch (answer->verdict) {
    case JSM_OK:
        return CALL_DID;
    case JSM_LATER:
        return CALL_LIMITED;
    case JSM_REFUSED:
    case JSM_MISSING:
        return CALL_REFUSED;
    case JSM_DENIED: /* the credential: nothing was done, and it may be mended any moment */
    case JSM_UNREACHED:
        return CALL_NOT_SENT;
    case JSM_UNKNOWN:
        break;
    }
    return CALL_LOST;
}

/* The platform says id and key of what it made, the desk issueId and issueKey. */
static struct str made_id(struct arena *a, const struct json *body)
{
    struct str id = json_id(a, json_member(body, "id"));
    return id.len ? id : json_id(a, json_member(body, "issueId"));
}

static void on_sent(void *arg, const struct jsm_answer *answer)
{
    struct sending *s = arg;
    struct call_reply reply = {.outcome = outcome_of(answer),
                               .told_ms = answer->told_ms,
                               .reached = s->reached,
                               .issue_id = made_id(s->arena, answer->body),
                               .key = json_path_str(answer->body, "key")};
    struct str blame =
        answer->field.len ? mapping_blame_rule(s->site->o.mapping, s->arena, s->rule, answer->field)
                          : STR_NONE;
    struct str why = str_of(answer->why);

    if (!reply.key.len)
        reply.key = json_path_str(answer->body, "issueKey");
    if (s->silent && answer->status == 403) { /* who does not administer the project is heard */
        s->site->is_loud = true;
        reply.outcome = CALL_NOT_SENT;
    }
    if (blame.len &&
        str_starts(why, answer->field)) /* where the field comes from, after its name */
        why = arena_printf(s->arena, "%.*s as %.*s of rule %.*s%s", STR_ARG(answer->field),
                           STR_ARG(blame), STR_ARG(s->rule), answer->why + answer->field.len);
    str_copy(reply.why, sizeof reply.why, why);
    s->fn(s->arg, &reply);
    free(s);
}

void world_step_send(struct world *w, struct arena *arena, const struct flow *flow,
                     const struct dossier *d, const struct step_call *call, world_call_fn *fn,
                     void *arg)
{
    struct service *svc = world_service(w);
    struct site *site = service_site(svc, flow->site);
    struct sending *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    ASSERT(site); /* the call was made for it */
    *s = (struct sending){site, arena, d->rule, call->reached, call->silent, fn, arg};
    struct jsm_call sent = call->call;
    if (is_urgent(flow, d))
        sent.lane = LANE_GATE;
    site_send(site, arena, &sent, on_sent, s);
}
