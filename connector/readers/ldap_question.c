#include "readers/ldap_question.h"

#include <stdio.h>
#include <string.h>

#include <ldap.h>

#include "base/buf.h"
#include "readers/ldap_others.h"

enum { FILTER_BYTES = 2048, DN_BYTES = 1024, ID_BYTES = 128 };

/* An entry that was looked for by a filter. */
struct entry {
    int found;           /* 0, 1, or 2 for "more than one" */
    const char *trouble; /* reason when the search itself failed */
    char dn[DN_BYTES];
    char id[ID_BYTES]; /* entryUUID or objectGUID */
    bool in_ad;        /* it was objectGUID */
    bool disabled;
};

static const char *reason_of(int rc)
{
    switch (rc) {
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_INAPPROPRIATE_AUTH:
        return "AuthFailed";
    case LDAP_INSUFFICIENT_ACCESS:
        return "RightsLost";
    case LDAP_TIMEOUT:
    case LDAP_TIMELIMIT_EXCEEDED:
        return "Timeout";
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
        return "PartialResult";
    case LDAP_REFERRAL:
        return "Referral";
    case LDAP_NO_SUCH_OBJECT:
        return "NotVisible";
    case LDAP_FILTER_ERROR:
    case LDAP_UNDEFINED_TYPE:
    case LDAP_INAPPROPRIATE_MATCHING:
    case LDAP_INVALID_SYNTAX:
    case LDAP_INVALID_DN_SYNTAX:
        return "QueryRefused";
    default:
        return "SourceDown";
    }
}

/* RFC 4515 section 3: * ( ) \ and NUL as \xx. False when it does not fit. */
static bool add_escaped(char *dst, size_t size, size_t *len, const char *value)
{
    for (const char *p = value; *p; p++) {
        bool special = *p == '*' || *p == '(' || *p == ')' || *p == '\\';
        int n = special ? snprintf(dst + *len, size - *len, "\\%02x", (unsigned)(unsigned char)*p)
                        : snprintf(dst + *len, size - *len, "%c", *p);
        if (n < 0 || (size_t)n >= size - *len)
            return false;
        *len += (size_t)n;
    }
    return true;
}

/* The filter with its one %s replaced by the escaped value. */
static bool make_filter(char *dst, const char *pattern, const char *value)
{
    const char *hole = strstr(pattern, "%s");
    size_t len = 0;

    if (!hole)
        return false;
    int n = snprintf(dst, FILTER_BYTES, "%.*s", (int)(hole - pattern), pattern);
    if (n < 0 || n >= FILTER_BYTES)
        return false;
    len = (size_t)n;
    if (!add_escaped(dst, FILTER_BYTES, &len, value))
        return false;
    n = snprintf(dst + len, FILTER_BYTES - len, "%s", hole + 2);
    return n >= 0 && (size_t)n < FILTER_BYTES - len;
}

static void read_id(LDAP *ld, LDAPMessage *e, struct entry *entry)
{
    static const char *const NAMES[] = {"entryUUID", "objectGUID"};

    for (size_t i = 0; i < 2 && !entry->id[0]; i++) {
        struct berval **values = ldap_get_values_len(ld, e, NAMES[i]);
        if (!values)
            continue;
        for (size_t k = 0; values[0] && k < values[0]->bv_len && 2 * k + 2 < sizeof entry->id;
             k++) {
            if (i == 0)
                entry->id[k] = values[0]->bv_val[k];
            else
                snprintf(entry->id + 2 * k, 3, "%02x",
                         (unsigned)(unsigned char)values[0]->bv_val[k]);
        }
        entry->in_ad = i == 1;
        ldap_value_free_len(values);
    }
}

/* AD: bit 2 of userAccountControl. OpenLDAP ppolicy: pwdAccountLockedTime 000001010000Z is for
 * ever. */
static bool is_disabled(LDAP *ld, LDAPMessage *e)
{
    bool disabled = false;
    struct berval **values = ldap_get_values_len(ld, e, "userAccountControl");
    int64_t bits;

    if (values && values[0] && str_to_i64(str_n(values[0]->bv_val, values[0]->bv_len), &bits))
        disabled = (bits & 2) != 0;
    ldap_value_free_len(values);
    values = ldap_get_values_len(ld, e, "pwdAccountLockedTime");
    if (values && values[0])
        disabled |= str_eq(str_n(values[0]->bv_val, values[0]->bv_len), STR("000001010000Z"));
    ldap_value_free_len(values);
    return disabled;
}

static int search(LDAP *ld, const char *base, int scope, const char *filter, char **attrs,
                  int64_t timeout_ms, LDAPMessage **ret)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    *ret = NULL;
    return ldap_search_ext_s(ld, base, scope, filter, attrs, 0, NULL, NULL, &timeout, 2, ret);
}

static void find_by(LDAP *ld, const char *base, int scope, const char *filter, int64_t timeout_ms,
                    struct entry *ret)
{
    char id1[] = "entryUUID", id2[] = "objectGUID", uac[] = "userAccountControl",
         lock[] = "pwdAccountLockedTime";
    char *attrs[] = {id1, id2, uac, lock, NULL};
    LDAPMessage *reply;

    *ret = (struct entry){0};
    int rc = search(ld, base, scope, filter, attrs, timeout_ms, &reply);
    if (rc == LDAP_SIZELIMIT_EXCEEDED && ldap_count_entries(ld, reply) > 1) {
        ret->found = 2;
    } else if (rc != LDAP_SUCCESS) {
        ret->trouble = reason_of(rc);
    } else if (ldap_count_references(ld, reply) > 0) {
        ret->trouble = "Referral";
    } else {
        int count = ldap_count_entries(ld, reply);
        ret->found = count > 1 ? 2 : count;
    }
    LDAPMessage *e = ret->found == 1 ? ldap_first_entry(ld, reply) : NULL;
    char *dn = e ? ldap_get_dn(ld, e) : NULL;
    if (dn) {
        if (!str_copy(ret->dn, sizeof ret->dn, str_of(dn)))
            ret->trouble = "NameTooLong";
        read_id(ld, e, ret);
        ret->disabled = is_disabled(ld, e);
        ldap_memfree(dn);
    }
    ldap_msgfree(reply);
}

static void find_one(LDAP *ld, const char *base, const char *pattern, const char *value,
                     int64_t timeout_ms, struct entry *ret)
{
    char filter[FILTER_BYTES];

    if (make_filter(filter, pattern, value))
        find_by(ld, base, LDAP_SCOPE_SUBTREE, filter, timeout_ms, ret);
    else
        *ret = (struct entry){.trouble = "KeyTooLong"};
}

static bool is_guid(const char *id)
{
    return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

/* By entryUUID (RFC 4530), wherever it is below the base; or by objectGUID, as a name of its own
 * (MS-ADTS section 3.1.1.3.1.2.4): a search of a whole domain ends in references. */
static void find_by_id(LDAP *ld, const struct ldap_place *place, const char *id, struct entry *ret)
{
    char name[ID_BYTES + 16];

    if (!is_guid(id)) {
        find_one(ld, place->base, "(entryUUID=%s)", id, place->timeout_ms, ret);
        return;
    }
    snprintf(name, sizeof name, "<GUID=%s>", id);
    find_by(ld, name, LDAP_SCOPE_BASE, "(objectClass=*)", place->timeout_ms, ret);
    if (ret->trouble && strcmp(ret->trouble, "NotVisible") == 0)
        *ret = (struct entry){0};
}

/* Nobody has the name: was the account given another, or is it gone? That nobody has the id either
 * counts where the group, which is there, is found by its id. */
static void trace(LDAP *ld, const struct ldap_place *place, const char *id,
                  const struct entry *group, struct entry *ret)
{
    struct entry again;

    find_by_id(ld, place, id, ret);
    if (ret->trouble || ret->found)
        return;
    find_by_id(ld, place, group->id, &again);
    if (again.trouble || again.found != 1 || strcmp(again.dn, group->dn) != 0)
        ret->trouble = "AccountNotTraced";
}

/* Does the group itself match? 1, 0, or -1 with a reason. Base search without attributes: works on
 * any server and any size. */
static int group_matches(LDAP *ld, const struct ldap_place *place, const struct entry *group,
                         const char *filter, const char **ret_trouble)
{
    char none[] = LDAP_NO_ATTRS;
    char *attrs[] = {none, NULL};
    LDAPMessage *reply;
    int rc = search(ld, group->dn, LDAP_SCOPE_BASE, filter, attrs, place->timeout_ms, &reply);
    int count = rc == LDAP_SUCCESS ? ldap_count_entries(ld, reply) : -1;

    ldap_msgfree(reply);
    if (count < 0)
        *ret_trouble = reason_of(rc);
    return count;
}

/* A member list we may not see matches nothing, just as an empty one does; and the canary's group
 * may have other rights. A groupOfNames is never empty (RFC 4519 section 3.5), so there nothing
 * means hidden. Active Directory has empty groups. */
static bool sees_members(LDAP *ld, const struct ldap_place *place, const struct entry *group,
                         const char **ret_trouble)
{
    char filter[FILTER_BYTES];

    if (group->in_ad)
        return true;
    snprintf(filter, sizeof filter, "(%s=*)", place->member);
    int count = group_matches(ld, place, group, filter, ret_trouble);
    if (count == 0)
        *ret_trouble = "MembersNotVisible";
    return count == 1;
}

static struct answer test_member(LDAP *ld, const struct ldap_place *place,
                                 const struct entry *group, const struct entry *user)
{
    struct answer a = {.reason = "Ok"};
    char pattern[FILTER_BYTES / 2], filter[FILTER_BYTES];
    const char *trouble = "";

    snprintf(pattern, sizeof pattern, "(%s=%%s)", place->member);
    if (!make_filter(filter, pattern, user->dn))
        return answer_unknown("KeyTooLong");
    int count = group_matches(ld, place, group, filter, &trouble);
    if (count < 0 || (count == 0 && !sees_members(ld, place, group, &trouble)))
        return answer_unknown(trouble);
    a.complete = true;
    a.account = user->disabled ? ACCOUNT_DISABLED : ACCOUNT_ACTIVE;
    a.outcome = count == 1 ? OUTCOME_PRESENT : OUTCOME_ABSENT;
    a.via = count == 1 ? VIA_DIRECT : VIA_NONE;
    str_copy(a.native_id, sizeof a.native_id, str_of(user->id));
    str_copy(a.entitlement_id, sizeof a.entitlement_id, str_of(group->id));
    answer_raw(&a, "group %s %s\nuser %s %s\nmember %d\ndisabled %d\n", group->dn, group->id,
               user->dn, user->id, count, user->disabled);
    if (place->others)
        ldap_list_others(ld, place, user->dn, &a);
    return a;
}

static struct answer ask_one(LDAP *ld, const struct ldap_place *place, const struct ldap_pair *pair)
{
    struct entry group, user;

    find_one(ld, place->group_base, place->group_filter, pair->entitlement, place->timeout_ms,
             &group);
    if (!group.trouble && !group.found && pair->entitlement_id[0]) /* renamed */
        find_by_id(ld, place, pair->entitlement_id, &group);
    if (group.trouble)
        return answer_unknown(group.trouble);
    if (group.found != 1) /* gone, or hidden from us: not for us to tell apart */
        return answer_unknown(group.found ? "EntitlementAmbiguous" : "EntitlementNotFound");
    find_one(ld, place->people_base, place->people_filter, pair->account, place->timeout_ms, &user);
    bool traced = !user.trouble && !user.found && pair->account_id[0];
    if (traced)
        trace(ld, place, pair->account_id, &group, &user);
    if (user.trouble)
        return answer_unknown(user.trouble);
    if (user.found > 1) {
        struct answer a = answer_unknown("AccountAmbiguous");
        a.account = ACCOUNT_AMBIGUOUS;
        return a;
    }
    if (!user.found) {
        struct answer a = {.outcome = OUTCOME_ABSENT,
                           .account = ACCOUNT_MISSING,
                           .complete = true,
                           .traced = traced,
                           .reason = "AccountMissing"};
        str_copy(a.entitlement_id, sizeof a.entitlement_id, str_of(group.id));
        answer_raw(&a, "group %s %s\nuser none %d\n", group.dn, group.id, traced);
        return a;
    }
    return test_member(ld, place, &group, &user);
}

static int prepare(LDAP *ld, const struct ldap_place *place)
{
    struct timeval timeout = {.tv_sec = place->timeout_ms / 1000,
                              .tv_usec = place->timeout_ms % 1000 * 1000};
    int version = LDAP_VERSION3, hard = LDAP_OPT_X_TLS_HARD, client = 0;

    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &timeout);
    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &hard);
    if (place->ca_file && place->ca_file[0])
        ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, place->ca_file);
    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
    return place->starttls ? ldap_start_tls_s(ld, NULL, NULL) : LDAP_SUCCESS;
}

static int bind_as(LDAP *ld, const struct ldap_place *place, struct str password)
{
    char copy[ANSWER_ID_BYTES];
    if (!str_copy(copy, sizeof copy, password))
        return LDAP_INVALID_CREDENTIALS;
    struct berval credential = {.bv_len = strlen(copy), .bv_val = copy};
    int rc = ldap_sasl_bind_s(ld, place->bind_dn[0] ? place->bind_dn : NULL, LDAP_SASL_SIMPLE,
                              &credential, NULL, NULL, NULL);
    explicit_bzero(copy, sizeof copy);
    return rc;
}

void ldap_ask(const struct ldap_place *place, struct str password, const struct ldap_pair *pair,
              const struct ldap_pair *canary, struct answer *ret, struct answer *ret_canary)
{
    LDAP *ld = NULL;
    int rc = ldap_initialize(&ld, place->uri);

    if (rc == LDAP_SUCCESS)
        rc = prepare(ld, place);
    if (rc == LDAP_SUCCESS)
        rc = bind_as(ld, place, password);
    if (rc == LDAP_SUCCESS) {
        *ret = ask_one(ld, place, pair);
        *ret_canary = ask_one(ld, place, canary);
    } else {
        *ret = answer_unknown(reason_of(rc));
        *ret_canary = answer_unknown(reason_of(rc));
    }
    if (ld)
        ldap_unbind_ext_s(ld, NULL, NULL);
}
