#include "readers/rest_question.h"

#include <string.h>

#include "base/codecs.h"
#include "readers/others.h"
#include "readers/rest_expand.h"
#include "readers/rest_value.h"

static bool traces(const struct rest_question *q, const struct rest_step *s)
{
    return q->by_id && q->place->profile->has_trace && s->proves == REST_ACCOUNT;
}

static const struct rest_step *step_of(const struct rest_question *q)
{
    const struct rest_profile *profile = q->place->profile;
    const struct rest_step *s = &profile->steps[q->step];

    if (q->listing)
        return &profile->others;
    if (q->renamed && s->proves == REST_ENTITLEMENT)
        return &profile->trace_entitlement;
    return traces(q, s) ? &profile->trace : s;
}

static void begin_step(struct rest_question *q)
{
    q->found = 0;
    q->near = false;
    q->wanted = STR_NONE;
    pages_begin(&q->pages, q->arena);
}

static void begin_others(struct rest_question *q)
{
    q->done = false;
    q->listing = true;
    begin_step(q);
    others_begin(&q->answer);
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
    if (q->wants_others && q->place->profile->has_others && answer.account != ACCOUNT_MISSING)
        begin_others(q);
}

/* What goes wrong with the list of others makes the list unknown, not the answer. */
static void end_unknown(struct rest_question *q, const char *reason)
{
    q->done = true;
    if (q->listing)
        others_lost(&q->answer);
    else
        end(q, answer_unknown(reason));
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

void rest_question_pinned(struct rest_question *q, struct str entitlement_id)
{
    q->entitlement_pin = entitlement_id;
}

void rest_question_by_id(struct rest_question *q)
{
    q->by_id = true;
    if (!q->place->profile->has_trace) /* the step that proves it takes an id for a name */
        return;
    if (!str_copy(q->account_id, sizeof q->account_id, q->account))
        end_unknown(q, "KeyTooLong");
    q->account = STR_NONE; /* how it is called now is not known yet */
}

void rest_question_list_others(struct rest_question *q)
{
    q->wants_others = true;
}

/* --- asking --- */

static bool add_query(struct rest_question *q, const struct rest_pairs *query, struct buf *url)
{
    bool good = true;

    for (size_t i = 0; i < query->count; i++) {
        struct str value = rest_expand_plain(q->arena, q, query->of[i].value);
        pages_add_param(url, query->of[i].name, value);
        good &= value.p != NULL;
    }
    return good;
}

static bool build_url(struct rest_question *q, const struct rest_step *s, struct buf *url)
{
    struct str path = rest_expand(q->arena, q->place, q, s->path);

    if (s->next.by == PAGES_BY_ADDRESS && q->pages.next.len) {
        buf_add_str(url, q->pages.next);
        return true;
    }
    buf_add_str(url, q->place->base);
    buf_add_str(url, path);
    bool good = add_query(q, &s->query, url) && path.p;
    pages_add_place(url, &q->pages, s->next.by, s->next.param, 0);
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
    bool good = build_url(q, s, &url);
    ret->url = arena_str(q->arena, buf_str(&url));
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
    struct str kind = rest_value(q->arena, item, s->match.only_at);

    if (s->match.only_at.len && !rest_is_one_of(kind, &s->match.only))
        return kind.len ? MATCH_NO : MATCH_HIDDEN;
    for (size_t i = 0; i < s->match.at.count; i++) {
        struct str value = rest_value(q->arena, item, s->match.at.of[i]);
        bool like = value.len && str_eq_nocase(value, q->wanted);
        pages_note(&q->pages, str_hash(value));
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

/* What was found by its id may be called otherwise by now. */
static void keep_name(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    struct str *name = s->proves == REST_ACCOUNT ? &q->account : &q->entitlement;

    if (s->name.len)
        *name = arena_str(q->arena, rest_value(q->arena, item, s->name));
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

static void end_member(struct rest_question *q, int held, bool nested)
{
    enum via via = nested ? VIA_NESTED : VIA_DIRECT;

    if (q->state == ACCOUNT_UNKNOWN && held > 0)
        end_unknown(q, "AccountStateHidden");
    else
        end(q, (struct answer){.outcome = OUTCOME_PRESENT,
                               .account = q->state,
                               .via = held < 0 ? VIA_PENDING : via,
                               .reason = "Ok"});
}

static void step_over(struct rest_question *q)
{
    const struct rest_profile *profile = q->place->profile;
    bool traced = traces(q, &profile->steps[q->step]);

    do {
        q->step++; /* one trace stands for all steps that prove the account */
    } while (traced && q->step < profile->step_count &&
             profile->steps[q->step].proves == REST_ACCOUNT);
    if (q->step < profile->step_count) {
        begin_step(q);
        return;
    }
    q->step = profile->step_count - 1;
    end(q, (struct answer){.outcome = OUTCOME_ABSENT, .account = q->state, .reason = "Ok"});
}

static void end_nobody(struct rest_question *q)
{
    q->account_id[0] = '\0'; /* perhaps it was looked for by one */
    end(q, (struct answer){
               .outcome = OUTCOME_ABSENT, .account = ACCOUNT_MISSING, .reason = "AccountMissing"});
}

/* Nobody has the entitlement's name: is it called otherwise? */
static void end_unnamed(struct rest_question *q)
{
    bool traced = q->place->profile->has_trace_entitlement && !q->renamed;

    if (!traced || !q->entitlement_pin.len ||
        !str_copy(q->entitlement_id, sizeof q->entitlement_id, q->entitlement_pin)) {
        end_unknown(q, "EntitlementNotFound");
        return;
    }
    q->renamed = true;
    begin_step(q);
}

/* The step is over, and what it looks for is not there. */
static void end_missing(struct rest_question *q)
{
    const struct rest_step *s = step_of(q);

    if (s->proves == REST_MEMBERSHIP)
        step_over(q);
    else if (s->proves == REST_ENTITLEMENT)
        end_unnamed(q);
    else if (s->lists && !q->by_id &&
             !name_is_ascii(q->account)) /* the same letters can be written in several ways */
        end_unknown(q, "NameNotComparable");
    else
        end_nobody(q);
}

static bool is_answered(const struct rest_question *q)
{
    return q->done || q->listing;
}

/* One item that is what the step looks for. False: the question is answered, or cannot be. */
static bool take_item(struct rest_question *q, const struct rest_step *s, const struct json *item)
{
    q->found++;
    if (s->hidden.at.len &&
        rest_is_one_of(rest_value(q->arena, item, s->hidden.at), &s->hidden.is)) {
        end_unknown(q, s->proves == REST_ACCOUNT ? "NotAggregated" : "MembersNotVisible");
        return false;
    }
    if (s->proves != REST_MEMBERSHIP) {
        if (q->found > 1)
            end_unknown(q, s->proves == REST_ACCOUNT ? "AccountAmbiguous" : "EntitlementAmbiguous");
        else if (!keep_id(q, s, item) || !keep_state(q, s, item))
            end_unknown(q, "BadReply");
        else
            keep_name(q, s, item);
        return !is_answered(q);
    }
    int held = held_of(q, s, item);
    if (held == -2)
        end_unknown(q, "BadReply");
    else if (held)
        end_member(q, held,
                   s->held.nested.len &&
                       json_type(json_pointer(item, s->held.nested)) != JSON_NULL);
    return !is_answered(q);
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

/* The page as its step has it; what cannot be understood in it is a trouble. */
static struct page page_of(const struct rest_question *q, const struct rest_step *s,
                           const struct rest_reply *reply, size_t items, const char **ret_trouble)
{
    const struct json *start = json_pointer(reply->body, s->next.at);
    struct page page = {.by = s->next.by,
                        .stable = s->next.stable,
                        .items = items,
                        .total = -1,
                        .last = json_is_true(json_pointer(reply->body, s->next.last))};

    if (s->next.link)
        page.next = reply->next;
    else if (page.by == PAGES_BY_ADDRESS || page.by == PAGES_BY_CURSOR)
        page.next = next_of(q, s, reply->body, ret_trouble);
    if (page.by == PAGES_BY_ADDRESS && page.next.len && !is_ours(q->place, page.next))
        *ret_trouble = "Redirected";
    if (page.by == PAGES_BY_OFFSET && s->next.at.len)
        page.start_said = json_i64(start, &page.start) ? PAGE_START_TOLD : PAGE_START_HIDDEN;
    if (s->next.total.len &&
        (!json_i64(json_pointer(reply->body, s->next.total), &page.total) || page.total < 0))
        *ret_trouble = "BadReply";
    if (s->next.total_header.len && (!str_to_i64(reply->total, &page.total) || page.total < 0))
        *ret_trouble = "BadReply";
    return page;
}

/* Is there another page? ret_trouble is set where that cannot be told. */
static bool more_pages(struct rest_question *q, const struct rest_step *s,
                       const struct rest_reply *reply, size_t items, const char **ret_trouble)
{
    struct page page = page_of(q, s, reply, items, ret_trouble);

    if (!*ret_trouble)
        *ret_trouble = pages_check(&q->pages, &page);
    return !*ret_trouble && pages_more(&q->pages, &page, ret_trouble);
}

/* A "no" of a walk. False: walk again, or it was seen to change each time. */
static bool saw_it_twice(struct rest_question *q)
{
    enum pages_walked walked = pages_walked(&q->pages);

    q->found = 0;
    q->near = false;
    if (walked == PAGES_DIFFER)
        end_unknown(q, "ListChanged");
    return walked == PAGES_DONE;
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
    else if (saw_it_twice(q))
        end_missing(q);
}

/* The list; an array always, but where the step says otherwise. */
static const struct json *list_of(const struct rest_step *s, const struct json *body,
                                  size_t *ret_count, const char **ret_trouble)
{
    const struct json *items = json_pointer(body, s->items);
    bool bare = s->bare && json_type(items) != JSON_ARRAY;

    *ret_count = bare ? json_type(items) == JSON_OBJECT : json_count(items);
    *ret_trouble =
        json_type(items) == JSON_ARRAY || *ret_count || (bare && json_type(items) == JSON_NULL)
            ? NULL
            : "BadReply";
    return bare ? items : json_first(items);
}

/* False: the question is answered. */
static bool take_items(struct rest_question *q, const struct rest_step *s, const struct json *first,
                       size_t count, const char **ret_trouble)
{
    for (const struct json *it = first; count-- && !*ret_trouble; it = json_next(it)) {
        enum matched matched = matches(q, s, it);
        if (q->listing && matched == MATCH_YES)
            others_add(&q->answer, rest_value(q->arena, it, s->name));
        else if (matched == MATCH_YES && !take_item(q, s, it))
            return false;
        q->near |= matched == MATCH_NEAR;
        if (matched == MATCH_HIDDEN)
            *ret_trouble = "AttributeHidden";
    }
    return true;
}

static void take_list(struct rest_question *q, const struct rest_step *s,
                      const struct rest_reply *reply)
{
    const char *trouble;
    size_t count;
    const struct json *first = list_of(s, reply->body, &count, &trouble);

    if (!trouble && count)
        trouble = pages_once(&q->pages, reply->hash);
    if (!take_items(q, s, first, count, &trouble))
        return;
    bool more = !trouble && more_pages(q, s, reply, count, &trouble);
    if (!trouble && !more && reply->next.p) /* a way on that the step does not go */
        trouble = "PartialResult";
    if (arena_over(q->arena)) /* what leads on may be lost */
        trouble = "ReplyTooLarge";
    if (trouble)
        end_unknown(q, trouble);
    else if (!more && q->listing)
        q->done = true;
    else if (!more)
        end_list(q, s);
}

static bool keep_as_of(struct rest_question *q, const struct json *text)
{
    int64_t as_of_ms = 0;

    if (!clock_parse(json_str(text), &as_of_ms)) {
        end_unknown(q, "BadAsOf");
        return false;
    }
    if (!q->as_of_ms || as_of_ms < q->as_of_ms)
        q->as_of_ms = as_of_ms; /* the oldest of what it rests on */
    return true;
}

/* The first that matches tells it, the newest: what is not over yet, or failed, is passed by. */
static void take_as_of(struct rest_question *q, const struct rest_step *s, const struct json *body)
{
    JSON_EACH(it, json_pointer(body, s->items))
    {
        if (matches(q, s, it) != MATCH_YES)
            continue;
        if (keep_as_of(q, json_pointer(it, s->as_of)))
            step_over(q);
        return;
    }
    end_unknown(q, "NotAggregated");
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

/* A reply that has a list in it, or none, says whose it is. */
static bool is_about(const struct rest_question *q, const struct rest_step *s,
                     const struct json *body)
{
    struct rest_list wanted = {.count = 1};

    if (!s->of.at.len)
        return true;
    wanted.of[0] = rest_expand_plain(q->arena, q, s->of.equals);
    return rest_is_one_of(rest_value(q->arena, body, s->of.at), &wanted);
}

/* What tells as of when the system's copy is speaks of the copy as it is now. What a cache kept may
 * be of the copy before, however old that was. */
static bool is_of_another_copy(const struct rest_question *q, const struct rest_reply *reply)
{
    return reply->age_ms > 0 && q->place->profile->steps[0].proves == REST_AS_OF;
}

void rest_question_take(struct rest_question *q, const struct rest_reply *reply)
{
    const struct rest_step *s = step_of(q);

    if (reply->told == REST_TROUBLE) {
        end_unknown(q, reply->reason);
        return;
    }
    if (is_of_another_copy(q, reply)) {
        end_unknown(q, "CachedReply");
        return;
    }
    if (reply->told == REST_GONE) {
        /* a list cannot go between two of its pages, or two walks through it */
        if (q->pages.count || q->pages.walks)
            end_unknown(q, "ChangedWhileReading");
        else
            end_missing(q);
        return;
    }
    if (s->as_of.len && s->proves != REST_AS_OF &&
        !keep_as_of(q, json_pointer(reply->body, s->as_of)))
        return;
    if (!is_about(q, s, reply->body)) {
        end_unknown(q, "WrongReply");
        return;
    }
    if (!know_wanted(q, s))
        end_unknown(q, arena_over(q->arena) ? "ReplyTooLarge" : why_not_asked(q));
    else if (s->proves == REST_AS_OF)
        take_as_of(q, s, reply->body);
    else if (s->lists)
        take_list(q, s, reply);
    else
        take_single(q, s, reply);
}
