/* words.h: the exact words a ticket shows. Every sentence says what is so, why, and what happens
 * next and who does it; at most 140 characters for the one-liner; no jargon. Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_H
#define COUNTERSIGN_DOMAIN_WORDS_H

#include "base/buf.h"
#include "domain/dossier.h"
#include "domain/gate.h"

struct notice {
    enum notice_state state;
    uint64_t key;      /* identity without times */
    const char *check; /* option of the select field "Access check" */
    char line[256];    /* field "Access check reason" */
    char next[400];    /* the second sentence of the comment */
    const char *panel; /* info | note | warning | error | success (ADF panel types) */
    bool notify;       /* a person must act: a new notification is right */
    bool comment;      /* this state needs the comment, not only the two fields */
    bool final; /* the last word on a ticket: said even when the hourly allowance is used up */
};

/* Times are shown as UTC and say so. The item shown is the first one that is not proven, or cannot
 * be read. next_read_ms: when we look again (absolute, database time), 0 = not before somebody
 * acts. Only NOTICE_CANNOT_READ and NOTICE_CANNOT_REOPEN say that somebody was told: who says them
 * escalates. */
void words_for(const struct dossier *d, int64_t next_read_ms, enum notice_state state,
               struct notice *ret);
const char *notice_state_name(enum notice_state s);
MUST_CHECK bool notice_state_from(struct str name, enum notice_state *ret);

#endif
