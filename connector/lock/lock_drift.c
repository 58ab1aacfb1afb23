#include "lock/lock_drift.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/digest.h"
#include "lock/lock_drift_priv.h"

const char *const LOCK_CHANGE_NAMES[LOCK_CHANGE_COUNT] = {
#define X(suffix, word) word,
    LOCK_CHANGES(X)
#undef X
};

static void add_to(struct arena *a, struct str *list, struct str one)
{
    struct str rest = *list;

    while (rest.len)
        if (str_eq(str_trim(str_cut(&rest, ',')), one))
            return;
    if (one.len)
        *list = arena_printf(a, "%.*s%s%.*s", STR_ARG(*list), list->len ? ", " : "", STR_ARG(one));
}

static struct lock_change *same_as(struct lock_changes *out, enum lock_change_kind kind,
                                   struct str what)
{
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].kind == kind && str_eq(out->items[i].what, what))
            return &out->items[i];
    return NULL;
}

/* A place for it; where all are taken, what breaks takes that of a harmless one. */
static struct lock_change *place_for(struct drifting *d, bool breaking)
{
    struct lock_changes *out = d->out;

    if (out->count < LOCK_CHANGES_MAX)
        return &out->items[out->count++];
    for (size_t i = out->count; breaking && i-- > 0;) {
        if (out->items[i].breaking)
            continue;
        d->lost_harmless++;
        return &out->items[i];
    }
    d->lost_breaking += breaking;
    d->lost_harmless += !breaking;
    return NULL;
}

void drift_add(struct drifting *d, struct drift_what what, const char *fmt, ...)
{
    char words[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(words, sizeof words, fmt, args);
    va_end(args);
    struct lock_change *c = same_as(d->out, what.kind, str_of(words));
    if (!c) {
        c = place_for(d, what.breaking);
        if (!c)
            return;
        *c = (struct lock_change){.kind = what.kind, .what = arena_str(d->arena, str_of(words))};
    }
    c->breaking |= what.breaking;
    add_to(d->arena, &c->on, str_of(what.on));
    add_to(d->arena, &c->where, what.where);
}

/* What breaks first, else in order; and how many there are. */
static void settle(struct drifting *d)
{
    struct lock_changes *out = d->out;
    struct lock_change *sorted = arena_array(d->arena, LOCK_CHANGES_MAX, sizeof *sorted);
    size_t n = 0;

    for (int breaking = 1; sorted && breaking >= 0; breaking--) {
        for (size_t i = 0; i < out->count; i++)
            if (out->items[i].breaking == breaking)
                sorted[n++] = out->items[i];
        if (breaking)
            out->breaking = n;
    }
    if (sorted)
        memcpy(out->items, sorted, n * sizeof *sorted);
    out->harmless = out->count - out->breaking + d->lost_harmless;
    out->breaking += d->lost_breaking;
}

/* --- fields of the site --- */

static struct str head_blame(const struct drifting *d, struct str id)
{
    const struct mapping *m = d->m;
    const struct {
        struct str id;
        const char *what;
    } HEAD[] = {{m->request_type_field, "fields: request_type"},
                {m->check_field, "fields: access_check"},
                {m->reason_field, "fields: access_check_reason"},
                {m->ticket.marker, "ticket: marker"},
                {m->exception.asked, "exception: asked"},
                {m->exception.until, "exception: until"},
                {m->exception.owner, "exception: owner"},
                {m->exception.control, "exception: control"},
                {m->exception.decision, "exception: decision"}};

    for (size_t i = 0; i < sizeof HEAD / sizeof HEAD[0]; i++)
        if (HEAD[i].id.len && str_eq(HEAD[i].id, id))
            return arena_printf(d->arena, "%s (%s)", HEAD[i].what, m->file);
    return STR("");
}

/* Only those that the mapping names: what other teams do with theirs is nobody's business here. */
static void drift_of_fields(struct drifting *d)
{
    for (size_t i = 0; d->is->field_count && i < d->was->field_count; i++) {
        const struct lock_field *was = &d->was->fields[i];
        const struct lock_field *is = lock_field_of(d->is, was->id);
        struct str where = head_blame(d, was->id);
        if (!where.len)
            where = mapping_blame(d->m, d->arena, was->id);
        if (!where.len)
            continue;
        if (!is) {
            drift_add(d, DRIFT(LOCK_FIELD_GONE, true, where), "%.*s '%.*s' is gone from the site",
                      STR_ARG(was->id), STR_ARG(was->name));
            continue;
        }
        if (!str_eq(was->name, is->name))
            drift_add(d, DRIFT(LOCK_FIELD_RENAMED, false, where),
                      "%.*s '%.*s' is called '%.*s' now", STR_ARG(was->id), STR_ARG(was->name),
                      STR_ARG(is->name));
        if (!str_eq(was->type, is->type))
            drift_add(d, DRIFT(LOCK_FIELD_TYPE, true, where),
                      "%.*s '%.*s' was of type %.*s, it is %.*s now", STR_ARG(was->id),
                      STR_ARG(is->name), STR_ARG(was->type), STR_ARG(is->type));
    }
}

/* --- request types --- */

static void take_rules(const struct drifting *d, struct drift_form *form, struct str type)
{
    for (size_t i = 0; i < d->m->rule_count; i++)
        if (!type.len || str_eq(d->m->rules[i].request_type, type))
            form->rules[form->rule_count++] = &d->m->rules[i];
}

static void drift_of_type(struct drifting *d, const struct lock_project *project,
                          const struct lock_type *was, const struct lock_type *is)
{
    struct drift_form form = {.was = &was->form, .is = &is->form};

    if (!str_eq(was->name, is->name))
        drift_add(d, DRIFT(LOCK_TYPE_RENAMED, false, STR_NONE),
                  "request type %.*s '%.*s' is called '%.*s' now", STR_ARG(was->id),
                  STR_ARG(was->name), STR_ARG(is->name));
    if (!was->known || !is->known)
        return;
    form.name = arena_printf(d->arena, "request type %.*s", STR_ARG(was->id)).p;
    form.makes = d->m->ticket.by == CREATE_BY_REQUEST && str_eq(project->key, d->m->project);
    take_rules(d, &form, was->id);
    drift_of_form(d, &form);
}

static struct str rule_of(const struct drifting *d, struct str type)
{
    for (size_t i = 0; i < d->m->rule_count; i++) {
        const struct mapping_rule *r = &d->m->rules[i];
        if (str_eq(r->request_type, type))
            return arena_printf(d->arena, "rule %.*s (%s:%d:%d)", STR_ARG(r->name), d->m->file,
                                r->pos.line, r->pos.column);
    }
    return STR("");
}

static void drift_of_types(struct drifting *d, const struct lock_project *was,
                           const struct lock_project *is)
{
    for (size_t i = 0; i < was->type_count; i++) {
        const struct lock_type *t = &was->types[i], *now = lock_type_in(is, t->id);
        struct str where = rule_of(d, t->id);
        if (now)
            drift_of_type(d, was, t, now);
        else
            drift_add(d, DRIFT(LOCK_TYPE_GONE, where.len > 0, where),
                      "request type %.*s '%.*s' is gone from %.*s", STR_ARG(t->id),
                      STR_ARG(t->name), STR_ARG(was->key));
    }
    for (size_t i = 0; i < is->type_count; i++)
        if (!lock_type_in(was, is->types[i].id))
            drift_add(d, DRIFT(LOCK_TYPE_NEW, false, rule_of(d, is->types[i].id)),
                      "%.*s has a new request type %.*s '%.*s'", STR_ARG(was->key),
                      STR_ARG(is->types[i].id), STR_ARG(is->types[i].name));
}

static void drift_of_screen(struct drifting *d, const struct lock_project *was,
                            const struct lock_project *is)
{
    struct drift_form form = {.was = &was->screen, .is = &is->screen, .makes = true};

    if (!was->screen_known || !is->screen_known || !str_eq(was->screen_type, is->screen_type) ||
        d->m->ticket.by != CREATE_BY_ISSUE)
        return;
    form.name = arena_printf(d->arena, "the create screen of %.*s", STR_ARG(was->key)).p;
    take_rules(d, &form, STR_NONE);
    drift_of_form(d, &form);
}

/* --- statuses, resolutions --- */

static struct str status_blame(const struct drifting *d, struct str name)
{
    for (size_t i = 0; i < d->m->status_count; i++)
        if (str_eq(d->m->statuses[i].name, name))
            return arena_printf(d->arena, "statuses: %.*s (%s)", STR_ARG(name), d->m->file);
    return STR("");
}

static const struct lock_status *status_by_id(const struct lock_project *p, struct str id)
{
    for (size_t i = 0; i < p->status_count; i++)
        if (str_eq(p->statuses[i].id, id))
            return &p->statuses[i];
    return NULL;
}

static void drift_of_status(struct drifting *d, const struct lock_status *was,
                            const struct lock_status *is)
{
    struct str where = status_blame(d, was->name);
    bool becomes_done = str_eq_c(is->category, "done");

    if (!str_eq(was->name, is->name))
        drift_add(d, DRIFT(LOCK_STATUS_RENAMED, where.len > 0, where),
                  "status \"%.*s\" is called \"%.*s\" now", STR_ARG(was->name), STR_ARG(is->name));
    if (!str_eq(was->category, is->category))
        drift_add(d, DRIFT(LOCK_STATUS_CATEGORY, where.len > 0 || becomes_done, where),
                  "status \"%.*s\" was in the category %.*s, it is in %.*s now", STR_ARG(is->name),
                  STR_ARG(was->category), STR_ARG(is->category));
}

static void drift_of_statuses(struct drifting *d, const struct lock_project *was,
                              const struct lock_project *is)
{
    for (size_t i = 0; i < was->status_count; i++) {
        const struct lock_status *s = &was->statuses[i], *now = status_by_id(is, s->id);
        struct str where = status_blame(d, s->name);
        if (now)
            drift_of_status(d, s, now);
        else if (where.len && lock_status_of(is, s->name))
            continue; /* another of that name: what the mapping says of it holds */
        else
            drift_add(d, DRIFT(LOCK_STATUS_GONE, where.len > 0, where),
                      "no workflow of %.*s has the status \"%.*s\" any more", STR_ARG(was->key),
                      STR_ARG(s->name));
    }
    for (size_t i = 0; i < is->status_count; i++) {
        const struct lock_status *s = &is->statuses[i];
        struct str where = status_blame(d, s->name);
        bool done = str_eq_c(s->category, "done") && !where.len;
        if (!status_by_id(was, s->id) && !lock_status_of(was, s->name))
            drift_add(d, DRIFT(LOCK_STATUS_NEW, done, where), "%.*s has a new status \"%.*s\"%s",
                      STR_ARG(was->key), STR_ARG(s->name),
                      done ? ": a ticket there counts as done, for the mapping does not name it"
                           : "");
    }
}

static void drift_of_resolutions(struct drifting *d)
{
    for (size_t i = 0; i < d->was->resolution_count; i++) {
        const struct lock_named *was = &d->was->resolutions[i], *is = NULL;
        bool named = false;
        for (size_t k = 0; k < d->is->resolution_count; k++)
            if (str_eq(d->is->resolutions[k].id, was->id))
                is = &d->is->resolutions[k];
        for (size_t k = 0; k < d->m->resolution_count; k++)
            named |= str_eq(d->m->resolutions[k].name, was->name);
        struct str where =
            named ? arena_printf(d->arena, "resolutions: %.*s (%s)", STR_ARG(was->name), d->m->file)
                  : STR("");
        if (!is)
            drift_add(d, DRIFT(LOCK_RESOLUTION_GONE, named, where),
                      "the resolution \"%.*s\" is gone", STR_ARG(was->name));
        else if (!str_eq(was->name, is->name))
            drift_add(d, DRIFT(LOCK_RESOLUTION_RENAMED, named, where),
                      "the resolution \"%.*s\" is called \"%.*s\" now", STR_ARG(was->name),
                      STR_ARG(is->name));
    }
}

/* --- transitions --- */

static const struct lock_road *road_of(const struct lock_project *p, const struct lock_road *like)
{
    for (size_t i = 0; i < p->road_count; i++)
        if (str_eq(p->roads[i].id, like->id) && str_eq(p->roads[i].workflow, like->workflow))
            return &p->roads[i];
    return NULL;
}

static bool leads_to_verify(const struct drifting *d, struct str status)
{
    for (size_t i = 0; i < d->m->status_count; i++)
        if (d->m->statuses[i].role == STATUS_VERIFY && str_eq(d->m->statuses[i].name, status))
            return true;
    return false;
}

static bool reaches_verify(const struct drifting *d, const struct lock_project *p)
{
    for (size_t i = 0; i < p->road_count; i++)
        if (leads_to_verify(d, p->roads[i].to))
            return true;
    return false;
}

static bool same_road(const struct lock_road *a, const struct lock_road *b)
{
    return str_eq(a->name, b->name) && str_eq(a->from, b->from) && str_eq(a->to, b->to);
}

/* What the gate is made of `countersign gate prove` judges; here only: can people still say done?
 */
static void drift_of_roads(struct drifting *d, const struct lock_project *was,
                           const struct lock_project *is)
{
    if (!was->roads_known || !is->roads_known)
        return;
    bool cut = reaches_verify(d, was) && !reaches_verify(d, is);
    for (size_t i = 0; i < was->road_count; i++) {
        const struct lock_road *r = &was->roads[i], *now = road_of(is, r);
        bool breaks = cut && leads_to_verify(d, r->to);
        if (!now)
            drift_add(d, DRIFT(LOCK_ROAD_GONE, breaks, STR_NONE),
                      "transition %.*s \"%.*s\" of workflow '%.*s' is gone", STR_ARG(r->id),
                      STR_ARG(r->name), STR_ARG(r->workflow));
        else if (!same_road(r, now))
            drift_add(d, DRIFT(LOCK_ROAD_CHANGED, breaks, STR_NONE),
                      "transition %.*s \"%.*s\" of workflow '%.*s' leads from \"%.*s\" to \"%.*s\" "
                      "as \"%.*s\" now",
                      STR_ARG(r->id), STR_ARG(r->name), STR_ARG(r->workflow), STR_ARG(now->from),
                      STR_ARG(now->to), STR_ARG(now->name));
    }
    for (size_t i = 0; i < is->road_count; i++)
        if (!road_of(was, &is->roads[i]))
            drift_add(d, DRIFT(LOCK_ROAD_NEW, false, STR_NONE),
                      "workflow '%.*s' has a new transition %.*s \"%.*s\"",
                      STR_ARG(is->roads[i].workflow), STR_ARG(is->roads[i].id),
                      STR_ARG(is->roads[i].name));
}

/* --- all --- */

static void drift_of_project(struct drifting *d, const struct lock_project *was,
                             const struct lock_project *is)
{
    if (was->desk.len && !is->desk.len)
        drift_add(d, DRIFT(LOCK_DESK_GONE, true, STR_NONE),
                  "project %.*s has no service desk that we may use any more", STR_ARG(was->key));
    else
        drift_of_types(d, was, is);
    drift_of_screen(d, was, is);
    drift_of_statuses(d, was, is);
    drift_of_roads(d, was, is);
}

void lock_drift(const struct mapping *m, const struct lock_site *was, const struct lock_site *is,
                struct arena *arena, struct lock_changes *ret)
{
    struct drifting d = {.m = m, .was = was, .is = is, .arena = arena, .out = ret};

    ret->count = ret->breaking = ret->harmless = 0;
    drift_of_fields(&d);
    drift_of_resolutions(&d);
    for (size_t i = 0; i < was->project_count; i++) {
        const struct lock_project *p = lock_project_of(is, was->projects[i].key);
        if (p)
            drift_of_project(&d, &was->projects[i], p);
    }
    settle(&d);
}

struct str lock_drift_print(struct arena *arena, const struct lock_changes *changes)
{
    AUTO(drop_buf) struct buf b;
    uint8_t digest[SHA256_BYTES];
    char *hex = arena_alloc(arena, SHA256_HEX_SIZE);

    buf_init(&b, 1024 * 1024);
    for (size_t i = 0; i < changes->count && changes->items[i].breaking; i++) {
        buf_add_str(&b, changes->items[i].what);
        buf_add_byte(&b, '\n');
    }
    if (!b.len || !hex)
        return STR_NONE;
    digest_sha256(buf_str(&b), digest);
    hex_encode(digest, sizeof digest, hex);
    return str_n(hex, SHA256_HEX_SIZE - 1);
}
