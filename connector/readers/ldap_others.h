/* ldap_others.h: the groups a user of a directory is a member of himself, by the name that group
 * filters ask for. Blocking, for a worker thread. */
#ifndef COUNTERSIGN_READERS_LDAP_OTHERS_H
#define COUNTERSIGN_READERS_LDAP_OTHERS_H

#include <ldap.h>

#include "readers/ldap_question.h"

/* One search for the groups whose member attribute has that name, at most OTHERS_MAX. Whatever goes
 * wrong there makes the list unknown, not the answer. */
void ldap_list_others(LDAP *ld, const struct ldap_place *place, const char *user_dn,
                      struct answer *a);

#endif
