#include "console/graph.h"

#include <string.h>

enum {
    SWEEPS = 12,
    GAP_X = 72,    /* between layers: room for the roads and their numbers */
    GAP_Y = 30,    /* between boxes */
    BEND_GAP = 16, /* beside a road that passes */
    MARGIN = 24,
    SPOTS_MAX = GRAPH_NODES_MAX + GRAPH_BENDS_MAX,
};

/* A node, or a bend of an edge, in its layer. */
struct spot {
    int layer;
    size_t order; /* in its layer */
    double height;
    double y; /* of its middle */
    double wish;
    size_t up, down; /* a bend: what it lies between, in layers to the left and to the right */
    bool is_bend;
};

struct work {
    struct graph *g;
    struct spot *spots; /* nodes first, then bends */
    size_t spot_count;
    size_t *by_layer; /* spots of each layer, in order */
    size_t first[GRAPH_LAYERS_MAX + 1];
    int layers;
};

/* --- layers --- */

/* How far from the beginning, along the edges; what nothing leads to stands in the second layer. */
static void measure(struct graph *g)
{
    int far[GRAPH_NODES_MAX];

    for (size_t i = 0; i < g->node_count; i++)
        far[i] = i == 0 ? 0 : -1;
    for (size_t round = 0; round < g->node_count; round++) {
        bool moved = false;
        for (size_t e = 0; e < g->edge_count; e++) {
            const struct graph_edge *edge = &g->edges[e];
            if (far[edge->from] != (int)round || far[edge->to] >= 0)
                continue;
            far[edge->to] = (int)round + 1;
            moved = true;
        }
        if (!moved)
            break;
    }
    for (size_t i = 0; i < g->node_count; i++) {
        int last = GRAPH_LAYERS_MAX - GRAPH_STAGES;
        g->nodes[i].layer = far[i] < 0 ? 1 : far[i] < last ? far[i] : last;
    }
}

/* Whoever is of a later stage stands in the layer behind all that are of earlier ones. */
static void put_stages(struct work *w)
{
    struct graph *g = w->g;
    int last = 0;

    for (int stage = 0; stage < GRAPH_STAGES; stage++) {
        int own = last + (stage > 0);
        for (size_t i = 0; i < g->node_count; i++) {
            struct graph_node *node = &g->nodes[i];
            if (node->stage != stage)
                continue;
            node->layer = stage ? own : node->layer;
            last = node->layer > last ? node->layer : last;
        }
    }
    w->layers = last + 1;
}

/* --- spots: nodes, and a bend in each layer that an edge passes --- */

static void add_bends(struct work *w, struct graph_edge *edge)
{
    struct graph *g = w->g;
    int from = g->nodes[edge->from].layer, to = g->nodes[edge->to].layer;
    size_t left = from < to ? edge->from : edge->to, right = from < to ? edge->to : edge->from;
    int count = from < to ? to - from - 1 : from - to - 1;

    edge->is_level = from == to;
    edge->is_back = from > to;
    if (count <= 0 || g->bend_count + (size_t)count > GRAPH_BENDS_MAX)
        return;
    edge->bend = g->bend_count;
    edge->bend_count = (size_t)count;
    for (int i = 0; i < count; i++) {
        size_t at = w->spot_count++;
        w->spots[at] = (struct spot){.layer = g->nodes[left].layer + 1 + i,
                                     .height = 0,
                                     .is_bend = true,
                                     .up = i == 0 ? left : at - 1,
                                     .down = i == count - 1 ? right : at + 1};
    }
    g->bend_count += (size_t)count;
}

static void fill_layers(struct work *w)
{
    size_t at = 0;

    for (int layer = 0; layer < w->layers; layer++) {
        w->first[layer] = at;
        for (size_t i = 0; i < w->spot_count; i++)
            if (w->spots[i].layer == layer) {
                w->spots[i].order = at - w->first[layer];
                w->by_layer[at++] = i;
            }
    }
    w->first[w->layers] = at;
}

/* --- order and places: the mean of the neighbours on one side --- */

struct mean {
    double sum;
    size_t count;
};

static double place_of(const struct work *w, size_t spot, bool by_order)
{
    return by_order ? (double)w->spots[spot].order : w->spots[spot].y;
}

static void note(const struct work *w, struct mean *m, size_t other, int layer, int side,
                 bool by_order)
{
    int step = w->spots[other].layer - layer;

    if (step == 0 || (side && step != side))
        return;
    m->sum += place_of(w, other, by_order);
    m->count++;
}

/* side: -1 those to the left, 1 those to the right, 0 both. */
static double mean_of(const struct work *w, size_t spot, int side, bool by_order)
{
    const struct spot *s = &w->spots[spot];
    const struct graph *g = w->g;
    struct mean m = {0};

    if (s->is_bend) {
        note(w, &m, s->up, s->layer, side, by_order);
        note(w, &m, s->down, s->layer, side, by_order);
    }
    for (size_t e = 0; !s->is_bend && e < g->edge_count; e++) {
        const struct graph_edge *edge = &g->edges[e];
        if (edge->from != spot && edge->to != spot)
            continue;
        bool rightward = g->nodes[edge->from].layer < g->nodes[edge->to].layer;
        bool is_left = (edge->from == spot) == rightward;
        size_t bend = g->node_count + edge->bend + (is_left ? 0 : edge->bend_count - 1);
        size_t other = edge->bend_count ? bend : edge->from == spot ? edge->to : edge->from;
        note(w, &m, other, s->layer, side, by_order);
    }
    return m.count ? m.sum / (double)m.count : place_of(w, spot, by_order);
}

static void sort_layer(struct work *w, int layer, int side)
{
    size_t from = w->first[layer], to = w->first[layer + 1];

    for (size_t i = from; i < to; i++)
        w->spots[w->by_layer[i]].wish = mean_of(w, w->by_layer[i], side, true);
    for (size_t i = from + 1; i < to; i++) /* stable, and short */
        for (size_t k = i;
             k > from && w->spots[w->by_layer[k]].wish < w->spots[w->by_layer[k - 1]].wish; k--) {
            size_t swap = w->by_layer[k];
            w->by_layer[k] = w->by_layer[k - 1];
            w->by_layer[k - 1] = swap;
        }
    for (size_t i = from; i < to; i++)
        w->spots[w->by_layer[i]].order = i - from;
}

static double apart(const struct spot *a, const struct spot *b)
{
    double gap = a->is_bend || b->is_bend ? BEND_GAP : GAP_Y;

    return (a->height + b->height) / 2 + gap;
}

/* As near to the wishes as the order allows: pushed down where they overlap, then all moved up by
 * as much as they were pushed on average. */
static void place_layer(struct work *w, int layer, int side)
{
    size_t from = w->first[layer], to = w->first[layer + 1];
    double pushed = 0;

    for (size_t i = from; i < to; i++)
        w->spots[w->by_layer[i]].wish = mean_of(w, w->by_layer[i], side, false);
    for (size_t i = from; i < to; i++) {
        struct spot *s = &w->spots[w->by_layer[i]];
        s->y = s->wish;
        if (i > from) {
            const struct spot *above = &w->spots[w->by_layer[i - 1]];
            double least = above->y + apart(above, s);
            s->y = s->y < least ? least : s->y;
        }
        pushed += s->y - s->wish;
    }
    for (size_t i = from; i < to; i++)
        w->spots[w->by_layer[i]].y -= pushed / (double)(to - from);
}

static void arrange(struct work *w)
{
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = 1; i < w->layers; i++)
            sort_layer(w, sweep % 2 ? w->layers - 1 - i : i, sweep % 2 ? 1 : -1);
    for (int layer = 0; layer < w->layers; layer++)
        for (size_t i = w->first[layer] + 1; i < w->first[layer + 1]; i++) {
            const struct spot *above = &w->spots[w->by_layer[i - 1]];
            struct spot *s = &w->spots[w->by_layer[i]];
            s->y = above->y + apart(above, s);
        }
    for (int sweep = 0; sweep < SWEEPS; sweep++)
        for (int i = 0; i < w->layers; i++)
            place_layer(w, sweep % 2 ? w->layers - 1 - i : i,
                        sweep + 1 == SWEEPS ? 0
                        : sweep % 2         ? 1
                                            : -1);
}

/* --- the result --- */

static void finish(struct work *w)
{
    struct graph *g = w->g;
    double top = 0, bottom = 0, left = MARGIN, middle[GRAPH_LAYERS_MAX] = {0};

    for (size_t i = 0; i < w->spot_count; i++) {
        const struct spot *s = &w->spots[i];
        top = s->y - s->height / 2 < top || i == 0 ? s->y - s->height / 2 : top;
        bottom = s->y + s->height / 2 > bottom || i == 0 ? s->y + s->height / 2 : bottom;
    }
    for (int layer = 0; layer < w->layers; layer++) {
        double widest = 0;
        for (size_t i = 0; i < g->node_count; i++)
            if (g->nodes[i].layer == layer && g->nodes[i].width > widest)
                widest = g->nodes[i].width;
        middle[layer] = left + widest / 2;
        left += widest + GAP_X;
    }
    for (size_t i = 0; i < g->node_count; i++) {
        struct graph_node *node = &g->nodes[i];
        node->x = middle[node->layer] - node->width / 2;
        node->y = w->spots[i].y - node->height / 2 - top + MARGIN;
    }
    for (size_t e = 0; e < g->edge_count; e++) { /* bends stand from left to right */
        const struct graph_edge *edge = &g->edges[e];
        for (size_t i = 0; i < edge->bend_count; i++) {
            size_t from_left = edge->is_back ? edge->bend_count - 1 - i : i;
            const struct spot *s = &w->spots[g->node_count + edge->bend + from_left];
            g->bends[edge->bend + i] = (struct graph_point){middle[s->layer], s->y - top + MARGIN};
        }
    }
    g->width = left - GAP_X + MARGIN;
    g->height = bottom - top + 2 * MARGIN;
}

bool graph_lay_out(struct graph *g, struct arena *arena)
{
    struct work w = {.g = g};

    g->bend_count = 0;
    w.spots = arena_array(arena, SPOTS_MAX, sizeof *w.spots);
    w.by_layer = arena_array(arena, SPOTS_MAX, sizeof *w.by_layer);
    if (!w.spots || !w.by_layer || !g->node_count)
        return false;
    measure(g);
    put_stages(&w);
    for (size_t i = 0; i < g->node_count; i++)
        w.spots[w.spot_count++] =
            (struct spot){.layer = g->nodes[i].layer, .height = g->nodes[i].height};
    for (size_t e = 0; e < g->edge_count; e++)
        add_bends(&w, &g->edges[e]);
    fill_layers(&w);
    arrange(&w);
    finish(&w);
    return true;
}
