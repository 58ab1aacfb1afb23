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
    struct tlog_verifier verifier;
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
    assert_true(tlog_verifier_read(buf_str(&s->line), &s->verifier, &err));
    s->root = tlog_leaf(STR("an entry"));
    assert_true(tlog_note_write(&s->note, str_of(ORIGIN), 777, &s->root, s->key));
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

    assert_true(tlog_note_read(buf_str(&s->note), &s->verifier, &c, &err));
    assert_true(str_eq_c(c.origin, ORIGIN) && c.size == 777 && tlog_same(&c.root, &s->root));
    /* a witness's signature before ours */
    buf_init(&more, TLOG_NOTE_BYTES);
    char *signatures = strstr(s->note.p, "\n\n") + 2;
    buf_printf(&more, "%.*s\xe2\x80\x94 witness.example AAAAAAAA\n%s",
               (int)(signatures - s->note.p), s->note.p, signatures);
    assert_true(tlog_note_read(buf_str(&more), &s->verifier, &c, &err));
}

static void refused(const struct signer *s, struct str note, const char *why)
{
    struct tlog_checkpoint c;
    struct err err = {0};

    assert_false(tlog_note_read(note, &s->verifier, &c, &err));
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
    buf_init(&other, TLOG_NOTE_BYTES);
    assert_true(tlog_note_write(&other, STR("other.example"), 777, &s->root, s->key));
    refused(s, buf_str(&other), "nobody with the key of '" ORIGIN "'");
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
          cmocka_unit_test_setup_teardown(a_key_that_was_changed_is_no_key, set_up, tear_down),
          cmocka_unit_test(which_origins_there_are))
