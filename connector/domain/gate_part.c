#include "domain/gate_part.h"

#define TYPES "com.atlassian.jira.plugin.system.customfieldtypes:"

const char *const GATE_FIELD_NAMES[GATE_FIELDS] = {"Access check", "Access check reason",
                                                   "Access proof", "Access approver"};
const char *const GATE_FIELD_TYPES[GATE_FIELDS] = {TYPES "select", TYPES "textfield",
                                                   TYPES "textfield", TYPES "multiuserpicker"};
const char *const GATE_FIELD_SEARCHERS[GATE_FIELDS] = {TYPES "multiselectsearcher",
                                                       TYPES "textsearcher", TYPES "textsearcher",
                                                       TYPES "userpickergroupsearcher"};

static struct str serving(struct str special, const struct gate_scheme *scheme)
{
    return special.len ? special : scheme->on_default;
}

struct str gate_view_screen(const struct gate_scheme *scheme)
{
    return serving(scheme->on_view, scheme);
}

bool gate_is_listed(struct str ids, struct str id)
{
    while (ids.len)
        if (str_eq(str_cut(&ids, ','), id))
            return id.len > 0;
    return false;
}

static bool carries(const struct gate_parts_there *t, struct str screen)
{
    for (size_t i = 0; i < GATE_FIELDS_SHOWN; i++)
        if (!t->fields[i].len || !gate_is_listed(t->shown[i], screen))
            return false;
    return true;
}

/* Did somebody decide that both are edited like others? */
static bool is_edited(const struct gate_parts_there *t)
{
    for (size_t i = 0; i < t->scheme_count; i++)
        if (!carries(t, serving(t->schemes[i].on_edit, &t->schemes[i])))
            return false;
    return t->scheme_count > 0;
}

bool gate_parts_worked(const struct gate_parts_there *t, struct str screens)
{
    for (size_t i = 0; i < t->scheme_count; i++) {
        const struct gate_scheme *s = &t->schemes[i];
        if (gate_is_listed(screens, serving(s->on_edit, s)) ||
            gate_is_listed(screens, serving(s->on_create, s)))
            return true;
    }
    return false;
}

static enum gate_view view_of(const struct gate_parts_there *t, const struct gate_scheme *s)
{
    if (carries(t, gate_view_screen(s)))
        return GATE_VIEW_IS;
    return s->view_is_ours ? GATE_VIEW_MEND : GATE_VIEW_COPY;
}

void gate_parts_plan(const struct gate_parts_there *t, struct gate_parts *ret)
{
    *ret = (struct gate_parts){0};
    if (!t->known)
        return;
    const bool wanted[GATE_FIELDS] = {true, true, t->wants_proof, t->wants_approver};
    for (size_t i = 0; i < GATE_FIELDS; i++)
        ret->make_field[i] = wanted[i] && !t->fields[i].len;
    if (!t->scheme_count || is_edited(t))
        return;
    ret->by_loop = true;
    ret->make_screen = !t->screen.len;
    for (size_t i = 0; i < GATE_FIELDS_SHOWN; i++)
        ret->fill_screen[i] = t->screen.len && !gate_is_listed(t->shown[i], t->screen);
    for (size_t i = 0; i < t->scheme_count; i++)
        ret->views[i] = view_of(t, &t->schemes[i]);
}

bool gate_parts_stand(const struct gate_parts_there *there, const struct gate_parts *plan)
{
    bool stand = !plan->make_screen;

    for (size_t i = 0; i < GATE_FIELDS; i++)
        stand &= !plan->make_field[i];
    for (size_t i = 0; i < GATE_FIELDS_SHOWN; i++)
        stand &= !plan->fill_screen[i];
    for (size_t i = 0; i < there->scheme_count; i++)
        stand &= plan->views[i] == GATE_VIEW_IS;
    return stand;
}

/* --- the portal --- */

const char *const GATE_PORTAL_NAMES[GATE_PORTAL_COUNT] = {
#define X(suffix, name, words) name,
    GATE_PORTAL(X)
#undef X
};
const char *const GATE_PORTAL_WORDS[GATE_PORTAL_COUNT] = {
#define X(suffix, name, words) words,
    GATE_PORTAL(X)
#undef X
};

enum gate_portal gate_portal_judge(struct str read, struct str status)
{
    static const char *const OVER[] = {"Done",      "Resolved",  "Closed",   "Complete",
                                       "Completed", "Fulfilled", "Finished", "Granted"};

    for (size_t i = 0; i < sizeof OVER / sizeof OVER[0]; i++)
        if (str_eq_nocase(read, str_of(OVER[i])))
            return GATE_PORTAL_OVER;
    return str_eq_nocase(read, status) ? GATE_PORTAL_PLAIN : GATE_PORTAL_CALLED;
}
