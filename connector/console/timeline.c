#include "console/timeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum {
    NEAREST = 5,         /* pixels between two moments at the least, while there is room */
    DOT = 11,            /* two dots that are nearer than this are not on one line */
    BETWEEN = 10,        /* pixels between two names */
    GAP_MIN = 46,        /* a way is said from this length on */
    GAP_MS = 60 * 1000,  /* and from this time on */
    TIME_CHARS = 15,     /* of "27 Nov 11:02:38" */
    WEIGHT_UNIT_MS = 250 /* what is shorter hardly counts */
};

/* --- moments and their places --- */

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t moments_max(const struct timeline *t)
{
    size_t n = t->tick_count;

    for (size_t i = 0; i < t->lane_count; i++)
        n += t->lanes[i].dot_count + 2 * t->lanes[i].span_count;
    return n;
}

static void find_moments(struct timeline *t, struct arena *arena)
{
    size_t n = 0, max = moments_max(t) + 1;

    t->moment_count = 0;
    t->moments = arena_array(arena, max, sizeof *t->moments);
    t->places = arena_array(arena, max, sizeof *t->places);
    if (!t->moments || !t->places)
        return;
    for (size_t i = 0; i < t->tick_count; i++)
        t->moments[n++] = t->ticks[i].at_ms;
    for (size_t i = 0; i < t->lane_count; i++) {
        const struct timeline_lane *lane = &t->lanes[i];
        for (size_t j = 0; j < lane->dot_count; j++)
            t->moments[n++] = lane->dots[j].at_ms;
        for (size_t j = 0; j < lane->span_count; j++) {
            t->moments[n++] = lane->spans[j].from_ms;
            t->moments[n++] = lane->spans[j].until_ms;
        }
    }
    qsort(t->moments, n, sizeof *t->moments, by_time);
    for (size_t i = 0; i < n; i++)
        if (!t->moment_count || t->moments[i] != t->moments[t->moment_count - 1])
            t->moments[t->moment_count++] = t->moments[i];
}

/* 16 times the logarithm (of base 2) of 1 + the time in units, straight between powers. */
static int64_t weight_of(int64_t ms)
{
    int64_t units = 1 + ms / WEIGHT_UNIT_MS, power = 1, weight = 0;

    while (power <= units / 2) {
        power *= 2;
        weight += 16;
    }
    return weight + 16 * (units - power) / power;
}

/* Those from `begin` on up to `end` between left and right. */
static void place_range(struct timeline *t, size_t begin, size_t end, int left, int right)
{
    int64_t total = 0, passed = 0, ways = end > begin ? (int64_t)(end - begin) - 1 : 0;
    int64_t nearest =
        ways && ways * NEAREST > (right - left) / 2 ? (right - left) / 2 / ways : NEAREST;
    int64_t rest = right - left - ways * nearest;

    for (size_t i = begin + 1; i < end; i++)
        total += weight_of(t->moments[i] - t->moments[i - 1]);
    for (size_t i = begin; i < end; i++) {
        int64_t way = (int64_t)(i - begin);
        if (way)
            passed += weight_of(t->moments[i] - t->moments[i - 1]);
        t->places[i] = left + (int)(way * nearest + (total ? passed * rest / total : 0));
    }
}

static void place_moments(struct timeline *t, int left, int right)
{
    size_t now = t->moment_count;
    int end = right;

    while (t->until_ms && now > 1 && t->moments[now - 1] > t->until_ms)
        now--;
    if (now < t->moment_count)
        end = right - (right - left) / 6;
    place_range(t, 0, now, left, end);
    if (now < t->moment_count) /* they begin where the others end */
        place_range(t, now - 1, t->moment_count, end, right);
}

int timeline_x(const struct timeline *t, int64_t ms)
{
    size_t low = 0, high = t->moment_count;

    if (!high)
        return 0;
    while (low < high) { /* the first that is not before */
        size_t middle = low + (high - low) / 2;
        if (t->moments[middle] < ms)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == t->moment_count)
        return t->places[low - 1];
    if (low == 0 || t->moments[low] == ms)
        return t->places[low];
    int64_t whole = t->moments[low] - t->moments[low - 1], part = ms - t->moments[low - 1];
    return t->places[low - 1] + (int)((t->places[low] - t->places[low - 1]) * part / whole);
}

/* --- what stands there --- */

/* Dots that would cover each other go one up, one down, one to the middle. */
static void place_dots(const struct timeline *t, struct timeline_lane *lane)
{
    static const int NEXT[] = {[0] = -1, [1] = 0, [2] = 1}; /* after -1: 1; after 0: -1 */
    int last = -2 * DOT, step = 0;

    for (size_t i = 0; i < lane->dot_count; i++) {
        struct timeline_dot *dot = &lane->dots[i];
        dot->x = timeline_x(t, dot->at_ms);
        if (dot->x - last >= DOT)
            step = 0;
        else
            step = step == 0 ? NEXT[0] : step == -1 ? NEXT[2] : NEXT[1];
        dot->step = step;
        last = dot->x;
    }
}

static void place_spans(const struct timeline *t, struct timeline_lane *lane)
{
    for (size_t i = 0; i < lane->span_count; i++) {
        struct timeline_span *span = &lane->spans[i];
        span->x = timeline_x(t, span->from_ms);
        span->width = timeline_x(t, span->until_ms) - span->x;
    }
}

/* --- names above the lanes --- */

static size_t chars_of(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static bool overlap(const struct timeline_tick *a, const struct timeline_tick *b)
{
    return a->left < b->left + b->length + BETWEEN && b->left < a->left + a->length + BETWEEN;
}

/* The line from a name down to the lanes passes through the rows below it. */
static bool crosses(const struct timeline_tick *high, const struct timeline_tick *low)
{
    return high->x > low->left - BETWEEN / 2 && high->x < low->left + low->length + BETWEEN / 2;
}

static bool fits(const struct timeline *t, const struct timeline_tick *tick, int row)
{
    for (size_t i = 0; i < t->tick_count; i++) {
        const struct timeline_tick *other = &t->ticks[i];
        if (other == tick || other->row == TIMELINE_NO_ROW)
            continue;
        if ((other->row == row && overlap(other, tick)) ||
            (other->row > row && crosses(other, tick)) ||
            (other->row < row && crosses(tick, other)))
            return false;
    }
    return true;
}

/* In the middle above its moment, but within the picture. */
static void measure(struct timeline_tick *tick, int left, int right, int char_width)
{
    size_t chars = chars_of(tick->name);

    tick->length = (int)(chars > TIME_CHARS ? chars : TIME_CHARS) * char_width / 10;
    tick->left = tick->x - tick->length / 2;
    if (tick->left + tick->length > right)
        tick->left = right - tick->length;
    if (tick->left < left)
        tick->left = left;
}

static void place_ticks(struct timeline *t, int left, int right, int char_width)
{
    int last_rank = 0;

    t->rows = 0;
    for (size_t i = 0; i < t->tick_count; i++) {
        struct timeline_tick *tick = &t->ticks[i];
        tick->x = timeline_x(t, tick->at_ms);
        tick->row = TIMELINE_NO_ROW;
        measure(tick, left, right, char_width);
        last_rank = tick->rank > last_rank ? tick->rank : last_rank;
    }
    for (int rank = 0; rank <= last_rank; rank++)
        for (size_t i = 0; i < t->tick_count; i++) {
            struct timeline_tick *tick = &t->ticks[i];
            if (tick->rank != rank)
                continue;
            for (int row = 0; row < TIMELINE_ROWS && tick->row == TIMELINE_NO_ROW; row++)
                if (fits(t, tick, row))
                    tick->row = row;
            t->rows = tick->row >= t->rows ? tick->row + 1 : t->rows;
        }
}

static void find_gaps(struct timeline *t, struct arena *arena)
{
    t->gap_count = 0;
    t->gaps = arena_array(arena, t->moment_count + 1, sizeof *t->gaps);
    for (size_t i = 1; t->gaps && i < t->moment_count; i++) {
        struct timeline_gap gap = {t->places[i - 1], t->places[i] - t->places[i - 1],
                                   t->moments[i] - t->moments[i - 1]};
        if (gap.width >= GAP_MIN && gap.ms >= GAP_MS)
            t->gaps[t->gap_count++] = gap;
    }
}

void timeline_lay(struct timeline *t, struct arena *arena, int left, int right, int char_width)
{
    find_moments(t, arena);
    place_moments(t, left, right);
    for (size_t i = 0; i < t->lane_count; i++) {
        place_spans(t, &t->lanes[i]);
        place_dots(t, &t->lanes[i]);
    }
    place_ticks(t, left, right, char_width);
    find_gaps(t, arena);
}

struct str timeline_moment(int64_t ms, char *dst)
{
    char whole[SAY_BYTES], exact[CLOCK_TEXT_SIZE];

    say_time(ms, whole);
    clock_rfc3339(ms, exact);
    snprintf(dst, SAY_BYTES, "%.11s %.8s", whole, exact + 11);
    return str_of(dst);
}

struct str timeline_time(int64_t ms, char *dst)
{
    char whole[SAY_BYTES];

    timeline_moment(ms, whole);
    snprintf(dst, SAY_BYTES, "%.6s %.8s", whole, whole + 12);
    return str_of(dst);
}
