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

/* (account, entitlement), by the names the mapping gives them. */
struct ldap_pair {
    const char *account, *entitlement;
    const char *account_id;     /* immutable id that the account is pinned to, "" = none: looked for
                                   where nobody has the name any more */
    const char *entitlement_id; /* the same of the entitlement */
};

/* Asks about the pair, then about the canary, over one connection with one credential. */
void ldap_ask(const struct ldap_place *place, struct str password, const struct ldap_pair *pair,
              const struct ldap_pair *canary, struct answer *ret, struct answer *ret_canary);

#endif
