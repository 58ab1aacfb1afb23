#include "readers/web_share.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/buf.h"
#include "base/limits.h"

enum {
    KEY_BYTES = 64 * 1024,
    SHARE_ARENA_BYTES = 16 * 1024 * 1024, /* a reply, kept for those who joined */
};

struct share {
    struct list link;
    struct io_loop *loop;
    struct arena *arena;
    struct str key;
    int64_t deadline_ms;
    struct web_waiter *first;
    struct list others; /* of web_waiter */
    struct http_reply reply;
    bool replied;
};

void web_shares_init(struct web_shares *shares, struct io_loop *loop)
{
    *shares = (struct web_shares){.loop = loop};
    list_init(&shares->open);
}

/* Without the credential, which is the reader's and the same for all. */
static struct str key_of(struct arena *arena, const struct http_call *call)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, KEY_BYTES);
    buf_printf(&b, "%.*s %.*s", STR_ARG(call->method), STR_ARG(call->url));
    for (size_t i = 0; i < call->header_count; i++)
        if (!str_eq_nocase(call->headers[i].name, STR("Authorization")))
            buf_printf(&b, "\n%.*s: %.*s", STR_ARG(call->headers[i].name),
                       STR_ARG(call->headers[i].value));
    buf_printf(&b, "\n\n%.*s", STR_ARG(call->body));
    return b.over ? STR_NONE : arena_str(arena, buf_str(&b));
}

static void share_free(struct share *s)
{
    arena_free(s->arena);
    free(s);
}

/* False: it is too large to be kept. */
static bool keep(struct share *s, const struct http_reply *reply)
{
    struct http_header *headers = arena_array(s->arena, reply->header_count + 1, sizeof *headers);

    s->reply = *reply;
    s->reply.body = arena_str(s->arena, reply->body);
    s->reply.why = arena_str(s->arena, reply->why);
    s->reply.headers = headers;
    for (size_t i = 0; headers && i < reply->header_count; i++)
        headers[i] = (struct http_header){arena_str(s->arena, reply->headers[i].name),
                                          arena_str(s->arena, reply->headers[i].value)};
    return !arena_over(s->arena);
}

static void go_on(struct share *s);

/* One turn each: a large reply takes its time to be read. */
static void tell_next(void *arg)
{
    struct share *s = arg;
    struct web_waiter *w = container_of(list_shift(&s->others), struct web_waiter, link);

    if (s->replied)
        w->fn(w->arg, &s->reply);
    else
        w->again(w->arg);
    go_on(s);
}

static void go_on(struct share *s)
{
    if (list_empty(&s->others))
        share_free(s);
    else
        io_loop_defer(s->loop, tell_next, s);
}

static void on_reply(void *arg, const struct http_reply *reply)
{
    struct share *s = arg;
    struct web_waiter *first = s->first;

    list_remove(&s->link);
    s->replied = !list_empty(&s->others) && reply->outcome == HTTP_REPLIED && keep(s, reply);
    first->fn(first->arg, reply);
    go_on(s);
}

static bool may_leave(void *arg)
{
    struct share *s = arg;

    list_remove(&s->link); /* nobody joins it any more */
    return s->first->may_leave(s->first->arg);
}

static struct share *find(struct web_shares *shares, struct str key, int64_t deadline_ms)
{
    LIST_EACH (it, &shares->open) {
        struct share *s = container_of(it, struct share, link);
        if (s->deadline_ms <= deadline_ms && str_eq(s->key, key))
            return s;
    }
    return NULL;
}

void web_share_send(struct web_shares *shares, struct http_call *call, struct web_waiter *waiter)
{
    struct share *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->arena = arena_new(SHARE_ARENA_BYTES);
    s->key = key_of(s->arena, call);
    struct share *other = s->key.len ? find(shares, s->key, waiter->deadline_ms) : NULL;
    if (other) {
        share_free(s);
        list_push(&other->others, &waiter->link);
        shares->spared++;
        return;
    }
    s->loop = shares->loop;
    s->deadline_ms = waiter->deadline_ms;
    s->first = waiter;
    list_init(&s->others);
    list_init(&s->link);
    if (s->key.len)
        list_push(&shares->open, &s->link);
    shares->sent++;
    call->may_leave = may_leave;
    http_send(shares->http, call, on_reply, s);
}
