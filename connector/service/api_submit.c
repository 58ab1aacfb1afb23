/* POST /v1/access-requests. */
#include "service/api_submit.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "json/json_write.h"
#include "service/api_body.h"
#include "service/api_items.h"
#include "service/api_priv.h"
#include "service/problem.h"
#include "service/submit.h"
#include "service/terms.h"
#include "service/worker.h"
#include "site/site.h"

enum { KEY_MAX = 200, ANSWER_BYTES = 512 };

/* Why a wish is not taken: by the configuration, the mapping or the clock of now. */
struct why_not {
    int status;
    const char *title, *member, *detail; /* member: of the body; NULL: none. detail NULL: err */
    struct err err;
};

/* One that waits for the store. In memory of its own: mapping it may have taken all that the
 * request has. */
struct wishing {
    struct api *api;
    struct serve_request *request;
    struct why_not why; /* of one that is refused, unless it was taken before */
};

/* --- answers of the store --- */

static struct wishing *wishing_new(struct api *api, struct serve_request *request)
{
    struct wishing *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *w = (struct wishing){.api = api, .request = request};
    return w;
}

static void refuse_other_body(struct serve_request *request)
{
    problem_reply(request, 409, "Idempotency key reused",
                  "this key was used with another body; use a new key");
}

static void on_submitted(void *arg, enum store_outcome outcome, const struct store_submitted *row,
                         const char *message)
{
    struct wishing *w = arg;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, ANSWER_BYTES);
    if (outcome != STORE_OK) {
        api_store_problem(w->request, outcome, message);
    } else if (row->differs) {
        refuse_other_body(w->request);
    } else {
        json_begin(&out, &b);
        json_open_object(&out);
        json_str_member(&out, "id", row->id);
        json_str_member(&out, "phase", row->phase);
        json_bool_member(&out, "repeated", row->repeated);
        json_close_object(&out);
        worker_kick(api_service(w->api)->worker);
        serve_reply(w->request, row->repeated ? 200 : 201, "application/json", NULL, 0,
                    buf_str(&b));
    }
    free(w);
}

static void on_known(void *arg, enum store_outcome outcome, struct str json)
{
    struct wishing *w = arg;
    const struct why_not *why = &w->why;
    struct str member = why->member ? str_of(why->member) : STR_NONE;
    char said[sizeof why->err.what];

    str_copy(said, sizeof said, outcome == STORE_REFUSED ? json : STR(""));
    if (outcome != STORE_OK)
        api_store_problem(w->request, outcome, said);
    else if (!json.len)
        problem_reply_member(w->request, why->status, why->title, member,
                             why->detail ? why->detail : why->err.what);
    else if (str_eq_c(json, "{}"))
        refuse_other_body(w->request);
    else
        serve_reply(w->request, 200, "application/json", NULL, 0, json);
    free(w);
}

/* --- what is wished --- */

/* The site the ticket will be on. */
static const struct site *site_of(struct api *api, struct str site)
{
    return site.len ? service_site(api_service(api), site) : api_service(api)->sites[0];
}

/* What is wrong with the body by itself, today and ever. */
static bool read_wanted(struct api *api, struct serve_request *request, struct wanted *w,
                        const struct json **ret)
{
    static const struct body_member MEMBERS[] = {
        {"kind", BODY_KEY, true},
        {"beneficiary", BODY_KEY, true},
        {"source", BODY_KEY, false},
        {"entitlement", BODY_KEY, false},
        {"account", BODY_KEY, false},
        {"items", BODY_LIST, false},
        {"requester", BODY_KEY, false},
        {"site", BODY_KEY, false},
        {"justification", BODY_TEXT, false},
        {"access_until", BODY_TIME, false},
        {"privileged", BODY_BOOL, false},
        {"approved", BODY_BOOL, false},
        {"emergency", BODY_BOOL, false},
        {"sponsor", BODY_KEY, false},
        {"manager", BODY_KEY, false},
        {NULL},
    };
    const struct json *body;

    if (!api_body_read(request, MEMBERS, clock_wall_ms(&api_service(api)->db_clock), &body))
        return false;
    if (!request_kind_from(json_path_str(body, "kind"), &w->kind)) {
        problem_reply_member(request, 422, "Invalid body", STR("kind"),
                             "'kind' must be grant, removal or modify");
        return false;
    }
    w->beneficiary = json_path_str(body, "beneficiary");
    w->requester = json_path_str(body, "requester");
    w->justification = json_path_str(body, "justification");
    w->sponsor = json_path_str(body, "sponsor");
    w->manager = json_path_str(body, "manager");
    w->access_until_ms = api_body_time(body, "access_until");
    w->privileged = json_is_true(json_member(body, "privileged"));
    *ret = body;
    return api_items_read(request, body, w);
}

static bool refuse(struct why_not *ret, int status, const char *title, const char *member,
                   const char *detail)
{
    ret->status = status;
    ret->title = title;
    ret->member = member;
    ret->detail = detail;
    return false;
}

static bool refuse_member(struct why_not *ret, const char *member, const char *detail)
{
    return refuse(ret, 422, "Invalid body", member, detail);
}

/* Broken glass has a reason and a near end. What is no emergency is left as it is. */
static bool break_glass(struct api *api, int64_t rule_ms, bool asked, struct store_intake *in,
                        struct why_not *ret_why)
{
    const struct emergency_config *glass = &api_service(api)->config->emergency;
    int64_t now_ms = clock_wall_ms(&api_service(api)->db_clock);

    if (!asked && !rule_ms)
        return true;
    if (rule_ms && (!in->access_until_ms || in->access_until_ms > now_ms + rule_ms))
        in->access_until_ms = now_ms + rule_ms; /* whichever is earlier */
    in->emergency = in->approval_needed = true;
    in->lifecycle = STR("emergency");
    in->approval_due_ms = now_ms + glass->approval_ms;
    in->review_due_ms = in->access_until_ms + glass->review_ms;
    if (in->kind != REQUEST_GRANT)
        return refuse_member(ret_why, "emergency",
                             "an emergency gives access: a removal never waits anyway");
    if (!str_trim(in->justification).len)
        return refuse_member(ret_why, "justification",
                             "'justification' must say why this is an emergency");
    if (!in->access_until_ms)
        return refuse_member(ret_why, "access_until",
                             "'access_until' must say when the emergency is over");
    if (in->access_until_ms > now_ms + glass->longest_ms)
        return refuse_member(ret_why, "access_until",
                             "'access_until' is later than an emergency may last "
                             "(emergency: longest of the configuration)");
    return true;
}

/* Said to be approved by who may say so, and ending within what the template allows. */
static bool is_allowed(struct api *api, const struct json *body, const struct token_config *token,
                       const struct mapped *m, struct why_not *ret_why)
{
    if (json_is_true(json_member(body, "approved")) && !token->may_approve)
        return refuse(ret_why, 403, "Not permitted", "approved",
                      "only a token with the role approve says that it is approved");
    if (!terms_within(m, api_body_time(body, "access_until"),
                      clock_wall_ms(&api_service(api)->db_clock)))
        return refuse_member(ret_why, "access_until",
                             "'access_until' is later than the template of the rule allows");
    return true;
}

/* Which rule asks for it, on which site. */
static bool map_wish(struct api *api, struct arena *arena, const struct wanted *w, struct str site,
                     struct mapped *ret, struct why_not *ret_why)
{
    const struct site *at = site_of(api, site);
    struct str fields;

    if (!at)
        return refuse_member(ret_why, "site", "'site' is none of the configuration");
    if (at->stands_aside)
        return refuse(ret_why, 503, "An older mapping", NULL,
                      "other replicas hold a newer mapping of this site: send it to one of them");
    if (!mapping_request(at->o.mapping, arena, w, ret, &fields, &ret_why->err))
        return refuse(ret_why, 422, "No rule fits", NULL, NULL);
    return true;
}

static void fill_intake(const struct site *site, const struct token_config *token,
                        const struct json *body, const struct wanted *w, const struct mapped *m,
                        struct store_intake *ret)
{
    struct mapping_mode mode = mapping_mode_of(m->rule, site->config->mode);

    *ret = (struct store_intake){
        .site = site->config->name,
        .request_type = m->rule->request_type,
        .rule = m->rule->name,
        .kind = m->rule->change,
        .mode = mode.mode,
        .mode_by_site = !mode.by_rule,
        .requester = {w->requester.len ? w->requester : token->name, STR_NONE},
        .beneficiary = {w->beneficiary, STR_NONE},
        .justification = w->justification,
        .privileged = w->privileged,
        .approval_needed = m->rule->approval_needed,
        .approved_by = json_is_true(json_member(body, "approved")) ? token->name : STR(""),
        .submitted_by = token->name,
        .access_until_ms = w->access_until_ms,
        .sla_goal_ms = m->sla_goal_ms,
        .sla_policy = m->rule->sla_policy,
        .mapping_version = str_of(site->o.mapping->sha256),
        .mapped_hash = m->hash,
        .mapped = m->tuple,
        .hold_text = STR(""),
    };
}

/* Whoever lost the answer to a wish that is stored hears of it, whatever has changed since. */
static void refuse_unless_known(struct api *api, struct serve_request *request,
                                const struct token_config *token, struct str key, struct str sha256,
                                const struct why_not *why)
{
    struct wishing *w = wishing_new(api, request);

    w->why = *why;
    store_request_known(&api_service(api)->store, token->name, key, sha256, on_known, w);
}

/* Once, short enough, and a text. */
static bool read_key(struct serve_request *request, struct str *ret)
{
    struct str key = serve_header(request, "idempotency-key");

    *ret = key;
    if (serve_header_count(request, "idempotency-key") == 1 && key.len && key.len <= KEY_MAX &&
        str_is_utf8(key))
        return true;
    problem_reply(
        request, 400, "Idempotency-Key needed",
        "send one header Idempotency-Key that is unique for this wish, up to 200 bytes of "
        "UTF-8");
    return false;
}

void api_submit(struct api *api, struct serve_request *request, const struct token_config *token,
                struct str id)
{
    struct arena *arena = serve_arena(request);
    struct str key;
    const struct json *body;
    struct wanted w = {0};
    struct mapped m;
    struct why_not why = {0};
    struct store_item items[MAPPED_ITEMS_MAX];
    struct store_intake in;
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    (void)id;
    if (!read_key(request, &key) || !read_wanted(api, request, &w, &body))
        return;
    struct str site = json_path_str(body, "site");
    bool emergency = json_is_true(json_member(body, "emergency"));
    digest_sha256(serve_body(request), digest);
    hex_encode(digest, sizeof digest, hex);
    if (!map_wish(api, arena, &w, site, &m, &why) || !is_allowed(api, body, token, &m, &why)) {
        refuse_unless_known(api, request, token, key, str_of(hex), &why);
        return;
    }
    fill_intake(site_of(api, site), token, body, &w, &m, &in);
    terms_take_found(&m, &in, items);
    if (break_glass(api, m.rule->emergency_ms, emergency, &in, &why))
        submit_put(api_submits(api), key, str_of(hex), &in, on_submitted,
                   wishing_new(api, request));
    else
        refuse_unless_known(api, request, token, key, str_of(hex), &why);
}
