#include "console/graph.h"

#include "unit.h"

static struct graph g;
static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    g = (struct graph){0};
    arena = arena_new(4 * 1024 * 1024);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static size_t node(bool last)
{
    g.nodes[g.node_count] = (struct graph_node){.width = 100, .height = 40, .stage = last ? 2 : 0};
    return g.node_count++;
}

static size_t edge(size_t from, size_t to)
{
    g.edges[g.edge_count] = (struct graph_edge){.from = from, .to = to};
    return g.edge_count++;
}

static bool overlap(const struct graph_node *a, const struct graph_node *b)
{
    return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height &&
           b->y < a->y + a->height;
}

static void lay_out(void)
{
    assert_true(graph_lay_out(&g, arena));
    for (size_t i = 0; i < g.node_count; i++) {
        const struct graph_node *n = &g.nodes[i];
        assert_true(n->x >= 0 && n->y >= 0);
        assert_true(n->x + n->width <= g.width + 0.01 && n->y + n->height <= g.height + 0.01);
        for (size_t k = 0; k < i; k++)
            assert_false(overlap(n, &g.nodes[k]));
    }
}

static void a_chain_stands_in_one_line(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++)
        node(false);
    for (size_t i = 0; i + 1 < 4; i++)
        edge(i, i + 1);
    lay_out();
    for (size_t i = 1; i < 4; i++) {
        assert_true(g.nodes[i].x > g.nodes[i - 1].x + 100);
        assert_true(g.nodes[i].y == g.nodes[0].y);
    }
}

static void what_is_done_stands_last_and_what_leads_back_says_so(void **state)
{
    (void)state;
    size_t from = node(false), work = node(false), done = node(true), pending = node(false);
    edge(from, work);
    size_t shortcut = edge(from, done);
    edge(work, pending);
    size_t back = edge(pending, from);
    size_t reopened = edge(done, work);
    edge(work, done);
    lay_out();
    assert_true(g.nodes[done].x > g.nodes[pending].x && g.nodes[pending].x > g.nodes[work].x);
    assert_true(g.edges[back].is_back && g.edges[reopened].is_back);
    assert_false(g.edges[shortcut].is_back);
    assert_int_equal(g.edges[shortcut].bend_count, 2); /* past work and past pending */
    const struct graph_point *p = &g.bends[g.edges[shortcut].bend];
    assert_true(p[0].x < p[1].x);
    p = &g.bends[g.edges[reopened].bend];
    assert_int_equal(g.edges[reopened].bend_count, 1);
    assert_true(p[0].x < g.nodes[done].x && p[0].x > g.nodes[work].x);
    for (size_t i = 0; i < g.bend_count; i++) /* no road runs through a box */
        for (size_t k = 0; k < g.node_count; k++) {
            const struct graph_node *n = &g.nodes[k];
            assert_false(g.bends[i].x > n->x && g.bends[i].x < n->x + n->width &&
                         g.bends[i].y > n->y && g.bends[i].y < n->y + n->height);
        }
}

static void within_a_layer_is_level_and_what_nothing_leads_to_has_a_place(void **state)
{
    (void)state;
    size_t from = node(false), a = node(false), b = node(false), alone = node(false);
    edge(from, a);
    edge(from, b);
    size_t level = edge(a, b);
    edge(a, a); /* a loop hurts nobody */
    lay_out();
    assert_true(g.edges[level].is_level && !g.edges[level].is_back);
    assert_true(g.nodes[alone].x > g.nodes[from].x);
}

static void the_order_avoids_crossings(void **state)
{
    (void)state;
    size_t from = node(false), a = node(false), b = node(false), to_b = node(false),
           to_a = node(false);
    edge(from, a);
    edge(from, b);
    edge(b, to_b);
    edge(a, to_a);
    lay_out();
    assert_true((g.nodes[a].y < g.nodes[b].y) == (g.nodes[to_a].y < g.nodes[to_b].y));
}

static void the_largest_fits(void **state)
{
    (void)state;
    for (size_t i = 0; i < GRAPH_NODES_MAX; i++)
        node(i % 9 == 8);
    for (size_t i = 0; i < GRAPH_EDGES_MAX; i++)
        edge(i * 7 % GRAPH_NODES_MAX, i * 31 % GRAPH_NODES_MAX);
    lay_out();
    assert_true(g.bend_count <= GRAPH_BENDS_MAX);
    g.edge_count = 0;
    for (size_t i = 0; i + 1 < GRAPH_NODES_MAX; i++) /* deeper than there are layers */
        edge(i, i + 1);
    lay_out();
    arena_clear(arena);
    g.node_count = 0;
    assert_false(graph_lay_out(&g, arena));
}

static void no_memory_is_told(void **state)
{
    struct arena *little = arena_new(100);

    (void)state;
    node(false);
    assert_false(graph_lay_out(&g, little));
    arena_free(little);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(a_chain_stands_in_one_line), T(what_is_done_stands_last_and_what_leads_back_says_so),
          T(within_a_layer_is_level_and_what_nothing_leads_to_has_a_place),
          T(the_order_avoids_crossings), T(the_largest_fits), T(no_memory_is_told))
