#include "domain/automation.h"

const char *const RULE_REASON_NAMES[RULE_REASON_COUNT] = {
#define X(suffix, name, state, words) name,
    RULE_REASONS(X)
#undef X
};
const char *const RULE_REASON_WORDS[RULE_REASON_COUNT] = {
#define X(suffix, name, state, words) words,
    RULE_REASONS(X)
#undef X
};

enum road_state auto_rule_state(enum rule_reason reason)
{
    static const enum road_state STATES[RULE_REASON_COUNT] = {
#define X(suffix, name, state, words) ROAD_IS_##state,
        RULE_REASONS(X)
#undef X
    };
    return STATES[reason];
}

enum rule_reason auto_rule_judge(const struct auto_rule *rule, bool roads_open)
{
    bool moves = rule->closes || rule->wanders;

    if (rule->fills)
        return RULE_BECAUSE_FILLS;
    if (moves && rule->actor == RULE_AS_US)
        return RULE_BECAUSE_AS_US;
    if (moves && rule->actor == RULE_AS_WHOEVER)
        return RULE_BECAUSE_AS_WHOEVER;
    if (moves && rule->passes)
        return RULE_BECAUSE_PASSES;
    if (moves && roads_open)
        return RULE_BECAUSE_ROADS;
    if (rule->resolves && !rule->is_after)
        return RULE_BECAUSE_RESOLVES;
    if (moves)
        return RULE_BECAUSE_HELD;
    return rule->resolves  ? RULE_BECAUSE_AFTER
           : rule->cancels ? RULE_BECAUSE_CANCELS
                           : RULE_BECAUSE_ASIDE;
}
