/* Any bytes as the replies of a SCIM server, cut at NUL and given out in turn. Getting to know it
 * and asking it ends; and nobody is absent unless a complete read said so and the canary, asked
 * behind it in the same ways, is in. */
#include "base/assert.h"
#include "readers/scim_server.h"

enum { ROOM = 8 * 1024 * 1024, CALLS_MAX = 5000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tape {
    struct str all, left;
    int calls;
};

static struct scim_reply play(struct tape *tape, struct arena *arena)
{
    static const struct http_header TYPE = {{"Content-Type", 12}, {"application/scim+json", 21}};
    struct scim_reply reply;

    if (!tape->left.len)
        tape->left = tape->all;
    struct http_reply http = {.outcome = HTTP_REPLIED,
                              .status = 200,
                              .body = str_cut(&tape->left, '\0'),
                              .headers = &TYPE,
                              .header_count = 1};
    scim_judge(arena, &http, 1000, &reply);
    tape->calls++;
    return reply;
}

static void ask(struct scim_question *q, struct tape *tape, struct arena *arena)
{
    while (tape->calls < CALLS_MAX && scim_question_next(q, arena).len) {
        struct scim_reply reply = play(tape, arena);
        scim_question_take(q, &reply);
    }
}

/* values: NULL, or the attribute of a user whose values are the entitlements */
static void one(const uint8_t *data, size_t size, const char *values)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ROOM);
    struct tape tape = {.all = str_n((const char *)data, size)};
    struct scim_place place = {.base = STR("https://x"),
                               .user_name = STR("userName"),
                               .group_name = STR("displayName"),
                               .values = values,
                               .canary_account = STR("canary"),
                               .canary_entitlement = STR("watch")};
    struct scim_proof proof;
    struct scim_question item, by_id, canary;

    scim_proof_begin(&proof, &place, arena);
    while (tape.calls < CALLS_MAX && scim_proof_next(&proof, arena).len) {
        struct scim_reply reply = play(&tape, arena);
        scim_proof_take(&proof, &reply);
    }
    if (proof.at != SCIM_PROVEN || proof.trouble)
        return;
    ASSERT(proof.server.first < SCIM_NO_WAY && proof.server.users[0] == '/');
    scim_question_begin(&item, &place, &proof.server, arena, STR("ada"), STR("finance"), 0);
    scim_question_list_others(&item);
    ask(&item, &tape, arena);
    if (item.at != SCIM_AT_END)
        return;
    ASSERT(item.answer.reason);
    ASSERT(item.answer.outcome == OUTCOME_UNKNOWN || item.answer.complete);
    ASSERT(!item.answer.others_known || item.answer.outcome != OUTCOME_UNKNOWN);
    scim_question_begin(&by_id, &place, &proof.server, arena, STR("7"), STR("finance"), 0);
    scim_question_by_id(&by_id);
    ask(&by_id, &tape, arena);
    if (by_id.at == SCIM_AT_END && by_id.answer.outcome != OUTCOME_UNKNOWN)
        ASSERT(by_id.answer.account == ACCOUNT_MISSING ||
               str_eq_c(str_of(by_id.answer.native_id), "7"));
    scim_question_begin(&canary, &place, &proof.server, arena, STR("canary"), STR("watch"),
                        item.used ? item.used : 1U << proof.server.first);
    ask(&canary, &tape, arena);
    if (canary.at == SCIM_AT_END && canary.answer.outcome == OUTCOME_PRESENT)
        ASSERT(canary.used == canary.wanted && canary.user_id[0] && canary.group_id[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    one(data, size, NULL);
    one(data, size, "roles");
    return 0;
}
