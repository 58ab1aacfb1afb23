/* graph.h: where the nodes of a directed graph are drawn, and which way its edges go: in layers
 * from left to right, what leads back is drawn from right to left. Pure; the same graph gives the
 * same picture.
 *
 * The method is Sugiyama's: each node has a layer, an edge over several layers gets a bend in each
 * of those between, the order within a layer follows the mean of its neighbours, and so do the
 * places. */
#ifndef COUNTERSIGN_CONSOLE_GRAPH_H
#define COUNTERSIGN_CONSOLE_GRAPH_H

#include "base/arena.h"

enum {
    GRAPH_NODES_MAX = 136, /* the statuses of a workflow, "any status" and the beginning */
    GRAPH_EDGES_MAX = 512,
    GRAPH_BENDS_MAX = 2048, /* of all edges; one that finds none left goes straight */
    GRAPH_STAGES = 3,
    GRAPH_LAYERS_MAX = 24, /* deeper ones stand in the last */
};

struct graph_node {
    double width, height; /* in: of its box */
    int stage;            /* in: it stands behind all of a lower stage, 0 to GRAPH_STAGES - 1 */
    int layer;            /* out */
    double x, y;          /* out: its left upper corner */
};

struct graph_edge {
    size_t from, to;         /* in */
    bool is_back;            /* out: it leads to the left */
    bool is_level;           /* out: it stays in its layer */
    size_t bend, bend_count; /* out: of graph.bends, in the order from `from` to `to` */
};

struct graph_point {
    double x, y;
};

struct graph {
    struct graph_node nodes[GRAPH_NODES_MAX];
    size_t node_count;
    struct graph_edge edges[GRAPH_EDGES_MAX];
    size_t edge_count;
    struct graph_point bends[GRAPH_BENDS_MAX];
    size_t bend_count;
    double width, height; /* out: of the whole */
};

/* Node 0 is where it begins. Scratch memory comes from the arena. False: the arena is used up. */
MUST_CHECK bool graph_lay_out(struct graph *graph, struct arena *arena);

#endif
