/* Feeds as files: whole or not, fresh or not, broken in every way that has a name. */
#include "readers/csv_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codecs.h"
#include "unit.h"

static char folder[] = "/tmp/csv_feed_XXXXXX";
static char feed[64], manifest[64];
static struct csv_place place;
static struct csv_past past;
static struct csv_question questions[2];
static struct csv_scan scan;
static atomic_bool stop;

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(feed, sizeof feed, "%s/feed.csv", folder);
    snprintf(manifest, sizeof manifest, "%s/feed.json", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(feed);
    unlink(manifest);
    return rmdir(folder);
}

static int begin(void **state)
{
    (void)state;
    place = (struct csv_place){.file = feed,
                               .manifest = manifest,
                               .account = STR("login"),
                               .entitlement = STR("role"),
                               .active = STR("enabled"),
                               .delimiter = ',',
                               .max_age_ms = 86400000,
                               .max_drop_percent = 10,
                               .min_rows = 1};
    past = (struct csv_past){0};
    return 0;
}

static void put(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* One reading: is ben absent? */
static void read_feed(void)
{
    questions[0] = (struct csv_question){.account = STR("canary"), .entitlement = STR("watch")};
    questions[1] = (struct csv_question){.account = STR("ben"), .entitlement = STR("watch")};
    scan = (struct csv_scan){.place = &place,
                             .clock = &CLOCK_SYSTEM,
                             .stop = &stop,
                             .past = &past,
                             .questions = questions,
                             .count = 2,
                             .deadline_mono_ms = clock_mono_ms(&CLOCK_SYSTEM) + 60000};
    csv_scan_run(&scan);
    /* nothing that is not accepted answers anything */
    assert_true(!scan.reason || questions[1].answer.outcome == OUTCOME_UNKNOWN);
}

static void assert_trouble(const char *reason, const char *why)
{
    read_feed();
    assert_non_null(scan.reason);
    assert_string_equal(scan.reason, reason);
    if (!strstr(scan.why, why))
        fail_msg("'%s' is not in '%s'", why, scan.why);
    assert_string_equal(questions[1].answer.reason, reason);
}

static void assert_absent(void)
{
    read_feed();
    if (scan.reason)
        fail_msg("%s: %s", scan.reason, scan.why);
    assert_int_equal(questions[0].answer.outcome, OUTCOME_PRESENT);
    assert_int_equal(questions[1].answer.outcome, OUTCOME_ABSENT);
}

#define HEAD "login,role,enabled\n"
#define GOOD HEAD "canary,watch,true\nada,watch,true\n"

static void what_is_no_feed(void **state)
{
    static char long_row[70100] = HEAD, many_cells[300];
    static const struct {
        const char *text, *reason, *why;
    } CASES[] = {
        {HEAD "canary,watch,true\nada,watch\n", "FeedBroken", "line 3: 2 cells, the header has 3"},
        {HEAD "canary,watch,true,\n", "FeedBroken", "line 2: 4 cells"},
        {HEAD "\ncanary,watch,true\n", "FeedBroken", "line 2: an empty line"},
        {GOOD "\n", "FeedBroken", "line 4: an empty line"},
        {HEAD "canary,wa\"tch,true\n", "FeedBroken", "line 2: a quote in the middle"},
        {HEAD "canary,\"watch\"x,true\n", "FeedBroken", "line 2: something behind"},
        {HEAD "\"a\nb\",x,true\nc,\"watch,1\n", "FeedBroken", "line 4: a quoted cell"},
        {"login,role,enabled\rcanary,watch,true\r", "FeedBroken", "line 1: a carriage return"},
        {HEAD "can\xe4ry,watch,true\n", "FeedBroken", "line 2: a row that is not UTF-8"},
        {"\xff\xfel", "FeedBroken", "line 1: a file in UTF-16"},
        {HEAD "canary,watch,maybe\n", "FeedBroken", "line 2: the cell that says whether"},
        {HEAD ",,true\n", "FeedBroken", "line 2: neither"},
        {long_row, "FeedBroken", "line 2: a row of more than 64 KB"},
        {many_cells, "FeedBroken", "line 1: more than 256 cells"},
        {"login,role\nc,w\n", "FeedHeader", "line 1: there is no column 'enabled'"},
        {"login,role,enabled,role\n", "FeedHeader", "line 1: the column 'role' stands twice"},
        {"Login,role,enabled\n", "FeedHeader", "line 1: there is no column 'login'"},
        {"", "FeedHeader", "line 1: there is no header"},
        {HEAD, "FeedShrunk", "0 rows"},
    };
    (void)state;

    memset(long_row + sizeof HEAD - 1, 'x', sizeof long_row - sizeof HEAD);
    memset(many_cells, ',', sizeof many_cells - 1);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        char told[128];
        uint8_t sum[SHA256_BYTES];
        char hex[SHA256_HEX_SIZE];
        digest_sha256(str_of(CASES[i].text), sum);
        hex_encode(sum, sizeof sum, hex);
        snprintf(told, sizeof told, "{\"sha256\":\"%s\"}", hex);
        put(manifest, told, strlen(told));
        put(feed, CASES[i].text, strlen(CASES[i].text));
        assert_trouble(CASES[i].reason, CASES[i].why);
    }
    put(feed, "l\0o", 3);
    assert_trouble("FeedBroken", "line 1: a NUL byte");
}

static void manifests(void **state)
{
    static char large[1100000];
    static const struct {
        const char *text, *reason, *why;
    } CASES[] = {
        {"{\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}",
         "FeedIncomplete", "SHA-256"},
        {"{\"rows\":1}", "FeedIncomplete", "2 rows, 1 were told"},
        {"{\"rows\":3}", "FeedIncomplete", "2 rows, 3 were told"},
        {"{\"sha256\":\"00\"}", "BadManifest", "hexadecimal"},
        {"{\"rows\":\"2\"}", "BadManifest", "'rows' must"},
        {"{\"rows\":-1}", "BadManifest", "'rows' must"},
        {"{}", "BadManifest", "'sha256', 'rows' or both"},
        {"[]", "BadManifest", "a JSON object"},
        {"{", "BadManifest", "no JSON"},
        {large, "BadManifest", "more than 1048576 bytes"},
        {"{\"rows\":2,\"as_of\":\"yesterday\"}", "BadAsOf", "RFC 3339"},
        {"{\"rows\":2,\"as_of\":7}", "BadAsOf", "RFC 3339"},
        {"{\"rows\":2,\"as_of\":\"2999-01-01T00:00:00Z\"}", "BadAsOf", "to come"},
        {"{\"rows\":2,\"as_of\":\"2020-01-01T00:00:00Z\"}", "FeedStale", "2020-01-01"},
        {"{\"rows\":2,\"file\":\"../feed.csv\"}", "BadManifest", "beside it"},
        {"{\"rows\":2,\"file\":\"\"}", "BadManifest", "beside it"},
        {"{\"rows\":2,\"file\":\"gone.csv\"}", "FeedMissing", "gone.csv"},
    };
    (void)state;

    memset(large, ' ', sizeof large - 1);
    put(feed, GOOD, sizeof GOOD - 1);
    for (size_t i = 0; i < COUNT(CASES); i++) {
        put(manifest, CASES[i].text, strlen(CASES[i].text));
        assert_trouble(CASES[i].reason, CASES[i].why);
    }
    put(manifest, "{\"rows\":2,\"file\":\"feed.csv\"}", 28);
    place.file = NULL;
    assert_absent();
}

/* Cut anywhere, it is never a proof. */
static void half_written(void **state)
{
    static const char TRAILED[] = GOOD "END,2\n";
    (void)state;

    put(manifest, "{\"rows\":2}", 10);
    for (size_t cut = 0; cut < sizeof GOOD - 1; cut++) {
        put(feed, GOOD, cut);
        read_feed();
        assert_non_null(scan.reason);
    }
    place.manifest = NULL;
    place.trailer = STR("END");
    for (size_t cut = 0; cut < sizeof TRAILED - 1; cut++) {
        put(feed, TRAILED, cut);
        read_feed();
        assert_non_null(scan.reason);
    }
    put(feed, TRAILED, sizeof TRAILED - 1);
    assert_absent();
    place.trailer =
        STR_NONE; /* by the operator's word alone: but not a moment after it was written */
    put(feed, GOOD, sizeof GOOD - 1);
    assert_trouble("ChangedWhileReading", "a moment ago");
}

static void trailers(void **state)
{
    static const struct {
        const char *text, *reason, *why;
    } CASES[] = {
        {GOOD "END,1\n", "FeedIncomplete", "2 rows, 1 were told"},
        {GOOD "END\n", "FeedBroken", "line 4: the trailer's second"},
        {GOOD "END,x\n", "FeedBroken", "line 4: the trailer's second"},
        {GOOD, "FeedIncomplete", "no row begins with 'END'"},
        {GOOD "END,2\nben,watch,true\n", "FeedBroken", "line 5: a row behind the trailer"},
        {GOOD "END,2,soon\n", "BadAsOf", "line 4"},
        {GOOD "END,2,2020-01-01T00:00:00Z\n", "FeedStale", "2020-01-01"},
        {GOOD "END,2", "FeedIncomplete", "no end"},
    };
    (void)state;

    place.manifest = NULL;
    place.trailer = STR("END");
    for (size_t i = 0; i < COUNT(CASES); i++) {
        put(feed, CASES[i].text, strlen(CASES[i].text));
        assert_trouble(CASES[i].reason, CASES[i].why);
    }
}

static void a_feed_that_lost_much(void **state)
{
    char text[4096] = HEAD "canary,watch,true\n";
    (void)state;

    for (int i = 1; i < 20; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "u%d,watch,true\n", i);
    put(manifest, "{\"rows\":20}", 11);
    put(feed, text, strlen(text));
    assert_absent();
    assert_int_equal(past.rows, 20);
    for (int rows = 19; rows >= 17; rows--) {
        char told[32];
        char *last = NULL;
        for (char *at = text; (at = strstr(at, "\nu")) != NULL; at++)
            last = at;
        assert_non_null(last);
        last[1] = '\0';
        snprintf(told, sizeof told, "{\"rows\":%d}", rows);
        put(manifest, told, strlen(told));
        put(feed, text, strlen(text));
        past.rows = 20; /* all of it at once */
        if (rows >= 18)
            assert_absent();
        else
            assert_trouble("FeedShrunk", "17 rows after 20, more than 10 % fewer");
    }
    place.max_drop_percent = 100;
    assert_absent();
    past.rows = INT64_MAX; /* what is remembered was read from a file */
    place.max_drop_percent = 99;
    assert_trouble("FeedShrunk", "more than 99 %");
}

static void stopped_and_late(void **state)
{
    (void)state;

    put(manifest, "{\"rows\":2}", 10);
    put(feed, GOOD, sizeof GOOD - 1);
    atomic_store(&stop, true);
    assert_trouble("Closing", "");
    atomic_store(&stop, false);
    assert_absent();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_no_feed, begin),
        cmocka_unit_test_setup(manifests, begin),
        cmocka_unit_test_setup(half_written, begin),
        cmocka_unit_test_setup(trailers, begin),
        cmocka_unit_test_setup(a_feed_that_lost_much, begin),
        cmocka_unit_test_setup(stopped_and_late, begin),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
