#include "jsm/jsm_pick.h"

#include "domain/gate_part.h"
#include "domain/gate_plan.h"
#include "json/json_write.h"

static bool names_done(const struct jsm_view *view)
{
    for (size_t i = 0; i < view->status_count; i++)
        if (view->statuses[i].role == STATUS_DONE)
            return true;
    return false;
}

static enum status_role role_of(const struct json *transition, const struct jsm_view *view,
                                bool *ret_named)
{
    struct str category = json_path_str(transition, "to/statusCategory/key");

    return jsm_role_by_id(view, json_path_str(transition, "to/id"),
                          json_path_str(transition, "to/name"), jsm_category(category), ret_named);
}

/* Where a transition leads. Cancelled, Declined and the like are of the Done category too: where
 * the mapping names what done is called, nothing else is a way to close. */
static bool leads_to(const struct json *transition, const struct jsm_view *view,
                     enum status_role wanted)
{
    bool named;

    return role_of(transition, view, &named) == wanted &&
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

/* --- away --- */

/* How good a way to throw it away: the lower the better, -1: none. */
static int away_rank(const struct json *transition, const struct jsm_view *view)
{
    bool named;
    enum status_role role = role_of(transition, view, &named);

    if (named && role == STATUS_CANCELLED)
        return 0;
    if (named && role == STATUS_DECLINED)
        return 1;
    return !named && role == STATUS_DONE && names_done(view) ? 2 : -1;
}

static struct str resolution_of(struct arena *a, const struct json *transition)
{
    static const char *const FITTING[] = {"Duplicate", "Cancelled", "Canceled", "Won't Do",
                                          "Declined"};
    const struct json *offered = json_path(transition, "fields/resolution/allowedValues");
    struct str name = json_path_str(json_first(offered), "name");

    for (size_t i = sizeof FITTING / sizeof FITTING[0]; i > 0; i--)
        JSON_EACH(value, offered)
    if (str_eq_c(json_path_str(value, "name"), FITTING[i - 1]))
        name = json_path_str(value, "name");
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    buf_init(&b, 1024);
    json_begin(&out, &b);
    json_open_object(&out);
    json_put_name(&out, "resolution");
    json_open_object(&out);
    json_str_member(&out, "name", name.len ? name : STR("Done"));
    json_close_object(&out);
    json_close_object(&out);
    return arena_str(a, buf_str(&b));
}

void jsm_pick_away(struct arena *a, const struct json *transitions, const struct jsm_view *view,
                   struct jsm_pick *ret)
{
    int best = -1;

    *ret = (struct jsm_pick){0};
    JSON_EACH(t, json_member(transitions, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        int rank = away_rank(t, view);
        bool better = rank >= 0 && (best < 0 || rank < best);
        if (!better || (available && !json_is_true(available)) || !fields_for(t, ret))
            continue;
        best = rank;
        ret->transition_id = json_id(a, json_member(t, "id"));
        ret->leads_to = rank == 1 ? STATUS_DECLINED : STATUS_CANCELLED;
        if (ret->fields.len)
            ret->fields = resolution_of(a, t);
    }
    if (best >= 0)
        ret->needs = STR_NONE;
}

/* --- where we want --- */

/* How sure is it that this road is ours to go, and not one of people's, which may refuse us? We
 * know by its number what we have installed. Where roads demand what nobody fills, what is
 * restricted, and to one status, comes next; then the name that we have given it. */
static int surety(const struct json *t, const struct jsm_view *view, enum status_role wanted)
{
    int own = gate_is_listed(view->own_roads, json_path_str(t, "id")) ? 8 : 0;

    if (!view->demanded || wanted != STATUS_DONE)
        return own;
    return own + (json_is_true(json_member(t, "isConditional")) ? 4 : 0) +
           (str_starts(json_path_str(t, "name"), STR(GATE_CLOSE_NAME)) ? 2 : 0) +
           (json_is_true(json_member(t, "isGlobal")) ? 0 : 1);
}

static bool try_role(struct arena *a, const struct json *transitions, const struct jsm_view *view,
                     enum status_role wanted, struct str current, struct jsm_pick *ret)
{
    struct jsm_pick found = {0};
    int best = -1;

    JSON_EACH(t, json_member(transitions, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        if (available && !json_is_true(available))
            continue;
        if (!leads_to(t, view, wanted) || str_eq(json_path_str(t, "to/name"), current))
            continue;
        if (wanted == STATUS_OPEN &&
            !road_back_ends_in(wanted, jsm_category(json_path_str(t, "to/statusCategory/key"))))
            continue;
        struct jsm_pick one = {0};
        if (!fields_for(t, &one)) {
            ret->needs = one.needs;
            continue;
        }
        if (surety(t, view, wanted) <= best)
            continue;
        best = surety(t, view, wanted);
        one.transition_id = json_id(a, json_member(t, "id"));
        one.leads_to = wanted;
        found = one;
    }
    if (best >= 0)
        *ret = found;
    return best >= 0;
}

/* Out of work agents' buttons are shown to us, too, and refuse us: the way leads by Verifying. */
static bool by_verifying(const struct jsm_view *view, struct str current)
{
    bool named;

    return view->demanded &&
           jsm_role(view, current, CATEGORY_INDETERMINATE, &named) != STATUS_VERIFY;
}

void jsm_pick(struct arena *a, const struct json *transitions, const struct jsm_view *view,
              enum status_role wanted, struct str current, struct jsm_pick *ret)
{
    *ret = (struct jsm_pick){0};
    if (wanted == STATUS_DONE && by_verifying(view, current) &&
        try_role(a, transitions, view, STATUS_VERIFY, current, ret))
        return;
    if (try_role(a, transitions, view, wanted, current, ret))
        return;
    if (wanted == STATUS_DONE)
        try_role(a, transitions, view, STATUS_VERIFY, current, ret);
}

/* --- staying where it is --- */

static bool carries(const struct json *transition, const struct str *fields, size_t count)
{
    const struct json *screen = json_member(transition, "fields");
    size_t needed = 0, ours = 0;

    for (size_t i = 0; i < count; i++) {
        const struct json *field = json_member_str(screen, fields[i]);
        if (!field)
            return false;
        ours += json_is_true(json_member(field, "required"));
    }
    JSON_EACH(field, screen)
    needed += json_is_true(json_member(field, "required")) &&
              !json_is_true(json_member(field, "hasDefaultValue"));
    return needed <= ours;
}

struct str jsm_pick_loop(struct arena *a, const struct json *transitions, const struct str *fields,
                         size_t count)
{
    JSON_EACH(t, json_member(transitions, "transitions"))
    {
        const struct json *available = json_member(t, "isAvailable");
        /* the second is how Atlassian's OpenAPI file calls it */
        bool loop =
            json_is_true(json_member(t, "isLooped")) || json_is_true(json_member(t, "looped"));
        if (loop && (!available || json_is_true(available)) && carries(t, fields, count))
            return json_id(a, json_member(t, "id"));
    }
    return STR_NONE;
}
