/* Any document as the answer of a decision point, and as a rule file. Whatever it is, it permits
 * only by the JSON value true, in a reply of status 200. */
#include <string.h>

#include "base/assert.h"
#include "policy/policy_call.h"
#include "policy/policy_rules.h"

enum { ROOM = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void an_answer(struct arena *a, struct str body)
{
    static const int STATUSES[] = {200, 201, 204, 301, 400, 401, 404, 429, 500, 503};
    struct policy_answer answer;
    struct str evaluation;
    struct err err = {0};

    for (size_t i = 0; i < sizeof STATUSES / sizeof STATUSES[0]; i++) {
        struct policy_reply reply = {.arrived = true, .status = STATUSES[i], .body = body};
        policy_call_judge(a, &reply, STR("q"), &answer);
        ASSERT(answer.why && str_is_utf8(str_of(answer.reason)));
        ASSERT(answer.answer == PERMIT_OPEN || STATUSES[i] == 200);
        ASSERT(answer.answer != PERMIT_GIVEN || memmem(body.p, body.len, "true", 4));
    }
    if (policy_discovery_read(a, body, STR("https://pdp.example.com"), &evaluation, &err))
        ASSERT(str_starts(evaluation, STR("https://pdp.example.com/")));
}

static void a_rule_file(struct arena *a, struct str text)
{
    static struct diag_list diags;
    struct policy_question q = {.source = STR("erp"), .entitlement = STR("poster")};
    const struct policy_rule *by;
    struct policy_answer answer;

    diag_init(&diags, "policy.yaml");
    struct policy_rules *rules = policy_rules_load(a, text, &diags);
    ASSERT(!rules == (diags.errors > 0));
    if (!rules)
        return;
    policy_rules_judge(rules, &q, &answer, &by);
    ASSERT(answer.answer == PERMIT_GIVEN || answer.answer == PERMIT_DENIED);
    (void)policy_rules_test(rules, &diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct str text = str_n((const char *)data, size);

    an_answer(a, text);
    arena_clear(a);
    a_rule_file(a, text);
    return 0;
}
