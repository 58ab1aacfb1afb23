/* ldap_question.h: one question to a directory, blocking, for a worker thread. Everything it needs
 * is in the struct, so it can be asked without a loop. RFC 4511; filter escaping RFC 4515. */
#ifndef COUNTERSIGN_READERS_LDAP_QUESTION_H
#define COUNTERSIGN_READERS_LDAP_QUESTION_H

#include "readers/honest.h"

struct ldap_place {
    const char *uri;     /* ldap:// or ldaps:// */
    const char *bind_dn; /* "" = anonymous */
    const char *base;    /* of all there is: an account that was moved is looked for here */
    const char *people_base, *people_filter; /* filter with one %s for the account */
    const char *group_base, *group_filter;   /* filter with one %s for the entitlement */
    const char *member;                      /* attribute that holds members' names */
    const char *ca_file;
    bool starttls;
    bool others; /* list what else the account is a member of */
    int64_t timeout_ms;
};

/* Asks all that one read has to ask, over one connection with one credential. The arena keeps what
 * is asked for. */
void ldap_ask(const struct ldap_place *place, const struct reader_config *config,
              struct arena *arena, const struct item *item, struct answers *all);

#endif
