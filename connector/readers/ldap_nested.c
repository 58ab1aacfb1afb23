#include "readers/ldap_nested.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/codecs.h"
#include "readers/ldap_filter.h"

enum {
    GROUPS_MAX = 512, /* that an account is in, by whatever way: more prove nothing */
    AT_ONCE = 16,     /* groups that one search asks about */
    DN_BYTES = 1024,
    FILTER_BYTES = AT_ONCE * 4 * DN_BYTES,
};

static const char CHAIN[] = "1.2.840.113556.1.4.1941";

static int search(LDAP *ld, const char *base, int scope, const char *filter, char **attrs,
                  int64_t timeout_ms, int most, LDAPMessage **ret)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};

    *ret = NULL;
    return ldap_search_ext_s(ld, base, scope, filter, attrs, 0, NULL, NULL, &timeout, most, ret);
}

/* A search as long as the whole may last. Cut short by that, it is this question that took too
 * long; a directory that says nothing for most of the time may be gone. */
static int search_in_time(LDAP *ld, const struct ldap_place *place,
                          const struct ldap_nesting *asked, const char *base, int scope,
                          const char *filter, char **attrs, int most, LDAPMessage **ret,
                          const char **ret_trouble)
{
    int64_t left_ms = asked->until_ms - clock_mono_ms(asked->clock);
    int rc = LDAP_SUCCESS;

    *ret = NULL;
    if (left_ms > 0)
        rc = search(ld, base, scope, filter, attrs, left_ms, most, ret);
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
    char *attrs[] = {none, NULL};
    LDAPMessage *reply;
    int rc = search_in_time(ld, place, asked, base, LDAP_SCOPE_BASE, filter, attrs, LDAP_NO_LIMIT,
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
    const char *sought;     /* NULL: no one group */
    struct answer *listing; /* takes the ids of all that are met; NULL: none does */
    bool held, full;
};

static void climb_add(struct climb *c, const char *dn)
{
    c->held |=
        c->sought && strcasecmp(dn, c->sought) == 0; /* a proxy may write what it found otherwise */
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

/* Its immutable id as an answer has it, else its name. */
static void climb_list(LDAP *ld, LDAPMessage *e, struct climb *c, const char *dn)
{
    static const char *const NAMES[] = {"entryUUID", "objectGUID"};
    char id[DN_BYTES];
    struct str own = str_of(dn);

    for (int i = 0; c->listing && i < 2; i++) {
        struct berval **values = ldap_get_values_len(ld, e, NAMES[i]);
        struct str raw = STR_NONE;
        if (values && values[0] && values[0]->bv_len && 2 * values[0]->bv_len < sizeof id)
            raw = str_n(values[0]->bv_val, values[0]->bv_len);
        if (raw.len && i)
            hex_encode(raw.p, raw.len, id);
        else if (raw.len)
            (void)str_copy(id, sizeof id, raw);
        if (raw.len)
            own = str_of(id);
        ldap_value_free_len(values);
    }
    c->full |= c->listing && !answer_within(c->listing, own);
}

static void climb_free(struct climb *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->dn[i]);
    free(c);
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
    char none[] = LDAP_NO_ATTRS, uuid[] = "entryUUID", guid[] = "objectGUID";
    char *no_attrs[] = {none, NULL}, *ids[] = {uuid, guid, NULL};
    LDAPMessage *reply;
    int rc = search_in_time(ld, place, asked, base, LDAP_SCOPE_SUBTREE, filter,
                            c->listing ? ids : no_attrs, GROUPS_MAX + 1, &reply, ret_trouble);

    bool came = rc == LDAP_SUCCESS && !*ret_trouble;
    if (came && ldap_count_references(ld, reply) > 0)
        *ret_trouble = "Referral";
    for (LDAPMessage *e = came ? ldap_first_entry(ld, reply) : NULL; e;
         e = ldap_next_entry(ld, e)) {
        char *dn = ldap_get_dn(ld, e);
        size_t before = c->count;
        if (dn)
            climb_add(c, dn);
        if (dn && c->count > before)
            climb_list(ld, e, c, dn);
        if (!dn)
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
    climb_free(c);
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

/* --- what a group lies in --- */

/* The next one's own groups, as Active Directory keeps them with it: a search of a whole domain
 * would end in references. */
static int climb_in_ad(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                       struct climb *c, const char **ret_trouble)
{
    char guid[] = "objectGUID", groups[] = "memberOf";
    char *attrs[] = {guid, groups, NULL};
    const char *dn = c->dn[c->next++];
    LDAPMessage *reply;
    BerElement *ber = NULL;
    int rc = search_in_time(ld, place, asked, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attrs,
                            LDAP_NO_LIMIT, &reply, ret_trouble);
    LDAPMessage *e = rc == LDAP_SUCCESS && !*ret_trouble ? ldap_first_entry(ld, reply) : NULL;

    if (rc == LDAP_SUCCESS && !*ret_trouble && !e)
        *ret_trouble = "NestedNotVisible";
    if (e && c->next > 1) /* the first is the group itself */
        climb_list(ld, e, c, dn);
    for (char *name = e ? ldap_first_attribute(ld, e, &ber) : NULL; name;
         name = ldap_next_attribute(ld, e, ber)) {
        struct berval **values = ldap_get_values_len(ld, e, name);
        if (strncasecmp(name, "memberOf;", 9) == 0)
            *ret_trouble = "GroupsTooMany"; /* a range of them (MS-ADTS section 3.1.1.3.1.3.3) */
        for (size_t i = 0; strcasecmp(name, groups) == 0 && values && values[i]; i++)
            climb_add(c, values[i]->bv_val);
        ldap_value_free_len(values);
        ldap_memfree(name);
    }
    ber_free(ber, 0);
    ldap_msgfree(reply);
    return rc;
}

static int climb_up(LDAP *ld, const struct ldap_place *place, const struct ldap_nesting *asked,
                    struct climb *c, char *filter, const char **ret_trouble)
{
    int rc = LDAP_SUCCESS;

    while (rc == LDAP_SUCCESS && !*ret_trouble && c->next < c->count) {
        if (asked->in_ad)
            rc = climb_in_ad(ld, place, asked, c, ret_trouble);
        else if (next_filter(c, place, filter))
            rc = climb_once(ld, place, asked, c, filter, ret_trouble);
        else
            *ret_trouble = "KeyTooLong";
        if (c->full)
            *ret_trouble = "GroupsTooMany";
    }
    return rc;
}

void ldap_list_within(struct ldap_session *session, const struct ldap_place *place,
                      const char *group_dn, const char *group_id, struct answer *ret)
{
    struct ldap_nesting asked = {.in_ad = session->dc.in_ad,
                                 .clock = session->clock,
                                 .until_ms = clock_mono_ms(session->clock) + place->timeout_ms};
    struct climb *c = calloc(1, sizeof *c);
    char *filter = malloc(FILTER_BYTES);
    const char *trouble = NULL;
    int rc = LDAP_SUCCESS;

    if (!c || !filter)
        abort();
    c->listing = ret;
    c->full = !answer_within(ret, str_of(group_id[0] ? group_id : group_dn));
    climb_add(c, group_dn);
    if (place->nested)
        rc = climb_up(session->ld, place, &asked, c, filter, &trouble);
    ret->within_known = rc == LDAP_SUCCESS && !trouble;
    if (!ret->within_known)
        *ret = answer_unknown(trouble ? trouble : "SourceDown");
    climb_free(c);
    free(filter);
}
