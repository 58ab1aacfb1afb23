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

enum { FIELDS_BYTES = 4096, SUMMARY_MAX = 200 };

struct step_call {
    struct jsm_call call;
    enum status_role reached; /* a move: where it leads */
};

/* A step being made ready. */
struct prep {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    const struct flow *flow;
    const struct dossier *d;
    const struct ticket *ticket;
    const struct json *read; /* what the step's read was answered */
    struct step_call *made;
    enum step step;
    struct step_ready ready;
    world_ready_fn *fn;
    void *arg;
};

/* Build the call into p->made; leave p->made NULL when there is nothing to do. False: it cannot be
 * done, the reason is in p->ready.why. */
typedef bool build_fn(struct prep *p);
/* A call without a method: there is nothing to read. */
typedef struct jsm_call read_fn(struct prep *p);

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

static bool build_create(struct prep *p)
{
    const struct mapping *m = p->svc->config->mapping;
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
                            .privileged = d->privileged};
    if (!mapping_request(m, p->arena, &wanted, &mapped, &fields, &err))
        return cannot(p, str_of(err.what));
    struct jsm_create create = {
        .project = m->project.len ? m->project : p->site->config->projects[0],
        .issue_type = m->issue_type,
        .request_type_field = m->request_type_field,
        .request_type = mapped.rule->request_type,
        .summary = summary_of(p, i),
        .description =
            d->justification.len ? d->justification : STR("Requested by the identity platform."),
        .fields = fields,
        .marker = p->flow->marker,
        .site = p->site->config->name,
        .site_id = p->site->view.site_id,
        .request_id = p->flow->request_id,
    };
    return make(p, jsm_call_create(jsm_create_body(p->arena, &create)));
}

/* --- words --- */

static bool read_words(struct prep *p, struct payload *words)
{
    return payload_read(p->arena, p->flow->payload, words) ||
           cannot(p, STR("the words to be written cannot be read"));
}

static struct jsm_call read_comments(struct prep *p)
{
    return jsm_call_comments(p->arena, p->flow->issue_id);
}

static bool build_comment(struct prep *p)
{
    struct payload words;

    if (!read_words(p, &words))
        return false;
    struct str id = jsm_comment_find(p->arena, p->read);
    struct str adf = jsm_adf_notice(p->arena, words.panel, words.line, words.next);
    return make(p, jsm_call_comment(p->arena, p->flow->issue_id, id, adf));
}

static bool build_fields(struct prep *p)
{
    const struct mapping *m = p->svc->config->mapping;
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct payload words;

    if (!m->check_field.len && !m->reason_field.len)
        return true;
    if (!read_words(p, &words))
        return false;
    buf_init(&b, FIELDS_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (m->check_field.len) {
        json_put_name(&out, arena_cstr(p->arena, m->check_field));
        json_open_object(&out);
        json_str_member(&out, "value", words.check);
        json_close_object(&out);
    }
    if (m->reason_field.len)
        json_str_member(&out, arena_cstr(p->arena, m->reason_field), words.line);
    json_close_object(&out);
    struct str fields = arena_str(p->arena, buf_str(&b));
    return make(p, jsm_call_fields(p->arena, p->flow->issue_id, fields));
}

/* --- moves --- */

static struct jsm_call read_transitions(struct prep *p)
{
    return jsm_call_transitions(p->arena, p->flow->issue_id);
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

static struct jsm_call read_links(struct prep *p)
{
    return p->site->config->request_url.len ? jsm_call_links(p->arena, p->flow->issue_id)
                                            : (struct jsm_call){0};
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

static struct jsm_call read_participants(struct prep *p)
{
    return p->svc->config->mapping->participant_count
               ? jsm_call_participants(p->arena, p->flow->issue_id)
               : (struct jsm_call){0};
}

static bool build_participants(struct prep *p)
{
    const struct mapping *m = p->svc->config->mapping;
    struct str missing[MAPPING_PARTICIPANTS_MAX];
    size_t count =
        jsm_participants_missing(p->read, m->participants, m->participant_count, missing);

    return !count ||
           make(p, jsm_call_participants_add(p->arena, p->flow->issue_id, missing, count));
}

/* --- a second ticket --- */

static bool build_say_second(struct prep *p)
{
    if (jsm_second_is_said(p->read))
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
    read_fn *read; /* NULL: nothing is read before it */
    build_fn *build;
} STEPS_REAL[STEP_END] = {
    [STEP_CREATE] = {NULL, build_create},
    [STEP_COMMENT] = {read_comments, build_comment},
    [STEP_FIELDS] = {NULL, build_fields},
    [STEP_TO_VERIFY] = {read_transitions, build_to_verify},
    [STEP_TO_DONE] = {read_transitions, build_to_done},
    [STEP_TO_OPEN] = {read_transitions, build_to_open},
    [STEP_BIND] = {NULL, build_bind},
    [STEP_LINK] = {read_links, build_link},
    [STEP_PARTICIPANTS] = {read_participants, build_participants},
    [STEP_SAY_SECOND] = {read_comments, build_say_second},
    [STEP_TO_CANCELLED] = {read_transitions, build_to_cancelled},
};

/* --- making ready --- */

static void prep_end(struct prep *p)
{
    p->fn(p->arg, &p->ready);
    free(p);
}

static void prep_build(void *arg)
{
    struct prep *p = arg;

    p->ready.outcome = STEPS_REAL[p->step].build(p) ? READ_OK : READ_REFUSED;
    p->ready.call = p->made;
    prep_end(p);
}

static void on_read(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;

    p->read = answer->body;
    p->ready.outcome = site_read_outcome(answer);
    p->ready.told_ms = answer->verdict == JSM_LATER ? answer->told_ms : 0;
    str_copy(p->ready.why, sizeof p->ready.why, str_of(answer->why));
    if (p->ready.outcome == READ_OK)
        prep_build(p);
    else
        prep_end(p);
}

static void without_site(void *arg)
{
    struct prep *p = arg;

    p->ready.outcome = READ_FAILED;
    str_copy(p->ready.why, sizeof p->ready.why, STR("the site is not configured"));
    prep_end(p);
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
    read_fn *read = STEPS_REAL[step].read;
    struct jsm_call call = {0};
    if (!p->site) {
        io_loop_defer(p->svc->loop, without_site, p);
        return;
    }
    if (read)
        call = read(p);
    if (call.method)
        site_send(p->site, arena, &call, on_read, p);
    else /* in the next turn: nothing calls back from inside the call that began it */
        io_loop_defer(p->svc->loop, prep_build, p);
}

/* --- sending --- */

struct sending {
    struct service *svc;
    struct arena *arena;
    struct str rule; /* of the mapping */
    enum status_role reached;
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

static void on_sent(void *arg, const struct jsm_answer *answer)
{
    struct sending *s = arg;
    struct call_reply reply = {.outcome = outcome_of(answer),
                               .told_ms = answer->told_ms,
                               .reached = s->reached,
                               .issue_id = json_id(s->arena, json_member(answer->body, "id")),
                               .key = json_path_str(answer->body, "key")};
    struct str blame = answer->field.len ? mapping_blame_rule(s->svc->config->mapping, s->arena,
                                                              s->rule, answer->field)
                                         : STR_NONE;
    struct str why = str_of(answer->why);

    if (blame.len)
        why = arena_printf(s->arena, "%.*s: %s", STR_ARG(blame), answer->why);
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
    *s = (struct sending){svc, arena, d->rule, call->reached, fn, arg};
    site_send(site, arena, &call->call, on_sent, s);
}
