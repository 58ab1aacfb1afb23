#include "readers/rest_question.h"

#include <string.h>

#include "base/codecs.h"
#include "readers/rest_expand.h"
#include "readers/rest_value.h"

enum { HASH_STEP = 0x1000193 };

static const struct rest_step *step_of(const struct rest_question *q)
{
    return &q->place->profile->steps[q->step];
}

static void end(struct rest_question *q, struct answer answer)
{
    q->done = true;
    q->answer = answer;
    if (answer.outcome == OUTCOME_UNKNOWN)
        return;
    q->answer.complete = true;
    q->answer.as_of_ms = q->as_of_ms;
    (void)str_copy(q->answer.native_id, sizeof q->answer.native_id, str_of(q->account_id));
    (void)str_copy(q->answer.entitlement_id, sizeof q->answer.entitlement_id,
                   str_of(q->entitlement_id));
    answer_raw(&q->answer, "%.*s\n%.*s\n%s\n%s\n%s\n", STR_ARG(q->account), STR_ARG(q->entitlement),
               q->account_id, q->entitlement_id, outcome_name(answer.outcome));
}

static void end_unknown(struct rest_question *q, const char *reason)
{
    end(q, answer_unknown(reason));
}

static void begin_walk(struct rest_question *q)
{
    q->found = 0;
    q->near = false;
    memset(&q->page, 0, sizeof q->page);
    q->page.number = 1;
    q->page.total = -1;
}

static void begin_step(struct rest_question *q)
{
    begin_walk(q);
    q->wanted = STR_NONE;
    q->walks = 0;
}

void rest_question_begin(struct rest_question *q, const struct rest_place *place,
                         struct arena *arena, struct str account, struct str entitlement)
{
    memset(q, 0, sizeof *q);
    q->place = place;
    q->arena = arena;
    q->account = account;
    q->entitlement = entitlement;
    begin_step(q);
}

/* --- asking --- */

static bool add_param(struct rest_question *q, struct buf *url, struct str name, struct str value)
{
    struct str expanded = rest_expand(q->arena, q->place, q, value);

    buf_add_byte(url, str_find(buf_str(url), '?') < 0 ? '?' : '&');
    url_encode(url, name);
    buf_add_byte(url, '=');
    buf_add_str(url, expanded);
    return expanded.p != NULL;
}

static bool build_url(struct rest_question *q, const struct rest_step *s, struct buf *url)
{
    struct str path = rest_expand(q->arena, q->place, q, s->path);
    bool good = path.p != NULL;

    buf_add_str(url, q->place->base);
    buf_add_str(url, path);
    for (size_t i = 0; i < s->query.count; i++)
        good = add_param(q, url, s->query.of[i].name, s->query.of[i].value) && good;
    if (s->next.by == REST_BY_PAGE || s->next.by == REST_BY_OFFSET) {
        int64_t n = s->next.by == REST_BY_PAGE ? q->page.number : q->page.seen;
        buf_printf(url, "%c%.*s=%lld", str_find(buf_str(url), '?') < 0 ? '?' : '&',
                   STR_ARG(s->next.param), (long long)n);
    } else if (q->page.cursor.len) {
        buf_printf(url, "%c%.*s=", str_find(buf_str(url), '?') < 0 ? '?' : '&',
                   STR_ARG(s->next.param));
        url_encode(url, q->page.cursor);
    }
    return good;
}

static const char *why_not_asked(const struct rest_question *q)
{
    return str_is_utf8(q->account) && str_is_utf8(q->entitlement) ? "KeyUnsafe" : "KeyNotText";
}

bool rest_question_next(struct rest_question *q, struct rest_request *ret)
{
    const struct rest_step *s;
    AUTO(drop_buf) struct buf url;

    if (q->done)
        return false;
    s = step_of(q);
    buf_init(&url, REST_URL_BYTES);
    *ret = (struct rest_request){.method = s->post ? STR("POST") : STR("GET"), .step = s};
    bool good = q->page.url.len || build_url(q, s, &url);
    ret->url = q->page.url.len ? q->page.url : arena_str(q->arena, buf_str(&url));
    if (s->body) {
        ret->body = rest_expand_body(q, s->body);
        good = good && ret->body.p;
    }
    if (url.over || arena_over(q->arena))
        end_unknown(q, "KeyTooLong");
    else if (!good)
        end_unknown(q, why_not_asked(q));
    return !q->done;
}

/* --- what was found --- */

enum matched { MATCH_NO, MATCH_YES, MATCH_NEAR, MATCH_HIDDEN };

/* Once a step: a list may be long. False: what it looks for cannot be said. */
static bool know_wanted(struct rest_question *q, const struct rest_step *s)
{
    if (s->match.at.count && !q->wanted.p)
        q->wanted = rest_expand_plain(q->arena, q, s->match.equals);
    return !s->match.at.count || q->wanted.len;
}

/* HIDDEN: it shows nothing to tell it by, and may be anybody. */
static enum matched matches(struct rest_question *q, const struct rest_step *s,
                            const struct json *item)
{
    enum matched matched = s->match.at.count ? MATCH_HIDDEN : MATCH_YES;

    for (size_t i = 0; i < s->match.at.count; i++) {
        struct str value = rest_value(q->arena, item, s->match.at.of[i]);
        bool like = value.len && str_eq_nocase(value, q->wanted);
        q->page.list_hash = (q->page.list_hash ^ str_hash(value)) * HASH_STEP;
        if (like && (s->match.nocase || str_eq(value, q->wanted)))
            return MATCH_YES;
        if (like && !s->match.exact)
            matched = MATCH_NEAR;
        else if (value.len && matched == MATCH_HIDDEN)
            matched = MATCH_NO;
    }
    return matched;
}

/* Its id, kept for the next steps. False: there is none that can be kept. */
static bool keep_id(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    char *to = s->proves == REST_ACCOUNT ? q->account_id : q->entitlement_id;
    struct str id = rest_value(q->arena, item, s->id);

    if (!s->id.len || s->proves == REST_MEMBERSHIP)
        return true;
    return id.len && str_copy(to, ANSWER_ID_BYTES, id);
}

static bool keep_state(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    struct str value = rest_value(q->arena, item, s->state.at);

    if (s->proves != REST_ACCOUNT)
        return true;
    if (!s->state.at.len) { /* a later step may know; none: being there is being active */
        q->state = q->state ? q->state : ACCOUNT_ACTIVE;
        return true;
    }
    if (rest_is_one_of(value, &s->state.active))
        q->state = ACCOUNT_ACTIVE;
    else if (rest_is_one_of(value, &s->state.disabled))
        q->state = ACCOUNT_DISABLED;
    else if (!value.p)
        q->state = s->state.optional ? ACCOUNT_ACTIVE : ACCOUNT_UNKNOWN;
    else
        return false;
    return true;
}

/* A membership that says of itself whether it is one. 1 yes, 0 no, -1 pending, -2 neither. */
static int held_of(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    struct str value = rest_value(q->arena, item, s->held.at);

    if (!s->held.at.len)
        return 1;
    if (rest_is_one_of(value, &s->held.yes))
        return 1;
    if (rest_is_one_of(value, &s->held.no))
        return 0;
    return rest_is_one_of(value, &s->held.pending) ? -1 : -2;
}

static void end_member(struct rest_question *q, int held)
{
    if (q->state == ACCOUNT_UNKNOWN && held > 0)
        end_unknown(q, "AccountStateHidden");
    else
        end(q, (struct answer){.outcome = OUTCOME_PRESENT,
                               .account = q->state,
                               .via = held < 0 ? VIA_PENDING : VIA_DIRECT,
                               .reason = "Ok"});
}

static void step_over(struct rest_question *q)
{
    if (q->step + 1 < q->place->profile->step_count) {
        q->step++;
        begin_step(q);
        return;
    }
    end(q, (struct answer){.outcome = OUTCOME_ABSENT, .account = q->state, .reason = "Ok"});
}

/* What it is asked about may be the id itself: then nobody by this name is nobody by this id. */
static bool looks_for_the_id(const struct rest_step *s)
{
    if (!s->id.len || !str_eq_c(s->match.equals, "{account}"))
        return false;
    for (size_t i = 0; i < s->match.at.count; i++)
        if (str_eq(s->match.at.of[i], s->id))
            return true;
    return false;
}

/* The step is over, and what it looks for is not there. */
static void end_missing(struct rest_question *q)
{
    const struct rest_step *s = step_of(q);

    if (s->proves == REST_MEMBERSHIP)
        step_over(q);
    else if (s->proves == REST_ENTITLEMENT)
        end_unknown(q, "EntitlementNotFound");
    else if (s->lists &&
             !name_is_ascii(q->account)) /* the same letters can be written in several ways */
        end_unknown(q, "NameNotComparable");
    else
        end(q, (struct answer){.outcome = OUTCOME_ABSENT,
                               .account = ACCOUNT_MISSING,
                               .traced = looks_for_the_id(s),
                               .reason = "AccountMissing"});
}

/* One item that is what the step looks for. False: the question is answered, or cannot be. */
static bool take_item(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    q->found++;
    if (s->hidden.at.len &&
        rest_is_one_of(rest_value(q->arena, item, s->hidden.at), &s->hidden.is)) {
        end_unknown(q, "MembersNotVisible");
        return false;
    }
    if (s->proves != REST_MEMBERSHIP) {
        if (q->found > 1)
            end_unknown(q, s->proves == REST_ACCOUNT ? "AccountAmbiguous" : "EntitlementAmbiguous");
        else if (!keep_id(q, s, item) || !keep_state(q, s, item))
            end_unknown(q, "BadReply");
        return !q->done;
    }
    int held = held_of(q, s, item);
    if (held == -2)
        end_unknown(q, "BadReply");
    else if (held)
        end_member(q, held);
    return !q->done;
}

/* --- pages --- */

/* The address leads to the same server: credentials go nowhere else. */
static bool is_ours(const struct rest_place *place, struct str url)
{
    struct str mine = place->base, host = web_host(mine);
    size_t origin = (size_t)(host.p - mine.p) + host.len;

    while (origin < mine.len && mine.p[origin] != '/') /* the port */
        origin++;
    return url.len > origin && str_eq(str_n(url.p, origin), str_n(mine.p, origin)) &&
           url.p[origin] == '/' && url.len < REST_URL_BYTES;
}

static const char *count_page(struct rest_question *q, uint64_t hash, size_t items)
{
    for (int64_t i = 0; items && i < q->page.count; i++)
        if (q->page.hashes[i] == hash)
            return "PageLoop";
    if (q->page.count == REST_PAGES_MAX)
        return "TooManyPages";
    q->page.hashes[q->page.count++] = hash;
    q->page.seen += (int64_t)items;
    q->page.number++;
    return NULL;
}

/* What leads to the next page. Not there, null or "": there is none. */
static struct str next_of(const struct rest_question *q, const struct rest_step *s,
                          const struct json *body, const char **ret_trouble)
{
    const struct json *v = json_pointer(body, s->next.at);
    struct str next = json_id(q->arena, v);

    if (!next.p && json_type(v) != JSON_NULL) /* it leads on, in a way that is not understood */
        *ret_trouble = "BadReply";
    return next;
}

static bool take_address(struct rest_question *q, struct str url, const char **ret_trouble)
{
    if (!url.len)
        return false;
    if (!is_ours(q->place, url))
        *ret_trouble = "Redirected";
    q->page.url = arena_str(q->arena, url);
    return true;
}

static bool by_offset(struct rest_question *q, const struct rest_step *s, const struct json *body,
                      size_t items, const char **ret_trouble)
{
    bool last = json_is_true(json_pointer(body, s->next.last));
    int64_t start, total = -1;

    if (s->next.at.len && (!json_i64(json_pointer(body, s->next.at), &start) ||
                           start != q->page.seen - (int64_t)items))
        *ret_trouble = "WrongPage";
    if (s->next.total.len && (!json_i64(json_pointer(body, s->next.total), &total) || total < 0))
        *ret_trouble = "BadReply";
    if (q->page.total >= 0 && total != q->page.total)
        *ret_trouble = "ChangedWhileReading";
    q->page.total = total;
    if (total < 0)
        return !last && items > 0;
    if (q->page.seen >= total)
        return false;
    if (last || !items)
        *ret_trouble = "PartialResult";
    return true;
}

/* Is there another page? ret_trouble is set where that cannot be told. */
static bool more_pages(struct rest_question *q, const struct rest_step *s,
                       const struct rest_reply *reply, size_t items, const char **ret_trouble)
{
    switch (s->next.by) {
    case REST_ONE_PAGE:
        return false;
    case REST_BY_LINK:
        return take_address(q, reply->next, ret_trouble);
    case REST_BY_URL:
        return take_address(q, next_of(q, s, reply->body, ret_trouble), ret_trouble);
    case REST_BY_CURSOR:
        q->page.cursor = arena_str(q->arena, next_of(q, s, reply->body, ret_trouble));
        return q->page.cursor.len > 0;
    case REST_BY_PAGE:
        return items > 0;
    case REST_BY_OFFSET:
        break;
    }
    return by_offset(q, s, reply->body, items, ret_trouble);
}

/* Who leaves one page while the next is asked for draws the others forward, and one of them is on
 * none: a "no" of such a walk counts once a second walk saw the same list. False: walk again, or
 * it was seen to change each time. */
static bool saw_it_twice(struct rest_question *q, const struct rest_step *s)
{
    bool slides = s->next.by == REST_BY_PAGE || s->next.by == REST_BY_OFFSET;
    uint64_t before = q->walk_hash;

    if (!slides || (q->page.count == 1 && !q->walks)) /* one reply is one state */
        return true;
    q->walks++;
    q->walk_hash = q->page.list_hash;
    if (q->walks > 1 && before == q->walk_hash)
        return true;
    if (q->walks == REST_WALKS_MAX)
        end_unknown(q, "ListChanged");
    else
        begin_walk(q);
    return false;
}

/* The last page was taken. */
static void end_list(struct rest_question *q, const struct rest_step *s)
{
    if (q->found && s->proves != REST_MEMBERSHIP)
        step_over(q);
    else if (q->near) /* perhaps the same */
        end_unknown(q, "NameInAnotherCase");
    else if (s->held.no.count && !q->found) /* it was asked, and did not answer */
        end_unknown(q, "BadReply");
    else if (saw_it_twice(q, s))
        end_missing(q);
}

static void take_list(struct rest_question *q, const struct rest_step *s,
                      const struct rest_reply *reply)
{
    const struct json *items = json_pointer(reply->body, s->items);
    size_t count = json_count(items);
    const char *trouble =
        json_type(items) == JSON_ARRAY ? count_page(q, reply->hash, count) : "BadReply";

    JSON_EACH(it, items)
    {
        enum matched matched = trouble ? MATCH_NO : matches(q, s, it);
        if (matched == MATCH_YES && !take_item(q, s, it))
            return;
        q->near |= matched == MATCH_NEAR;
        if (matched == MATCH_HIDDEN)
            trouble = "AttributeHidden";
    }
    bool more = !trouble && more_pages(q, s, reply, count, &trouble);
    if (!trouble && !more && reply->next.p) /* a way on that the step does not go */
        trouble = "PartialResult";
    if (arena_over(q->arena)) /* what leads on may be lost */
        trouble = "ReplyTooLarge";
    if (trouble)
        end_unknown(q, trouble);
    else if (!more)
        end_list(q, s);
}

static void take_single(struct rest_question *q, const struct rest_step *s,
                        const struct rest_reply *reply)
{
    if (json_type(reply->body) != JSON_OBJECT)
        end_unknown(q, "BadReply");
    else if (matches(q, s, reply->body) != MATCH_YES)
        end_unknown(q, "WrongReply");
    else if (take_item(q, s, reply->body))
        step_over(q);
}

void rest_question_take(struct rest_question *q, const struct rest_reply *reply)
{
    const struct rest_step *s = step_of(q);
    int64_t as_of_ms = 0;

    if (reply->told == REST_TROUBLE) {
        end_unknown(q, reply->reason);
        return;
    }
    if (reply->told == REST_GONE) {
        /* a list cannot go between two of its pages, or two walks through it */
        if (q->page.count || q->walks)
            end_unknown(q, "ChangedWhileReading");
        else
            end_missing(q);
        return;
    }
    if (s->as_of.len && !clock_parse(json_str(json_pointer(reply->body, s->as_of)), &as_of_ms)) {
        end_unknown(q, "BadAsOf");
        return;
    }
    if (as_of_ms && (!q->as_of_ms || as_of_ms < q->as_of_ms))
        q->as_of_ms = as_of_ms; /* the oldest of what it rests on */
    if (!know_wanted(q, s))
        end_unknown(q, arena_over(q->arena) ? "ReplyTooLarge" : why_not_asked(q));
    else if (s->lists)
        take_list(q, s, reply);
    else
        take_single(q, s, reply);
}
