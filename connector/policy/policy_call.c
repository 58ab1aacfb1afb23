#include "policy/policy_call.h"

#include <string.h>

#include "json/json_write.h"

/* --- the question --- */

static void put_text(struct json_out *out, const char *name, struct str value)
{
    if (!str_empty(value))
        json_str_member(out, name, value);
}

static void put_list(struct json_out *out, const char *name, const struct str *list, size_t count)
{
    json_put_name(out, name);
    json_open_array(out);
    for (size_t i = 0; i < count; i++)
        json_put_str(out, list[i]);
    json_close_array(out);
}

enum { TIME_SIZE = 21 }; /* 2026-11-22T02:54:44Z */

static void two_digits(char *p, int64_t n)
{
    p[0] = (char)('0' + n / 10 % 10);
    p[1] = (char)('0' + n % 10);
}

/* RFC 3339, by Hinnant's civil_from_days. Times before 1970 or after 9999 are not written. */
static void put_time(struct json_out *out, const char *name, int64_t ms)
{
    char text[TIME_SIZE] = "0000-00-00T00:00:00Z";
    int64_t s = ms / 1000, days = s / 86400 + 719468, era = days / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);

    if (ms <= 0 || year > 9999)
        return;
    two_digits(text, year / 100);
    two_digits(text + 2, year % 100);
    two_digits(text + 5, month);
    two_digits(text + 8, doy - (153 * mp + 2) / 5 + 1);
    two_digits(text + 11, s % 86400 / 3600);
    two_digits(text + 14, s % 3600 / 60);
    two_digits(text + 17, s % 60);
    json_str_member(out, name, str_of(text));
}

static void put_subject(struct json_out *out, const struct policy_question *q,
                        const struct policy_style *style)
{
    json_put_name(out, "subject");
    json_open_object(out);
    json_str_member(out, "type", STR("user"));
    json_str_member(out, "id", q->beneficiary);
    json_put_name(out, "properties");
    json_open_object(out);
    if (style->dialect == POLICY_CERBOS)
        put_list(out, "cerbos.roles", style->roles, style->role_count);
    put_text(out, "kind", q->subject_kind);
    put_text(out, "sponsor", q->sponsor);
    put_list(out, "entitlements", q->holds, q->hold_count);
    json_close_object(out);
    json_close_object(out);
}

static void put_resource(struct json_out *out, const struct policy_question *q)
{
    json_put_name(out, "resource");
    json_open_object(out);
    json_str_member(out, "type", STR("entitlement"));
    json_put_name(out, "id");
    AUTO(drop_buf) struct buf id;
    buf_init(&id, POLICY_CALL_BYTES);
    buf_add_str(&id, q->source);
    buf_add_byte(&id, '/');
    buf_add_str(&id, q->entitlement);
    json_put_str(out, buf_str(&id));
    json_put_name(out, "properties");
    json_open_object(out);
    json_str_member(out, "application", q->source);
    json_str_member(out, "entitlement", q->entitlement);
    json_str_member(out, "account", q->account);
    json_bool_member(out, "privileged", q->privileged);
    json_close_object(out);
    json_close_object(out);
}

static void put_context(struct json_out *out, const struct policy_question *q,
                        const struct policy_style *style)
{
    json_put_name(out, "context");
    json_open_object(out);
    json_str_member(out, "stage", str_of(permit_stage_name(q->stage)));
    put_text(out, "request", q->request);
    put_text(out, "ticket", q->ticket);
    put_text(out, "rule", q->rule);
    put_text(out, "request_type", q->request_type);
    put_text(out, "lifecycle", q->lifecycle);
    put_text(out, "requester", q->requester);
    put_text(out, "justification", q->justification);
    put_list(out, "approvers", q->approvers, q->approver_count);
    json_bool_member(out, "emergency", q->emergency);
    put_time(out, "access_until", q->access_until_ms);
    put_time(out, "time", q->now_ms);
    if (style->dialect == POLICY_CERBOS)
        json_bool_member(out, "cerbos.includeMeta", true);
    json_close_object(out);
}

bool policy_call_write(struct buf *out, const struct policy_question *q,
                       const struct policy_style *style)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    put_subject(&json, q, style);
    json_put_name(&json, "action");
    json_open_object(&json);
    json_str_member(&json, "name", STR("grant"));
    json_close_object(&json);
    put_resource(&json, q);
    put_context(&json, q, style);
    json_close_object(&json);
    return !out->over && out->len <= POLICY_CALL_BYTES;
}

/* --- the answer --- */

/* What people are told: context.reason_user, a text or texts by code or language. For them, so the
 * administrators' reason is not shown. */
static void read_reason(const struct json *context, struct policy_answer *ret)
{
    const struct json *reason = json_member(context, "reason_user");
    struct str text = json_str(reason);
    size_t len = 0;

    for (const struct json *one = json_first(reason); str_empty(text) && one; one = json_next(one))
        text = json_str(one);
    for (size_t i = 0; i < text.len && len < POLICY_REASON_CHARS; i++) {
        size_t unseen = str_unseen(text, i);
        if (unseen) { /* a line break, or what would turn the text around */
            i += unseen - 1;
            ret->reason[len++] = ' ';
        } else {
            ret->reason[len++] = text.p[i];
        }
    }
    struct str whole = str_n(ret->reason, len);
    char copy[sizeof ret->reason];
    while (!str_is_utf8(whole)) /* cut within a character */
        whole.len--;
    (void)str_copy(copy, sizeof copy, str_trim(whole));
    memcpy(ret->reason, copy, sizeof copy);
}

/* A permission on conditions is none as long as nobody here meets them. An empty list has none. */
static bool has_obligations(const struct json *context)
{
    static const char *const NAMES[] = {"obligations", "obligation"};

    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const struct json *v = json_member(context, NAMES[i]);
        bool is_list = json_type(v) == JSON_ARRAY || json_type(v) == JSON_OBJECT;
        if (v && json_type(v) != JSON_NULL && (!is_list || json_count(v)))
            return true;
    }
    return false;
}

/* Said in any case (RFC 9110, 8.3.1), or not at all. */
static bool is_json(struct str type)
{
    const struct str JSON = STR("application/json");

    return !type.len || (type.len >= JSON.len && str_eq_nocase(str_n(type.p, JSON.len), JSON));
}

static const char *why_no_decision(const struct policy_reply *reply, struct str request_id)
{
    if (!reply->arrived)
        return reply->too_large ? "TooLarge" : reply->late ? "Timeout" : "NoAnswer";
    if (reply->status == 401 || reply->status == 403)
        return "AuthFailed";
    if (reply->status == 400 || reply->status == 422)
        return "NotUnderstood";
    if (reply->status == 404)
        return "NotFound";
    if (reply->status == 429)
        return "TooMany";
    if (reply->status >= 500)
        return "ServerError";
    if (reply->status != 200)
        return "OddStatus";
    if (!str_empty(reply->request_id) && !str_eq_nocase(reply->request_id, request_id))
        return "OtherQuestion";
    return is_json(reply->content_type) ? NULL : "NotJson";
}

void policy_call_judge(struct arena *arena, const struct policy_reply *reply, struct str request_id,
                       struct policy_answer *ret)
{
    const struct json *v = NULL;
    struct err err = {0};

    *ret = (struct policy_answer){.why = why_no_decision(reply, request_id)};
    if (ret->why)
        return;
    ret->why = "NotJson";
    if (!json_parse(arena, reply->body, &v, &err))
        return;
    const struct json *decision = json_member(v, "decision");
    const struct json *context = json_member(v, "context");
    ret->why = "NoDecision";
    if (json_type(v) != JSON_OBJECT || json_type(decision) != JSON_BOOL)
        return;
    ret->why = "Ok";
    ret->answer = json_is_true(decision) ? PERMIT_GIVEN : PERMIT_DENIED;
    read_reason(context, ret);
    const struct json *asks = json_member(context, "approvals");
    if (ret->answer == PERMIT_GIVEN && asks && !policy_asks_read(arena, asks, &ret->asks)) {
        ret->answer = PERMIT_OPEN;
        ret->why = "OddApprovals";
        return;
    }
    if (ret->answer == PERMIT_GIVEN && has_obligations(context)) {
        ret->answer = PERMIT_DENIED;
        ret->why = "UnknownObligation";
        (void)str_copy(ret->reason, sizeof ret->reason,
                       STR("it is allowed only on conditions that nobody here can meet"));
    }
}

bool policy_discovery_read(struct arena *arena, struct str body, struct str base,
                           struct str *ret_evaluation, struct err *err)
{
    const struct json *v = NULL;

    if (!json_parse(arena, body, &v, err))
        return false;
    struct str self = json_path_str(v, "policy_decision_point");
    struct str address = json_path_str(v, "access_evaluation_endpoint");
    while (self.len && self.p[self.len - 1] == '/')
        self.len--;
    if (!str_eq(self, base))
        return FAIL(err, ERR_INPUT, "the decision point calls itself '%.*s'", STR_ARG(self));
    if (!str_starts(address, base) || address.len <= base.len || address.p[base.len] != '/')
        return FAIL(err, ERR_INPUT, "it names no address of its own that evaluates");
    *ret_evaluation = address;
    return true;
}

const char *policy_remedy(const char *why)
{
    static const struct {
        const char *why, *remedy;
    } REMEDIES[] = {
        {"NoAnswer", "see that the decision point runs, and that policy.url names it"},
        {"Timeout", "see why the decision point is slow; policy.timeout says how long we wait"},
        {"TooLarge", "see what answers at policy.url: a decision is a few hundred bytes"},
        {"AuthFailed", "put a token that the decision point takes where policy.token refers to"},
        {"NotUnderstood", "see the decision point's log; for Cerbos set policy.dialect: cerbos"},
        {"NotFound", "see that policy.url is the address under which /access/v1/evaluation is"},
        {"TooMany", "lower policy.concurrency, or let the decision point take more"},
        {"ServerError", "see the decision point's log"},
        {"OddStatus", "see what answers at policy.url: redirects are not followed"},
        {"OtherQuestion", "see what stands between: it answers another question than was asked"},
        {"NotJson", "see what answers at policy.url: it is not a decision point"},
        {"OddApprovals",
         "see context.approvals of its answer against schemas/README.md: what is not all "
         "understood, or was not wanted at intake yet, is no decision"},
        {"NoDecision", "see what answers at policy.url: its reply has no decision"},
    };

    for (size_t i = 0; i < sizeof REMEDIES / sizeof REMEDIES[0]; i++)
        if (!strcmp(REMEDIES[i].why, why))
            return REMEDIES[i].remedy;
    return "";
}
