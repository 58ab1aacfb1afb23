#include "readers/ldap_nested.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "readers/ldap_filter.h"

enum {
    GROUPS_MAX = 512, /* that an account is in, by whatever way: more prove nothing */
    AT_ONCE = 16,     /* groups that one search asks about */
    DN_BYTES = 1024,
    FILTER_BYTES = AT_ONCE * 4 * DN_BYTES,
};

static const char AD[] = "1.2.840.113556.1.4.800", CHAIN[] = "1.2.840.113556.1.4.1941";

static int search(LDAP *ld, const char *base, int scope, const char *filter, char *attr,
                  int64_t timeout_ms, int most, LDAPMessage **ret)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    char *attrs[] = {attr, NULL};

    *ret = NULL;
    return ldap_search_ext_s(ld, base, scope, filter, attrs, 0, NULL, NULL, &timeout, most, ret);
}

int ldap_is_ad(LDAP *ld, int64_t timeout_ms, bool *ret)
{
    char attr[] = "supportedCapabilities";
    LDAPMessage *reply;
    int rc = search(ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", attr, timeout_ms, 1, &reply);
    LDAPMessage *e = rc == LDAP_SUCCESS ? ldap_first_entry(ld, reply) : NULL;
    struct berval **values = e ? ldap_get_values_len(ld, e, attr) : NULL;

    *ret = false;
    for (size_t i = 0; values && values[i]; i++)
        *ret |= str_eq_c(str_n(values[i]->bv_val, values[i]->bv_len), AD);
    ldap_value_free_len(values);
    ldap_msgfree(reply);
    return rc;
}

/* --- Active Directory --- */

/* Is what stands there in the group, by whatever way? */
static int is_in_chain(LDAP *ld, const struct ldap_place *place, const char *base,
                       const char *filter, bool *ret_held)
{
    char none[] = LDAP_NO_ATTRS;
    LDAPMessage *reply;
    int rc =
        search(ld, base, LDAP_SCOPE_BASE, filter, none, place->timeout_ms, LDAP_NO_LIMIT, &reply);

    *ret_held = rc == LDAP_SUCCESS && ldap_count_entries(ld, reply) == 1;
    ldap_msgfree(reply);
    return rc;
}

/* "<SID=0105...>", a name of the account's primary group: it has the account's identifier but for
 * the last part (MS-ADTS section 3.1.1.3.1.2.4, MS-DTYP section 2.4.2.2). */
static bool name_primary(const struct ldap_sam *user, char ret[2 * LDAP_SID_BYTES + 8])
{
    size_t len = (size_t)snprintf(ret, 8, "<SID=");

    if (!user->has_primary || user->sid_len < 12)
        return false;
    for (size_t i = 0; i < user->sid_len; i++) {
        size_t last = user->sid_len - 4; /* the least significant byte of the last part is first */
        unsigned byte =
            i < last ? user->sid[i] : (unsigned)(user->primary >> (8 * (i - last))) & 255U;
        len += (size_t)snprintf(ret + len, 3, "%02x", byte);
    }
    snprintf(ret + len, 2, ">");
    return true;
}

static int nested_in_ad(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                        char *filter, bool *ret_held, const char **ret_trouble)
{
    char attr[sizeof CHAIN + 16], primary[2 * LDAP_SID_BYTES + 8];
    size_t len = 0;

    snprintf(attr, sizeof attr, "memberOf:%s:", CHAIN);
    if (!ldap_filter_match(filter, FILTER_BYTES, &len, attr, str_of(asked->group_dn))) {
        *ret_trouble = "KeyTooLong";
        return LDAP_SUCCESS;
    }
    int rc = is_in_chain(ld, place, asked->user_dn, filter, ret_held);
    if (rc != LDAP_SUCCESS || *ret_held || !name_primary(asked->user, primary))
        return rc;
    rc = is_in_chain(ld, place, primary, filter, ret_held);
    if (rc != LDAP_NO_SUCH_OBJECT)
        return rc;
    *ret_trouble = "PrimaryGroupHidden";
    return LDAP_SUCCESS;
}

/* --- everywhere else --- */

/* The account, and the groups that it is in; those from `next` on were not asked about yet. */
struct climb {
    char *dn[GROUPS_MAX + 1];
    size_t count, next;
    const char *sought;
    bool held, full;
};

static void climb_add(struct climb *c, const char *dn)
{
    c->held |= strcmp(dn, c->sought) == 0;
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->dn[i], dn) == 0)
            return; /* groups may be in each other */
    c->full |= c->count > GROUPS_MAX;
    char *copy = c->full ? NULL : strdup(dn);
    if (copy)
        c->dn[c->count++] = copy;
}

static bool next_filter(struct climb *c, const struct ldap_place *place, char *filter)
{
    size_t len = (size_t)snprintf(filter, 3, "(|");

    for (int i = 0; i < AT_ONCE && c->next < c->count; i++)
        if (!ldap_filter_match(filter, FILTER_BYTES, &len, place->member, str_of(c->dn[c->next++])))
            return false;
    return snprintf(filter + len, FILTER_BYTES - len, ")") < (int)(FILTER_BYTES - len);
}

static int climb_once(LDAP *ld, const struct ldap_place *place, struct climb *c, const char *filter,
                      const char **ret_trouble)
{
    char none[] = LDAP_NO_ATTRS;
    LDAPMessage *reply;
    int rc = search(ld, place->group_base, LDAP_SCOPE_SUBTREE, filter, none, place->timeout_ms,
                    GROUPS_MAX + 1, &reply);

    if (rc == LDAP_SUCCESS && ldap_count_references(ld, reply) > 0)
        *ret_trouble = "Referral";
    for (LDAPMessage *e = rc == LDAP_SUCCESS ? ldap_first_entry(ld, reply) : NULL; e;
         e = ldap_next_entry(ld, e)) {
        char *dn = ldap_get_dn(ld, e);
        climb_add(c, dn ? dn : "");
        ldap_memfree(dn);
    }
    ldap_msgfree(reply);
    return rc;
}

static int nested_elsewhere(LDAP *ld, const struct ldap_place *place,
                            const struct ldap_nesting *asked, char *filter, bool *ret_held,
                            const char **ret_trouble)
{
    struct climb *c = calloc(1, sizeof *c);
    int rc = LDAP_SUCCESS;

    if (!c)
        abort();
    c->sought = asked->group_dn;
    climb_add(c, asked->user_dn);
    while (rc == LDAP_SUCCESS && !*ret_trouble && !c->held && c->next < c->count) {
        if (!next_filter(c, place, filter))
            *ret_trouble = "KeyTooLong";
        else
            rc = climb_once(ld, place, c, filter, ret_trouble);
        if (c->full && !c->held)
            *ret_trouble = "GroupsTooMany";
    }
    *ret_held = c->held;
    for (size_t i = 0; i < c->count; i++)
        free(c->dn[i]);
    free(c);
    return rc;
}

int ldap_nested(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                bool *ret_held, const char **ret_trouble)
{
    char *filter = malloc(FILTER_BYTES);

    if (!filter)
        abort();
    *ret_held = false;
    *ret_trouble = NULL;
    int rc = (asked->in_ad ? nested_in_ad : nested_elsewhere)(ld, place, asked, filter, ret_held,
                                                              ret_trouble);
    free(filter);
    return rc;
}
