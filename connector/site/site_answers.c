#include "site/site_answers.h"

#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_answers.h"
#include "jsm/jsm_auth.h"
#include "jsm/jsm_automation.h"
#include "json/json_write.h"

enum { ISSUE_BYTES = 16 * 1024 * 1024 };

struct answering {
    struct site *site;
    struct arena *arena;
    const struct json *issue;
    struct str issue_id, form; /* form: of the mapping */
    struct str desk, type;     /* of a request type's */
    enum traffic_lane lane;
    struct site_answers result;
    site_answers_fn *fn;
    site_answer_fn *type_fn;
    void *arg;
};

/* --- ends --- */

static void end(void *arg)
{
    struct answering *q = arg;

    q->fn(q->arg, &q->result);
    free(q);
}

/* Whoever asks for the form of a type gets the answer itself. */
static void end_type(struct answering *q, const struct jsm_answer *answer)
{
    q->type_fn(q->arg, answer);
    free(q);
}

static void fail(struct answering *q, const struct jsm_answer *answer, const char *what)
{
    if (q->type_fn) {
        end_type(q, answer);
        return;
    }
    q->result.outcome = answer->verdict == JSM_MISSING ? READ_REFUSED : site_read_outcome(answer);
    q->result.told_ms = answer->verdict == JSM_LATER ? answer->told_ms : 0;
    q->result.why = arena_printf(q->arena, "%s: %s", what, answer->why).p;
    end(q);
}

/* --- the issue, with more fields --- */

/* form: NULL: there is none to be read, and answered says why. */
static void put_fields(struct answering *q, struct json_out *out, const struct json *form,
                       enum jsm_answered answered)
{
    json_put_name(out, "fields");
    json_open_object(out);
    JSON_EACH(field, json_member(q->issue, "fields"))
    {
        struct str name = json_name(field);
        if (str_starts(name, STR(FIELD_QUESTION)) || str_eq_c(name, "form"))
            continue; /* nothing but the form says what it says */
        json_put_name(out, name.p);
        json_put_value(out, field);
    }
    if (form)
        jsm_answers_put(q->arena, form, out, &q->result.updated_ms);
    json_str_member(out, "form", form ? q->form : str_of(jsm_answered_name(answered)));
    json_close_object(out);
}

static void have(struct answering *q, const struct json *form, enum jsm_answered answered)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    struct err err;

    buf_init(&b, ISSUE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    JSON_EACH(member, q->issue)
    {
        if (str_eq_c(json_name(member), "fields"))
            continue;
        json_put_name(&out, json_name(member).p);
        json_put_value(&out, member);
    }
    put_fields(q, &out, form, answered);
    json_close_object(&out);
    if (b.over ||
        !json_parse_deep(q->arena, buf_str(&b), LIMIT_JIRA_JSON_DEPTH, &q->result.issue, &err)) {
        q->result.outcome = READ_REFUSED; /* as it will be tomorrow */
        q->result.why = "the form of the ticket is too large, or cannot be read";
    }
    end(q);
}

/* --- asking --- */

static void on_form(void *arg, const struct jsm_answer *answer)
{
    struct answering *q = arg;

    if (answer->verdict == JSM_OK)
        have(q, answer->body, ANSWERED);
    else
        fail(q, answer, "the form of the ticket");
}

static void on_forms(void *arg, const struct jsm_answer *answer)
{
    struct answering *q = arg;
    struct str id = STR_NONE;

    if (answer->verdict != JSM_OK) {
        fail(q, answer, "the forms of the ticket");
        return;
    }
    enum jsm_answered answered = jsm_forms_pick(answer->body, q->form, &id);
    struct jsm_call call = jsm_call_form(q->arena, str_of(q->site->cloud_id), q->issue_id, id);
    if (answered == ANSWERED && call.path.len)
        site_send(q->site, q->arena, &call, on_form, q);
    else
        have(q, NULL, answered == ANSWERED ? ANSWERED_NONE : answered);
}

static void on_type_form(void *arg, const struct jsm_answer *answer)
{
    end_type(arg, answer);
}

static void ask(struct answering *q)
{
    struct str cloud = str_of(q->site->cloud_id);
    struct jsm_call call = q->type_fn ? jsm_call_type_form(q->arena, cloud, q->desk, q->type)
                                      : jsm_call_forms(q->arena, cloud, q->issue_id);

    call.lane = q->lane;
    site_send(q->site, q->arena, &call, q->type_fn ? on_type_form : on_forms, q);
}

static void on_tenant(void *arg, const struct jsm_answer *answer)
{
    struct answering *q = arg;
    struct str id = answer->verdict == JSM_OK ? jsm_auth_cloud_id(answer->body) : STR_NONE;

    if (id.len && str_copy(q->site->cloud_id, sizeof q->site->cloud_id, id)) {
        ask(q);
        return;
    }
    struct jsm_answer failed = *answer;
    if (answer->verdict == JSM_OK) {
        failed.verdict = JSM_REFUSED;
        str_copy(failed.why, sizeof failed.why, STR("the site does not tell its cloud id"));
    }
    fail(q, &failed, "the forms of the ticket");
}

static void begin(struct answering *q)
{
    struct site *site = q->site;
    struct jsm_call call = jsm_call_tenant();

    if (site->config->cloud_id.len)
        str_copy(site->cloud_id, sizeof site->cloud_id, site->config->cloud_id);
    if (site->cloud_id[0]) {
        ask(q);
        return;
    }
    call.lane = q->lane;
    site_send(site, q->arena, &call, on_tenant, q);
}

static struct answering *answering_new(struct site *site, struct arena *arena,
                                       enum traffic_lane lane, void *arg)
{
    struct answering *q = calloc(1, sizeof *q);

    if (!q)
        abort();
    *q = (struct answering){.site = site, .arena = arena, .lane = lane, .arg = arg};
    q->result.why = "";
    return q;
}

static void have_none(void *arg)
{
    have(arg, NULL, ANSWERED_NONE);
}

void site_answers_read(struct site *site, struct arena *arena, const struct json *issue,
                       struct str form, site_answers_fn *fn, void *arg)
{
    struct answering *q = answering_new(site, arena, LANE_GATE, arg);

    q->issue = issue;
    q->issue_id = json_id(arena, json_member(issue, "id"));
    q->form = form;
    q->fn = fn;
    if (jsm_can(site->flavour, JSM_CAN_FORMS))
        begin(q);
    else
        io_loop_defer(site->o.loop, have_none, q);
}

static void no_forms(void *arg)
{
    struct jsm_answer none = {.verdict = JSM_MISSING, .why = "a Data Center has no such forms"};

    end_type(arg, &none);
}

void site_type_form_read(struct site *site, struct arena *arena, struct str desk, struct str type,
                         enum traffic_lane lane, site_answer_fn *fn, void *arg)
{
    struct answering *q = answering_new(site, arena, lane, arg);

    q->desk = desk;
    q->type = type;
    q->type_fn = fn;
    if (jsm_can(site->flavour, JSM_CAN_FORMS))
        begin(q);
    else
        io_loop_defer(site->o.loop, no_forms, q);
}
