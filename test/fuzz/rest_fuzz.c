/* Any bytes as the replies of a system that is read by a profile: cut at NUL and given out in turn,
 * the first byte of each picks its status and whether a Link leads on. Asking ends; and nobody is
 * absent unless every step was answered, the last by a whole list, whose last page does not say
 * that there is more. */
#include <string.h>

#include "base/assert.h"
#include "readers/rest_question.h"

enum { ROOM = 16 * 1024 * 1024, CALLS_MAX = 3000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char PROFILE[] =
    "steps:\n"
    "- { proves: entitlement, get: '/g/{entitlement}', absent: { status: 404, at: /e, is: X },"
    " hidden: { at: /h, is: \"true\" }, id: /id }\n"
    "- { proves: account, get: /u, query: { name: '{account}' }, items: /v,"
    " match: { at: [/id, /n], equals: '{account}', case: ignore }, id: /id,"
    " state: { at: /s, active: A, disabled: D }, next: { cursor: /c, param: c } }\n"
    "- { proves: membership, get: '/m/{account.id}', items: /v, as_of: /t,"
    " match: { at: /g, equals: '{entitlement.id}' },"
    " held: { at: /m, is: \"true\", is_not: \"false\", pending: p }, next: { url: /next } }\n"
    "- { proves: membership, post: /m, body: { a: ['{account.id}', 1] }, items: /w,"
    " match: { at: '', equals: '{entitlement.id}' },"
    " next: { offset: o, at: /o, total: /t, last: /l } }\n"
    "- { proves: membership, get: /n, items: /b, bare: true, of: { at: /id, equals: '{account.id}' "
    "},"
    " match: { at: /g, equals: '{entitlement.id}', only: { at: /r, is: [a, b] } },"
    " held: { nested: /x/1 }, next: { page: p, total_header: x-total } }\n"
    "trace: { get: '/t/{account.id}', absent: { status: 404 }, match: { at: /id, equals:"
    " '{account.id}' }, id: /id, name: /n, state: { at: /s, active: A, disabled: D } }\n"
    "others: { get: '/o/{account.id}', items: /o, bare: true, of: { at: /id, equals: A }, name: /n,"
    " next: { cursor: /c, param: c } }\n";
/* The same of a system that keeps a copy. */
static const char AS_OF[] =
    "steps:\n"
    "- { proves: as_of, get: /a, items: /v, match: { at: /s, equals: A }, as_of: /t }\n";

/* The step was left without a yes: its last page led nowhere. */
static void check_end(const struct rest_step *step, const struct rest_reply *reply, bool linked)
{
    const struct json *next = json_pointer(reply->body, step->next.at);
    bool named =
        !step->next.link && (step->next.by == PAGES_BY_ADDRESS || step->next.by == PAGES_BY_CURSOR);

    ASSERT(!linked);
    ASSERT(!named || json_type(next) == JSON_NULL ||
           (json_type(next) == JSON_STRING && str_empty(json_str(next))));
}

static void play(struct rest_question *q, struct arena *arena, struct str *left,
                 const struct rest_step *step)
{
    static const int STATUS[] = {200, 200, 200, 404, 429, 500, 301, 403};
    static const struct http_header HEADERS[] = {
        {{"content-type", 12}, {"application/json", 16}},
        {{"x-total", 7}, {"2", 1}},
        {{"link", 4}, {"<https://x/2>; rel=\"next\"", 25}}};
    struct str piece = str_cut(left, '\0');
    unsigned char pick = piece.len ? (unsigned char)piece.p[0] : 0;
    bool linked = (pick & 8) != 0;
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = STATUS[pick % 8],
                              .headers = HEADERS,
                              .header_count = linked ? 3 : 2};
    size_t before = q->step;
    struct rest_reply reply;

    http.body = piece.len ? str_n(piece.p + 1, piece.len - 1) : STR_NONE;
    rest_judge(arena, q->place->profile, step, &http, 1000, 0, &reply);
    ASSERT(reply.told != REST_TROUBLE || reply.reason);
    ASSERT(reply.told != REST_TOLD || http.status == 200);
    rest_question_take(q, &reply);
    bool over = (q->done || q->listing) && step != &q->place->profile->others;
    bool passed = q->step != before || (over && q->answer.outcome == OUTCOME_ABSENT);
    if (passed && step->lists && reply.told == REST_TOLD)
        check_end(step, &reply, linked);
}

static void ask(const struct rest_place *place, struct arena *arena, struct str all, bool by_id)
{
    struct str left = all;
    struct rest_question q;
    struct rest_request request;
    int calls = 0;

    rest_question_begin(&q, place, arena, STR("ada"), STR("g"));
    if (by_id)
        rest_question_by_id(&q);
    else
        rest_question_list_others(&q);
    for (; calls < CALLS_MAX && rest_question_next(&q, &request); calls++) {
        ASSERT(str_starts(request.url, STR("https://x/")));
        if (!left.len)
            left = all;
        play(&q, arena, &left, request.step);
    }
    ASSERT(q.done || calls == CALLS_MAX);
    if (!q.done)
        return;
    ASSERT(q.answer.reason && (q.answer.outcome == OUTCOME_UNKNOWN || q.answer.complete));
    ASSERT(!q.answer.others_known || (!by_id && q.answer.outcome != OUTCOME_UNKNOWN));
    if (q.answer.outcome == OUTCOME_ABSENT)
        ASSERT(q.entitlement_id[0] &&
               (q.answer.account == ACCOUNT_MISSING || q.step + 1 == place->profile->step_count));
    if (q.answer.outcome == OUTCOME_PRESENT)
        ASSERT(q.account_id[0] && q.entitlement_id[0] &&
               (q.answer.account != ACCOUNT_UNKNOWN || q.answer.via == VIA_PENDING));
    if (by_id && q.account_id[0] && q.answer.outcome != OUTCOME_UNKNOWN)
        ASSERT(str_eq_c(str_of(q.account_id), "ada"));
}

/* Read once: it is the same text each time. */
static const struct rest_profile *profile(int which)
{
    static const struct rest_profile *made[2];
    static struct arena *arena;

    if (!arena) {
        arena = arena_new(ROOM);
        struct str copy = arena_printf(arena, "%s%s", AS_OF, strchr(PROFILE, '-'));
        made[0] = rest_profile_read(arena, str_of(PROFILE), "fuzz", NULL);
        made[1] = rest_profile_read(arena, copy, "fuzz", NULL);
    }
    ASSERT(made[which]);
    return made[which];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int i = 0; i < 2; i++) { /* by its name and with a list of others; a copy, and by its id */
        AUTO(drop_arena) struct arena *own = arena_new(ROOM);
        struct rest_place place = {.profile = profile(i), .base = STR("https://x")};
        ask(&place, own, str_n((const char *)data, size), i == 1);
    }
    return 0;
}
