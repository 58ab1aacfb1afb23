/* step_ladder.c: what a rung of the ladder does to a ticket, as its flow was frozen. */
#include "domain/ladder.h"
#include "jsm/jsm_adf.h"
#include "json/json_read.h"
#include "json/json_write.h"
#include "service/step_priv.h"

enum { RAISE_BYTES = 2048 };

static const struct json *said_of(struct arena *arena, const struct flow *flow)
{
    const struct json *v = NULL;
    struct err err;

    return json_parse(arena, flow->payload, &v, &err) ? v : NULL;
}

static const struct json *said(const struct prep *p)
{
    return said_of(p->arena, p->flow);
}

struct str step_reminder_line(struct prep *p)
{
    const struct json *v = said(p);
    char line[LADDER_LINE_BYTES];
    int64_t due_ms = 0;
    bool passed = json_is_true(json_member(v, "passed"));

    if (!json_i64(json_member(v, "due_ms"), &due_ms))
        return STR_NONE;
    return arena_str(p->arena, ladder_line(p->d, due_ms, passed, line));
}

bool step_build_remind(struct prep *p)
{
    struct str line = step_reminder_line(p);

    if (!line.len)
        return prep_cannot(p, STR("the reminder cannot be read"));
    if (p->talk.told)
        return true;
    return prep_make(
        p, jsm_call_tell(p->arena, p->flow->issue_id, jsm_adf_told(p->arena, line), step_time(p)));
}

/* {"priority":{"name":"High"}}, {"assignee":{"accountId":"5b…"}}, {"customfield_1":{"name":"L2"}}
 */
bool step_build_raise(struct prep *p)
{
    const struct json *v = said(p);
    struct str deed = json_path_str(v, "deed"), value = json_path_str(v, "value");
    bool group = str_eq_c(deed, "group"), person = str_eq_c(deed, "assignee");
    bool by_id = person && p->site->flavour == JSM_CLOUD;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    if (!value.len)
        return prep_cannot(p, STR("the rung cannot be read"));
    buf_init(&b, RAISE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    if (group)
        json_put_name(&out, arena_cstr(p->arena, json_path_str(v, "field")));
    else
        json_put_name(&out, person ? "assignee" : "priority");
    json_open_object(&out);
    json_str_member(&out, by_id ? "accountId" : "name", value);
    json_close_object(&out);
    json_close_object(&out);
    return prep_make(p, jsm_call_fields(p->arena, p->flow->issue_id, buf_str(&b)));
}

/* --- a ticket of its own --- */

/* "SEC Incident": what is left out is as where requests are made. */
static struct str place(struct arena *arena, const struct flow *flow, struct str *ret_type)
{
    *ret_type = json_path_str(said_of(arena, flow), "field");
    return str_cut(ret_type, ' ');
}

struct str step_escalation_project(struct arena *arena, const struct site *site,
                                   const struct flow *flow)
{
    struct str type, project = place(arena, flow, &type);

    return project.len ? project : site_project(site);
}

bool step_build_escalate(struct prep *p)
{
    const struct json *v = said(p);
    const struct mapping *m = p->site->o.mapping;
    char summary[LADDER_LINE_BYTES], text[LADDER_LINE_BYTES];
    bool passed = json_is_true(json_member(v, "passed"));
    struct str type;
    int64_t due_ms = 0;

    if (!json_i64(json_member(v, "due_ms"), &due_ms))
        return prep_cannot(p, STR("the rung cannot be read"));
    place(p->arena, p->flow, &type);
    struct jsm_create create = {
        .project = step_escalation_project(p->arena, p->site, p->flow),
        .issue_type = type.len ? type : m->issue_type,
        .request_type_field = m->request_type_field,
        .request_type = json_path_str(v, "value"),
        .summary = ladder_summary(p->d, due_ms, passed, summary),
        .description = ladder_text(p->d, text),
        .marker = p->flow->marker,
    };
    return prep_make(p, jsm_call_create(jsm_create_body(p->arena, &create)));
}
