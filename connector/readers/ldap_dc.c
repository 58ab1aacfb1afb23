#include "readers/ldap_dc.h"

#include <ldap.h>

static const char AD[] = "1.2.840.113556.1.4.800"; /* of supportedCapabilities */

static bool has(LDAP *ld, LDAPMessage *root, const char *attr, const char *value)
{
    struct berval **values = ldap_get_values_len(ld, root, attr);
    bool found = false;

    for (size_t i = 0; values && values[i]; i++)
        found |= str_eq_c(str_n(values[i]->bv_val, values[i]->bv_len), value);
    ldap_value_free_len(values);
    return found;
}

static void take(LDAP *ld, LDAPMessage *root, const char *attr, char *ret, size_t size)
{
    struct berval **values = ldap_get_values_len(ld, root, attr);

    ret[0] = '\0';
    if (values && values[0])
        (void)str_copy(ret, size, str_n(values[0]->bv_val, values[0]->bv_len));
    ldap_value_free_len(values);
}

int ldap_dc_read(LDAP *ld, int64_t timeout_ms, struct ldap_dc *ret)
{
    char can[] = "supportedCapabilities", service[] = "dsServiceName",
         usn[] = "highestCommittedUSN", now[] = "currentTime", level[] = "isSynchronized";
    char *attrs[] = {can, service, usn, now, level, NULL};
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    LDAPMessage *reply = NULL;
    int rc = ldap_search_ext_s(ld, "", LDAP_SCOPE_BASE, "(objectClass=*)", attrs, 0, NULL, NULL,
                               &timeout, 1, &reply);
    LDAPMessage *root = rc == LDAP_SUCCESS ? ldap_first_entry(ld, reply) : NULL;

    *ret = (struct ldap_dc){0};
    if (root && has(ld, root, can, AD)) {
        ret->in_ad = true;
        ret->is_behind = has(ld, root, level, "FALSE");
        take(ld, root, service, ret->service, sizeof ret->service);
        take(ld, root, usn, ret->usn, sizeof ret->usn);
        take(ld, root, now, ret->clock, sizeof ret->clock);
    }
    ldap_msgfree(reply);
    return rc;
}

void ldap_dc_sign(const struct ldap_dc *dc, struct answer *answer)
{
    if (dc->in_ad && answer->outcome != OUTCOME_UNKNOWN)
        answer_raw(answer, "dc %s usn %s\n", dc->service, dc->usn);
}

size_t ldap_dc_facts(const struct ldap_dc *dc, struct reader_fact *ret)
{
    if (!dc->in_ad)
        return 0;
    ret[0] = (struct reader_fact){"domain controller", str_of(dc->service)};
    ret[1] = (struct reader_fact){"highestCommittedUSN", str_of(dc->usn)};
    ret[2] = (struct reader_fact){"currentTime", str_of(dc->clock)};
    return LDAP_DC_FACTS;
}
