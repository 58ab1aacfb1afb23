#include "readers/ldap_nested.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "readers/ldap_filter.h"

enum {
    GROUPS_MAX = 512, /* that an account is in, by whatever way: more prove nothing */
    AT_ONCE = 16,     /* groups that one search asks about */
    DN_BYTES = 1024,
    FILTER_BYTES = AT_ONCE * 4 * DN_BYTES,
};

static const char CHAIN[] = "1.2.840.113556.1.4.1941";

static int search(LDAP *ld, const char *base, int scope, const char *filter, char *attr,
                  int64_t timeout_ms, int most, LDAPMessage **ret)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    char *attrs[] = {attr, NULL};

    *ret = NULL;
    return ldap_search_ext_s(ld, base, scope, filter, attrs, 0, NULL, NULL, &timeout, most, ret);
}

/* A search as long as the whole may last. Cut short by that, it is this question that took too
 * long; a directory that says nothing for most of the time may be gone. */
static int search_in_time(LDAP *ld, const struct ldap_place *place,
                          const struct ldap_nesting *asked, const char *base, int scope,
                          const char *filter, char *attr, int most, LDAPMessage **ret,
                          const char **ret_trouble)
{
    int64_t left_ms = asked->until_ms - clock_mono_ms(asked->clock);
    int rc = LDAP_SUCCESS;

    *ret = NULL;
    if (left_ms > 0)
        rc = search(ld, base, scope, filter, attr, left_ms, most, ret);
    if (left_ms > 0 && (rc != LDAP_TIMEOUT || left_ms > place->timeout_ms / 2))
        return rc;
    *ret_trouble = "Timeout";
    return LDAP_SUCCESS;
}

/* --- Active Directory --- */

/* Is what stands there in the group, by whatever way? */
static int is_in_chain(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                       const char *base, const char *filter, bool *ret_held,
                       const char **ret_trouble)
{
    char none[] = LDAP_NO_ATTRS;
    LDAPMessage *reply;
    int rc = search_in_time(ld, place, asked, base, LDAP_SCOPE_BASE, filter, none, LDAP_NO_LIMIT,
                            &reply, ret_trouble);

    *ret_held = rc == LDAP_SUCCESS && !*ret_trouble && ldap_count_entries(ld, reply) == 1;
    ldap_msgfree(reply);
    return rc;
}

/* "<SID=0105...>", a name of the account's primary group (MS-ADTS section 3.1.1.3.1.2.4). */
static bool name_primary(const struct ldap_sam *user, char ret[2 * LDAP_SID_BYTES + 8])
{
    unsigned char sid[LDAP_SID_BYTES];
    size_t len = (size_t)snprintf(ret, 8, "<SID=");

    if (!ldap_primary_sid(user, sid))
        return false;
    for (size_t i = 0; i < user->sid_len; i++)
        len += (size_t)snprintf(ret + len, 3, "%02x", (unsigned)sid[i]);
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
    int rc = is_in_chain(ld, place, asked, asked->user_dn, filter, ret_held, ret_trouble);
    if (rc != LDAP_SUCCESS || *ret_trouble || *ret_held || !ldap_has_primary(asked->user))
        return rc;
    if (name_primary(asked->user, primary)) {
        rc = is_in_chain(ld, place, asked, primary, filter, ret_held, ret_trouble);
        if (rc != LDAP_NO_SUCH_OBJECT)
            return rc;
    }
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
    c->held |= strcasecmp(dn, c->sought) == 0; /* a proxy may write what it found otherwise */
    for (size_t i = 0; i < c->count; i++)
        if (strcasecmp(c->dn[i], dn) == 0)
            return; /* groups may be in each other */
    c->full |= c->count > GROUPS_MAX;
    if (c->full)
        return;
    char *copy = strdup(dn);
    if (!copy)
        abort();
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

static int climb_below(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                       const char *base, struct climb *c, const char *filter,
                       const char **ret_trouble)
{
    char none[] = LDAP_NO_ATTRS;
    LDAPMessage *reply;
    int rc = search_in_time(ld, place, asked, base, LDAP_SCOPE_SUBTREE, filter, none,
                            GROUPS_MAX + 1, &reply, ret_trouble);

    bool came = rc == LDAP_SUCCESS && !*ret_trouble;
    if (came && ldap_count_references(ld, reply) > 0)
        *ret_trouble = "Referral";
    for (LDAPMessage *e = came ? ldap_first_entry(ld, reply) : NULL; e;
         e = ldap_next_entry(ld, e)) {
        char *dn = ldap_get_dn(ld, e);
        if (dn)
            climb_add(c, dn);
        else
            rc = LDAP_DECODING_ERROR; /* a group that nobody can name */
        ldap_memfree(dn);
    }
    ldap_msgfree(reply);
    return rc;
}

/* As they are written; one that is, and is written otherwise, is searched twice. */
static bool is_below(const char *dn, const char *base)
{
    size_t len = strlen(dn), tail = strlen(base);

    if (len < tail || strcasecmp(dn + len - tail, base) != 0)
        return false;
    return !tail || len == tail ||
           (len > tail + 1 && dn[len - tail - 1] == ',' && dn[len - tail - 2] != '\\');
}

/* Below the whole base: the group itself, or one in between, may have been moved out of
 * group_base, and would never be met there. */
static int climb_once(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                      struct climb *c, const char *filter, const char **ret_trouble)
{
    int rc = climb_below(ld, place, asked, place->base, c, filter, ret_trouble);

    if (rc == LDAP_SUCCESS && !*ret_trouble && !is_below(place->group_base, place->base))
        rc = climb_below(ld, place, asked, place->group_base, c, filter, ret_trouble);
    return rc;
}

/* The account's primary group, which has no such member, is one of its groups: a proxy of Active
 * Directory need not say what it is. */
static int climb_primary(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                         struct climb *c, char *filter, const char **ret_trouble)
{
    unsigned char sid[LDAP_SID_BYTES];
    size_t len = (size_t)snprintf(filter, FILTER_BYTES, "(objectSid="), before = c->count;
    int rc = LDAP_SUCCESS;

    if (!ldap_has_primary(asked->user))
        return rc;
    if (ldap_primary_sid(asked->user, sid)) {
        for (size_t i = 0; i < asked->user->sid_len; i++)
            len += (size_t)snprintf(filter + len, FILTER_BYTES - len, "\\%02x", (unsigned)sid[i]);
        snprintf(filter + len, FILTER_BYTES - len, ")");
        rc = climb_once(ld, place, asked, c, filter, ret_trouble);
    }
    if (rc == LDAP_SUCCESS && !*ret_trouble && c->count != before + 1)
        *ret_trouble = "PrimaryGroupHidden";
    return rc;
}

static int nested_elsewhere(LDAP *ld, const struct ldap_place *place,
                            const struct ldap_nesting *asked, char *filter, bool *ret_held,
                            const char **ret_trouble)
{
    struct climb *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    c->sought = asked->group_dn;
    climb_add(c, asked->user_dn);
    int rc = climb_primary(ld, place, asked, c, filter, ret_trouble);
    while (rc == LDAP_SUCCESS && !*ret_trouble && !c->held && c->next < c->count) {
        if (!next_filter(c, place, filter))
            *ret_trouble = "KeyTooLong";
        else
            rc = climb_once(ld, place, asked, c, filter, ret_trouble);
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
