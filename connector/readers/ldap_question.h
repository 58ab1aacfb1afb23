/* ldap_question.h: questions to a directory, blocking, for a worker thread. Everything they need
 * is in the structs, so they can be asked without a loop. RFC 4511; filter escaping RFC 4515. */
#ifndef COUNTERSIGN_READERS_LDAP_QUESTION_H
#define COUNTERSIGN_READERS_LDAP_QUESTION_H

#include "readers/ldap_dc.h"

struct ldap_place {
    const char *uri;     /* ldap:// or ldaps:// */
    const char *bind_dn; /* "" = anonymous */
    const char *base;    /* of all there is: an account that was moved is looked for here */
    const char *people_base, *people_filter; /* filter with one %s for the account */
    const char *group_base, *group_filter;   /* filter with one %s for the entitlement */
    const char *member;                      /* attribute that holds members' names */
    const char *ca_file;
    bool starttls;
    bool nested; /* a member of a group that is in the group holds it, too (ldap_nested.h) */
    bool others; /* list what else the account is a member of */
    int64_t timeout_ms;
};

/* One read of a run, and what its questions led to. */
struct ldap_question {
    struct item item;
    struct answers answers; /* its `tracing` is set; the rest is written anew by each run */
};

/* A bound connection, kept from one run to the next; of one thread at a time. All zero: none. */
struct ldap_session {
    struct ldap *ld;
    struct ldap_dc dc; /* asked where nested; elsewhere all zero */
    const struct clock *clock;
    int64_t bound_ms, used_ms; /* monotonic */
    size_t window;             /* questions sent before their replies are waited for */
    size_t alone; /* reads to ask one a run, since nothing came in time in a run of several */
};
enum {
    LDAP_WINDOW_MAX = 8, /* each two searches at a time; some directories take twenty at once */
    LDAP_SESSION_LASTS_MS = 30000, /* then it signs in anew: what became of the credential shows */
    LDAP_SESSION_IDLE_MS = 2000,   /* unused for longer it may be dead by now: not trusted */
};

/* Asks about the items, up to LDAP_WINDOW_MAX at a time (their searches are sent before any reply
 * is waited for; ever more while it answers promptly, one at first), by name and where it has to be
 * by id, then about the canary once for all of them, over one connection with one credential. Where
 * a kept connection turns out to have been closed, a new one is tried. How many were answered, from
 * the front, at least one: no more are begun once half the time of one read has passed, so that a
 * slow directory has its canary soon behind each. A result code that comes (RFC 4511 section 4.1.9:
 * busy, timeLimitExceeded, other) is that item's alone. When the connection fails, or nothing comes
 * in time, nothing is known of them all; after the latter as many reads are asked one a run, each
 * with its canary: one that the directory does not answer about, while it does about the canary,
 * holds up nobody else. */
size_t ldap_ask(const struct ldap_place *place, const struct reader_config *config,
                struct ldap_session *session, struct ldap_question *const *questions, size_t count);

/* Signs off. */
void ldap_session_end(struct ldap_session *session);

#endif
