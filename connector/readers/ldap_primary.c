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

enum ldap_primary ldap_primary_of(const struct ldap_sam *account, const struct ldap_sam *group)
{
    if (!account->is_account && !account->has_primary)
        return LDAP_NOT_PRIMARY;
    if (!account->has_primary || !is_whole(account) || !is_whole(group))
        return LDAP_PRIMARY_HIDDEN;
    bool one_domain = account->sid_len == group->sid_len &&
                      memcmp(account->sid, group->sid, group->sid_len - PART_BYTES) == 0;
    return one_domain && rid_of(group) == account->primary ? LDAP_IS_PRIMARY : LDAP_NOT_PRIMARY;
}
