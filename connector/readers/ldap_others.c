#include "readers/ldap_others.h"

#include <stdio.h>
#include <string.h>

#include "readers/ldap_filter.h"
#include "readers/others.h"

enum { NAME_BYTES = 128, FILTER_BYTES = 4096 };

/* "(&(objectClass=group)(cn=%s))" asks for cn. */
static bool named_by(const char *pattern, char *ret)
{
    const char *end = strstr(pattern, "=%s"), *begin = end;

    while (begin && begin > pattern && begin[-1] != '(')
        begin--;
    return end && end > begin && str_copy(ret, NAME_BYTES, str_n(begin, (size_t)(end - begin)));
}

/* A group has one name among those it may be asked by, or nobody knows which it is. */
static void take(LDAP *ld, LDAPMessage *e, const char *name, struct answer *a)
{
    struct berval **values = ldap_get_values_len(ld, e, name);

    if (values && values[0] && !values[1])
        others_add(a, str_n(values[0]->bv_val, values[0]->bv_len));
    else
        others_lost(a);
    ldap_value_free_len(values);
}

void ldap_list_others(LDAP *ld, const struct ldap_place *place, const char *user_dn,
                      struct answer *a)
{
    struct timeval timeout = {.tv_sec = place->timeout_ms / 1000,
                              .tv_usec = place->timeout_ms % 1000 * 1000};
    char name[NAME_BYTES], filter[FILTER_BYTES];
    char *attrs[] = {name, NULL};
    size_t len = 0;
    LDAPMessage *reply = NULL;

    others_lost(a);
    if (!named_by(place->group_filter, name) ||
        !ldap_filter_match(filter, sizeof filter, &len, place->member, str_of(user_dn)))
        return;
    int rc = ldap_search_ext_s(ld, place->group_base, LDAP_SCOPE_SUBTREE, filter, attrs, 0, NULL,
                               NULL, &timeout, OTHERS_MAX + 1, &reply);
    if (rc == LDAP_SUCCESS && !ldap_count_references(ld, reply)) {
        others_begin(a);
        for (LDAPMessage *e = ldap_first_entry(ld, reply); e; e = ldap_next_entry(ld, e))
            take(ld, e, name, a);
    }
    ldap_msgfree(reply);
}
