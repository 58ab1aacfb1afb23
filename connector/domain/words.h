/* words.h: the exact words a ticket shows. Every sentence says what is so, why, and what happens
 * next and who does it; at most 140 characters for the one-liner; no jargon. Pure. */
#ifndef COUNTERSIGN_DOMAIN_WORDS_H
#define COUNTERSIGN_DOMAIN_WORDS_H

#include "base/buf.h"
#include "domain/dossier.h"
#include "domain/gate.h"

/* What was checked, one line of the comment's folded part. */
struct notice_row {
    char what[200];
    const char *mark;   /* a word or two, static */
    const char *colour; /* of the mark (ADF status): neutral, purple, blue, red, yellow, green */
    char note[80];      /* when; may be empty */
};

enum { NOTICE_ROWS_MAX = 10, NOTICE_LINE_CHARS = 140 };

struct notice {
    enum notice_state state;
    uint64_t key;      /* identity without times */
    const char *check; /* option of the select field "Access check" */
    char line[600];    /* field "Access check reason": at most NOTICE_LINE_CHARS characters */
    char head[120];    /* the comment's first sentence; empty: the line is it */
    char next[600];    /* the second sentence of the comment */
    const char *panel; /* info | note | warning | error | success (ADF panel types) */
    bool notify;       /* a person must act: a new notification is right */
    bool comment;      /* this state needs the comment, not only the two fields */
    bool final;        /* the last word on a ticket: it may use the whole hourly allowance */
    const char *help;  /* what to do when it cannot be done as asked, static; NULL: nothing */
    int32_t attempt;   /* which claim it is about; 0 = none yet */
    struct notice_row rows[NOTICE_ROWS_MAX]; /* only where something is missing */
    size_t row_count;
};

/* Times are shown as UTC and say so. The item shown is the first one that is not proven, or cannot
 * be read. next_read_ms: when we look again (absolute, database time), 0 = not before somebody
 * acts. Only NOTICE_CANNOT_READ and NOTICE_CANNOT_REOPEN say that somebody was told: who says them
 * escalates. */
void words_for(const struct dossier *d, int64_t next_read_ms, enum notice_state state,
               struct notice *ret);
/* Identity of what a ticket says in our name: the members of our state property, and the values of
 * the two fields as they stand beside it. Never 0. */
struct said {
    struct str request, state, check, line;
    struct str field_check, field_line; /* where the site has no such field, the members above */
};
uint64_t words_hash(const struct said *said);
/* The identity of a notice as it is about to be written. */
uint64_t words_hash_of(struct str request_id, const struct notice *n);
/* Is it a last word on a ticket? As in struct notice. */
bool notice_is_final(enum notice_state s);
/* Does it say that a close is right? */
bool notice_is_proof(enum notice_state s);
/* The option of the select field "Access check" in that state. */
const char *notice_check(enum notice_state s);
/* Names as they stand in the database, and back; an unknown name gives false. */
const char *notice_state_name(enum notice_state s);
MUST_CHECK bool notice_state_from(struct str name, enum notice_state *ret);

#endif
