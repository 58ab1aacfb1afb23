#include "console/board.h"

#include <stdio.h>

#include "base/codecs.h"
#include "console/board_weeks.h"
#include "console/frame.h"
#include "console/say.h"

enum { TEXT_BYTES = 160, ADDRESS_BYTES = 512, KEY_CHARS = 40, NEXT_CHARS = 160, FEED_CHARS = 40 };

static const struct {
    const char *words, *class;
    enum say_mark mark;
} BANDS[BAND_COUNT] = {
    [BAND_OVER] = {"over the goal", "bad", MARK_BAD},
    [BAND_UNDER_30_MIN] = {"under 30 min", "late", MARK_WARN},
    [BAND_UNDER_1_HOUR] = {"under 1 hour", "warn", MARK_WARN},
    [BAND_OVER_1_HOUR] = {"over 1 hour", "good", MARK_GOOD},
};

/* --- the verdict: are removals as fast as grants? --- */

/* Of this week. */
static int percent(const struct board *b, int removal)
{
    return board_share(&b->weeks[BOARD_WEEKS - 1][removal]);
}

static void put_verdict(struct markup *m, const struct board *b)
{
    int grants = percent(b, 0), removals = percent(b, 1);
    char text[TEXT_BYTES];

    if (grants < 0 || removals < 0) {
        snprintf(text, sizeof text, "Too little was asked for this week to compare");
        say_put_mark(m, MARK_UNKNOWN, str_of(text));
        return;
    }
    const char *how =
        removals >= grants ? "Removals keep up with grants" : "Removals are slower than grants";
    snprintf(text, sizeof text, "%s: %d %% within goal, grants %d %%", how, removals, grants);
    say_put_mark(m, removals >= grants ? MARK_GOOD : MARK_BAD, str_of(text));
}

/* A ticket, as the link to its evidence. */
static void put_key(struct markup *m, struct str key)
{
    AUTO(drop_buf) struct buf address;

    buf_init(&address, ADDRESS_BYTES);
    buf_add_c(&address, "./r/");
    url_encode(&address, key);
    HTML (m, A, A_STR(HREF, address.over ? STR_NONE : buf_str(&address)))
        markup_said(m, key, KEY_CHARS);
}

/* --- five numbers --- */

struct number {
    const char *label;
    struct str value;
    enum say_mark mark; /* MARK_COUNT: nothing is said of it */
    struct str words;   /* beside the mark, or below the number */
    struct str key;     /* of the ticket it is of; may be empty */
};

static void put_number(struct markup *m, const struct number *n)
{
    HTML (m, LI, A(CLASS, "number")) {
        HTML_LEAF(m, P, str_of(n->label), A(CLASS, "label"));
        HTML_LEAF(m, P, n->value, A(CLASS, "value"));
        HTML (m, P, A(CLASS, "below")) {
            if (n->mark == MARK_COUNT)
                markup_text(m, n->words);
            else
                say_put_mark(m, n->mark, n->words);
            if (n->key.len) {
                markup_text(m, STR(" "));
                put_key(m, n->key);
            }
        }
    }
}

static void put_removals(struct markup *m, const struct board *b)
{
    char value[SAY_BYTES], count[SAY_BYTES], words[TEXT_BYTES];
    struct number n = {"Open removals", say_count(b->removals, value), MARK_GOOD,
                       STR("none over its goal"), STR_NONE};

    if (b->removals_late) {
        n.mark = MARK_BAD;
        snprintf(words, sizeof words, "%.*s over their goal",
                 STR_ARG(say_count(b->removals_late, count)));
        n.words = str_of(words);
    }
    put_number(m, &n);
}

static void put_oldest(struct markup *m, const struct board *b)
{
    char value[SAY_BYTES];
    struct number n = {"Oldest privileged removal", STR("none"), MARK_GOOD, STR("none is open"),
                       STR_NONE};

    if (b->oldest_ms >= 0) {
        n.value = say_duration(b->oldest_ms, value);
        n.mark = b->oldest_late ? MARK_BAD : MARK_GOOD;
        n.words = b->oldest_late ? STR("over its goal") : STR("within its goal");
        n.key = b->oldest_key;
    }
    put_number(m, &n);
}

static void put_within_goal(struct markup *m, const struct board *b)
{
    int grants = percent(b, 0), removals = percent(b, 1);
    char value[SAY_BYTES], words[TEXT_BYTES];
    struct number n = {"Removals within goal", STR("–"), MARK_COUNT, STR("none decided this week"),
                       STR_NONE};

    if (removals >= 0) {
        snprintf(value, sizeof value, "%d\u202F%%", removals);
        n.value = str_of(value);
        n.words = STR("this week; no grants to compare");
    }
    if (grants >= 0) {
        snprintf(words, sizeof words, "grants %d\u202F%% this week", grants);
        n.words = str_of(words);
        if (removals >= 0)
            n.mark = removals >= grants ? MARK_GOOD : MARK_BAD;
    }
    put_number(m, &n);
}

static void put_refused(struct markup *m, const struct board *b)
{
    char value[SAY_BYTES], stood[SAY_BYTES], words[TEXT_BYTES];
    struct number n = {"Refused closes, 7 days", say_count(b->refused, value), MARK_COUNT,
                       STR("every close was as asked"), STR_NONE};

    if (b->unproven) {
        n.mark = MARK_BAD;
        snprintf(words, sizeof words, "%.*s closed without proof",
                 STR_ARG(say_count(b->unproven, stood)));
        n.words = str_of(words);
    } else if (b->refused) {
        snprintf(words, sizeof words, "%.*s from claim to proof, in all",
                 STR_ARG(say_duration(b->stood_ms, stood)));
        n.words = b->stood_ms ? str_of(words) : STR("none of them proven yet");
    }
    put_number(m, &n);
}

static void put_exceptions(struct markup *m, const struct board *b)
{
    char value[SAY_BYTES], count[SAY_BYTES], words[TEXT_BYTES];
    struct number n = {"Live exceptions", say_count(b->exceptions, value), MARK_COUNT,
                       STR("none ends within 7 days"), STR_NONE};

    if (b->debts) {
        n.mark = MARK_BAD;
        snprintf(words, sizeof words, "%.*s%s ran out unresolved",
                 STR_ARG(say_count(b->debts, count)),
                 b->debts >= BOARD_DEBTS_MAX ? " or more" : "");
        n.words = str_of(words);
    } else if (b->ending) {
        n.mark = MARK_WARN;
        snprintf(words, sizeof words, "%.*s within 7 days", STR_ARG(say_count(b->ending, count)));
        n.words = str_of(words);
    }
    put_number(m, &n);
}

static void put_numbers(struct markup *m, const struct board *b)
{
    HTML (m, UL, A(CLASS, "numbers"), A(ARIA_LABEL, "Five numbers")) {
        put_removals(m, b);
        put_oldest(m, b);
        put_within_goal(m, b);
        put_refused(m, b);
        put_exceptions(m, b);
    }
}

/* --- due soon --- */

/* How much stands in each band, as one strip: each part has its count and its words. */
static void put_bands(struct markup *m, const struct board *b)
{
    char count[SAY_BYTES];

    HTML (m, UL, A(CLASS, "bands"), A(ARIA_LABEL, "Open requests by what is left of their goal")) {
        for (size_t i = 0; i < BAND_COUNT; i++) {
            char class[SAY_BYTES];
            snprintf(class, sizeof class, "band %s", b->bands[i] ? BANDS[i].class : "none");
            HTML (m, LI, A_STR(CLASS, str_of(class))) {
                HTML_LEAF(m, STRONG, say_count(b->bands[i], count));
                markup_text(m, STR(" "));
                markup_text(m, str_of(BANDS[i].words));
            }
        }
        if (b->paused)
            HTML (m, LI, A(CLASS, "band")) {
                HTML_LEAF(m, STRONG, say_count(b->paused, count));
                markup_text(m, STR(" paused"));
            }
    }
}

static struct str turn_of(struct str waits_for)
{
    static const struct {
        const char *name, *words;
    } TURNS[] = {
        {"agent", "the agent"},          {"approver", "an approver"},
        {"source", "the target system"}, {"jira", "Jira"},
        {"us", "Countersign"},           {"governance_owner", "the owner of mapping and workflow"}};

    for (size_t i = 0; i < sizeof TURNS / sizeof TURNS[0]; i++)
        if (str_eq_c(waits_for, TURNS[i].name))
            return str_of(TURNS[i].words);
    return STR("nobody");
}

static void put_ticket(struct markup *m, const struct board_due *due)
{
    if (!due->key.len) {
        HTML_LEAF(m, SPAN, STR("no ticket yet"), A(CLASS, "soft"));
        return;
    }
    put_key(m, due->key);
    if (due->url.len) {
        markup_text(m, STR(" "));
        HTML_LEAF(m, A, STR("in Jira"), A(CLASS, "small screen"), A_STR(HREF, due->url));
    }
}

static void put_due_row(struct markup *m, const struct board_due *due)
{
    char left[SAY_BYTES], words[TEXT_BYTES], class[SAY_BYTES];
    bool over = due->band == BAND_OVER;

    snprintf(words, sizeof words, over ? "over by %.*s" : "%.*s left",
             STR_ARG(say_duration(due->remaining_ms, left)));
    snprintf(class, sizeof class, "mark %s", BANDS[due->band].class);
    HTML (m, TR) {
        HTML (m, TD) {
            HTML (m, SPAN, A_STR(CLASS, str_of(class))) {
                HTML_LEAF(m, SPAN, say_mark_sign(BANDS[due->band].mark), A(CLASS, "sign"),
                          A(ARIA_HIDDEN, "true"));
                markup_text(m, str_of(words));
            }
        }
        HTML (m, TD)
            put_ticket(m, due);
        HTML (m, TD) {
            markup_text(m, str_eq_c(due->kind, "removal") ? STR("Removal")
                           : str_eq_c(due->kind, "grant") ? STR("Grant")
                                                          : STR("Change"));
            if (due->is_privileged)
                HTML_LEAF(m, SPAN, STR("privileged"), A(CLASS, "tag"));
        }
        HTML (m, TD) {
            HTML_LEAF(m, STRONG, turn_of(due->waits_for));
            HTML (m, SPAN, A(CLASS, "soft")) {
                markup_text(m, STR(", next: "));
                markup_said(m, due->next, NEXT_CHARS);
            }
        }
    }
}

static void put_due(struct markup *m, const struct board *b)
{
    HTML (m, SECTION, A(CLASS, "card"), A(ARIA_LABELLEDBY, "due")) {
        HTML_LEAF(m, H2, STR("Due soon"), A(ID, "due"));
        HTML_LEAF(m, P,
                  STR("What is next to pass its goal, or has passed it; removals and grants on "
                      "the same clock."),
                  A(CLASS, "lead"));
        put_bands(m, b);
        if (!b->due_count) {
            HTML_LEAF(m, P, STR("Nothing is open that has a goal."), A(CLASS, "empty"));
            return;
        }
        HTML (m, TABLE, A(CLASS, "rows")) {
            HTML (m, THEAD) {
                HTML (m, TR) {
                    HTML_LEAF(m, TH, STR("Goal"), A(SCOPE, "col"));
                    HTML_LEAF(m, TH, STR("Ticket"), A(SCOPE, "col"));
                    HTML_LEAF(m, TH, STR("Wanted"), A(SCOPE, "col"));
                    HTML_LEAF(m, TH, STR("Waits for"), A(SCOPE, "col"));
                }
            }
            HTML (m, TBODY)
                for (size_t i = 0; i < b->due_count; i++)
                    put_due_row(m, &b->due[i]);
        }
    }
}

/* --- freshness --- */

static struct str feed_words(struct str feed)
{
    return str_eq_c(feed, "webhooks") ? STR(" webhook ")
           : str_eq_c(feed, "poll")   ? STR(" polled ")
                                      : STR(" read ");
}

static void put_feed(struct markup *m, const struct board_feed *f)
{
    char lag[SAY_BYTES], words[TEXT_BYTES];
    enum say_mark mark = !f->is_known ? MARK_NOTE : f->is_safe ? MARK_GOOD : MARK_WARN;

    if (f->lag_ms < 0)
        snprintf(words, sizeof words, "never");
    else
        snprintf(words, sizeof words, "%.*s ago", STR_ARG(say_duration(f->lag_ms, lag)));
    HTML (m, LI) {
        HTML (m, STRONG)
            markup_said(m, f->name, FEED_CHARS);
        markup_text(m, feed_words(f->feed));
        say_put_mark(m, mark, str_of(words));
    }
}

static void put_feeds(struct markup *m, const struct board *b)
{
    size_t old = 0;

    for (size_t i = 0; i < b->feed_count; i++)
        old += b->feeds[i].is_known && !b->feeds[i].is_safe;
    HTML (m, SECTION, A(CLASS, "card"), A(ARIA_LABELLEDBY, "fresh")) {
        HTML_LEAF(m, H2, STR("How fresh this is"), A(ID, "fresh"));
        HTML_LEAF(m, P,
                  !b->feed_count ? STR("Nothing was read yet.")
                  : old
                      ? STR("What is marked is too old: numbers that rest on it may be wrong, and "
                            "nothing is proven by it until it is read again.")
                      : STR("Everything these numbers rest on was read lately."),
                  A(CLASS, "lead"));
        HTML (m, UL, A(CLASS, "feeds"))
            for (size_t i = 0; i < b->feed_count; i++)
                put_feed(m, &b->feeds[i]);
    }
}

/* --- the page --- */

/* A page that changes under whoever reads it is chosen, and the way back stands there, too. */
static void put_watch(struct markup *m, bool is_watched)
{
    HTML (m, P, A(CLASS, "soft screen")) {
        if (is_watched)
            markup_text(m, STR("This page loads itself again every minute. "));
        HTML_LEAF(m, A,
                  is_watched ? STR("Stop loading it again") : STR("Load it again every minute"),
                  A_STR(HREF, is_watched ? STR("./board") : STR("./board?refresh=60")));
    }
}

static void body(struct markup *m, const void *arg)
{
    const struct board *b = arg;

    HTML (m, DIV, A(CLASS, "head")) {
        HTML_LEAF(m, H1, STR("Is access as it was asked for?"));
        put_verdict(m, b);
    }
    put_numbers(m, b);
    put_due(m, b);
    board_put_weeks(m, b);
    put_feeds(m, b);
    put_watch(m, b->is_watched);
}

bool board_render(struct buf *out, const struct board *board)
{
    const struct frame frame = {.title = STR("Board"),
                                .place = FRAME_BOARD,
                                .as_of_ms = board->now_ms,
                                .visitor = board->visitor,
                                .refresh_s = board->is_watched ? BOARD_REFRESH_S : 0};

    return frame_render(out, &frame, body, board);
}
