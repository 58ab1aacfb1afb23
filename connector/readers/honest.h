/* honest.h: what all readers share: one answer about the item, one about the canary, joined into
 * one observation that claims no more than was seen. */
#ifndef COUNTERSIGN_READERS_HONEST_H
#define COUNTERSIGN_READERS_HONEST_H

#include "readers/reader.h"

enum { ANSWER_RAW_BYTES = 4096, ANSWER_ID_BYTES = 256, ANSWER_OTHERS_BYTES = 4096 };

/* One question to the target, answered. */
struct answer {
    enum outcome outcome;
    enum account_state account;
    enum via via;
    bool complete;
    int64_t as_of_ms; /* 0: the source vouches for no time; the read's start is taken */
    char native_id[ANSWER_ID_BYTES];
    char entitlement_id[ANSWER_ID_BYTES]; /* immutable id of the entitlement; "": it has none */
    bool traced; /* of nobody by that name: nobody has the id either that the name is pinned to */
    const char *reason;         /* CamelCase, static */
    char raw[ANSWER_RAW_BYTES]; /* canonical text of the reply, hashed as evidence */
    size_t raw_len;
    char others[ANSWER_OTHERS_BYTES]; /* what else the account holds (others.h) */
    size_t others_len, others_count;
    bool others_known;
};

/* An answer that says nothing, and why. */
struct answer answer_unknown(const char *reason);
/* Append to the raw text; what does not fit makes the answer incomplete. */
void answer_raw(struct answer *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Join both answers. began_ms, ended_ms: the read, by the clock. The observation's strings borrow
 * from `item_answer`. */
void answers_join(const struct item *item, const struct answer *item_answer,
                  const struct answer *canary_answer, int64_t began_ms, int64_t ended_ms,
                  struct observation *ret);
/* No letters beyond ASCII: those can be written in several ways, and then another spelling of the
 * name may be the same name. */
bool name_is_ascii(struct str name);
/* A setting's value, `otherwise` when it is not set. */
struct str setting(const struct reader_config *config, const char *name, const char *otherwise);

#endif
