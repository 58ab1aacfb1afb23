/* What `countersign gate` says of the fields and screens beside the workflows. */
#include <stdio.h>

#include "base/limits.h"
#include "cli/gate_part_priv.h"
#include "cli/view.h"
#include "jsm/jsm_screen.h"

struct str gate_view_name(struct gate_work *w, const struct gate_scheme *scheme)
{
    return jsm_view_name(w->arena, scheme->name);
}

bool gate_parts_differ(const struct gate_work *w, const struct gate_project *p)
{
    return !w->wish->no_fields && p->gate->there.known &&
           !gate_parts_stand(&p->gate->there, &p->parts);
}

static void field_lines(struct gate_work *w, const struct gate_project *p, gate_line_fn *fn,
                        void *arg)
{
    static const char *const KINDS[] = {"a select list", "a text field", "a text field",
                                        "a list of users"};
    struct str names = STR("");
    size_t count = 0;

    for (size_t i = 0; i < GATE_FIELDS; i++) {
        if (!p->parts.make_field[i])
            continue;
        names = arena_printf(w->arena, "%.*s%s%s (%s)", STR_ARG(names), names.len ? ", " : "",
                             GATE_FIELD_NAMES[i], KINDS[i]);
        count++;
    }
    if (count)
        fn(arg, arena_printf(w->arena, "+ %zu field%s: %.*s", count, count == 1 ? "" : "s",
                             STR_ARG(names)));
}

static void each_line(struct gate_work *w, const struct gate_project *p, gate_line_fn *fn,
                      void *arg)
{
    const struct gate_parts_there *t = &p->gate->there;

    if (w->wish->no_fields || !t->known)
        return;
    field_lines(w, p, fn, arg);
    if (p->parts.make_screen)
        fn(arg, STR("+ screen " GATE_SCREEN_NAME ": carries them, for our own transition"));
    else if (p->parts.fill_screen[0] || p->parts.fill_screen[1])
        fn(arg, STR("~ screen " GATE_SCREEN_NAME ": shows them"));
    for (size_t i = 0; i < t->scheme_count; i++) {
        const struct gate_scheme *s = &t->schemes[i];
        struct str screen = gate_view_screen(s);
        if (p->parts.views[i] == GATE_VIEW_COPY)
            fn(arg,
               arena_printf(w->arena,
                            "+ screen %.*s: the screen for viewing (%.*s) and both fields, for "
                            "viewing only",
                            STR_ARG(gate_view_name(w, s)), STR_ARG(screen)));
        else if (p->parts.views[i] == GATE_VIEW_MEND)
            fn(arg,
               arena_printf(w->arena, "~ screen %.*s: shows them", STR_ARG(gate_view_name(w, s))));
    }
}

struct str gate_parts_changes(struct gate_work *w, const struct gate_project *p)
{
    struct gate_lines lines;

    gate_lines_begin(&lines);
    each_line(w, p, gate_lines_add, &lines);
    return gate_lines_end(w, &lines);
}

static void print_line(void *arg, struct str line)
{
    (void)arg;
    view_line("  %.*s", STR_ARG(line));
}

static bool is_mapped(const struct gate_work *w, const struct gate_parts_there *t)
{
    const struct mapping *m = w->own->o.mapping;

    return str_eq(m->check_field, t->fields[GATE_FIELD_CHECK]) &&
           str_eq(m->reason_field, t->fields[GATE_FIELD_REASON]);
}

static bool are_there(const struct gate_parts_there *t)
{
    return t->fields[GATE_FIELD_CHECK].len && t->fields[GATE_FIELD_REASON].len;
}

/* What belongs into the mapping. */
static struct str naming(struct gate_work *w, const struct gate_parts_there *t)
{
    return arena_printf(w->arena, "fields: { access_check: %.*s, access_check_reason: %.*s }",
                        STR_ARG(t->fields[GATE_FIELD_CHECK]),
                        STR_ARG(t->fields[GATE_FIELD_REASON]));
}

void gate_parts_remind(struct gate_work *w, const struct site_gate *gate)
{
    const struct gate_parts_there *t = &gate->there;

    if (!w->wish->no_fields && !is_mapped(w, t) && are_there(t))
        gate_say(w, "write into the mapping: %.*s", STR_ARG(naming(w, t)));
    gate_say(w,
             "customers read the status as '%.*s' until each request type calls it '%s': Project "
             "settings, Request types, Workflow statuses; no interface sets that",
             STR_ARG(site_gate_verify_name(w->own)), GATE_PORTAL_NAME);
}

void gate_parts_say(struct gate_work *w, const struct gate_project *p)
{
    const struct gate_parts_there *t = &p->gate->there;
    bool both = are_there(t);

    if (p->gate->missing.len)
        view_line("  ! the mapping names fields that do not exist: %.*s",
                  STR_ARG(p->gate->missing));
    if (w->wish->no_fields)
        return;
    if (!t->known || !t->scheme_count)
        printf("  ! fields to be made by hand: Access check (a select list) and Access check "
               "reason (a text field), on the edit screen;\n    the mapping names them under "
               "fields: access_check, access_check_reason%s%.*s\n",
               p->gate->unshown.len ? "\n    " : "", STR_ARG(p->gate->unshown));
    each_line(w, p, print_line, NULL);
    if (both && is_mapped(w, t))
        view_line("  fields Access check %.*s and Access check reason %.*s: as the mapping says",
                  STR_ARG(t->fields[GATE_FIELD_CHECK]), STR_ARG(t->fields[GATE_FIELD_REASON]));
    else if (both)
        view_line("  ! write into the mapping: %.*s", STR_ARG(naming(w, t)));
}
