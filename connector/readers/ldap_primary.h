/* ldap_primary.h: the primary group of an account in Active Directory, which stands in no list of
 * members and in no memberOf (MS-ADTS section 3.1.1.4.5.2, MS-SAMR section 2.2.1.9): the account
 * names it by the last part of its security identifier. Pure. */
#ifndef COUNTERSIGN_READERS_LDAP_PRIMARY_H
#define COUNTERSIGN_READERS_LDAP_PRIMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LDAP_SID_BYTES = 68 /* with all 15 parts: MS-DTYP section 2.4.2.2 */ };

/* Of an account or a group, as far as it is shown. */
struct ldap_sam {
    unsigned char sid[LDAP_SID_BYTES]; /* objectSid */
    size_t sid_len;                    /* 0: not shown */
    bool has_primary;
    int64_t primary; /* primaryGroupID */
    bool is_account; /* it shows a userAccountControl: then it has a primary group */
};

/* Is it an account of Active Directory, each of which has a primary group? */
bool ldap_has_primary(const struct ldap_sam *account);

/* The identifier of its primary group: its own but for the last part, and as long (MS-DTYP section
 * 2.4.2.2). False: not all of that is shown. */
bool ldap_primary_sid(const struct ldap_sam *account, unsigned char ret[LDAP_SID_BYTES]);

/* HIDDEN: it has one, and which is not shown, of it or of the group. */
enum ldap_primary { LDAP_NOT_PRIMARY, LDAP_IS_PRIMARY, LDAP_PRIMARY_HIDDEN };
enum ldap_primary ldap_primary_of(const struct ldap_sam *account, const struct ldap_sam *group);

#endif
