#include "readers/honest.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/digest.h"

struct answer answer_unknown(const char *reason)
{
    return (struct answer){.outcome = OUTCOME_UNKNOWN, .reason = reason};
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

/* Nothing is known of the canary: the run as a whole could not be trusted, and why is worth more
 * than "incomplete". What the canary's own names led to means nothing to who reads of an item. */
static void distrust(struct observation *obs, const char *why)
{
    struct str reason = str_of(why);
    bool own = str_starts(reason, STR("Account")) || str_starts(reason, STR("Entitlement"));

    obs->complete = false;
    obs->outcome = OUTCOME_UNKNOWN;
    obs->reason = own || !reason.len ? STR("CanaryMissing") : reason;
}

void answers_join(const struct item *item, const struct answer *item_answer,
                  const struct answer *canary_answer, int64_t began_ms, int64_t ended_ms,
                  struct observation *ret)
{
    const struct answer *a = item_answer;
    /* a source whose clock says nonsense is as old as can be, and still can be kept */
    int64_t as_of = a->as_of_ms > 0 ? a->as_of_ms : a->as_of_ms ? 1 : began_ms;

    *ret = (struct observation){
        .item_id = item->id,
        .outcome = a->outcome,
        .account = a->account,
        .via = a->via,
        .complete = a->complete,
        .canary_ok = canary_answer->outcome == OUTCOME_PRESENT && canary_answer->complete,
        .as_of_ms = as_of < ended_ms ? as_of : ended_ms, /* nobody can vouch for the future */
        .native_id = str_of(a->native_id),
        .entitlement_id = str_of(a->entitlement_id),
        .reason = str_of(a->reason),
        .has_raw = a->raw_len > 0,
        .others = str_n(a->others, a->others_len),
        .others_known = a->others_known,
    };
    if (ret->has_raw)
        digest_sha256_2(str_n(a->raw, a->raw_len),
                        str_n(canary_answer->raw, canary_answer->raw_len), ret->raw_sha256);
    if (!ret->canary_ok && canary_answer->outcome == OUTCOME_UNKNOWN &&
        a->outcome != OUTCOME_UNKNOWN)
        distrust(ret, canary_answer->reason);
    observation_make_honest(ret);
    observation_hold_to(ret, item->account_id, a->traced);
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
