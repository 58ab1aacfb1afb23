/* evidence_lanes.c: what happened when, as lanes: the ticket, the approval, each entitlement as it
 * was read, and the clock. Time in which nobody looked is nobody's knowledge, and is hatched. */
#include "console/evidence_priv.h"
#include "console/evidence_words.h"

enum {
    ITEMS_MAX = 6, /* lanes of entitlements; the others stand in the table of reads */
    SPANS_MAX = 400,
    DOTS_MAX = 200,
    TICKS_MAX = 40,
};

struct ends {
    int64_t from_ms, until_ms;
};

static struct timeline_lane *new_lane(struct filling *f, struct str name, struct str note)
{
    struct timeline *t = &f->page->picture;
    struct timeline_lane *lane = t->lanes ? &t->lanes[t->lane_count] : NULL;

    if (!lane)
        return NULL;
    *lane = (struct timeline_lane){
        .name = name,
        .note = note,
        .dots = arena_array(f->arena, DOTS_MAX, sizeof *lane->dots),
        .spans = arena_array(f->arena, SPANS_MAX, sizeof *lane->spans),
    };
    if (!lane->dots || !lane->spans)
        return NULL;
    t->lane_count++;
    return lane;
}

static void add_span(struct timeline_lane *lane, struct timeline_span span)
{
    struct timeline_span *last = lane->span_count ? &lane->spans[lane->span_count - 1] : NULL;

    if (span.until_ms <= span.from_ms)
        return;
    if (last && last->until_ms == span.from_ms && last->hatched == span.hatched &&
        last->hollow == span.hollow && last->mark == span.mark && str_eq(last->words, span.words))
        last->until_ms = span.until_ms;
    else if (lane->span_count < SPANS_MAX)
        lane->spans[lane->span_count++] = span;
}

static void add_dot(struct timeline_lane *lane, struct timeline_dot dot)
{
    if (lane->dot_count < DOTS_MAX)
        lane->dots[lane->dot_count++] = dot;
}

/* --- what all lanes have in common --- */

static void add_tick(struct filling *f, int64_t at_ms, int rank, struct str name)
{
    struct timeline *t = &f->page->picture;
    size_t at = t->tick_count;

    if (!at_ms || !t->ticks || t->tick_count == TICKS_MAX)
        return;
    while (at && t->ticks[at - 1].at_ms > at_ms) {
        t->ticks[at] = t->ticks[at - 1];
        at--;
    }
    t->ticks[at] = (struct timeline_tick){.at_ms = at_ms, .rank = rank, .name = name};
    t->tick_count++;
}

/* Of an emergency work is let go on before it is approved: that is no approval. 0: not yet. */
static int64_t approved_ms(const struct filling *f)
{
    if (!json_is_true(json_member(f->facts, "emergency")))
        return fact_number(f->facts, "approved_ms");
    JSON_EACH(vote, json_member(f->people, "approvals"))
    {
        if (fact_is(vote, "decision", "approved") && !fact_text(vote, "why_not").len)
            return fact_number(vote, "at_ms");
    }
    return 0;
}

static void fill_ticks(struct filling *f, const struct ends *ends)
{
    const struct json *facts = f->facts;
    bool live = f->page->is_live;

    f->page->picture.ticks = arena_array(f->arena, TICKS_MAX, sizeof *f->page->picture.ticks);
    add_tick(f, ends->from_ms, 0, STR("asked for"));
    if (json_is_true(json_member(facts, "approval_needed")))
        add_tick(f, approved_ms(f), 1, STR("approved"));
    JSON_EACH(one, json_member(f->people, "fulfillers"))
    add_tick(f, fact_number(one, "at_ms"), 1, STR("said done"));
    JSON_EACH(close, json_member(facts, "closes"))
    add_tick(f, fact_number(close, "refused_ms"), 1, STR("close refused"));
    JSON_EACH(x, json_member(facts, "exceptions"))
    add_tick(f, fact_number(x, "from_ms"), 2, STR("exception"));
    if (str_eq_c(f->ended, "verified"))
        add_tick(f, fact_number(facts, "verified_ms"), 0, STR("proven"));
    if (str_eq_c(f->ended, "withdrawn"))
        add_tick(f, fact_number(f->clock, "stopped_ms"), 0, STR("ended"));
    add_tick(f, fact_number(facts, "closed_ms"), 1, STR("closed"));
    if (live)
        add_tick(f, f->now_ms, 0, STR("now"));
    JSON_EACH(d, json_member(facts, "drift"))
    add_tick(f, fact_number(d, "since_ms"), 1, STR("not so any more"));
}

/* The picture ends now, or with the last that happened to what is over. */
static struct ends ends_of(const struct filling *f)
{
    struct ends ends = {fact_number(f->facts, "requested_ms"), 0};

    JSON_EACH(act, json_path(f->facts, "acts/rows"))
    {
        int64_t at = fact_number(act, "at_ms");
        ends.until_ms = at > ends.until_ms ? at : ends.until_ms;
    }
    JSON_EACH(read, json_member(f->reads, "rows"))
    {
        int64_t at = fact_number(read, "at_ms");
        ends.until_ms = at > ends.until_ms ? at : ends.until_ms;
    }
    if (f->page->is_live || ends.until_ms <= ends.from_ms)
        ends.until_ms = f->now_ms;
    return ends;
}

/* --- the ticket --- */

static struct timeline_span ticket_span(const struct filling *f, struct str phase)
{
    static const char *const CHECKED[] = {"claimed", "verifying"};
    bool proven = !str_eq_c(f->ended, "excepted");

    if (str_eq_c(phase, "fulfilling"))
        return (struct timeline_span){.mark = MARK_NOTE, .words = STR("being worked")};
    if (str_index(phase, CHECKED, 2) >= 0)
        return (struct timeline_span){.mark = MARK_WARN, .words = STR("verifying access")};
    if (str_eq_c(phase, "verified"))
        return (struct timeline_span){.mark = MARK_GOOD, .words = STR("proven")};
    if (str_eq_c(phase, "exception"))
        return (struct timeline_span){.mark = MARK_WARN, .words = STR("covered")};
    if (str_eq_c(phase, "closed"))
        return (struct timeline_span){.mark = proven ? MARK_GOOD : MARK_WARN,
                                      .words = STR("closed")};
    if (str_eq_c(phase, "orphaned"))
        return (struct timeline_span){.mark = MARK_BAD, .words = STR("gone")};
    return (struct timeline_span){.mark = MARK_UNKNOWN, .hollow = true, .words = STR("not begun")};
}

static void fill_ticket(struct filling *f, const struct ends *ends)
{
    struct timeline_lane *lane = new_lane(f, STR("Ticket"), f->page->name);
    struct timeline_span span = {.from_ms = ends->from_ms};
    struct str phase = STR_NONE;

    if (!lane)
        return;
    JSON_EACH(act, json_path(f->facts, "acts/rows"))
    {
        struct str to = json_path_str(act, "detail/to");
        int64_t at = fact_number(act, "at_ms");
        if (!str_starts(fact_text(act, "kind"), STR("request.")) || !to.len)
            continue;
        if (phase.len) {
            int64_t from = span.from_ms;
            span = ticket_span(f, phase);
            span.from_ms = from;
            span.until_ms = at;
            add_span(lane, span);
        }
        phase = to;
        span.from_ms = at;
    }
    int64_t from = span.from_ms;
    span = ticket_span(f, phase.len ? phase : f->phase);
    span.from_ms = from;
    span.until_ms = ends->until_ms;
    add_span(lane, span);
    JSON_EACH(close, json_member(f->facts, "closes"))
    {
        bool refused = fact_text(close, "refused").len;
        add_dot(
            lane,
            (struct timeline_dot){
                .at_ms = refused ? fact_number(close, "refused_ms") : fact_number(close, "at_ms"),
                .mark = refused ? MARK_BAD : MARK_NOTE,
                .label = refused ? say_mark_sign(MARK_BAD) : STR_NONE,
                .words = refused ? arena_printf(f->arena, "close refused: %.*s",
                                                STR_ARG(evidence_reason(
                                                    f->arena, fact_text(close, "refused"))))
                                 : STR("said to be done"),
            });
    }
}

/* --- the approval --- */

static void fill_approval(struct filling *f, const struct ends *ends)
{
    bool needed = json_is_true(json_member(f->facts, "approval_needed"));
    bool emergency = json_is_true(json_member(f->facts, "emergency"));
    int64_t approved = approved_ms(f);
    int64_t until = approved ? approved : ends->until_ms;
    struct timeline_lane *lane =
        new_lane(f, STR("Approval"), needed ? STR_NONE : STR("none needed"));

    if (!lane)
        return;
    if (needed)
        add_span(lane, (struct timeline_span){.from_ms = ends->from_ms,
                                              .until_ms = until,
                                              .mark = MARK_UNKNOWN,
                                              .hollow = true,
                                              .words = emergency ? STR("owed") : STR("awaited")});
    if (approved)
        add_span(lane,
                 (struct timeline_span){.from_ms = approved,
                                        .until_ms = ends->until_ms,
                                        .mark = MARK_GOOD,
                                        .words = needed ? STR("approved") : STR("none needed")});
    JSON_EACH(vote, json_member(f->people, "approvals"))
    {
        bool counts = !fact_text(vote, "why_not").len, yes = fact_is(vote, "decision", "approved");
        enum say_mark mark = !counts ? MARK_WARN : yes ? MARK_GOOD : MARK_BAD;
        add_dot(lane, (struct timeline_dot){
                          .at_ms = fact_number(vote, "at_ms"),
                          .mark = mark,
                          .label = say_mark_sign(mark),
                          .words = arena_printf(f->arena, "%.*s by %.*s",
                                                STR_ARG(fact_text(vote, "decision")),
                                                STR_ARG(shown_person(f, fact_text(vote, "who")))),
                      });
    }
}

/* --- an entitlement, as it was read --- */

struct reading {
    const struct json *item;
    struct timeline_lane *lane;
    const struct json *last; /* the read before */
    int64_t known_ms;        /* up to here the lane is filled */
    bool removal;
};

static void add_unknown(struct reading *r, int64_t until_ms)
{
    add_span(r->lane, (struct timeline_span){.from_ms = r->known_ms,
                                             .until_ms = until_ms,
                                             .mark = MARK_UNKNOWN,
                                             .hatched = true,
                                             .words = STR("not known")});
    r->known_ms = until_ms > r->known_ms ? until_ms : r->known_ms;
}

/* What two reads said alike, and no longer apart than a proof may be old, was so between them. */
static bool was_so_between(const struct reading *r, const struct json *read)
{
    int64_t apart = fact_number(read, "as_of_ms") - fact_number(r->last, "as_of_ms");

    if (fact_number(r->last, "more"))
        apart = fact_number(r->last, "gap_ms");
    return !fact_is(read, "outcome", "unknown") &&
           str_eq(fact_text(read, "outcome"), fact_text(r->last, "outcome")) &&
           str_eq(fact_text(read, "account"), fact_text(r->last, "account")) &&
           apart <= fact_number(r->item, "max_age_ms");
}

static void add_read(struct filling *f, struct reading *r, const struct json *read)
{
    int64_t at = fact_number(read, "as_of_ms");
    bool unknown = fact_is(read, "outcome", "unknown"), there = fact_is(read, "outcome", "present");
    bool so = json_is_true(json_member(read, "as_asked"));
    bool proves = json_is_true(json_member(read, "proves"));

    if (r->last && at > r->known_ms && was_so_between(r, read)) {
        add_span(r->lane, (struct timeline_span){.from_ms = r->known_ms,
                                                 .until_ms = at,
                                                 .mark = so ? MARK_GOOD : MARK_BAD,
                                                 .hollow = !there,
                                                 .words = there ? STR("there") : STR("not there")});
        r->known_ms = at;
    } else {
        add_unknown(r, at);
    }
    add_dot(r->lane, (struct timeline_dot){
                         .at_ms = at,
                         .mark = unknown  ? MARK_UNKNOWN
                                 : proves ? MARK_GOOD
                                 : so     ? MARK_NOTE
                                          : MARK_BAD,
                         .hollow = !unknown && !there,
                         .label = unknown ? STR("?")
                                          : arena_printf(f->arena, "%lld",
                                                         (long long)fact_number(read, "number")),
                         .words = arena_printf(
                             f->arena, "read %lld: %.*s%s", (long long)fact_number(read, "number"),
                             STR_ARG(fact_text(read, "outcome")), proves ? ", proves it" : ""),
                     });
    r->last = unknown ? NULL : read;
}

static void fill_item(struct filling *f, const struct json *item, const struct ends *ends)
{
    struct reading r = {
        .item = item,
        .lane = new_lane(f, fact_text(item, "source"), fact_text(item, "entitlement")),
        .known_ms = ends->from_ms,
    };

    if (!r.lane)
        return;
    JSON_EACH(read, json_member(f->reads, "rows"))
    {
        if (fact_number(read, "item") == fact_number(item, "item"))
            add_read(f, &r, read);
    }
    add_unknown(&r, ends->until_ms);
}

/* --- the clock --- */

static void fill_clock(struct filling *f, const struct ends *ends)
{
    const struct json *c = f->clock;
    int64_t started = fact_number(c, "started_ms"), stopped = fact_number(c, "stopped_ms");
    int64_t due = fact_number(c, "due_ms"), until = stopped ? stopped : ends->until_ms;
    int64_t goal = fact_number(c, "goal_ms");
    struct timeline_lane *lane = new_lane(
        f, STR("Clock"),
        goal ? arena_printf(f->arena, "goal %.*s", STR_ARG(shown_span(f, goal))) : STR("no goal"));

    if (!lane)
        return;
    bool late = due && until > due, proven = str_eq_c(f->ended, "verified");
    enum say_mark end = late ? MARK_BAD : proven ? MARK_GOOD : MARK_NOTE;
    add_span(lane, (struct timeline_span){.from_ms = started,
                                          .until_ms = late ? due : until,
                                          .mark = MARK_NOTE,
                                          .words = STR("running")});
    if (late)
        add_span(lane,
                 (struct timeline_span){
                     .from_ms = due, .until_ms = until, .mark = MARK_BAD, .words = STR("late")});
    else if (due)
        add_span(lane, (struct timeline_span){.from_ms = until,
                                              .until_ms = due,
                                              .mark = MARK_UNKNOWN,
                                              .hollow = true,
                                              .words = STR("time left")});
    JSON_EACH(pause, json_member(c, "pauses"))
    {
        int64_t ended = fact_number(pause, "until_ms");
        add_span(lane, (struct timeline_span){.from_ms = fact_number(pause, "from_ms"),
                                              .until_ms = ended ? ended : until,
                                              .mark = MARK_WARN,
                                              .words = STR("held")});
    }
    if (due)
        add_dot(lane, (struct timeline_dot){.at_ms = due,
                                            .mark = late ? MARK_BAD : MARK_NOTE,
                                            .hollow = true,
                                            .words = STR("due")});
    if (stopped)
        add_dot(lane, (struct timeline_dot){
                          .at_ms = stopped,
                          .mark = end,
                          .label = say_mark_sign(end),
                          .words = proven ? STR("stopped by the proof") : STR("stopped"),
                      });
}

void fill_lanes(struct filling *f)
{
    enum { CHAR_WIDTH = 58, LANES = ITEMS_MAX + 3 };
    struct timeline *t = &f->page->picture;
    struct ends ends = ends_of(f);
    size_t items = 0;

    t->lanes = arena_array(f->arena, LANES, sizeof *t->lanes);
    fill_ticks(f, &ends);
    fill_ticket(f, &ends);
    fill_approval(f, &ends);
    JSON_EACH(item, f->items)
    {
        if (items++ < ITEMS_MAX)
            fill_item(f, item, &ends);
    }
    fill_clock(f, &ends);
    t->until_ms = ends.until_ms;
    timeline_lay(t, f->arena, EVIDENCE_PICTURE_LEFT, EVIDENCE_PICTURE_RIGHT, CHAR_WIDTH);
    f->page->picture_text = arena_printf(
        f->arena,
        "%.*s. %.*s Lanes of the ticket, the approval, %zu entitlement%s and the clock; "
        "every read is a dot and stands in the table of reads below.",
        STR_ARG(f->page->verdict), STR_ARG(f->page->because), items, items == 1 ? "" : "s");
}
