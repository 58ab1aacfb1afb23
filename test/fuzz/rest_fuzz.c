/* Any bytes as the replies of a system that is read by a profile: cut at NUL and given out in turn,
 * the first byte of each picks its status and whether a Link leads on. Asking ends; and nobody is
 * absent unless every step was answered, the last by a whole list, whose last page does not say
 * that there is more. */
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
    " next: { offset: o, at: /o, total: /t, last: /l } }\n";

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
        {{"link", 4}, {"<https://x/2>; rel=\"next\"", 25}}};
    struct str piece = str_cut(left, '\0');
    unsigned char pick = piece.len ? (unsigned char)piece.p[0] : 0;
    bool linked = (pick & 8) != 0;
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = STATUS[pick % 8],
                              .headers = HEADERS,
                              .header_count = linked ? 2 : 1};
    size_t before = q->step;
    struct rest_reply reply;

    http.body = piece.len ? str_n(piece.p + 1, piece.len - 1) : STR_NONE;
    rest_judge(arena, q->place->profile, step, &http, 1000, 0, &reply);
    ASSERT(reply.told != REST_TROUBLE || reply.reason);
    ASSERT(reply.told != REST_TOLD || http.status == 200);
    rest_question_take(q, &reply);
    bool passed = q->step != before || (q->done && q->answer.outcome == OUTCOME_ABSENT);
    if (passed && step->lists && reply.told == REST_TOLD)
        check_end(step, &reply, linked);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ROOM);
    struct str all = str_n((const char *)data, size), left = all;
    struct rest_place place = {
        .profile = rest_profile_read(arena, str_of(PROFILE), "fuzz", NULL),
        .base = STR("https://x"),
    };
    struct rest_question q;
    struct rest_request request;
    int calls = 0;

    ASSERT(place.profile);
    rest_question_begin(&q, &place, arena, STR("ada"), STR("g"));
    for (; calls < CALLS_MAX && rest_question_next(&q, &request); calls++) {
        ASSERT(str_starts(request.url, STR("https://x/")));
        if (!left.len)
            left = all;
        play(&q, arena, &left, request.step);
    }
    ASSERT(q.done || calls == CALLS_MAX);
    if (!q.done)
        return 0;
    ASSERT(q.answer.reason && (q.answer.outcome == OUTCOME_UNKNOWN || q.answer.complete));
    if (q.answer.outcome == OUTCOME_ABSENT)
        ASSERT(q.entitlement_id[0] &&
               (q.answer.account == ACCOUNT_MISSING || q.step + 1 == place.profile->step_count));
    if (q.answer.outcome == OUTCOME_PRESENT)
        ASSERT(q.account_id[0] && q.entitlement_id[0] &&
               (q.answer.account != ACCOUNT_UNKNOWN || q.answer.via == VIA_PENDING));
    return 0;
}
