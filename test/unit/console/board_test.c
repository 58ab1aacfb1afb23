#include "console/board.h"

#include "pages.h"
#include "unit.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 24 * HOUR };
#define NOW_MS INT64_C(1795775999000) /* Friday, 2026-11-27 10:39:59 UTC */
#define FIRST_WEEK_MS INT64_C(1788739200000)

static struct buf out;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, BOARD_BYTES);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    return 0;
}

static bool has(const char *text)
{
    return strstr(out.p, text) != NULL;
}

static size_t count_of(const char *text)
{
    size_t n = 0;

    for (const char *p = out.p; (p = strstr(p, text)); p += strlen(text))
        n++;
    return n;
}

static void render(const struct board *b, const char *name)
{
    buf_clear(&out);
    assert_true(board_render(&out, b));
    page_keep(name, &out);
}

static struct board busy(void)
{
    struct board b = {.now_ms = NOW_MS,
                      .visitor = STR("this machine"),
                      .removals = 1284,
                      .removals_late = 3,
                      .others = 310,
                      .bands = {5, 2, 4, 1560},
                      .paused = 23,
                      .oldest_key = STR("IAM-310"),
                      .oldest_ms = 26 * HOUR,
                      .oldest_late = true,
                      .refused = 47,
                      .refused_held = 41,
                      .stood_ms = 64 * HOUR,
                      .exceptions = 12,
                      .ending = 2,
                      .first_week_ms = FIRST_WEEK_MS};
    static const struct board_due DUE[] = {
        {STR("IAM-310"), STR("https://acme.example/browse/IAM-310"), STR("removal"), true,
         BAND_OVER, -22 * (int64_t)HOUR, 0, STR("agent"), STR("remove it in the target system")},
        {STR("IAM-481"), STR("https://acme.example/browse/IAM-481"), STR("grant"), false, BAND_OVER,
         -41 * MINUTE, 0, STR("approver"), STR("approve or decline on the ticket")},
        {STR("IAM-482"), STR("https://acme.example/browse/IAM-482"), STR("removal"), true,
         BAND_UNDER_30_MIN, 12 * MINUTE, 0, STR("source"), STR("the next copy is read")},
        {STR("IAM-490"), STR("https://acme.example/browse/IAM-490"), STR("modify"), false,
         BAND_UNDER_1_HOUR, 48 * MINUTE, 0, STR("us"), STR("the target system is read")},
        {STR(""), STR(""), STR("grant"), false, BAND_OVER_1_HOUR, 5 * HOUR, 0, STR("jira"),
         STR("the ticket is made")},
    };
    static const struct board_feed FEEDS[] = {
        {STR("poll"), STR("acme"), 12000, true, true},
        {STR("webhooks"), STR("acme"), 4 * MINUTE, false, false},
        {STR("source"), STR("directory"), 40000, true, true},
        {STR("source"), STR("sap-fin"), 26 * HOUR, false, true},
        {STR("source"), STR("erp"), -1, false, true}};

    memcpy(b.due, DUE, sizeof DUE);
    b.due_count = COUNT(DUE);
    memcpy(b.feeds, FEEDS, sizeof FEEDS);
    b.feed_count = COUNT(FEEDS);
    for (int i = 0; i < BOARD_WEEKS; i++) {
        bool now = i >= BOARD_WEEKS - 1;
        b.weeks[i][1] = (struct board_week){.asked = 100 + 7 * i,
                                            .counted = 98 + 7 * i,
                                            .in_time = 70 + 8 * i - 30 * now,
                                            .late = 24 - 2 * i,
                                            .open = now ? 40 : i == 9,
                                            .overdue = now ? 3 : i == 9,
                                            .excepted = i % 4};
        b.weeks[i][0] = (struct board_week){
            .asked = 80, .counted = 80, .in_time = 74 - 20 * now, .late = 6, .open = 20 * now};
    }
    b.weeks[2][0] = (struct board_week){0};
    return b;
}

static void one_look_says_how_it_stands(void **state)
{
    struct board b = busy();

    (void)state;
    render(&b, "board");
    assert_true(has("Removals keep up with grants: 94 % within goal, grants 90 %"));
    assert_int_equal(count_of("<li class=\"number\">"), 5);
    assert_true(has("<p class=\"value\">1\u202F284</p>"));
    assert_true(has("3 over their goal"));
    assert_true(has("<p class=\"value\">1 d 2 h</p>"));
    assert_true(has("2 d 16 h from claim to proof, in all"));
    assert_true(has("2 within 7 days"));
    b.weeks[BOARD_WEEKS - 1][1].in_time = 10;
    render(&b, "board-slow");
    assert_true(has("Removals are slower than grants: 55 % within goal, grants 90 %"));
}

static void what_is_due_has_words_beside_its_colour(void **state)
{
    struct board b = busy();

    (void)state;
    render(&b, "board");
    assert_true(has("over by 22 h 0 m</span>"));
    assert_true(has("<span class=\"mark late\"><span class=\"sign\" aria-hidden=\"true\">!</span>"
                    "12 m left</span>"));
    assert_true(has("<a href=\"./r/IAM-310\"><bdi>IAM-310</bdi></a>"));
    assert_true(has("href=\"https://acme.example/browse/IAM-310\">in Jira</a>"));
    assert_true(has("no ticket yet"));
    assert_true(
        has("<strong>an approver</strong><span class=\"soft\">, next: <bdi>approve or decline on "
            "the ticket</bdi>"));
    assert_true(has("<strong>5</strong> over the goal"));
    assert_true(has("<strong>23</strong> paused"));
}

static void weeks_are_a_picture_and_a_table(void **state)
{
    struct board b = busy();

    (void)state;
    render(&b, "board");
    assert_true(has("<svg id=\"cohorts\""));
    assert_int_equal(count_of("<title>Removals: "), BOARD_WEEKS);
    assert_int_equal(count_of("<title>Grants and changes: "),
                     BOARD_WEEKS - 1); /* none in one week */
    assert_true(has("7 Sep</text>"));
    assert_true(has("23 Nov</text>"));
    assert_true(has("fill=\"url(#open-hatch)\""));
    assert_int_equal(count_of("<td>removals</td>"), BOARD_WEEKS);
}

static void what_is_old_is_told(void **state)
{
    struct board b = busy();

    (void)state;
    render(&b, "board");
    assert_true(has("What is marked is too old"));
    assert_true(has("<strong><bdi>sap-fin</bdi></strong> read <span class=\"mark warn\">"));
    assert_true(has("never</span>"));
    b.feed_count = 2;
    render(&b, "board-fresh");
    assert_true(has("Everything these numbers rest on was read lately."));
}

static void nothing_yet_is_said_as_such(void **state)
{
    struct board b = {.now_ms = NOW_MS, .oldest_ms = -1, .first_week_ms = FIRST_WEEK_MS};

    (void)state;
    render(&b, "board-empty");
    assert_true(has("Too little was asked for this week to compare"));
    assert_true(has("none over its goal"));
    assert_true(has("Nothing is open that has a goal."));
    assert_false(has("NaN"));
}

/* Nobody's page changes under him unless he chose that, and he finds the way back. */
static void it_is_loaded_again_for_whoever_asked_for_that(void **state)
{
    struct board b = busy();

    (void)state;
    render(&b, "board");
    assert_false(has("http-equiv"));
    assert_true(has("<a href=\"./board?refresh=60\">Load it again every minute</a>"));
    b.is_watched = true;
    buf_clear(&out); /* not kept: axe is right to want it chosen, and cannot see that it was */
    assert_true(board_render(&out, &b));
    assert_true(has("<meta http-equiv=\"refresh\" content=\"60\">"));
    assert_true(has("This page loads itself again every minute. <a href=\"./board\">Stop loading "
                    "it again</a>"));
}

static void hostile_words_are_inert(void **state)
{
    struct board b = busy();
    static char long_text[10001];

    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    b.due[0].key = STR("\"><script>alert(1)</script>");
    b.due[0].url = STR("javascript:alert(1)");
    b.due[0].next = str_of(long_text);
    b.due[1].next = STR("\u202Eevil\u202C \x1b[2J");
    b.feeds[0].name = STR("</ul><img src=x onerror=alert(1)>");
    render(&b, "board-hostile");
    assert_false(has("<script"));
    assert_false(has("<img"));
    assert_false(has("javascript:"));
    assert_false(has("\u202E"));
    assert_true(has("[U+202E]evil[U+202C] [U+001B][2J"));
    assert_true(has("./r/%22%3E%3Cscript%3E"));
    assert_null(strstr(out.p,
                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                       "xxxxxxxxxxxxxxxxxxx"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(one_look_says_how_it_stands), T(what_is_due_has_words_beside_its_colour),
          T(weeks_are_a_picture_and_a_table), T(what_is_old_is_told),
          T(nothing_yet_is_said_as_such), T(hostile_words_are_inert),
          T(it_is_loaded_again_for_whoever_asked_for_that))
