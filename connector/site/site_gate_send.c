/* A change of the workflow, sent until Jira takes it. */
#include <stdlib.h>

#include "site/site_gate.h"

enum { RETRIES = 8, WAIT_MIN_MS = 250, WAIT_MAX_MS = 15 * 1000 };

struct sending {
    struct site *site;
    struct arena *arena;
    struct jsm_call call;
    struct io_timer *timer;
    int tries;
    int64_t wait_ms;
    site_answer_fn *fn;
    void *arg;
};

static void on_sent(void *arg, const struct jsm_answer *answer);

static void on_again(void *arg)
{
    struct sending *s = arg;
    site_send(s->site, s->arena, &s->call, on_sent, s);
}

static void on_sent(void *arg, const struct jsm_answer *answer)
{
    struct sending *s = arg;
    /* another update (409) is over when it is over: nobody said when */
    bool told = answer->scope != REACH_NONE && answer->told_ms > s->wait_ms;
    int64_t wait = told ? answer->told_ms : s->wait_ms;

    if (answer->verdict == JSM_LATER && s->tries++ < RETRIES && wait <= WAIT_MAX_MS * 4) {
        s->wait_ms = s->wait_ms * 2 > WAIT_MAX_MS ? WAIT_MAX_MS : s->wait_ms * 2;
        io_timer_start(s->timer, wait, 0);
        return;
    }
    s->fn(s->arg, answer);
    io_timer_free(s->timer);
    free(s);
}

void site_gate_send(struct site *site, struct arena *arena, const struct jsm_call *call,
                    site_answer_fn *fn, void *arg)
{
    struct sending *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    *s = (struct sending){
        .site = site, .arena = arena, .call = *call, .wait_ms = WAIT_MIN_MS, .fn = fn, .arg = arg};
    s->timer = io_timer_new(site->o.loop, on_again, s);
    site_send(site, arena, &s->call, on_sent, s);
}
