/* honest.h: what all readers share. A read has up to four answers: about the item and about the
 * canary, each looked for by its name, and where nobody has the item's name any more by its
 * immutable id too. They are joined into one observation that claims no more than was seen. */
#ifndef COUNTERSIGN_READERS_HONEST_H
#define COUNTERSIGN_READERS_HONEST_H

#include "readers/reader.h"

enum {
    ANSWER_RAW_BYTES = 4096,
    ANSWER_ID_BYTES = 256,
    ANSWER_OTHERS_BYTES = 4096,
    ANSWER_WITHIN_BYTES = 4096 /* more than a hundred ids */
};

/* One question to the target, answered. */
struct answer {
    enum outcome outcome;
    enum account_state account;
    enum via via;
    bool complete;
    int64_t as_of_ms; /* 0: the source vouches for no time; the read's start is taken */
    char native_id[ANSWER_ID_BYTES];
    char entitlement_id[ANSWER_ID_BYTES]; /* immutable id of the entitlement; "": it has none */
    const char *reason;                   /* CamelCase, static */
    char raw[ANSWER_RAW_BYTES];           /* canonical text of the reply, hashed as evidence */
    size_t raw_len;
    char others[ANSWER_OTHERS_BYTES]; /* what else the account holds (others.h) */
    size_t others_len, others_count;
    bool others_known;
    char within[ANSWER_WITHIN_BYTES]; /* as of the observation */
    size_t within_len;
    bool within_known;
};

/* An answer that says nothing, and why. */
struct answer answer_unknown(const char *reason);
/* Append what the entitlement lies in, a line; false when there is too much. */
bool answer_within(struct answer *a, struct str id);
/* Append to the raw text; what does not fit makes the answer incomplete. */
void answer_raw(struct answer *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The questions of one read, in the order they are asked. */
enum ask { ASK_ITEM, ASK_ITEM_BY_ID, ASK_CANARY, ASK_CANARY_BY_ID, ASKS };

struct answers {
    enum tracing tracing; /* of the reader */
    bool asked[ASKS];
    struct answer of[ASKS]; /* of those that were asked */
};
/* What one question is about. */
struct asked_for {
    struct str account, entitlement;
    struct str entitlement_id; /* that the entitlement's name is pinned to; empty: to none */
    bool by_id;                /* `account` is an immutable id, as an answer's native_id */
    bool of_canary;            /* else of the item */
    bool asks_within;          /* what the entitlement lies in is asked, too */
};

/* What has to be asked next; ASKS: all that matters was. By its id an account is looked for where
 * nobody has its name and it is pinned to one; and then the canary is too, by the id that was read
 * with its name: who cannot be found so proves that nobody can. A reader may ask sooner what can be
 * asked at once, except for the canary by its id. */
enum ask answers_next(const struct answers *all, const struct item *item);
/* What to ask then. Lent by the item, the configuration and `all`. */
struct asked_for answers_asked_for(const struct answers *all, const struct item *item,
                                   const struct reader_config *config, enum ask ask);
void answers_take(struct answers *all, enum ask ask, const struct answer *answer);
/* The read ends here, for this reason: what was not answered yet never will be. */
void answers_fail(struct answers *all, const struct item *item, const char *reason);
/* A cache kept some of what they rest on, for age_ms (0: none did), when the read began: they vouch
 * for no more than when it was filled, whatever else tells as of when it is. */
void answers_cached(struct answers *all, int64_t began_ms, int64_t age_ms);
/* One observation of them all. The item's name counts, and where nobody has it its id: whoever is
 * found by it, or that nobody has it either, both only where the canary was found by its id with
 * what it holds. began_ms, ended_ms: the read, by the clock. The observation's strings borrow from
 * `all` and the item. */
void answers_join(const struct item *item, const struct answers *all, int64_t began_ms,
                  int64_t ended_ms, struct observation *ret);
/* The item with its texts in the arena, as long as a read needs them. */
struct item item_kept(struct arena *arena, const struct item *item);
/* No letters beyond ASCII: those can be written in several ways, and then another spelling of the
 * name may be the same name. */
bool name_is_ascii(struct str name);
/* A setting's value, `otherwise` when it is not set. */
struct str setting(const struct reader_config *config, const char *name, const char *otherwise);

#endif
