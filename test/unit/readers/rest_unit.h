/* rest_unit.h: a profile, a question, and replies to what it asks: for the tests of both. */
#ifndef COUNTERSIGN_TEST_REST_UNIT_H
#define COUNTERSIGN_TEST_REST_UNIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/rest_question.h"
#include "unit.h"

static struct arena *arena;

static inline int set_up(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static inline const struct rest_profile *profile_of(const char *text, struct err *err)
{
    return rest_profile_read(arena, str_of(text), "ours.yaml", err);
}

#define STEPS(membership)                                                                         \
    "steps:\n"                                                                                    \
    "- { proves: entitlement, get: '/g/{entitlement}', absent: { status: 404 }, id: /id }\n"      \
    "- { proves: account, get: '/u/{account}', query: { q: '{account}' }, absent: { status: 404 " \
    "}, "                                                                                         \
    "id: /id }\n" membership

#define PAGES(next)                                                                              \
    STEPS("- { proves: membership, get: '/m/{account.id}', items: /v, match: { at: /g, equals: " \
          "'{entitlement.id}' }, next: " next " }\n")

static struct rest_place place;
static struct rest_question q;
static const char *age = ""; /* of replies: a cache kept them so long */

static inline void begin(const char *profile, const char *account, const char *entitlement)
{
    struct err err = {0};

    place = (struct rest_place){.profile = profile_of(profile, &err), .base = STR("https://x:8/a")};
    if (!place.profile)
        fail_msg("%s", err.what);
    rest_question_begin(&q, &place, arena, str_of(account), str_of(entitlement));
}

/* The next address must be this one; the reply follows. */
static inline void exchange(const char *url, int status, const char *body, const char *link)
{
    struct http_header headers[] = {{STR("Content-Type"), STR("application/json")},
                                    {STR("Link"), str_of(link)},
                                    {STR("Age"), str_of(age)}};
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = status,
                              .body = str_of(body),
                              .headers = headers,
                              .header_count = 3};
    struct rest_request request;
    struct rest_reply reply;

    assert_true(rest_question_next(&q, &request));
    if (url)
        assert_str(request.url, url);
    rest_judge(arena, place.profile, request.step, &http, 1000, 0, &reply);
    rest_question_take(&q, &reply);
}

static inline void assert_said(enum outcome outcome, const char *reason)
{
    struct rest_request request;

    assert_false(rest_question_next(&q, &request));
    assert_string_equal(q.answer.reason, reason);
    assert_int_equal(q.answer.outcome, outcome);
}

#endif
