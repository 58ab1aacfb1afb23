#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

static int kept, file;

/* stderr goes to a file between these two; the second gives what was written, for the next test to
 * overwrite */
static int listen_in(void **state)
{
    char path[] = "/tmp/countersign-log-XXXXXX";
    (void)state;
    fflush(stderr);
    kept = dup(STDERR_FILENO);
    file = mkstemp(path);
    unlink(path);
    dup2(file, STDERR_FILENO);
    log_set_level(LOG_INFO);
    return 0;
}

static int let_go(void **state)
{
    (void)state;
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(file);
    return 0;
}

static const char *said(void)
{
    static char text[64 * 1024];
    ssize_t len = pread(file, text, sizeof text - 1, 0);
    text[len < 0 ? 0 : len] = '\0';
    return text;
}

static void assert_said(const char *want)
{
    if (!strstr(said(), want))
        fail_msg("not found: %s\nin: %s", want, said());
}

static void one_json_object_a_line(void **state)
{
    (void)state;
    log_info("poller", "walk complete", LOG_S("site", STR("acme")), LOG_I("pages", -3),
             LOG_C("none", NULL));
    assert_memory_equal(said(), "{\"ts\":\"2", 8);
    assert_said("Z\",\"lvl\":\"info\",\"mod\":\"poller\",\"msg\":\"walk complete\","
                "\"site\":\"acme\",\"pages\":-3,\"none\":\"\"}\n");
}

static void levels_are_a_threshold(void **state)
{
    enum log_level level = LOG_INFO;
    (void)state;

    log_debug("m", "quiet", LOG_I("n", 1));
    assert_string_equal(said(), "");
    assert_true(log_level_from(STR("debug"), &level));
    log_set_level(level);
    log_debug("m", "loud", LOG_I("n", 1));
    assert_said("loud");
    assert_true(log_level_from(STR("error"), &level));
    assert_int_equal(level, LOG_ERROR);
    assert_false(log_level_from(STR("Error"), &level));
    log_set_level(level);
    log_warn("m", "nobody hears", LOG_I("n", 1));
    assert_null(strstr(said(), "nobody"));
    log_error("m", "all hear", LOG_I("n", 1));
    assert_said("\"lvl\":\"error\"");
}

static void texts_stay_json_whatever_comes_in(void **state)
{
    (void)state;
    log_info("m", "x", LOG_S("a", ((struct str){"\"\\\n\0\x7f", 5})), LOG_C("b", "caf\xc3\xa9"),
             LOG_C("c", "\xff<"));
    assert_said(
        "\"a\":\"\\\"\\\\\\u000a\\u0000\\u007f\",\"b\":\"caf\xc3\xa9\",\"c\":\"\\u00ff<\"}\n");
}

static void long_texts_are_cut_between_code_points(void **state)
{
    char text[3001];
    (void)state;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + 1999, "\xc3\xa9", 2);
    log_info("m", "x", LOG_C("long", text), LOG_I("after", 1));
    assert_said("xxx\",\"after\":1}\n");
    assert_null(strstr(said(), "\\u00c3"));
}

static void a_line_too_long_ends_as_json(void **state)
{
    char text[2001];
    struct log_field fields[12];
    (void)state;

    memset(text, 1, sizeof text - 1); /* each byte is written as six */
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < COUNT(fields); i++)
        fields[i] = LOG_C("f", text);
    log_write(LOG_INFO, "m", "x", fields, COUNT(fields));
    assert_said("\\u0001\",\"cut\":true}\n");
    assert_true(strlen(said()) <= 16 * 1024);
}

static void errors_bring_their_place_and_trail(void **state)
{
    struct err err;
    struct log_field many[30];
    (void)state;

    FAIL(&err, ERR_TEMPORARY, "connection refused");
    err.native = 111;
    err_while(&err, "reading");
    log_err(LOG_WARN, "m", "try again", &err, (struct log_field[]){LOG_I("attempt", 2)}, 1);
    assert_said(
        "\"attempt\":2,\"error\":\"connection refused\",\"kind\":\"temporary\",\"native\":111,"
        "\"trail\":\"while reading\",\"at\":\"");
    err = (struct err){.kind = ERR_BUG};
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = LOG_I("n", (int64_t)i);
    log_err(LOG_WARN, "m", "bare", &err, many, COUNT(many));
    assert_said("\"n\":23,\"error\":\"\",\"kind\":\"bug\"}\n");
}

#define IN_FILE(test) cmocka_unit_test_setup_teardown(test, listen_in, let_go)

UNIT_MAIN(IN_FILE(one_json_object_a_line), IN_FILE(levels_are_a_threshold),
          IN_FILE(texts_stay_json_whatever_comes_in),
          IN_FILE(long_texts_are_cut_between_code_points), IN_FILE(a_line_too_long_ends_as_json),
          IN_FILE(errors_bring_their_place_and_trail))
