#include "tlog/tlog_note.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"

#define ORIGIN "evidence.example.com/acme"

static const char PEM[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEIEzNCJssiv+W2oESilth+6xGl9Cdrbmv\n"
                          "XKqw4D11T7jP\n"
                          "-----END PRIVATE KEY-----\n";

struct signer {
    struct sign_key *key;
    struct tlog_verifiers verifiers;
    struct buf line, note;
    struct tlog_hash root;
};

static int set_up(void **state)
{
    struct signer *s = calloc(1, sizeof *s);
    struct err err = {0};
    uint8_t public[SIGN_PUBLIC_BYTES];

    buf_init(&s->line, TLOG_KEY_BYTES);
    buf_init(&s->note, TLOG_NOTE_BYTES);
    assert_true(sign_key_read(str_of(PEM), &s->key, &err));
    sign_key_public(s->key, public);
    assert_true(tlog_verifier_write(&s->line, str_of(ORIGIN), public));
    assert_true(tlog_verifiers_read(buf_str(&s->line), &s->verifiers, &err));
    s->root = tlog_leaf(STR("an entry"));
    const struct sign_key *keys[] = {s->key};
    assert_true(tlog_note_write(&s->note, str_of(ORIGIN), 777, &s->root, keys, 1));
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct signer *s = *state;

    sign_key_free(s->key);
    buf_done(&s->line);
    buf_done(&s->note);
    free(s);
    return 0;
}

static void a_checkpoint_is_read_by_whoever_knows_the_key(void **state)
{
    struct signer *s = *state;
    struct tlog_checkpoint c;
    struct err err = {0};
    AUTO(drop_buf) struct buf more;

    assert_true(tlog_note_read(buf_str(&s->note), &s->verifiers, &c, &err));
    assert_true(str_eq_c(c.origin, ORIGIN) && c.size == 777 && tlog_same(&c.root, &s->root));
    /* a witness's signature before ours */
    buf_init(&more, TLOG_NOTE_BYTES);
    char *signatures = strstr(s->note.p, "\n\n") + 2;
    buf_printf(&more, "%.*s\xe2\x80\x94 witness.example AAAAAAAA\n%s",
               (int)(signatures - s->note.p), s->note.p, signatures);
    assert_true(tlog_note_read(buf_str(&more), &s->verifiers, &c, &err));
}

static void refused(const struct signer *s, struct str note, const char *why)
{
    struct tlog_checkpoint c;
    struct err err = {0};

    assert_false(tlog_note_read(note, &s->verifiers, &c, &err));
    if (!strstr(err.what, why))
        fail_msg("'%s' lacks '%s'", err.what, why);
}

static void every_forgery_has_its_sentence(void **state)
{
    struct signer *s = *state;
    char *text = s->note.p;
    size_t len = s->note.len;
    AUTO(drop_buf) struct buf other;

    refused(s, STR_NONE, "not a checkpoint");
    refused(s, str_n(text, 20), "not a checkpoint");
    refused(s, str_n(text, (size_t)(strstr(text, "\n\n") - text) + 2), "nobody with the key");
    text[strlen(ORIGIN) + 1] = '8'; /* 877 entries */
    refused(s, str_n(text, len), "changed or forged");
    text[strlen(ORIGIN) + 1] = '0';
    refused(s, str_n(text, len), "not a checkpoint");
    const struct sign_key *keys[] = {s->key};
    buf_init(&other, TLOG_NOTE_BYTES);
    assert_true(tlog_note_write(&other, STR("other.example"), 777, &s->root, keys, 1));
    refused(s, buf_str(&other), "nobody with the key of '" ORIGIN "'");
}

static const char NEXT_PEM[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                               "-----END PRIVATE KEY-----\n";

static void more_entries_than_can_be_counted_are_none(void **state)
{
    struct signer *s = *state;
    const struct sign_key *keys[] = {s->key};

    for (int64_t size = INT64_MAX; size > TLOG_SIZE_MAX; size = size / 2) {
        buf_clear(&s->note);
        assert_true(tlog_note_write(&s->note, str_of(ORIGIN), size, &s->root, keys, 1));
        refused(s, buf_str(&s->note), "not a checkpoint");
    }
}

static void read_verifier(const struct sign_key *key, struct buf *line, struct tlog_verifiers *ret)
{
    uint8_t public[SIGN_PUBLIC_BYTES];
    struct err err = {0};

    buf_init(line, TLOG_KEY_BYTES);
    sign_key_public(key, public);
    assert_true(tlog_verifier_write(line, str_of(ORIGIN), public));
    assert_true(tlog_verifiers_read(buf_str(line), ret, &err));
}

static void while_a_key_is_replaced_both_sign(void **state)
{
    struct signer *s = *state;
    struct sign_key *next = NULL;
    struct tlog_verifiers fresh, both;
    struct tlog_checkpoint c;
    struct err err = {0};
    char id[TLOG_KEY_ID_SIZE];
    AUTO(drop_buf) struct buf line, overlap, after;

    assert_true(sign_key_read(str_of(NEXT_PEM), &next, &err));
    read_verifier(next, &line, &fresh);
    const struct sign_key *keys[] = {next, s->key};
    buf_init(&overlap, TLOG_NOTE_BYTES);
    buf_init(&after, TLOG_NOTE_BYTES);
    assert_true(tlog_note_write(&overlap, str_of(ORIGIN), 777, &s->root, keys, 2));
    assert_true(tlog_note_write(&after, str_of(ORIGIN), 777, &s->root, keys, 1));
    assert_true(tlog_note_read(buf_str(&overlap), &s->verifiers, &c, &err));
    assert_true(tlog_note_read(buf_str(&overlap), &fresh, &c, &err));
    assert_true(tlog_note_read(buf_str(&after), &fresh, &c, &err));
    tlog_key_id(&fresh.of[0], id);
    refused(s, buf_str(&after), id); /* whose key it is, and not ours */
    refused(s, buf_str(&after), "has signed it, and not yours");
    /* who has both is told which one it was */
    both = s->verifiers;
    both.of[both.count++] = fresh.of[0];
    assert_true(tlog_note_read(buf_str(&after), &both, &c, &err) && c.signer == 1);
    assert_true(tlog_note_read(buf_str(&s->note), &both, &c, &err) && c.signer == 0);
    /* and a good signature makes no other one good */
    overlap.p[overlap.len - 6] = overlap.p[overlap.len - 6] == 'A' ? 'B' : 'A';
    refused(s, buf_str(&overlap), "changed or forged");
    assert_false(tlog_note_read(buf_str(&overlap), &both, &c, &err));
    sign_key_free(next);
}

static void a_list_of_keys_has_a_key_a_line(void **state)
{
    struct signer *s = *state;
    struct tlog_verifiers list;
    struct err err = {0};
    AUTO(drop_buf) struct buf lines;

    buf_init(&lines, 2 * TLOG_KEYS_BYTES);
    buf_add_c(&lines, "\n");
    for (int i = 0; i < TLOG_KEYS_MAX; i++) {
        buf_add_str(&lines, buf_str(&s->line));
        buf_add_c(&lines, "\n\n");
    }
    assert_true(tlog_verifiers_read(buf_str(&lines), &list, &err));
    assert_int_equal(list.count, TLOG_KEYS_MAX);
    buf_add_str(&lines, buf_str(&s->line));
    assert_false(tlog_verifiers_read(buf_str(&lines), &list, &err));
    assert_false(tlog_verifiers_read(STR("\n\n"), &list, &err));
    assert_false(tlog_verifiers_read(STR("a+b\n"), &list, &err));
}

static void a_key_that_was_changed_is_no_key(void **state)
{
    struct signer *s = *state;
    struct tlog_verifier v;
    struct err err = {0};
    char *key = strrchr(s->line.p, '+') + 5;

    *key = *key == 'A' ? 'B' : 'A';
    assert_false(tlog_verifier_read(buf_str(&s->line), &v, &err));
    assert_non_null(strstr(err.what, "a character was changed"));
    assert_false(tlog_verifier_read(STR("a+b"), &v, &err));
    assert_non_null(strstr(err.what, "ORIGIN+HASH+KEY"));
}

static void which_origins_there_are(void **state)
{
    char large[TLOG_ORIGIN_MAX + 1];
    (void)state;

    memset(large, 'a', sizeof large);
    assert_true(tlog_origin_ok(STR("evidence.example.com/a-b")));
    assert_false(tlog_origin_ok(STR_NONE));
    assert_false(tlog_origin_ok(STR("a b")));
    assert_false(tlog_origin_ok(STR("a+b")));
    assert_false(tlog_origin_ok(STR("a\nb")));
    assert_true(tlog_origin_ok(str_n(large, TLOG_ORIGIN_MAX)));
    assert_false(tlog_origin_ok(str_n(large, sizeof large)));
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(a_checkpoint_is_read_by_whoever_knows_the_key, set_up,
                                          tear_down),
          cmocka_unit_test_setup_teardown(every_forgery_has_its_sentence, set_up, tear_down),
          cmocka_unit_test_setup_teardown(more_entries_than_can_be_counted_are_none, set_up,
                                          tear_down),
          cmocka_unit_test_setup_teardown(while_a_key_is_replaced_both_sign, set_up, tear_down),
          cmocka_unit_test_setup_teardown(a_list_of_keys_has_a_key_a_line, set_up, tear_down),
          cmocka_unit_test_setup_teardown(a_key_that_was_changed_is_no_key, set_up, tear_down),
          cmocka_unit_test(which_origins_there_are))
