/* What is asked in one turn of the loop goes to the database together: a batch that was claimed,
 * tickets that one call read or moved. A statement of many is one round trip and one commit, and
 * stands in line once for the head of the evidence; each row of it is decided by the same function
 * as if it had come alone, under its own fence. What is refused together is tried again one by one:
 * one bad row is nobody else's.
 *
 * While one of a kind is on its way, the next gathers whoever comes: the more there is to do, the
 * more go together, and whoever comes to an idle database waits for nobody. One that takes long,
 * for a lock that somebody holds, is not waited for. */
#include <stdlib.h>
#include <string.h>

#include "store/store_priv.h"

enum {
    TOGETHER_MOST = 32,
    LATE_MS = 200,            /* hardly any takes that long but for a lock */
    TOGETHER_BYTES = 1 << 16, /* what is longer goes by itself */
    ARRAY_BYTES = TOGETHER_MOST * (TOGETHER_BYTES + 64),
    ARGS_MOST = 3,
};

static const struct {
    const struct pg_stmt *one, *many;
    bool owned; /* the first parameter is the owner of all */
    size_t args;
} KINDS[TOGETHER_COUNT] = {
    [TOGETHER_DOSSIER] = {&SQL_DOSSIER, &SQL_DOSSIER_MANY, false, 1},
    [TOGETHER_DOSSIER_FIRST] = {&SQL_DOSSIER_FIRST, &SQL_DOSSIER_FIRST_MANY, false, 1},
    [TOGETHER_FACTS] = {&SQL_FACTS_SAVE, &SQL_FACTS_SAVE_MANY, true, 3},
    [TOGETHER_DECISION] = {&SQL_DECISION_SAVE, &SQL_DECISION_SAVE_MANY, true, 3},
    [TOGETHER_FLOW] = {&SQL_FLOW_SAVE, &SQL_FLOW_SAVE_MANY, true, 3},
};

struct asked {
    struct list link;
    struct str request; /* rows are locked in this order, everywhere */
    struct str args[ARGS_MOST];
    pg_done_fn *fn;
    void *arg;
};

/* On their way. */
struct group {
    struct store *store;
    enum together kind;
    int64_t sent_ms;
    size_t count;
    struct asked *of[TOGETHER_MOST];
};

static void send_one(struct store *s, enum together kind, const struct str *args, pg_done_fn *fn,
                     void *arg)
{
    struct pg_param params[1 + ARGS_MOST];
    size_t count = 0;

    if (KINDS[kind].owned)
        params[count++] = store_p(s->owner);
    for (size_t i = 0; i < KINDS[kind].args; i++)
        params[count++] = store_p(args[i]);
    pg_exec(s->pg, KINDS[kind].one, params, fn, arg);
}

static void turn_soon(struct store *s);

static void on_answered(void *arg, const struct pg_reply *reply)
{
    struct group *g = arg;
    bool refused = reply->outcome == PG_REFUSED && g->count > 1;

    if (g->store->under_way[g->kind] == g) {
        g->store->under_way[g->kind] = NULL;
        turn_soon(g->store);
    }
    for (size_t i = 0; i < g->count; i++) {
        struct asked *a = g->of[i];
        struct pg_reply its = *reply;
        its.first = (int)i;
        its.rows = reply->rows > (int)i;
        if (refused)
            send_one(g->store, g->kind, a->args, a->fn, a->arg);
        else
            a->fn(a->arg, &its);
        free(a);
    }
    free(g);
}

static void send_many(struct group *g)
{
    struct buf arrays[ARGS_MOST];
    struct pg_param params[1 + ARGS_MOST];
    size_t count = 0, args = KINDS[g->kind].args;

    if (KINDS[g->kind].owned)
        params[count++] = store_p(g->store->owner);
    for (size_t i = 0; i < args; i++) {
        buf_init(&arrays[i], ARRAY_BYTES);
        pg_array_begin(&arrays[i], PG_TEXT, g->count);
        for (size_t n = 0; n < g->count; n++)
            pg_array_add(&arrays[i], g->of[n]->args[i]);
        params[count++] = pg_array_param(&arrays[i]);
    }
    pg_exec(g->store->pg, KINDS[g->kind].many, params, on_answered, g);
    for (size_t i = 0; i < args; i++)
        buf_done(&arrays[i]);
}

/* In its place by request. */
static void join(struct group *g, struct asked *a)
{
    size_t at = g->count++;

    for (; at > 0 && str_cmp(a->request, g->of[at - 1]->request) < 0; at--)
        g->of[at] = g->of[at - 1];
    g->of[at] = a;
}

static void send_next(struct store *s, enum together kind)
{
    struct group *g = calloc(1, sizeof *g);
    struct list *it;

    if (!g)
        abort();
    *g = (struct group){.store = s, .kind = kind};
    while (g->count < TOGETHER_MOST && (it = list_shift(&s->asked[kind])) != NULL)
        join(g, container_of(it, struct asked, link));
    if (s->loop)
        g->sent_ms = io_loop_now_ms(s->loop);
    s->under_way[kind] = g;
    if (g->count > 1)
        send_many(g);
    else
        send_one(s, kind, g->of[0]->args, on_answered, g);
}

static void on_turn(void *arg)
{
    struct store *s = arg;

    s->gathering = false;
    for (enum together kind = 0; kind < TOGETHER_COUNT; kind++)
        while (!list_empty(&s->asked[kind]) && !(s->loop && s->under_way[kind]))
            send_next(s, kind);
}

static void turn_soon(struct store *s)
{
    if (!s->loop || s->gathering)
        return;
    s->gathering = true;
    io_loop_defer(s->loop, on_turn, s);
}

/* Whoever waits longer than that waits for one that waits for a lock. */
static void watch_late(struct store *s)
{
    if (s->watching)
        return;
    s->watching = true;
    io_timer_start(s->late, LATE_MS, 0);
}

static void on_late(void *arg)
{
    struct store *s = arg;
    int64_t now = io_loop_now_ms(s->loop);

    s->watching = false;
    for (enum together kind = 0; kind < TOGETHER_COUNT; kind++) {
        struct group *g = s->under_way[kind];
        if (!g || list_empty(&s->asked[kind]))
            continue;
        if (now - g->sent_ms >= LATE_MS) {
            s->under_way[kind] = NULL;
            turn_soon(s);
        } else {
            watch_late(s);
        }
    }
}

void store_gather(struct store *s, struct io_loop *loop)
{
    for (size_t i = 0; i < TOGETHER_COUNT; i++)
        list_init(&s->asked[i]);
    s->loop = loop;
    s->late = io_timer_new(loop, on_late, s);
}

void store_gather_end(struct store *s)
{
    if (!s->loop)
        return;
    s->loop = NULL;
    io_timer_free(s->late);
    s->late = NULL;
    on_turn(s);
}

static struct str put(char **at, struct str s)
{
    struct str kept = str_n(*at, s.len);

    if (s.len)
        memcpy(*at, s.p, s.len);
    *at += s.len;
    return kept;
}

static struct asked *asked_new(struct str request, const struct str *args, size_t count)
{
    size_t bytes = request.len;

    for (size_t i = 0; i < count; i++)
        bytes += args[i].len;
    struct asked *a = calloc(1, sizeof *a + bytes);
    if (!a)
        abort();
    char *at = (char *)(a + 1);
    a->request = put(&at, request);
    for (size_t i = 0; i < count; i++)
        a->args[i] = put(&at, args[i]);
    list_init(&a->link);
    return a;
}

void store_together(struct store *s, enum together kind, struct str request, const struct str *args,
                    pg_done_fn *fn, void *arg)
{
    size_t count = KINDS[kind].args;
    bool is_long = false;

    for (size_t i = 0; i < count; i++)
        is_long |= args[i].len > TOGETHER_BYTES;
    if (!s->loop || is_long) {
        send_one(s, kind, args, fn, arg);
        return;
    }
    struct asked *a = asked_new(request, args, count);
    a->fn = fn;
    a->arg = arg;
    list_push(&s->asked[kind], &a->link);
    if (s->under_way[kind])
        watch_late(s);
    else
        turn_soon(s);
}
