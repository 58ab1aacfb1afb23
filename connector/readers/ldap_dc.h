/* ldap_dc.h: what a directory says of itself at its root (RFC 4512 section 5.1). Active Directory
 * says which domain controller answers, how far that has come, and whether it has caught up with
 * the others since it was set up (MS-ADTS section 3.1.1.3.2). A controller vouches for itself only:
 * none tells what has reached the others, or what of theirs has yet to reach it. */
#ifndef COUNTERSIGN_READERS_LDAP_DC_H
#define COUNTERSIGN_READERS_LDAP_DC_H

#include "readers/honest.h"

struct ldap; /* libldap's LDAP */

enum { LDAP_DC_BYTES = 256, LDAP_DC_FACTS = 3 };
struct ldap_dc {
    bool in_ad;                  /* the server says that it is Active Directory */
    bool is_behind;              /* isSynchronized: its first replication is not finished */
    char service[LDAP_DC_BYTES]; /* dsServiceName: the controller; cut where longer */
    char usn[24];                /* highestCommittedUSN: all it had committed, then */
    char clock[24];              /* currentTime: the same moment by its clock */
};

/* Asks the root. LDAP_SUCCESS, or why it does not say. */
int ldap_dc_read(struct ldap *ld, int64_t timeout_ms, struct ldap_dc *ret);
/* What an answer rests on: who said so, and how far it had come before it was asked. Nothing of
 * another directory. */
void ldap_dc_sign(const struct ldap_dc *dc, struct answer *answer);
/* Up to LDAP_DC_FACTS, lent from dc; how many. */
size_t ldap_dc_facts(const struct ldap_dc *dc, struct reader_fact *ret);

#endif
