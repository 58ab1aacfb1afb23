#include "jsm/jsm_pick.h"

static bool names_done(const struct jsm_view *view)
{
    for (size_t i = 0; i < view->status_count; i++)
        if (view->statuses[i].role == STATUS_DONE)
            return true;
    return false;
}

/* Where a transition leads. Cancelled, Declined and the like are of the Done category too: where
 * the mapping names what done is called, nothing else is a way to close. */
static bool leads_to(const struct json *transition, const struct jsm_view *view,
                     enum status_role wanted)
{
    struct str name = json_path_str(transition, "to/name");
    struct str category = json_path_str(transition, "to/statusCategory/key");
    bool named;

    return jsm_role(view, name, jsm_category(category), &named) == wanted &&
           (named || wanted != STATUS_DONE || !names_done(view));
}

/* Can we give what the screen asks for? Only a resolution. */
static bool fields_for(const struct json *transition, struct jsm_pick *pick)
{
    bool resolution = false;

    JSON_EACH(field, json_member(transition, "fields"))
    {
        if (str_eq_c(json_name(field), "resolution")) {
            resolution = true;
        } else if (json_is_true(json_member(field, "required")) &&
                   !json_is_true(json_member(field, "hasDefaultValue"))) {
            pick->needs = json_name(field);
            return false;
        }
    }
    pick->fields = resolution ? STR("{\"resolution\":{\"name\":\"Done\"}}") : STR("");
    return true;
}

static bool try_role(struct arena *a, const struct json *transitions, const struct jsm_view *view,
                     enum status_role wanted, struct str current, struct jsm_pick *ret)
{
    JSON_EACH(t, json_member(transitions, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        if (available && !json_is_true(available))
            continue;
        if (!leads_to(t, view, wanted) || str_eq(json_path_str(t, "to/name"), current))
            continue;
        if (wanted == STATUS_OPEN && str_eq_c(json_path_str(t, "to/statusCategory/key"), "new"))
            continue; /* back means back to work, not back to the queue */
        if (!fields_for(t, ret))
            continue;
        ret->transition_id = json_id(a, json_member(t, "id"));
        ret->leads_to = wanted;
        ret->needs = STR_NONE;
        return true;
    }
    return false;
}

void jsm_pick(struct arena *a, const struct json *transitions, const struct jsm_view *view,
              enum status_role wanted, struct str current, struct jsm_pick *ret)
{
    *ret = (struct jsm_pick){0};
    if (try_role(a, transitions, view, wanted, current, ret))
        return;
    if (wanted == STATUS_DONE)
        try_role(a, transitions, view, STATUS_VERIFY, current, ret);
}
