/* ldap_nested.h: is an account in a group through other groups? Blocking, for a worker thread.
 *
 * Active Directory follows them itself, by the rule LDAP_MATCHING_RULE_TRANSITIVE_EVAL (MS-ADTS
 * section 3.1.1.3.4.4.3). Other servers take that rule for one that they do not know, and answer
 * with success and nobody: it is sent to none but a server that says it is Active Directory
 * (supportedCapabilities, MS-ADTS section 3.1.1.3.4.3), and everywhere else the groups of the
 * account and its primary group are looked for below the base, then the groups of those, as long as
 * there are new ones. */
#ifndef COUNTERSIGN_READERS_LDAP_NESTED_H
#define COUNTERSIGN_READERS_LDAP_NESTED_H

#include <ldap.h>

#include "base/clock.h"
#include "readers/ldap_primary.h"
#include "readers/ldap_question.h"

struct ldap_nesting {
    const char *user_dn, *group_dn;
    const struct ldap_sam *user; /* its primary group may be in others, too */
    bool in_ad;
    const struct clock *clock;
    int64_t until_ms; /* monotonic: all searches together end then, with Timeout */
};
/* The result code of the search that failed, else LDAP_SUCCESS. *ret_held: it is, directly or not.
 * *ret_trouble: why nobody can tell although none failed, else NULL. */
int ldap_nested(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                bool *ret_held, const char **ret_trouble);

/* Says in the answer what the group is and lies in: its id and those of all groups that it is in,
 * directly or through others, their names where no id is shown. What cannot be told makes the
 * answer unknown. Where groups in groups are not followed it is the group alone. */
void ldap_list_within(struct ldap_session *session, const struct ldap_place *place,
                      const char *group_dn, const char *group_id, struct answer *ret);

#endif
