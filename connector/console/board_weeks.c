#include "console/board_weeks.h"

#include <stdio.h>

#include "console/say.h"
#include "console/svg.h"

enum { DAY_MS = 86400000, TEXT_BYTES = 128, PARTS = 5, BAR_HEIGHT = 120, LEFT = 8, TOP = 20 };
enum { WIDTH = 920, WEEK = (WIDTH - 2 * LEFT) / BOARD_WEEKS, BAR = 26, GAP = 4 };
enum { HEIGHT = TOP + BAR_HEIGHT + 40 };

/* The parts of one column, from the bottom: what became of the requests of that week. */
struct parts {
    int64_t of[PARTS];
    int64_t all;
};

static const struct {
    const char *words, *class; /* class NULL: hatched */
} PART[PARTS] = {{"proven within the goal", "good"},
                 {"proven late", "warn"},
                 {"ended by an exception", "note"},
                 {"open, goal not passed", NULL},
                 {"open, over the goal", "bad"}};

static struct parts parts_of(const struct board_week *w)
{
    struct parts p = {{w->in_time, w->late, w->excepted, w->open - w->overdue, w->overdue}, 0};

    for (int i = 0; i < PARTS; i++)
        p.all += p.of[i];
    return p;
}

int board_share(const struct board_week *w)
{
    int64_t decided = w->in_time + w->late + w->overdue + w->excepted;

    if (decided > w->counted) /* proven, but without a goal: not of the share */
        decided = w->counted;
    return decided > 0 ? (int)(100 * w->in_time / decided) : -1;
}

/* "23 Nov" */
static const char *day_of(int64_t ms, char *dst)
{
    char text[SAY_BYTES];

    say_time(ms, text);
    snprintf(dst, SAY_BYTES, "%.*s", text[0] == '0' ? 5 : 6, text[0] == '0' ? text + 1 : text);
    return dst;
}

static void put_bar(struct markup *m, const struct board_week *w, double x, const char *name)
{
    struct parts p = parts_of(w);
    double y = TOP + BAR_HEIGHT;
    char text[TEXT_BYTES];

    if (!p.all) {
        svg_rect(m, x, y - 2, BAR, 2, 0, "unknown");
        return;
    }
    SVG (m, G) {
        snprintf(text, sizeof text,
                 "%s: %lld proven in time, %lld late, %lld excepted, %lld open, %lld over the goal",
                 name, (long long)p.of[0], (long long)p.of[1], (long long)p.of[2],
                 (long long)p.of[3], (long long)p.of[4]);
        SVG_LEAF(m, TITLE, str_of(text));
        for (int i = 0; i < PARTS; i++) {
            double height = BAR_HEIGHT * (double)p.of[i] / (double)p.all;
            if (height <= 0)
                continue;
            y -= height;
            if (PART[i].class)
                svg_rect(m, x, y, BAR, height, 0, PART[i].class);
            else
                svg_hatched(m, x, y, BAR, height, "open-hatch");
        }
    }
    if (board_share(w) >= 0) {
        snprintf(text, sizeof text, "%d", board_share(w));
        svg_text(m, x + BAR / 2.0, TOP - 6, str_of(text), "mid strong");
    }
}

static void put_picture(struct markup *m, const struct board *b)
{
    char day[SAY_BYTES];

    SVG_PICTURE (m, .id = "cohorts", .width = WIDTH, .height = HEIGHT,
                 .title = STR("Twelve weeks of removals and grants"),
                 .text =
                     STR("For each week of asking two columns, removals and grants: how much of it "
                         "was proven within its goal, late, by exception, or is open. The table "
                         "below has the numbers.")) {
        svg_hatch(m, "open-hatch");
        svg_line(m, LEFT, TOP + BAR_HEIGHT + 0.5, WIDTH - LEFT, TOP + BAR_HEIGHT + 0.5, "axis");
        for (int i = 0; i < BOARD_WEEKS; i++) {
            double x = LEFT + i * WEEK + (WEEK - 2 * BAR - GAP) / 2.0;
            put_bar(m, &b->weeks[i][1], x, "Removals");
            put_bar(m, &b->weeks[i][0], x + BAR + GAP, "Grants and changes");
            svg_text(m, x + BAR / 2.0, TOP + BAR_HEIGHT + 15, STR("R"), "mid soft");
            svg_text(m, x + BAR + GAP + BAR / 2.0, TOP + BAR_HEIGHT + 15, STR("G"), "mid soft");
            svg_text(m, x + BAR + GAP / 2.0, TOP + BAR_HEIGHT + 32,
                     str_of(day_of(b->first_week_ms + i * 7 * (int64_t)DAY_MS, day)), "mid");
        }
    }
}

static void put_legend(struct markup *m)
{
    HTML (m, UL, A(CLASS, "legend")) {
        for (int i = 0; i < PARTS; i++)
            HTML (m, LI) {
                char class[SAY_BYTES];
                snprintf(class, sizeof class, "swatch %s", PART[i].class ? PART[i].class : "open");
                HTML_LEAF(m, SPAN, STR_NONE, A_STR(CLASS, str_of(class)), A(ARIA_HIDDEN, "true"));
                markup_text(m, str_of(PART[i].words));
            }
    }
}

static void put_count(struct markup *m, int64_t n)
{
    char text[SAY_BYTES];

    HTML_LEAF(m, TD, say_count(n, text), A(CLASS, "num"));
}

static void put_row(struct markup *m, const char *day, const char *kind, const struct board_week *w)
{
    struct parts p = parts_of(w);

    HTML (m, TR) {
        HTML_LEAF(m, TD, str_of(day));
        HTML_LEAF(m, TD, str_of(kind));
        put_count(m, w->asked);
        for (int i = 0; i < PARTS; i++)
            put_count(m, p.of[i]);
    }
}

static void put_table(struct markup *m, const struct board *b)
{
    char day[SAY_BYTES];

    HTML (m, DETAILS) {
        HTML_LEAF(m, SUMMARY, STR("The same as a table"));
        HTML (m, SECTION, A(CLASS, "scroll"), A(TABINDEX, "0"),
              A(ARIA_LABEL, "Twelve weeks as a table")) {
            HTML (m, TABLE) {
                HTML (m, THEAD) {
                    HTML (m, TR) {
                        HTML_LEAF(m, TH, STR("Week of"), A(SCOPE, "col"));
                        HTML_LEAF(m, TH, STR("Kind"), A(SCOPE, "col"));
                        HTML_LEAF(m, TH, STR("asked for"), A(SCOPE, "col"), A(CLASS, "num"));
                        for (int i = 0; i < PARTS; i++)
                            HTML_LEAF(m, TH, str_of(PART[i].words), A(SCOPE, "col"),
                                      A(CLASS, "num"));
                    }
                }
                HTML (m, TBODY)
                    for (int i = BOARD_WEEKS - 1; i >= 0; i--) {
                        day_of(b->first_week_ms + i * 7 * (int64_t)DAY_MS, day);
                        put_row(m, day, "removals", &b->weeks[i][1]);
                        put_row(m, day, "grants, changes", &b->weeks[i][0]);
                    }
            }
        }
    }
}

void board_put_weeks(struct markup *m, const struct board *b)
{
    HTML (m, SECTION, A(CLASS, "card"), A(ARIA_LABELLEDBY, "weeks")) {
        HTML_LEAF(m, H2, STR("Are removals as fast as grants?"), A(ID, "weeks"));
        HTML_LEAF(
            m, P,
            STR("By the week it was asked for. What is still open stays in its own week for as "
                "long as it is open: nothing slow drops out of sight."),
            A(CLASS, "lead"));
        HTML (m, SECTION, A(CLASS, "scroll"), A(TABINDEX, "0"),
              A(ARIA_LABEL, "Twelve weeks as a picture"))
            put_picture(m, b);
        HTML_LEAF(
            m, P,
            STR("Above each column: % proven within the goal, of what is decided. R removals, G "
                "grants and changes."),
            A(CLASS, "soft small"));
        put_legend(m);
        put_table(m, b);
    }
}
