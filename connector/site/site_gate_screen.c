/* A look at a gate: the two fields that say how a check goes, and the project's screens. Only an
 * administrator is told, and only of company-managed projects. */
#include "jsm/jsm_screen.h"
#include "site/site_gate_priv.h"

static bool may_look(const struct look *l)
{
    return l->gate->able.may_write && !l->gate->able.team_managed;
}

/* What could not be read is said; the gate itself holds without it. */
static bool was_read(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK)
        return true;
    if (!l->gate->unshown.len)
        l->gate->unshown = arena_str(l->arena, str_of(answer->why));
    l->gate->there.known = false;
    return false;
}

/* Is there another page? Then the step goes on from there. */
static bool more_pages(struct look *l, const struct json *body)
{
    size_t count = json_count(json_member(body, "values"));
    bool last = json_is_true(json_member(body, "isLast")) || !count;

    l->page = last ? 0 : l->page + (int64_t)count;
    return !last;
}

static void add_ids(struct look *l, struct str *list, struct str ids)
{
    if (ids.len)
        *list = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(*list), list->len ? "," : "",
                             STR_ARG(ids));
}

/* --- the fields --- */

bool look_build_named(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_fields_named(l->arena, STR("Access"), l->page);
    return may_look(l);
}

bool look_take_named(struct look *l, const struct jsm_answer *answer)
{
    struct gate_parts_there *t = &l->gate->there;

    t->known = true; /* until something could not be read */
    t->wants_proof = l->eyes.own->config->gate.strongest == GATE_BY_VALIDATOR;
    t->wants_approver = l->eyes.own->config->gate.strongest == GATE_BY_APPROVAL;
    l->gate->key.demanding = t->wants_proof;
    l->gate->key.approving = t->wants_approver;
    if (!was_read(l, answer))
        return false;
    for (size_t i = 0; i < GATE_FIELDS; i++)
        if (!t->fields[i].len)
            t->fields[i] =
                jsm_field_named(l->arena, answer->body, GATE_FIELD_NAMES[i], GATE_FIELD_TYPES[i]);
    return more_pages(l, answer->body);
}

/* Those that the mapping names come before others of that name. */
static void mapped(const struct look *l, struct str ret[GATE_FIELDS])
{
    const struct mapping *m = l->eyes.own->o.mapping;

    ret[GATE_FIELD_CHECK] = m->check_field;
    ret[GATE_FIELD_REASON] = m->reason_field;
    ret[GATE_FIELD_PROOF] = STR_NONE; /* nobody reads or writes it: its name suffices */
    ret[GATE_FIELD_APPROVER] = STR_NONE;
}

bool look_build_mapped(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    struct str ours[GATE_FIELDS];

    mapped(l, ours);
    *ret_site = l->eyes.reader;
    *ret = jsm_call_fields_of(l->arena, ours, GATE_FIELDS);
    return may_look(l) && l->gate->there.known && (ours[0].len || ours[1].len);
}

bool look_take_mapped(struct look *l, const struct jsm_answer *answer)
{
    struct str ours[GATE_FIELDS];

    mapped(l, ours);
    if (!was_read(l, answer))
        return false;
    for (size_t i = 0; i < GATE_FIELDS; i++)
        if (ours[i].len && jsm_field_is_found(answer->body, ours[i]))
            l->gate->there.fields[i] = ours[i];
    return false;
}

bool look_build_shown(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    struct gate_parts_there *t = &l->gate->there;

    *ret_site = l->eyes.reader;
    while (l->index < GATE_FIELDS && !t->fields[l->index].len)
        l->index++;
    if (!may_look(l) || !t->known || l->index >= GATE_FIELDS)
        return false;
    *ret = jsm_call_field_screens(l->arena, t->fields[l->index], l->page);
    return true;
}

bool look_take_shown(struct look *l, const struct jsm_answer *answer)
{
    if (!was_read(l, answer))
        return false;
    struct gate_parts_there *t = &l->gate->there;

    add_ids(l, &t->shown[l->index], jsm_ids(l->arena, answer->body));
    l->index += !more_pages(l, answer->body);
    if (l->index > GATE_FIELD_PROOF) {
        l->gate->key.proof_id = t->fields[GATE_FIELD_PROOF];
        l->gate->facts.proof_edited = look_known(t->shown[GATE_FIELD_PROOF].len > 0);
    }
    if (l->index > GATE_FIELD_APPROVER) {
        l->gate->key.approver_id = t->fields[GATE_FIELD_APPROVER];
        l->gate->facts.approver_edited = look_known(t->shown[GATE_FIELD_APPROVER].len > 0);
    }
    return true;
}

/* --- the screens --- */

bool look_build_scheme(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_scheme_of(l->arena, l->gate->project_id);
    return may_look(l) && l->gate->there.known;
}

bool look_take_scheme(struct look *l, const struct jsm_answer *answer)
{
    if (was_read(l, answer))
        l->scheme = jsm_scheme_of(l->arena, answer->body);
    return false;
}

bool look_build_scheme_types(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_scheme_types(l->arena, l->scheme, l->page);
    return l->gate->there.known && l->scheme.len > 0;
}

static void add_scheme(struct gate_parts_there *t, struct str id)
{
    for (size_t i = 0; i < t->scheme_count; i++)
        if (str_eq(t->schemes[i].id, id))
            return;
    if (id.len && t->scheme_count < GATE_SCHEMES_MAX) /* no more than issue types */
        t->schemes[t->scheme_count++].id = id;
}

bool look_take_scheme_types(struct look *l, const struct jsm_answer *answer)
{
    if (!was_read(l, answer))
        return false;
    for (size_t i = 0; i < l->pair_count; i++)
        jsm_scheme_for(l->arena, answer->body, l->pairs[2 * i + 1], &l->serves[i],
                       &l->serves_others);
    if (more_pages(l, answer->body))
        return true;
    for (size_t i = 0; i < l->pair_count; i++)
        add_scheme(&l->gate->there, l->serves[i].len ? l->serves[i] : l->serves_others);
    return false;
}

bool look_build_schemes(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_schemes(l->arena, l->gate->there.schemes, l->gate->there.scheme_count);
    return l->gate->there.known && l->gate->there.scheme_count > 0;
}

bool look_take_schemes(struct look *l, const struct jsm_answer *answer)
{
    struct gate_parts_there *t = &l->gate->there;

    if (!was_read(l, answer))
        return false;
    JSON_EACH(v, json_member(answer->body, "values"))
    {
        struct gate_scheme s = jsm_scheme_read(l->arena, v);
        for (size_t i = 0; i < t->scheme_count; i++)
            if (str_eq(t->schemes[i].id, s.id))
                t->schemes[i] = s;
    }
    for (size_t i = 0; i < t->scheme_count; i++)
        if (!t->schemes[i].on_default.len) {
            t->known = false;
            l->gate->unshown = STR("Jira does not show a screen scheme of the project");
            look_not_all(l, "all screen schemes", "one is not shown");
        }
    return false;
}

/* Of every issue type at once, whether there are tickets of it or not. */
bool look_build_resolution(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_resolution_screens(l->arena, l->page);
    return l->gate->there.known && l->gate->there.scheme_count > 0;
}

/* What an approval has to set: no screen is shown then. */
bool look_build_resolutions(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_resolutions();
    return l->gate->key.approving;
}

bool look_take_resolutions(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict == JSM_OK)
        l->gate->key.resolution_id = jsm_resolution_pick(l->arena, answer->body);
    return false;
}

/* That nobody can set it is said only of a list that was read to its end. */
bool look_take_resolution(struct look *l, const struct jsm_answer *answer)
{
    if (answer->verdict != JSM_OK)
        return false;
    add_ids(l, &l->resolution, jsm_ids(l->arena, answer->body));
    if (more_pages(l, answer->body))
        return true;
    l->gate->facts.resolution = look_known(gate_parts_worked(&l->gate->there, l->resolution));
    return false;
}

bool look_build_screens(struct look *l, struct site **ret_site, struct jsm_call *ret)
{
    *ret_site = l->eyes.reader;
    *ret = jsm_call_screens(l->arena, STR("(Countersign)"), l->page);
    return l->gate->there.known && l->gate->there.scheme_count > 0;
}

bool look_take_screens(struct look *l, const struct jsm_answer *answer)
{
    struct gate_parts_there *t = &l->gate->there;
    struct gate_parts parts;

    if (!was_read(l, answer))
        return false;
    if (!t->screen.len)
        t->screen = jsm_screen_named(l->arena, answer->body, STR(GATE_SCREEN_NAME));
    for (size_t i = 0; i < t->scheme_count; i++) {
        struct gate_scheme *s = &t->schemes[i];
        struct str copy =
            jsm_screen_named(l->arena, answer->body, jsm_view_name(l->arena, s->name));
        s->view_is_ours |= copy.len && str_eq(s->on_view, copy);
    }
    if (more_pages(l, answer->body))
        return true;
    gate_parts_plan(t, &parts);
    if (parts.by_loop)
        l->gate->key.screen_id = t->screen;
    return false;
}
