#include "readers/honest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"

struct answer answer_unknown(const char *reason)
{
    return (struct answer){.outcome = OUTCOME_UNKNOWN, .reason = reason};
}

bool answer_within(struct answer *a, struct str id)
{
    if (id.len + 1 > sizeof a->within - a->within_len)
        return false;
    if (a->within_len)
        a->within[a->within_len++] = '\n';
    memcpy(a->within + a->within_len, id.p, id.len);
    a->within_len += id.len;
    return true;
}

void answer_raw(struct answer *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(a->raw + a->raw_len, sizeof a->raw - a->raw_len, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof a->raw - a->raw_len) {
        a->complete = false;
        a->raw_len = sizeof a->raw - 1;
        return;
    }
    a->raw_len += (size_t)n;
}

/* --- what to ask --- */

/* Nobody has the name: no account, or none that is listed. */
static bool is_nobody(const struct answer *a)
{
    return a->outcome == OUTCOME_ABSENT &&
           (a->account == ACCOUNT_MISSING || (a->account == ACCOUNT_UNKNOWN && !a->native_id[0]));
}

static bool holds(const struct answer *a)
{
    return a->outcome == OUTCOME_PRESENT && a->complete;
}

/* It rests on what is found by ids. What an operator wrote to find them is tried on the canary as
 * soon as it could matter, so that a mistake shows before it does. */
static bool rests_on_ids(const struct answers *all, const struct item *item)
{
    if (!is_nobody(&all->of[ASK_ITEM]) || all->tracing == TRACES_NOBODY)
        return false;
    return item->account_id.len || all->tracing == TRACES_AS_WRITTEN;
}

enum ask answers_next(const struct answers *all, const struct item *item)
{
    const struct answer *canary = &all->of[ASK_CANARY];

    if (!all->asked[ASK_ITEM])
        return ASK_ITEM;
    bool by_id = rests_on_ids(all, item);
    if (by_id && item->account_id.len && !all->asked[ASK_ITEM_BY_ID])
        return ASK_ITEM_BY_ID;
    if (!all->asked[ASK_CANARY])
        return ASK_CANARY;
    if (by_id && holds(canary) && canary->native_id[0] && !all->asked[ASK_CANARY_BY_ID])
        return ASK_CANARY_BY_ID;
    return ASKS;
}

struct asked_for answers_asked_for(const struct answers *all, const struct item *item,
                                   const struct reader_config *config, enum ask ask)
{
    bool of_canary = ask >= ASK_CANARY;
    struct asked_for f = {
        .account = of_canary ? config->canary_account : item->account,
        .entitlement = of_canary ? config->canary_entitlement : item->entitlement,
        .entitlement_id = of_canary ? STR_NONE : item->entitlement_id,
        .by_id = ask == ASK_ITEM_BY_ID || ask == ASK_CANARY_BY_ID,
        .of_canary = of_canary,
        .asks_within = item->asks_within && !of_canary,
    };

    if (f.by_id)
        f.account = of_canary ? str_of(all->of[ASK_CANARY].native_id) : item->account_id;
    return f;
}

void answers_take(struct answers *all, enum ask ask, const struct answer *answer)
{
    all->of[ask] = *answer;
    all->asked[ask] = true;
}

void answers_fail(struct answers *all, const struct item *item, const char *reason)
{
    struct answer nothing = answer_unknown(reason);
    enum ask ask;

    while ((ask = answers_next(all, item)) != ASKS)
        answers_take(all, ask, &nothing);
}

void answers_cached(struct answers *all, int64_t began_ms, int64_t age_ms)
{
    int64_t filled_ms = began_ms - age_ms;

    for (enum ask ask = ASK_ITEM; ask < ASKS && age_ms > 0; ask++) {
        struct answer *a = &all->of[ask];
        if (!a->as_of_ms || a->as_of_ms > filled_ms)
            a->as_of_ms = filled_ms;
    }
}

/* --- what it comes to --- */

/* Nothing is known of the canary: the run as a whole could not be trusted, and why is worth more
 * than "incomplete". What the canary's own names led to means nothing to who reads of an item. */
static void distrust(struct observation *obs, const char *why, const char *own_why)
{
    struct str reason = str_of(why);
    bool own = str_starts(reason, STR("Account")) || str_starts(reason, STR("Entitlement"));

    obs->complete = false;
    obs->outcome = OUTCOME_UNKNOWN;
    obs->reason = own || !reason.len ? str_of(own_why) : reason;
}

/* What the account's name leads to; where nobody has it, what its id does. */
static const struct answer *answer_that_counts(const struct answers *all)
{
    bool by_id = is_nobody(&all->of[ASK_ITEM]) && all->asked[ASK_ITEM_BY_ID];
    return &all->of[by_id ? ASK_ITEM_BY_ID : ASK_ITEM];
}

/* A way to find accounts by their ids that looks for something else finds nobody, and would prove
 * of everybody that he is gone. */
static bool finds_by_id(const struct answers *all)
{
    const struct answer *canary = &all->of[ASK_CANARY], *again = &all->of[ASK_CANARY_BY_ID];

    return all->asked[ASK_CANARY_BY_ID] && holds(again) && canary->native_id[0] &&
           strcmp(canary->native_id, again->native_id) == 0;
}

static void add_hash(uint8_t hash[SHA256_BYTES], const struct answer *a)
{
    uint8_t before[SHA256_BYTES];

    memcpy(before, hash, sizeof before);
    digest_sha256_2(str_n((const char *)before, sizeof before), str_n(a->raw, a->raw_len), hash);
}

static void hash_answers(const struct answers *all, const struct answer *a, struct observation *ret)
{
    const struct answer *canary = &all->of[ASK_CANARY], *by_name = &all->of[ASK_ITEM];

    ret->has_raw = a->raw_len > 0;
    if (!ret->has_raw)
        return;
    digest_sha256_2(str_n(a->raw, a->raw_len), str_n(canary->raw, canary->raw_len),
                    ret->raw_sha256);
    if (a != by_name)
        add_hash(ret->raw_sha256, by_name);
    if (all->asked[ASK_CANARY_BY_ID])
        add_hash(ret->raw_sha256, &all->of[ASK_CANARY_BY_ID]);
}

/* The observation rests on ids: is it true that they find who they are of? */
static void hold_to_ids(const struct item *item, const struct answers *all, struct observation *obs)
{
    const struct answer *again = &all->of[ASK_CANARY_BY_ID];
    bool found = !str_empty(obs->native_id);

    if (obs->outcome == OUTCOME_UNKNOWN || !obs->canary_ok)
        return;
    if (all->asked[ASK_CANARY_BY_ID] && again->outcome == OUTCOME_UNKNOWN) {
        obs->canary_ok = false;
        distrust(obs, again->reason, "AccountNotTraced");
    } else if (!finds_by_id(all) ||
               (all->asked[ASK_ITEM_BY_ID] && found && !str_eq(obs->native_id, item->account_id))) {
        obs->outcome = OUTCOME_UNKNOWN;
        obs->reason = STR("AccountNotTraced");
    }
}

void answers_join(const struct item *item, const struct answers *all, int64_t began_ms,
                  int64_t ended_ms, struct observation *ret)
{
    const struct answer *a = answer_that_counts(all), *canary = &all->of[ASK_CANARY];
    /* a source whose clock says nonsense is as old as can be, and still can be kept */
    int64_t as_of = a->as_of_ms > 0 ? a->as_of_ms : a->as_of_ms ? 1 : began_ms;
    bool by_ids = rests_on_ids(all, item);

    *ret = (struct observation){
        .item_id = item->id,
        .outcome = a->outcome,
        .account = a->account,
        .via = a->via,
        .complete = a->complete,
        .canary_ok = holds(canary),
        .as_of_ms = as_of < ended_ms ? as_of : ended_ms, /* nobody can vouch for the future */
        .native_id = str_of(a->native_id),
        .entitlement_id = str_of(a->entitlement_id),
        .reason = str_of(a->reason),
        .others = str_n(a->others, a->others_len),
        .others_known = a->others_known,
        .within = str_n(a->within, a->within_len),
        .within_known = a->within_known && holds(canary),
    };
    hash_answers(all, a, ret);
    if (!ret->canary_ok && canary->outcome == OUTCOME_UNKNOWN && a->outcome != OUTCOME_UNKNOWN)
        distrust(ret, canary->reason, "CanaryMissing");
    if (by_ids)
        hold_to_ids(item, all, ret);
    observation_make_honest(ret);
    observation_hold_to(ret, item->account_id, by_ids && all->asked[ASK_ITEM_BY_ID]);
    observation_hold_to_entitlement(ret, item->entitlement_id);
}

/* --- names and settings --- */

struct item item_kept(struct arena *arena, const struct item *item)
{
    struct item kept = *item;

    kept.account = arena_str(arena, item->account);
    kept.entitlement = arena_str(arena, item->entitlement);
    kept.account_id = arena_str(arena, item->account_id);
    kept.entitlement_id = arena_str(arena, item->entitlement_id);
    return kept;
}

bool name_is_ascii(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.p[i] >= 0x80)
            return false;
    return true;
}

struct str setting(const struct reader_config *config, const char *name, const char *otherwise)
{
    for (size_t i = 0; i < config->setting_count; i++)
        if (str_eq_c(config->settings[i].name, name))
            return config->settings[i].value;
    return str_of(otherwise);
}

const char *tracing_words(enum tracing tracing)
{
    static const char *const WORDS[] = {
        "accounts are looked for by their names alone: whether one that was known is gone or was "
        "renamed is not told (AccountNotTraced)",
        "an account that nobody has the name of is looked for by its id",
        "an account that nobody has the name of is looked for by its id, as is written; it counts "
        "where the canary is found so"};
    return WORDS[tracing];
}
