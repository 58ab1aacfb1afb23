#include "readers/ldap_primary.h"

#include <string.h>

enum { HEAD_BYTES = 8, PART_BYTES = 4 }; /* revision, count of parts, authority; a part */

static bool is_whole(const struct ldap_sam *s)
{
    return s->sid_len >= HEAD_BYTES + PART_BYTES &&
           s->sid_len == HEAD_BYTES + (size_t)s->sid[1] * PART_BYTES;
}

/* The last part, the least byte first. */
static int64_t rid_of(const struct ldap_sam *s)
{
    const unsigned char *p = s->sid + s->sid_len - PART_BYTES;
    return (int64_t)p[0] | (int64_t)p[1] << 8 | (int64_t)p[2] << 16 | (int64_t)p[3] << 24;
}

bool ldap_has_primary(const struct ldap_sam *account)
{
    return account->is_account || account->has_primary;
}

bool ldap_primary_sid(const struct ldap_sam *account, unsigned char ret[LDAP_SID_BYTES])
{
    if (!account->has_primary || !is_whole(account))
        return false;
    memcpy(ret, account->sid, account->sid_len);
    for (size_t i = 0; i < PART_BYTES; i++)
        ret[account->sid_len - PART_BYTES + i] =
            (unsigned char)((uint64_t)account->primary >> (8 * i));
    return true;
}

enum ldap_primary ldap_primary_of(const struct ldap_sam *account, const struct ldap_sam *group)
{
    if (!ldap_has_primary(account))
        return LDAP_NOT_PRIMARY;
    if (!account->has_primary || !is_whole(account) || !is_whole(group))
        return LDAP_PRIMARY_HIDDEN;
    bool one_domain = account->sid_len == group->sid_len &&
                      memcmp(account->sid, group->sid, group->sid_len - PART_BYTES) == 0;
    return one_domain && rid_of(group) == account->primary ? LDAP_IS_PRIMARY : LDAP_NOT_PRIMARY;
}
