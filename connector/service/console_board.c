/* console_board.c: /board, from the views that dashboards read. */
#include "base/clock.h"
#include "console/board.h"
#include "service/api_query.h"
#include "service/console_pages.h"
#include "store/store_console.h"

enum { WEEK_MS = 7 * 86400 * 1000 };

static int64_t number(const struct json *of, const char *path)
{
    int64_t n;
    return json_i64(json_path(of, path), &n) ? n : 0;
}

static enum board_band band_of(struct str name)
{
    static const char *const NAMES[BAND_COUNT] = {[BAND_OVER] = "breached",
                                                  [BAND_UNDER_30_MIN] = "under_30_min",
                                                  [BAND_UNDER_1_HOUR] = "under_1_hour",
                                                  [BAND_OVER_1_HOUR] = "over_1_hour"};
    int i = str_index(name, NAMES, BAND_COUNT);

    return i < 0 ? BAND_OVER_1_HOUR : (enum board_band)i;
}

static void fill_numbers(struct board *b, const struct json *doc)
{
    b->now_ms = number(doc, "now_ms");
    b->removals = number(doc, "open/removals");
    b->removals_late = number(doc, "open/removals_late");
    b->others = number(doc, "open/others");
    b->bands[BAND_OVER] = number(doc, "open/late");
    b->bands[BAND_UNDER_30_MIN] = number(doc, "open/under_30_min");
    b->bands[BAND_UNDER_1_HOUR] = number(doc, "open/under_1_hour");
    b->bands[BAND_OVER_1_HOUR] = number(doc, "open/over_1_hour");
    b->paused = number(doc, "open/paused");
    b->no_goal = number(doc, "open/no_goal");
    b->oldest_ms =
        json_type(json_member(doc, "oldest")) == JSON_OBJECT ? number(doc, "oldest/ms") : -1;
    b->oldest_key = json_path_str(doc, "oldest/key");
    b->oldest_late = json_is_true(json_path(doc, "oldest/is_late"));
    b->refused = number(doc, "refused/closes");
    b->refused_held = number(doc, "refused/held");
    b->stood_ms = number(doc, "refused/stood_ms");
    b->exceptions = number(doc, "exceptions/live");
    b->ending = number(doc, "exceptions/ending");
    b->debts = number(doc, "debts");
    b->unproven = number(doc, "unproven");
}

static void fill_due(struct board *b, const struct json *doc)
{
    JSON_EACH(row, json_member(doc, "due"))
    {
        if (b->due_count == BOARD_DUE_MAX)
            return;
        b->due[b->due_count++] = (struct board_due){
            .key = json_path_str(row, "key"),
            .url = json_path_str(row, "url"),
            .kind = json_path_str(row, "kind"),
            .is_privileged = json_is_true(json_member(row, "is_privileged")),
            .band = band_of(json_path_str(row, "band")),
            .remaining_ms = number(row, "remaining_ms"),
            .due_ms = number(row, "due_ms"),
            .waits_for = json_path_str(row, "waits_for"),
            .next = json_path_str(row, "next"),
        };
    }
}

/* The last of twelve weeks is the one that runs: Mondays 00:00 UTC, as the views count them. */
static void fill_weeks(struct board *b, const struct json *doc)
{
    const int64_t MONDAY_MS = 4 * (int64_t)86400 * 1000; /* of the first week after 1970-01-01 */
    int64_t this_week = b->now_ms - (b->now_ms - MONDAY_MS) % WEEK_MS;

    b->first_week_ms = this_week - (BOARD_WEEKS - 1) * (int64_t)WEEK_MS;
    JSON_EACH(row, json_member(doc, "weeks"))
    {
        int64_t i = (number(row, "at_ms") - b->first_week_ms) / WEEK_MS;
        if (i < 0 || i >= BOARD_WEEKS)
            continue;
        b->weeks[i][json_is_true(json_member(row, "is_removal"))] =
            (struct board_week){.asked = number(row, "asked"),
                                .counted = number(row, "counted"),
                                .in_time = number(row, "in_time"),
                                .late = number(row, "late"),
                                .open = number(row, "open"),
                                .overdue = number(row, "overdue"),
                                .excepted = number(row, "excepted")};
    }
}

static void fill_feeds(struct board *b, const struct json *doc)
{
    JSON_EACH(row, json_member(doc, "feeds"))
    {
        if (b->feed_count == BOARD_FEEDS_MAX)
            return;
        int64_t lag_ms;
        bool ever = json_i64(json_member(row, "lag_ms"), &lag_ms);
        b->feeds[b->feed_count++] = (struct board_feed){
            .feed = json_path_str(row, "feed"),
            .name = json_path_str(row, "name"),
            .lag_ms = ever ? lag_ms : -1,
            .is_safe = json_is_true(json_member(row, "is_safe")),
            .is_known = json_type(json_member(row, "is_safe")) == JSON_BOOL,
        };
    }
}

/* --- two statements beside each other, and one page of both --- */

struct asking {
    struct console_visit *visit;
    struct board board;
    int awaited;
    enum store_outcome outcome; /* of the worst */
    const struct json *numbers, *weeks;
};

static void show(struct asking *a)
{
    struct board *b = &a->board;
    AUTO(drop_buf) struct buf page;

    buf_init(&page, BOARD_BYTES);
    b->visitor = a->visit->who;
    b->is_watched = str_eq(api_query(a->visit->request, "refresh"), STR("60"));
    fill_numbers(b, a->numbers);
    fill_due(b, a->numbers);
    fill_weeks(b, a->weeks);
    fill_feeds(b, a->numbers);
    console_reply(a->visit, 200, &page, board_render(&page, b));
}

/* The visit is answered when both have been heard: with it goes what both write to. */
static void on_part(struct asking *a, enum store_outcome outcome, struct str json,
                    const struct json **ret)
{
    struct err err;

    if (outcome != STORE_OK)
        a->outcome = outcome;
    else if (!json_parse(serve_arena(a->visit->request), json, ret, &err))
        a->outcome = STORE_UNKNOWN;
    if (--a->awaited)
        return;
    if (a->outcome == STORE_OK)
        show(a);
    else
        console_away(a->visit);
}

static void on_numbers(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;
    on_part(a, outcome, json, &a->numbers);
}

static void on_weeks(void *arg, enum store_outcome outcome, struct str json)
{
    struct asking *a = arg;
    on_part(a, outcome, json, &a->weeks);
}

void console_board(struct console_visit *visit)
{
    struct asking *a = ARENA_NEW(serve_arena(visit->request), struct asking);

    if (!a) {
        console_away(visit);
        return;
    }
    a->visit = visit;
    a->awaited = 2;
    store_board(&visit->svc->store, on_numbers, a);
    store_board_weeks(&visit->svc->store, on_weeks, a);
}
