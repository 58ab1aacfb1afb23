/* item.h: one (source, account, entitlement, present|absent) of a request; what reads said about
 * it; the verdict.
 *
 * The verdict is derived, never stored: the same rules stand in the SQL view
 * governance.item_verdict, and a test feeds both the same histories.
 */
#ifndef COUNTERSIGN_DOMAIN_ITEM_H
#define COUNTERSIGN_DOMAIN_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum desired { DESIRED_PRESENT, DESIRED_ABSENT };

/* The zero values are "unknown" on purpose. */
enum outcome { OUTCOME_UNKNOWN = 0, OUTCOME_PRESENT, OUTCOME_ABSENT };
enum account_state {
    ACCOUNT_UNKNOWN = 0,
    ACCOUNT_ACTIVE,
    ACCOUNT_DISABLED,
    ACCOUNT_MISSING,
    ACCOUNT_AMBIGUOUS,
    ACCOUNT_REPLACED, /* same login, another immutable id */
};
enum via { VIA_NONE = 0, VIA_DIRECT, VIA_NESTED, VIA_ROLE, VIA_PRIMARY_GROUP, VIA_PENDING };

/* One read's result. ABSENT may only be produced when `complete && canary_ok`:
 * observation_make_honest() enforces it at the one place every reader's result passes. */
struct observation {
    int64_t item_id;
    enum outcome outcome;
    enum account_state account;
    enum via via;
    bool complete;       /* every page or range read, no referral, no size limit, filter proven */
    bool canary_ok;      /* the same credential saw the known-present object in this run        */
    int64_t as_of_ms;    /* the time the SOURCE vouches for; never later than the end of the read */
    int64_t observed_ms; /* database time when we stored it */
    struct str native_id;      /* immutable id actually used */
    struct str entitlement_id; /* the same of the entitlement; empty: the source does not tell */
    struct str
        reason; /* CamelCase: Ok, SourceDown, AuthFailed, CanaryMissing, AccountMissing, ... */
    /* What else the account held, a name a line, of a source that tells. Proves nothing, and is no
     * part of what is hashed: it names what was changed instead. */
    struct str others;
    bool others_known;
    /* Of a read that asks for it (item.asks_within): the entitlement's own id and those of all that
     * it lies in, by whatever way, one a line; whoever gets it gets them. Of a source that tells.
     */
    struct str within;
    bool within_known;
    uint8_t raw_sha256[32];
    bool has_raw;
};

/* Turn what cannot be believed into UNKNOWN (absent without completeness or canary, no raw hash,
 * pending). */
void observation_make_honest(struct observation *obs);

/* Hold a read of an account by its name to the immutable id that the name is pinned to (empty: to
 * none yet). A name that is another's now is ACCOUNT_REPLACED: what was read is of somebody else. A
 * name that is nobody's, or that no row shows, proves nothing unless nobody has the id either
 * (`traced`), and an account whose id is not shown may be any. After observation_make_honest(). */
void observation_hold_to(struct observation *obs, struct str account_id, bool traced);

/* The same of the entitlement's name: whose id is not shown any more may be any that has the name.
 * Another id is told apart by the verdict. Where the account is nobody's it does not matter. */
void observation_hold_to_entitlement(struct observation *obs, struct str entitlement_id);

struct source_rule {
    int64_t settle_ms;     /* how long the source may lag behind a change */
    int32_t confirmations; /* consecutive absents wanted, at least 1 */
    int64_t max_age_ms;    /* a proof older than this no longer counts */
    bool extra_hinders; /* what a grant brought beside what was asked for is in the way (extra.h) */
};

enum verdict {
    VERDICT_UNKNOWN = 0,
    VERDICT_SETTLING,
    VERDICT_MISMATCH,
    VERDICT_VERIFIED,
    VERDICT_EXCEPTED
};

/* What went ahead of a request that does not ask for it any more (ahead.h). */
struct ahead_left {
    struct str entitlement, account, key; /* of its ticket; empty: none yet */
    bool over;                            /* it came to nothing, or is about to */
    int64_t at_ms;                        /* when that edit was seen */
};

struct item {
    int64_t id;
    struct str source, account, entitlement;
    struct str source_label; /* what people call the source */
    struct str account_id;   /* immutable id that the account's name is pinned to; empty: not yet */
    struct str entitlement_id; /* the same of the entitlement's name */
    bool asks_within;          /* of a read: what the entitlement lies in is asked, too */
    enum desired desired;
    struct source_rule rule;
    bool excepted; /* a live exception covers it (owner, other approver, not expired with 60 s to
                      spare), the answer on the ticket that granted it, if one did, still stands */
    int64_t excepted_until_ms;  /* of that exception, else of one whose answer was taken back and
                                   that is to be revoked; 0 = not known */
    int64_t excepted_from_ms;   /* when that exception was granted */
    struct str exception_owner; /* who owns it, person key */
    bool on_exception; /* its request was closed last while an exception stood in for its proof, and
                          it was not proven since (exception.h) */
    int64_t lapsed_ms; /* of such: since when no exception covers it; 0 = one does */
    int64_t proven_ms; /* of a request that was closed: when it was last proven, by the database's
                          clock; 0 = never */
    /* What else the account held when work began and holds no more, and the other way round; a
     * name a line. Without what other requests ask for. Empty where the source does not tell. */
    struct str others_gone, others_new;
    /* What a grant brought beside what was asked for, and no approved request explains, a name a
     * line (extra.h). Empty where the source does not tell. */
    struct str others_extra;
    /* What people call the request, approved later, that asks for the opposite: this is asked for
     * no longer (superseded.h). Empty: none does. */
    struct str superseded_by;
    /* Of what a request takes away that gives something too: a request of its own was opened for it
     * (ahead.h), came to nothing, and has the ticket of that key (empty: none yet). */
    bool ahead, ahead_over;
    struct str ahead_key;
    /* newest first, current generation only, bounded by the loader */
    const struct observation *obs;
    size_t obs_count;
};

struct finding {
    enum verdict verdict;
    const char *reason;              /* CamelCase, static */
    const struct observation *proof; /* the newest observation that counted, NULL when none */
};

/* The runs of newest reads, for telling people since when. */
struct item_since {
    int64_t
        unreadable_ms; /* every read since then (database time) failed; 0 = the newest did not */
    int64_t last_known_ms; /* database time of the newest read that did not fail; 0 = none */
    int64_t not_so_ms;     /* every read since then (the source's time) says: not as asked; 0 = the
                              newest does not */
};
struct item_since item_since(const struct item *item);

/* It was as asked, long enough to be believed or on the proof of an earlier claim, and is not any
 * more. By the source's times: was_ms of the last read that said so, again_ms of the first of the
 * newest run that does not. was_ms 0: nothing of the kind. */
struct item_back {
    int64_t was_ms, again_ms;
};
struct item_back item_came_back(const struct item *item);

/* What was changed instead: removed where a removal is asked for, given where a grant is, while the
 * newest read says that what is asked for is not so. The first of them by name; how many. */
size_t item_swapped(const struct item *item, struct str *ret_name);

/* since_ms: reads whose as_of is older prove nothing (the claim, or approval before any claim).
 * Pure. */
struct finding verdict_judge(const struct item *item, int64_t since_ms, int64_t now_ms);

/* Why one read does not say what is asked for (CamelCase, static); NULL: it does. Of an unknown one
 * "Unreadable". What it is worth as proof, verdict_judge() says. */
const char *item_why_not(const struct item *item, const struct observation *obs);

/* Did it read another account, or another entitlement, that has the name now? Of what is asked
 * about it says nothing. */
bool item_is_another(const struct item *item, const struct observation *obs);

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *verdict_name(enum verdict v);
const char *outcome_name(enum outcome o);
MUST_CHECK bool outcome_from(struct str name, enum outcome *ret);
const char *account_state_name(enum account_state a);
MUST_CHECK bool account_state_from(struct str name, enum account_state *ret);
const char *via_name(enum via v);
MUST_CHECK bool via_from(struct str name, enum via *ret);
const char *desired_name(enum desired d);
MUST_CHECK bool desired_from(struct str name, enum desired *ret);

#endif
