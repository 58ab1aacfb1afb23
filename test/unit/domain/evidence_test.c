#include "domain/evidence.h"

#include <string.h>

#include "base/codecs.h"
#include "unit.h"

/* Computed with sha256sum: printf over 32 zero bytes and "one"; then over that hash and "two". */
static const char FIRST[] = "4e233ba6ac7032d3894ecea5974fd96176e564b024af45747eb46357af8d2401";
static const char SECOND_HASH[] =
    "b9f0cc527d38ea48d83c4c438121181ab01d99e83415306be2ac88792c40a8f3";

static void the_chain_is_what_sha256sum_says(void **state)
{
    struct evidence_chain c;
    char hex[SHA256_HEX_SIZE];
    (void)state;

    evidence_start(&c);
    assert_int_equal(c.seq, 0);
    evidence_append(&c, STR("one"));
    hex_encode(c.hash, sizeof c.hash, hex);
    assert_string_equal(hex, FIRST);
    evidence_append(&c, STR("two"));
    hex_encode(c.hash, sizeof c.hash, hex);
    assert_string_equal(hex, SECOND_HASH);
    assert_int_equal(c.seq, 2);
}

struct entry {
    int64_t seq;
    uint8_t prev[SHA256_BYTES], hash[SHA256_BYTES];
    struct str body;
};

/* Three entries as an export has them. */
static void write_three(struct entry *e)
{
    static const char *const BODIES[] = {"{\"seq\":1}", "{\"seq\":2}", "{\"seq\":3}"};
    struct evidence_chain c;

    evidence_start(&c);
    for (size_t i = 0; i < 3; i++) {
        memcpy(e[i].prev, c.hash, SHA256_BYTES);
        e[i].body = str_of(BODIES[i]);
        evidence_append(&c, e[i].body);
        memcpy(e[i].hash, c.hash, SHA256_BYTES);
        e[i].seq = c.seq;
    }
}

/* The first fault, and how many entries were taken in before it. */
static enum evidence_fault check_three(const struct entry *e, int64_t *ret_good)
{
    struct evidence_chain c;
    enum evidence_fault fault = EVIDENCE_OK;

    evidence_start(&c);
    for (size_t i = 0; i < 3 && fault == EVIDENCE_OK; i++)
        fault = evidence_check(&c, e[i].seq, e[i].prev, e[i].body, e[i].hash);
    *ret_good = c.seq;
    return fault;
}

static void an_intact_export_verifies(void **state)
{
    struct entry e[3];
    int64_t good;
    (void)state;
    write_three(e);
    assert_int_equal(check_three(e, &good), EVIDENCE_OK);
    assert_int_equal(good, 3);
    assert_string_equal(evidence_fault_text(EVIDENCE_OK), "intact");
}

static void every_tampering_is_found_where_it_is(void **state)
{
    struct entry e[3];
    int64_t good;
    (void)state;

    write_three(e);
    e[1].body = STR("{\"seq\":9}"); /* a changed text */
    assert_int_equal(check_three(e, &good), EVIDENCE_HASH_DIFFERS);
    assert_int_equal(good, 1);
    assert_non_null(strstr(evidence_fault_text(EVIDENCE_HASH_DIFFERS), "changed"));

    write_three(e);
    e[1] = e[2]; /* a missing entry */
    assert_int_equal(check_three(e, &good), EVIDENCE_GAP);
    assert_int_equal(good, 1);
    assert_non_null(strstr(evidence_fault_text(EVIDENCE_GAP), "missing"));

    write_three(e);
    e[2].prev[31] ^= 1; /* another chain's entry */
    assert_int_equal(check_three(e, &good), EVIDENCE_PREV_DIFFERS);
    assert_int_equal(good, 2);
    assert_non_null(strstr(evidence_fault_text(EVIDENCE_PREV_DIFFERS), "follow"));
    assert_non_null(strstr(evidence_fault_text(EVIDENCE_SIGNED_DIFFERS), "written anew"));

    write_three(e);
    e[0].hash[0] ^= 1; /* a changed hash */
    assert_int_equal(check_three(e, &good), EVIDENCE_HASH_DIFFERS);
    assert_int_equal(good, 0);
}

static void what_was_retained_away_is_passed_over(void **state)
{
    struct entry e[3];
    struct evidence_chain c;
    (void)state;

    write_three(e);
    evidence_start(&c);
    assert_int_equal(evidence_skip(&c, 2, 2, e[1].prev, e[1].hash), EVIDENCE_GAP);
    assert_int_equal(evidence_skip(&c, 1, 0, e[0].prev, e[0].hash), EVIDENCE_GAP);
    assert_int_equal(evidence_skip(&c, 1, 2, e[1].prev, e[1].hash), EVIDENCE_PREV_DIFFERS);
    assert_int_equal(c.seq, 0);
    assert_int_equal(evidence_skip(&c, 1, 2, e[0].prev, e[1].hash), EVIDENCE_OK);
    assert_int_equal(c.seq, 2);
    assert_int_equal(evidence_check(&c, e[2].seq, e[2].prev, e[2].body, e[2].hash), EVIDENCE_OK);
}

UNIT_MAIN(cmocka_unit_test(what_was_retained_away_is_passed_over),
          cmocka_unit_test(the_chain_is_what_sha256sum_says),
          cmocka_unit_test(an_intact_export_verifies),
          cmocka_unit_test(every_tampering_is_found_where_it_is))
