/* mapping_replay.h: what one mapping instead of another would have made of a request that was:
 * which decisions flip, which values change. Pure. */
#ifndef COUNTERSIGN_MAPPING_REPLAY_H
#define COUNTERSIGN_MAPPING_REPLAY_H

#include "mapping/mapping.h"

/* X(suffix, word for programs, for people): in the order in which people should read them. */
#define REPLAY_FLIPS(X)                                                    \
    X(REFUSED, "refused", "would be REFUSED (closed as it is)")            \
    X(CLOSED, "closed", "would CLOSE (refused as it is)")                  \
    X(HELD, "held", "would be HELD (mapped as it is)")                     \
    X(UNGOVERNED, "ungoverned", "would be LEFT ALONE (governed as it is)") \
    X(NO_APPROVAL, "no_approval", "would need NO approval")                \
    X(APPROVAL, "approval", "would WAIT for an approval")                  \
    X(EASED, "approvals_eased", "would be approved by LESS")               \
    X(TIGHTENED, "approvals_tightened", "would be approved by MORE")       \
    X(LONGER, "longer", "would LAST longer")                               \
    X(SHORTER, "shorter", "would END earlier")                             \
    X(LOOSER, "looser", "would be gated LESS (enforce, warn, observe)")    \
    X(STRICTER, "stricter", "would be gated MORE")                         \
    X(BREACHED, "sla_breached", "SLA result flips to breached")            \
    X(MET, "sla_met", "SLA result flips from breached")                    \
    X(MAPPED, "mapped", "would be MAPPED (held as it is)")                 \
    X(GOVERNED, "governed", "would be GOVERNED (left alone as it is)")

enum replay_flip {
#define X(suffix, word, text) REPLAY_##suffix,
    REPLAY_FLIPS(X)
#undef X
        REPLAY_FLIP_COUNT
};

/* X(suffix, word): values of a request */
#define REPLAY_VALUES(X)              \
    X(SUBJECT, "subject")             \
    X(ACCOUNT, "account")             \
    X(APPLICATION, "application")     \
    X(ENTITLEMENT, "entitlement")     \
    X(CHANGE, "change")               \
    X(EXPECT, "expect")               \
    X(PRIVILEGED, "privileged")       \
    X(REQUESTER, "requester")         \
    X(JUSTIFICATION, "justification") \
    X(APPROVAL, "approval")           \
    X(EMERGENCY, "emergency")         \
    X(ACCESS_UNTIL, "access_until")   \
    X(SPONSOR, "sponsor")             \
    X(GOAL, "sla.goal")               \
    X(RULE, "rule")                   \
    X(REASON, "reason") /* of a hold */

enum replay_value {
#define X(suffix, word) REPLAY_OF_##suffix,
    REPLAY_VALUES(X)
#undef X
        REPLAY_VALUE_COUNT
};

extern const char *const REPLAY_FLIP_WORDS[REPLAY_FLIP_COUNT];
extern const char *const REPLAY_FLIP_TEXTS[REPLAY_FLIP_COUNT];
extern const char *const REPLAY_VALUE_WORDS[REPLAY_VALUE_COUNT];

/* What became of the request. */
struct replay_past {
    bool closed;     /* on proof */
    bool refused;    /* it is open, and a close of it was refused and is not proven since */
    bool stopped;    /* its clock */
    int64_t open_ms; /* from its start to its end, or to now */
    enum gate_mode otherwise; /* the site's mode for rules that say none */
};

struct replay_result {
    uint32_t flips;  /* 1 << enum replay_flip */
    uint32_t values; /* 1 << enum replay_value */
    /* It asks for something else: whether that is so in the target decides REFUSED and CLOSED, see
     * mapping_replay_judge. */
    bool asks_else;
};

/* By which of its terms fewer, other or later approvals would do: "fewer people"; NULL: by none. */
const char *mapping_replay_eased(const struct approval_terms *was, const struct approval_terms *is);

/* live and next: what the two mappings make of the same fields. */
struct replay_result mapping_replay(const struct mapped *live, const struct mapped *next,
                                    const struct replay_past *past);
/* believed: is what `next` asks for so, as far as it was ever read? Takes REFUSED back, or adds
 * CLOSED. */
void mapping_replay_judge(struct replay_result *result, const struct replay_past *past,
                          bool believed);

#endif
