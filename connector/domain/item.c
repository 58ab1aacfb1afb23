#include "domain/item.h"

#include "base/plant.h"

static const char *const VERDICTS[] = {"unknown", "settling", "mismatch", "verified", "excepted"};
static const char *const OUTCOMES[] = {"unknown", "present", "absent"};
static const char *const ACCOUNTS[] = {"unknown", "active",    "disabled",
                                       "missing", "ambiguous", "replaced"};
static const char *const VIAS[] = {"none", "direct", "nested", "role", "primary_group", "pending"};
static const char *const DESIRES[] = {"present", "absent"};

void observation_make_honest(struct observation *obs)
{
    struct str why = STR_NONE;

    if (obs->outcome == OUTCOME_UNKNOWN)
        return;
    if (!obs->complete && !PLANTED(PARTIAL_READ))
        why = STR("Incomplete");
    else if (!obs->has_raw)
        why = STR("NoRawBytes");
    else if (obs->outcome == OUTCOME_ABSENT && !obs->canary_ok && !PLANTED(NO_CANARY))
        why = STR("CanaryMissing");
    else if (obs->account == ACCOUNT_AMBIGUOUS)
        why = STR("AccountAmbiguous");
    if (!str_empty(why)) {
        obs->outcome = OUTCOME_UNKNOWN;
        obs->reason = why;
        return;
    }
    if (obs->via == VIA_PENDING) { /* invited or eligible is not granted */
        obs->outcome = OUTCOME_UNKNOWN;
        obs->reason = STR("Pending");
    }
}

void observation_hold_to_entitlement(struct observation *obs, struct str entitlement_id)
{
    bool known = obs->outcome != OUTCOME_UNKNOWN && obs->account != ACCOUNT_MISSING;

    if (!known || str_empty(entitlement_id) || !str_empty(obs->entitlement_id))
        return;
    obs->outcome = OUTCOME_UNKNOWN;
    obs->reason = STR("EntitlementIdHidden");
}

void observation_hold_to(struct observation *obs, struct str account_id, bool traced)
{
    struct str why = STR_NONE;

    if (obs->outcome == OUTCOME_UNKNOWN || str_empty(account_id) || PLANTED(ANY_ACCOUNT))
        return;
    if (obs->account == ACCOUNT_MISSING)
        why = traced ? STR_NONE : STR("AccountNotTraced");
    else if (str_empty(obs->native_id) && !(traced && obs->account == ACCOUNT_UNKNOWN))
        why = STR("AccountIdHidden");
    if (!str_empty(why)) {
        obs->outcome = OUTCOME_UNKNOWN;
        obs->reason = why;
    } else if (!str_empty(obs->native_id) && !str_eq(obs->native_id, account_id)) {
        obs->account = ACCOUNT_REPLACED;
        obs->reason = STR("AccountReplaced");
    }
}

/* Was somebody else read? The name may have been pinned after it was. */
static bool is_of_another(const struct item *item, const struct observation *o)
{
    bool both_known = !str_empty(item->account_id) && !str_empty(o->native_id);

    if (PLANTED(ANY_ACCOUNT))
        return false;
    return o->account == ACCOUNT_REPLACED ||
           (both_known && !str_eq(item->account_id, o->native_id));
}

/* Was something else read, that has the entitlement's name now? */
static bool is_of_something_else(const struct item *item, const struct observation *o)
{
    bool both_known = !str_empty(item->entitlement_id) && !str_empty(o->entitlement_id);

    return both_known && !str_eq(item->entitlement_id, o->entitlement_id) &&
           !PLANTED(ANY_ENTITLEMENT);
}

/* Does this read say what was asked for? A present entitlement on a dead account is no grant. */
static bool says_so(const struct item *item, const struct observation *o)
{
    if (is_of_another(item, o) || is_of_something_else(item, o))
        return false;
    if (item->desired == DESIRED_ABSENT)
        return o->outcome == OUTCOME_ABSENT;
    return o->outcome == OUTCOME_PRESENT && o->account == ACCOUNT_ACTIVE;
}

static const char *why_not(const struct item *item, const struct observation *o)
{
    if (is_of_another(item, o))
        return "AccountReplaced";
    if (is_of_something_else(item, o))
        return "EntitlementReplaced";
    if (item->desired == DESIRED_ABSENT && o->via > VIA_DIRECT)
        return "InheritedVia"; /* taken away itself, perhaps; another path still leads there */
    if (item->desired == DESIRED_ABSENT)
        return o->account == ACCOUNT_DISABLED ? "EntitlementRetained" : "StillPresent";
    if (o->account == ACCOUNT_MISSING)
        return "AccountMissing";
    return o->outcome == OUTCOME_PRESENT ? "PresentButInert" : "StillAbsent";
}

/* The unbroken run of reads that say so, newest first. Any other outcome, unknown too, ends it. */
static bool run_is_long_enough(const struct item *item, int64_t since_ms)
{
    const struct source_rule *rule = &item->rule;
    int32_t run = 0;
    int64_t oldest = item->obs[0].as_of_ms;

    if (PLANTED(ONE_ABSENT_SUFFICES))
        return true;
    for (size_t i = 0; i < item->obs_count; i++) {
        const struct observation *o = &item->obs[i];
        if (PLANTED(UNKNOWN_IS_SKIPPED) && o->outcome == OUTCOME_UNKNOWN)
            continue;
        if (o->as_of_ms < since_ms || !says_so(item, o))
            break;
        run++;
        if (o->as_of_ms < oldest)
            oldest = o->as_of_ms;
    }
    return run >= rule->confirmations && item->obs[0].as_of_ms - oldest >= rule->settle_ms;
}

/* What the reads say, whether or not an exception covers the item. */
static struct finding judge_reads(const struct item *item, int64_t since_ms, int64_t now_ms)
{
    const struct observation *newest = item->obs_count ? &item->obs[0] : NULL;

    if (!newest)
        return (struct finding){VERDICT_UNKNOWN, "NotReadYet", NULL};
    if (newest->outcome == OUTCOME_UNKNOWN)
        return (struct finding){VERDICT_UNKNOWN, "Unreadable", newest};
    if (newest->as_of_ms < since_ms && !PLANTED(OLD_EVIDENCE))
        return (struct finding){VERDICT_UNKNOWN, "CopyOlderThanClaim", newest};
    if (now_ms - newest->observed_ms > item->rule.max_age_ms)
        return (struct finding){VERDICT_UNKNOWN, "ProofTooOld", newest};
    if (says_so(item, newest) && item->rule.extra_hinders && !str_empty(item->others_extra))
        return (struct finding){VERDICT_MISMATCH, "OverGranted", newest};
    if (says_so(item, newest)) {
        if (item->desired == DESIRED_PRESENT || run_is_long_enough(item, since_ms))
            return (struct finding){VERDICT_VERIFIED, "Ok", newest};
        return (struct finding){VERDICT_SETTLING, "MoreConfirmations", newest};
    }
    if (newest->as_of_ms - since_ms <
        item->rule.settle_ms) /* the source may still be catching up */
        return (struct finding){VERDICT_SETTLING, why_not(item, newest), newest};
    return (struct finding){VERDICT_MISMATCH, why_not(item, newest), newest};
}

struct finding verdict_judge(const struct item *item, int64_t since_ms, int64_t now_ms)
{
    struct finding f = judge_reads(item, since_ms, now_ms);

    if (item->excepted && f.verdict != VERDICT_VERIFIED) /* a proof is worth more */
        return (struct finding){VERDICT_EXCEPTED, "Exception", item->obs_count ? item->obs : NULL};
    return f;
}

struct item_since item_since(const struct item *item)
{
    struct item_since s = {0};
    size_t n = 0;

    for (; n < item->obs_count && item->obs[n].outcome == OUTCOME_UNKNOWN; n++)
        s.unreadable_ms = item->obs[n].observed_ms;
    if (n < item->obs_count)
        s.last_known_ms = item->obs[n].observed_ms;
    for (n = 0; n < item->obs_count && item->obs[n].outcome != OUTCOME_UNKNOWN &&
                !says_so(item, &item->obs[n]);
         n++)
        s.not_so_ms = item->obs[n].as_of_ms;
    return s;
}

struct item_back item_came_back(const struct item *item)
{
    struct item_back back = {.was_ms = item->proven_ms, .again_ms = item_since(item).not_so_ms};
    struct item before = *item; /* as it was read before it was not so */

    while (before.obs_count &&
           (before.obs[0].outcome == OUTCOME_UNKNOWN || !says_so(item, &before.obs[0]))) {
        before.obs++;
        before.obs_count--;
    }
    bool was =
        before.obs_count && (item->desired == DESIRED_PRESENT || run_is_long_enough(&before, 0));
    if (was)
        back.was_ms = before.obs[0].as_of_ms;
    return back.again_ms && back.was_ms ? back : (struct item_back){0};
}

const char *item_why_not(const struct item *item, const struct observation *obs)
{
    if (obs->outcome == OUTCOME_UNKNOWN)
        return "Unreadable";
    return says_so(item, obs) ? NULL : why_not(item, obs);
}

bool item_is_another(const struct item *item, const struct observation *obs)
{
    return is_of_another(item, obs) || is_of_something_else(item, obs);
}

size_t item_swapped(const struct item *item, struct str *ret_name)
{
    struct str rest = item->desired == DESIRED_ABSENT ? item->others_gone : item->others_new;
    const struct observation *newest = item->obs_count ? &item->obs[0] : NULL;
    size_t count = 0;

    *ret_name = STR_NONE;
    if (!newest || newest->outcome == OUTCOME_UNKNOWN || says_so(item, newest))
        return 0;
    for (; rest.len; count++) {
        struct str name = str_cut(&rest, '\n');
        if (!count)
            *ret_name = name;
    }
    return count;
}

#define COUNT(names) ((int)(sizeof(names) / sizeof((names)[0])))

const char *verdict_name(enum verdict v)
{
    return VERDICTS[v];
}

const char *outcome_name(enum outcome o)
{
    return OUTCOMES[o];
}

bool outcome_from(struct str name, enum outcome *ret)
{
    int i = str_index(name, OUTCOMES, COUNT(OUTCOMES));

    if (i >= 0)
        *ret = (enum outcome)i;
    return i >= 0;
}

const char *account_state_name(enum account_state a)
{
    return ACCOUNTS[a];
}

bool account_state_from(struct str name, enum account_state *ret)
{
    int i = str_index(name, ACCOUNTS, COUNT(ACCOUNTS));

    if (i >= 0)
        *ret = (enum account_state)i;
    return i >= 0;
}

const char *via_name(enum via v)
{
    return VIAS[v];
}

bool via_from(struct str name, enum via *ret)
{
    int i = str_index(name, VIAS, COUNT(VIAS));

    if (i >= 0)
        *ret = (enum via)i;
    return i >= 0;
}

const char *desired_name(enum desired d)
{
    return DESIRES[d];
}

bool desired_from(struct str name, enum desired *ret)
{
    int i = str_index(name, DESIRES, COUNT(DESIRES));

    if (i >= 0)
        *ret = (enum desired)i;
    return i >= 0;
}
