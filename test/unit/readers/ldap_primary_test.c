#include "readers/ldap_primary.h"

#include <string.h>

#include "unit.h"

/* S-1-5-21-1-2-`domain`-`rid`. */
static struct ldap_sam sam(unsigned char domain, unsigned rid)
{
    struct ldap_sam s = {.sid = {1,
                                 5,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 5,
                                 21,
                                 0,
                                 0,
                                 0,
                                 1,
                                 0,
                                 0,
                                 0,
                                 2,
                                 0,
                                 0,
                                 0,
                                 domain,
                                 0,
                                 0,
                                 0,
                                 (unsigned char)rid,
                                 (unsigned char)(rid >> 8),
                                 (unsigned char)(rid >> 16),
                                 (unsigned char)(rid >> 24)},
                         .sid_len = 28};
    return s;
}

static struct ldap_sam account(unsigned char domain, int64_t primary)
{
    struct ldap_sam s = sam(domain, 1105);

    s.is_account = s.has_primary = true;
    s.primary = primary;
    return s;
}

static void the_last_part_of_the_same_domain(void **state)
{
    struct ldap_sam ada = account(9, 513), large = account(9, 4000000001);
    struct ldap_sam users = sam(9, 513), other = sam(9, 512), far = sam(8, 513),
                    high = sam(9, 4000000001);
    (void)state;

    assert_int_equal(ldap_primary_of(&ada, &users), LDAP_IS_PRIMARY);
    assert_int_equal(ldap_primary_of(&ada, &other), LDAP_NOT_PRIMARY);
    assert_int_equal(ldap_primary_of(&ada, &far), LDAP_NOT_PRIMARY);
    assert_int_equal(ldap_primary_of(&large, &high), LDAP_IS_PRIMARY);
    users.sid[1] = 1; /* S-1-5-32: built in, of another length */
    users.sid_len = 12;
    assert_int_equal(ldap_primary_of(&ada, &users), LDAP_NOT_PRIMARY);
}

static void what_is_not_shown_may_be_it(void **state)
{
    struct ldap_sam ada = account(9, 513), users = sam(9, 513), none = {0};
    struct ldap_sam hidden = ada, cut = users;
    (void)state;

    assert_int_equal(ldap_primary_of(&ada, &none), LDAP_PRIMARY_HIDDEN);
    hidden.has_primary = false;
    assert_int_equal(ldap_primary_of(&hidden, &users), LDAP_PRIMARY_HIDDEN);
    hidden = ada;
    hidden.sid_len = 0;
    assert_int_equal(ldap_primary_of(&hidden, &users), LDAP_PRIMARY_HIDDEN);
    cut.sid_len = 27;
    assert_int_equal(ldap_primary_of(&ada, &cut), LDAP_PRIMARY_HIDDEN);
    assert_int_equal(ldap_primary_of(&none, &users), LDAP_NOT_PRIMARY); /* no account of AD */
}

static void it_is_named_where_all_is_shown(void **state)
{
    struct ldap_sam ada = account(9, 4000000001), high = sam(9, 4000000001), none = {0};
    unsigned char sid[LDAP_SID_BYTES];
    (void)state;

    assert_true(ldap_has_primary(&ada) && ldap_primary_sid(&ada, sid));
    assert_memory_equal(sid, high.sid, high.sid_len);
    assert_false(ldap_has_primary(&none) || ldap_primary_sid(&none, sid));
    ada.sid_len = 27;
    assert_false(ldap_primary_sid(&ada, sid));
    ada = account(9, 513);
    ada.has_primary = false;
    assert_true(ldap_has_primary(&ada));
    assert_false(ldap_primary_sid(&ada, sid));
}

UNIT_MAIN(cmocka_unit_test(the_last_part_of_the_same_domain),
          cmocka_unit_test(what_is_not_shown_may_be_it),
          cmocka_unit_test(it_is_named_where_all_is_shown))
