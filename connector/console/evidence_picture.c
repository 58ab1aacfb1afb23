/* evidence_picture.c: the lanes drawn. There or not there is told by shape (filled, outlined), not
 * known by hatching, good or bad by a sign in words beside the colour. */
#include "console/evidence_picture.h"

#include "console/evidence_priv.h"
#include "console/svg.h"

enum {
    NAME_HEIGHT = 26, /* a name above the lanes, and its time */
    LANE_HEIGHT = 36,
    BAR = 16,       /* of a lane, what is drawn */
    RADIUS = 7,     /* of a dot */
    STEP = 9,       /* up or down of one that would cover another */
    WORDS_CHAR = 6, /* pixels of a character within a bar */
    AXIS_HEIGHT = 20,
};

static const char *bar_class(const struct timeline_span *span)
{
    static const char *const FULL[MARK_COUNT] = {
        [MARK_GOOD] = "bar good",       [MARK_BAD] = "bar bad",   [MARK_WARN] = "bar warn",
        [MARK_UNKNOWN] = "bar unknown", [MARK_NOTE] = "bar note",
    };
    static const char *const HOLLOW[MARK_COUNT] = {
        [MARK_GOOD] = "bar hollow good", [MARK_BAD] = "bar hollow bad",
        [MARK_WARN] = "bar hollow warn", [MARK_UNKNOWN] = "bar hollow unknown",
        [MARK_NOTE] = "bar hollow note",
    };
    return span->hollow ? HOLLOW[span->mark] : FULL[span->mark];
}

static const char *dot_class(const struct timeline_dot *dot)
{
    static const char *const FULL[MARK_COUNT] = {
        [MARK_GOOD] = "dot good",       [MARK_BAD] = "dot bad",   [MARK_WARN] = "dot warn",
        [MARK_UNKNOWN] = "dot unknown", [MARK_NOTE] = "dot note",
    };
    static const char *const HOLLOW[MARK_COUNT] = {
        [MARK_GOOD] = "dot hollow good", [MARK_BAD] = "dot hollow bad",
        [MARK_WARN] = "dot hollow warn", [MARK_UNKNOWN] = "dot hollow unknown",
        [MARK_NOTE] = "dot hollow note",
    };
    return dot->hollow ? HOLLOW[dot->mark] : FULL[dot->mark];
}

/* Where words of that length stand in the bar without a dot on them: in the middle, else at its
 * beginning, else at its end; 0: nowhere. */
static int words_at(const struct timeline_lane *lane, const struct timeline_span *span, int length)
{
    const int at[] = {span->x + span->width / 2, span->x + length / 2 + 4,
                      span->x + span->width - length / 2 - 4};

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        int left = at[i] - length / 2, right = at[i] + length / 2;
        bool is_free = left >= span->x && right <= span->x + span->width;
        for (size_t j = 0; j < lane->dot_count; j++) {
            int x = lane->dots[j].x;
            is_free &= x + RADIUS < left || x - RADIUS > right;
        }
        if (is_free)
            return at[i];
    }
    return 0;
}

static void draw_span(struct markup *m, const struct timeline_lane *lane,
                      const struct timeline_span *span, int y)
{
    int at = words_at(lane, span, (int)span->words.len * WORDS_CHAR);

    SVG (m, G) {
        SVG_LEAF(m, TITLE, span->words);
        if (span->hatched)
            svg_hatched(m, span->x, y - BAR / 2, span->width, BAR, "unknown-time");
        else
            svg_rect(m, span->x, y - BAR / 2, span->width, BAR, 2, bar_class(span));
        if (at && !span->hatched)
            svg_text(m, at, y + 4, span->words, span->hollow ? "mid in hollow" : "mid in");
    }
}

static void draw_dot(struct markup *m, const struct timeline_dot *dot, int y)
{
    int at = y + dot->step * STEP;

    SVG (m, G) {
        SVG_LEAF(m, TITLE, dot->words);
        svg_circle(m, dot->x, at, RADIUS, dot_class(dot));
        if (dot->label.len)
            svg_text(m, dot->x, at + 3, dot->label, dot->hollow ? "mid on hollow" : "mid on");
    }
}

/* A name that somebody typed may be of any length: what does not fit is cut here, and stands whole
 * in the tables. */
static struct str cut(struct str s, size_t chars, bool *ret_cut)
{
    size_t at = 0;

    while (at < s.len && chars) {
        at++;
        while (at < s.len && ((unsigned char)s.p[at] & 0xC0) == 0x80)
            at++;
        chars--;
    }
    *ret_cut = at < s.len;
    return str_n(s.p, at);
}

static void draw_name(struct markup *m, int y, struct str name, size_t chars, const char *class)
{
    bool is_cut;
    struct str shown = cut(name, chars, &is_cut);

    SVG (m, TEXT, A_STR(CLASS, str_of(class)), A_NUM(X, 0), A_NUM(Y, y)) {
        markup_text(m, shown);
        if (is_cut)
            markup_text(m, STR("…"));
    }
}

static void draw_lane(struct markup *m, const struct timeline_lane *lane, int y)
{
    enum { NAME_CHARS = 20, NOTE_CHARS = 24 };

    draw_name(m, lane->note.len ? y - 2 : y + 4, lane->name, NAME_CHARS, "strong");
    if (lane->note.len)
        draw_name(m, y + 11, lane->note, NOTE_CHARS, "soft tiny");
    svg_line(m, EVIDENCE_PICTURE_LEFT, y, EVIDENCE_PICTURE_RIGHT, y, "axis");
    for (size_t i = 0; i < lane->span_count; i++)
        draw_span(m, lane, &lane->spans[i], y);
}

static void draw_ticks(struct markup *m, const struct timeline *t, int top, int bottom)
{
    char text[SAY_BYTES];

    for (size_t i = 0; i < t->tick_count; i++) {
        const struct timeline_tick *tick = &t->ticks[i];
        int y = top - NAME_HEIGHT * tick->row - NAME_HEIGHT;
        if (tick->row == TIMELINE_NO_ROW) {
            svg_line(m, tick->x, top, tick->x, bottom, "moment");
            continue;
        }
        svg_line(m, tick->x, y + NAME_HEIGHT - 3, tick->x, bottom, "moment");
        svg_text(m, tick->left + tick->length / 2, y + 9, tick->name, "mid tiny strong");
        svg_text(m, tick->left + tick->length / 2, y + 20, timeline_time(tick->at_ms, text),
                 "mid tiny soft");
    }
}

/* How much time a way stands for. */
static void draw_gaps(struct markup *m, const struct timeline *t, int y)
{
    enum { MARGIN = 3 };
    char text[SAY_BYTES];

    for (size_t i = 0; i < t->gap_count; i++) {
        const struct timeline_gap *gap = &t->gaps[i];
        svg_line(m, gap->x + MARGIN, y, gap->x + gap->width - MARGIN, y, "axis");
        svg_text(m, gap->x + gap->width / 2, y + 13, say_duration(gap->ms, text), "mid tiny soft");
    }
}

void evidence_picture_draw(struct markup *m, const struct evidence_page *page)
{
    const struct timeline *t = &page->picture;
    int top = t->rows * NAME_HEIGHT + 4;
    int bottom = top + (int)t->lane_count * LANE_HEIGHT;

    SVG_PICTURE (m, .id = "picture", .width = EVIDENCE_PICTURE_WIDTH,
                 .height = bottom + AXIS_HEIGHT, .title = STR("What happened when"),
                 .text = page->picture_text) {
        svg_hatch(m, "unknown-time");
        for (size_t i = 0; i < t->lane_count; i++)
            draw_lane(m, &t->lanes[i], top + (int)i * LANE_HEIGHT + LANE_HEIGHT / 2);
        draw_ticks(m, t, top, bottom);
        for (size_t i = 0; i < t->lane_count; i++)
            for (size_t j = 0; j < t->lanes[i].dot_count; j++)
                draw_dot(m, &t->lanes[i].dots[j], top + (int)i * LANE_HEIGHT + LANE_HEIGHT / 2);
        draw_gaps(m, t, bottom + 3);
    }
}
