#include "console/gate_picture.h"

#include <stdio.h>
#include <string.h>

#include "console/graph.h"
#include "console/say.h"
#include "console/svg.h"

enum {
    TEXT_BYTES = 256,
    NAME_CHARS = 22,
    CHAR_WIDTH = 8,
    BOX_HEIGHT = 46,
    BOX_MIN = 104,
    DOT = 16,
    NUMBERS_BYTES = 16,
    BADGE = 10,
    ARROW = 8,
};

/* One line of the picture: all roads between the same two ends that are drawn alike. */
struct line {
    size_t from, to; /* nodes */
    enum gate_state state;
    char numbers[NUMBERS_BYTES]; /* of the roads it stands for: "1, 3"; empty: none of Done */
};

struct drawing {
    struct markup *m;
    const struct gate_flow *flow;
    struct graph *g;
    struct line lines[GRAPH_EDGES_MAX];
    size_t line_count;
    size_t any; /* the node "any status"; 0: there is none */
    bool over;
    struct graph_point badges[GRAPH_EDGES_MAX]; /* where numbers stand already */
    size_t badge_count;
};

static const struct {
    const char *class;
    struct str sign;
} STATES[GATE_STATE_COUNT] = {[GATE_GATED] = {"good", {"✓", sizeof "✓" - 1}},
                              [GATE_OPEN] = {"bad", {"✗", sizeof "✗" - 1}},
                              [GATE_LEFT] = {"left", {"", 0}},
                              [GATE_NOT_DONE] = {"plain", {"", 0}}};

/* --- nodes: the beginning, the statuses in their order, any status --- */

static size_t chars_of(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n < NAME_CHARS ? n : NAME_CHARS + 1;
}

static size_t node_of(size_t status)
{
    return status + 1;
}

static void add_nodes(struct drawing *d)
{
    struct graph *g = d->g;
    bool global = false;

    g->nodes[g->node_count++] = (struct graph_node){.width = DOT, .height = DOT};
    for (size_t i = 0; i < d->flow->status_count && g->node_count < GRAPH_NODES_MAX - 1; i++) {
        const struct gate_status *s = &d->flow->statuses[i];
        double width = (double)(chars_of(s->name) * CHAR_WIDTH + 24);
        g->nodes[g->node_count++] = (struct graph_node){
            .width = width < BOX_MIN ? BOX_MIN : width,
            .height = BOX_HEIGHT,
            .stage = str_eq_c(s->category, "done") ? 2 : s->part == PART_VERIFY};
    }
    for (size_t i = 0; i < d->flow->road_count; i++)
        global |= d->flow->roads[i].is_global;
    if (!global)
        return;
    d->any = g->node_count;
    g->nodes[g->node_count++] =
        (struct graph_node){.width = BOX_MIN, .height = BOX_HEIGHT * 0.7, .stage = 1};
}

/* --- lines --- */

/* "1, 3", and a plus where no more fit. */
static void add_number(struct line *l, size_t number)
{
    size_t len = strlen(l->numbers);
    char text[SAY_BYTES];
    int more = snprintf(text, sizeof text, "%s%zu", len ? ", " : "", number);

    if (!number)
        return;
    if (len + (size_t)more + 2 > sizeof l->numbers)
        snprintf(text, sizeof text, "%s", len && l->numbers[len - 1] == '+' ? "" : "+");
    (void)!str_copy(l->numbers + len, sizeof l->numbers - len, str_of(text));
}

static void add_line(struct drawing *d, size_t from, size_t to, enum gate_state state,
                     size_t number)
{
    for (size_t i = 0; i < d->line_count; i++) {
        struct line *l = &d->lines[i];
        if (l->from != from || l->to != to || l->state != state)
            continue;
        add_number(l, number);
        return;
    }
    if (d->line_count == GRAPH_EDGES_MAX || from == to) {
        d->over |= from != to;
        return;
    }
    struct line *l = &d->lines[d->line_count++];
    *l = (struct line){.from = from, .to = to, .state = state};
    add_number(l, number);
    d->g->edges[d->g->edge_count++] = (struct graph_edge){.from = from, .to = to};
}

static void add_lines(struct drawing *d)
{
    size_t number = 0;

    for (size_t i = 0; i < d->flow->road_count; i++) {
        const struct gate_road *road = &d->flow->roads[i];
        size_t to = node_of(road->to), its = 0;
        if (road->state != GATE_NOT_DONE)
            its = ++number;
        if (road->to >= d->flow->status_count)
            continue;
        if (road->is_initial)
            add_line(d, 0, to, road->state, its);
        else if (road->is_global)
            add_line(d, d->any, to, road->state, its);
        for (size_t k = 0; !road->is_initial && !road->is_global && k < road->from_count; k++)
            if (road->from[k] < d->flow->status_count)
                add_line(d, node_of(road->from[k]), to, road->state, its);
    }
}

/* --- drawing --- */

static struct graph_point end_of(const struct graph *g, size_t node, bool right)
{
    const struct graph_node *n = &g->nodes[node];

    return (struct graph_point){right ? n->x + n->width : n->x, n->y + n->height / 2};
}

/* A smooth way through the points: each piece leaves and arrives level. */
static void put_way(struct markup *m, const struct graph_point *p, size_t count, const char *class)
{
    struct svg_path path = {0};

    svg_move(&path, p[0].x, p[0].y);
    for (size_t i = 1; i < count; i++) {
        double half = (p[i].x - p[i - 1].x) / 2;
        svg_curve(&path, p[i - 1].x + half, p[i - 1].y, p[i].x - half, p[i].y, p[i].x, p[i].y);
    }
    svg_put_path(m, &path, class);
}

static void put_arrow(struct markup *m, struct graph_point at, bool right, const char *class)
{
    struct svg_path path = {0};
    double back = right ? -ARROW : ARROW;

    svg_move(&path, at.x + back, at.y - ARROW * 0.6);
    svg_to(&path, at.x, at.y);
    svg_to(&path, at.x + back, at.y + ARROW * 0.6);
    svg_put_path(m, &path, class);
}

static double badge_width(const struct line *l)
{
    size_t chars = strlen(l->numbers) + (STATES[l->state].sign.len > 0);

    return chars < 3 ? 2 * BADGE + 2 : 8 + 7.0 * (double)chars;
}

static void put_badge(struct drawing *d, const struct line *l, struct graph_point at)
{
    char text[SAY_BYTES], class[SAY_BYTES];
    double width = badge_width(l);

    snprintf(text, sizeof text, "%.*s%s", STR_ARG(STATES[l->state].sign), l->numbers);
    snprintf(class, sizeof class, "badge %s", STATES[l->state].class);
    svg_rect(d->m, at.x - width / 2, at.y - BADGE, width, 2 * BADGE, BADGE, class);
    svg_text(d->m, at.x, at.y + 4, str_of(text), "mid strong onbadge");
    d->badges[d->badge_count++] = at;
}

enum { POINTS_MAX = GRAPH_LAYERS_MAX + 2 };

/* The points of an edge, from its beginning to its end. */
static size_t points_of(const struct graph *g, const struct graph_edge *edge,
                        struct graph_point points[POINTS_MAX])
{
    size_t count = 0;

    points[count++] = end_of(g, edge->from, !edge->is_back);
    for (size_t i = 0; i < edge->bend_count && count < POINTS_MAX - 1; i++)
        points[count++] = g->bends[edge->bend + i];
    points[count++] = end_of(g, edge->to, edge->is_back || edge->is_level);
    return count;
}

/* Within a layer: around the right side of both boxes. */
static void put_level(struct drawing *d, const struct graph_point *p, const char *class)
{
    struct svg_path path = {0};
    double out = p[0].x > p[1].x ? p[0].x : p[1].x;

    svg_move(&path, p[0].x, p[0].y);
    svg_curve(&path, out + 44, p[0].y, out + 44, p[1].y, p[1].x, p[1].y);
    svg_put_path(d->m, &path, class);
}

static void put_line(struct drawing *d, size_t i)
{
    const struct graph_edge *edge = &d->g->edges[i];
    const struct line *l = &d->lines[i];
    struct graph_point p[POINTS_MAX];
    size_t count = points_of(d->g, edge, p);
    char class[SAY_BYTES];

    snprintf(class, sizeof class, "road %s", STATES[l->state].class);
    if (edge->is_level)
        put_level(d, p, class);
    else
        put_way(d->m, p, count, class);
    snprintf(class, sizeof class, "road head %s", STATES[l->state].class);
    put_arrow(d->m, p[count - 1], !edge->is_back && !edge->is_level, class);
}

/* On the curve of one piece, t from 0 to 1 (see put_way). */
static struct graph_point along(struct graph_point a, struct graph_point b, double t)
{
    double half = (a.x + b.x) / 2, u = 1 - t;

    return (struct graph_point){u * u * u * a.x + 3 * u * t * half + t * t * t * b.x,
                                a.y + (b.y - a.y) * (3 * t * t - 2 * t * t * t)};
}

/* Nothing stands there yet: no number, and no box. */
static bool is_free(const struct drawing *d, struct graph_point at, double width)
{
    for (size_t i = 0; i < d->badge_count; i++) {
        double x = d->badges[i].x - at.x, y = d->badges[i].y - at.y;
        if ((x < 0 ? -x : x) < width + 6 && (y < 0 ? -y : y) < 2 * BADGE + 2)
            return false;
    }
    for (size_t i = 0; i < d->g->node_count; i++) {
        const struct graph_node *n = &d->g->nodes[i];
        if (at.x + width / 2 > n->x && at.x - width / 2 < n->x + n->width && at.y + BADGE > n->y &&
            at.y - BADGE < n->y + n->height)
            return false;
    }
    return true;
}

/* The first place along the road that is free; else the first of all. */
static void put_number(struct drawing *d, size_t i)
{
    static const double PLACES[] = {0.35, 0.5, 0.2, 0.65, 0.8};
    const struct graph_edge *edge = &d->g->edges[i];
    double width = badge_width(&d->lines[i]);
    struct graph_point p[POINTS_MAX];

    if (!d->lines[i].numbers[0])
        return;
    size_t count = points_of(d->g, edge, p);
    struct graph_point chosen = along(p[0], p[1], PLACES[0]);
    if (edge->is_level) {
        chosen =
            (struct graph_point){(p[0].x > p[1].x ? p[0].x : p[1].x) + 33, (p[0].y + p[1].y) / 2};
        count = 1;
    }
    for (size_t piece = 1; piece < count; piece++)
        for (size_t k = 0; k < sizeof PLACES / sizeof PLACES[0]; k++) {
            struct graph_point at = along(p[piece - 1], p[piece], PLACES[k]);
            if (!is_free(d, at, width))
                continue;
            put_badge(d, &d->lines[i], at);
            return;
        }
    put_badge(d, &d->lines[i], chosen);
}

static struct str below(const struct gate_status *s)
{
    static const char *const PARTS[PART_COUNT] = {
        [PART_OPEN] = NULL,
        [PART_VERIFY] = "waits for proof",
        [PART_DONE] = "done",
        [PART_CANCELLED] = "done: cancelled",
        [PART_DECLINED] = "done: declined",
    };

    if (PARTS[s->part])
        return str_of(PARTS[s->part]);
    return str_eq_c(s->category, "new")    ? STR("to do")
           : str_eq_c(s->category, "done") ? STR("done")
                                           : STR("in progress");
}

/* Cut at a character, with an ellipsis. */
static struct str short_name(struct str name, char dst[TEXT_BYTES])
{
    size_t at = 0, n = 0;

    while (at < name.len && at < TEXT_BYTES - 8) {
        if (((unsigned char)name.p[at] & 0xC0) != 0x80 && n++ == NAME_CHARS)
            break;
        dst[at] = name.p[at];
        at++;
    }
    snprintf(dst + at, TEXT_BYTES - at, "%s", at < name.len ? "…" : "");
    return str_of(dst);
}

static void put_status(struct drawing *d, size_t i)
{
    const struct gate_status *s = &d->flow->statuses[i];
    const struct graph_node *n = &d->g->nodes[node_of(i)];
    char name[TEXT_BYTES], class[SAY_BYTES];

    snprintf(class, sizeof class, "status %s",
             s->part == PART_VERIFY          ? "verify"
             : str_eq_c(s->category, "done") ? "done"
             : str_eq_c(s->category, "new")  ? "new"
                                             : "work");
    SVG (d->m, G) {
        SVG_LEAF(d->m, TITLE, s->name);
        svg_rect(d->m, n->x, n->y, n->width, n->height, 6, class);
        svg_text(d->m, n->x + n->width / 2, n->y + 20, short_name(s->name, name), "mid strong");
        svg_text(d->m, n->x + n->width / 2, n->y + 36, below(s), "mid soft tiny");
    }
}

static void put_ends(struct drawing *d)
{
    const struct graph_node *begin = &d->g->nodes[0], *any = &d->g->nodes[d->any];

    SVG (d->m, G) {
        SVG_LEAF(d->m, TITLE, STR("Where tickets are made"));
        svg_circle(d->m, begin->x + DOT / 2.0, begin->y + DOT / 2.0, DOT / 2.0, "begin");
    }
    if (!d->any)
        return;
    svg_rect(d->m, any->x, any->y, any->width, any->height, any->height / 2, "status any");
    svg_text(d->m, any->x + any->width / 2, any->y + any->height / 2 + 4, STR("any status"),
             "mid strong");
}

static void describe(const struct gate_flow *flow, char dst[TEXT_BYTES])
{
    size_t of[GATE_STATE_COUNT] = {0};

    for (size_t i = 0; i < flow->road_count; i++)
        of[flow->roads[i].state]++;
    snprintf(
        dst, TEXT_BYTES,
        "%zu statuses; of the roads into Done %zu are gated, %zu open, %zu left alone. The list "
        "below says each in words, by its number.",
        flow->status_count, of[GATE_GATED], of[GATE_OPEN], of[GATE_LEFT]);
}

bool gate_put_picture(struct markup *m, struct arena *arena, const struct gate_flow *flow,
                      size_t index)
{
    struct drawing *d = ARENA_NEW(arena, struct drawing);
    char text[TEXT_BYTES], id[SAY_BYTES];

    if (!d || !(d->g = ARENA_NEW(arena, struct graph)))
        return false;
    d->m = m;
    d->flow = flow;
    add_nodes(d);
    if (flow->status_count + 1 > d->g->node_count)
        return false;
    add_lines(d);
    if (d->over || !graph_lay_out(d->g, arena))
        return false;
    describe(flow, text);
    snprintf(id, sizeof id, "flow-%zu", index);
    SVG_PICTURE (m, .id = id, .width = d->g->width, .height = d->g->height, .title = flow->name,
                 .text = str_of(text)) {
        for (int done = 0; done < 2; done++) /* what counts lies on top */
            for (size_t i = 0; i < d->line_count; i++)
                if ((d->lines[i].numbers[0] != 0) == done)
                    put_line(d, i);
        put_ends(d);
        for (size_t i = 0; i < flow->status_count; i++)
            put_status(d, i);
        for (size_t i = 0; i < d->line_count; i++)
            put_number(d, i);
    }
    return true;
}
