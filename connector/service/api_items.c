#include "service/api_items.h"

#include <stdio.h>

#include "service/api_body.h"
#include "service/problem.h"

static const char TITLE[] = "Invalid body";

enum { FAULTS_MAX = 16, NAME_SHOWN = 40 };

struct reading {
    struct arena *arena;
    struct wanted *w;
    size_t at, count; /* which item, of how many; from 0 */
    bool placed;      /* source and account of the first that is right are known */
    bool gives, takes;
    struct problem_fault faults[FAULTS_MAX];
    size_t fault_count;
};

/* member empty: of the item as a whole. */
static void fault(struct reading *r, struct str member, const char *what)
{
    char shown[NAME_SHOWN];

    if (r->fault_count == FAULTS_MAX) /* enough to go on with */
        return;
    struct problem_fault *f = &r->faults[r->fault_count++];
    str_copy(shown, sizeof shown, member);
    for (char *c = shown; *c; c++) /* RFC 6901: a name with a slash is a name of its own */
        *c = (char)(*c == '/' || *c == '~' ? '_' : *c);
    snprintf(f->pointer, sizeof f->pointer, "#/items/%zu%s%s", r->at, member.len ? "/" : "", shown);
    snprintf(f->detail, sizeof f->detail, "%s", what);
}

static void on_fault(void *arg, struct str member, const char *what)
{
    fault(arg, member, what);
}

static void fault_of_all(struct reading *r, const char *what)
{
    struct problem_fault *f = &r->faults[r->fault_count++];

    snprintf(f->pointer, sizeof f->pointer, "#/items");
    snprintf(f->detail, sizeof f->detail, "%s", what);
}

/* What it shall be: as it says, else as the kind of the request does. False: neither, or against
 * it.
 */
static bool read_desired(struct reading *r, const struct json *item, enum desired *ret)
{
    struct str said = json_path_str(item, "desired");
    enum request_kind kind = r->w->kind;
    enum desired only = kind == REQUEST_REMOVAL ? DESIRED_ABSENT : DESIRED_PRESENT;

    *ret = only;
    if (!said.len && kind == REQUEST_MODIFY)
        fault(r, STR("desired"), "is missing: of a modify each item says present or absent");
    else if (said.len && !desired_from(said, ret))
        fault(r, STR("desired"), "must be present or absent");
    else if (kind != REQUEST_MODIFY && *ret != only)
        fault(r, STR("desired"),
              kind == REQUEST_GRANT ? "is absent in a grant: what gives and takes is a modify"
                                    : "is present in a removal: what gives and takes is a modify");
    else
        return true;
    return false;
}

/* One ticket is about one account in one source. */
static bool is_there(struct reading *r, struct str *first, const char *member, struct str value)
{
    if (!r->placed)
        *first = value;
    bool same = str_eq(*first, value);
    if (!same)
        fault(
            r, str_of(member),
            "is another one than of the first item: one ticket is about one account in one source; "
            "ask for this by a request of its own");
    return same;
}

static void take(struct reading *r, const struct json *item)
{
    struct wanted *w = r->w;
    struct str name = json_path_str(item, "entitlement");
    enum desired desired;

    bool there = is_there(r, &w->source, "source", json_path_str(item, "source"));
    there &= is_there(r, &w->account, "account", json_path_str(item, "account"));
    r->placed = true;
    if (!read_desired(r, item, &desired) || !there)
        return;
    bool goes = w->kind == REQUEST_MODIFY && desired == DESIRED_ABSENT;
    struct str *mine = goes ? &w->instead_of : &w->entitlement;
    struct str *other = goes ? &w->entitlement : &w->instead_of;
    if (mapping_names_have(*mine, name))
        fault(r, STR("entitlement"), "is asked for twice");
    else if (mapping_names_have(*other, name))
        fault(r, STR("entitlement"), "is to come and to go");
    else
        *mine =
            mine->len ? arena_printf(r->arena, "%.*s\n%.*s", STR_ARG(*mine), STR_ARG(name)) : name;
    r->gives |= desired == DESIRED_PRESENT;
    r->takes |= desired == DESIRED_ABSENT;
}

static void read_items(struct reading *r, const struct json *items, enum request_kind kind)
{
    static const struct body_member MEMBERS[] = {{"source", BODY_KEY, true},
                                                 {"entitlement", BODY_KEY, true},
                                                 {"account", BODY_KEY, false},
                                                 {"desired", BODY_KEY, false},
                                                 {NULL}};

    JSON_EACH(item, items)
    {
        size_t before = r->fault_count;
        if (json_type(item) != JSON_OBJECT)
            fault(r, STR(""), "must be an object");
        else
            api_body_each_fault(MEMBERS, item, 0, on_fault, r);
        if (r->fault_count == before)
            take(r, item);
        r->at++;
    }
    if (!r->fault_count && kind == REQUEST_MODIFY && !r->takes)
        fault_of_all(r, "take nothing away: ask with kind grant");
    if (!r->fault_count && kind == REQUEST_MODIFY && !r->gives)
        fault_of_all(r, "give nothing: ask with kind removal");
}

static bool read_list(struct serve_request *request, const struct json *items, struct wanted *w)
{
    struct reading r = {.arena = serve_arena(request), .w = w, .count = json_count(items)};

    if (!r.count)
        fault_of_all(&r, "must be at least one");
    else if (r.count > MAPPED_ITEMS_MAX)
        fault_of_all(&r, "must be 32 at most: ask for the others by another request");
    else
        read_items(&r, items, w->kind);
    if (r.fault_count)
        problem_reply_faults(request, 422, TITLE, STR("items"), r.faults, r.fault_count);
    return !r.fault_count;
}

static bool refuse(struct serve_request *request, const char *member, const char *what)
{
    char detail[160];

    snprintf(detail, sizeof detail, "'%s' %s", member, what);
    problem_reply_member(request, 422, TITLE, str_of(member), detail);
    return false;
}

bool api_items_read(struct serve_request *request, const struct json *body, struct wanted *w)
{
    static const char *const ONE[] = {"source", "entitlement", "account"};
    const struct json *items = json_member(body, "items");

    for (size_t i = 0; i < sizeof ONE / sizeof ONE[0]; i++) {
        bool said = json_member(body, ONE[i]) != NULL;
        if (items && said)
            return refuse(request, ONE[i], "is said by each of items");
        if (!items && w->kind != REQUEST_MODIFY && !said && i < 2)
            return refuse(request, ONE[i], "is missing");
    }
    if (items)
        return read_list(request, items, w);
    if (w->kind == REQUEST_MODIFY)
        return refuse(request, "items", "is missing: a modify says what comes and what goes");
    w->source = json_path_str(body, "source");
    w->entitlement = json_path_str(body, "entitlement");
    w->account = json_path_str(body, "account");
    return true;
}
