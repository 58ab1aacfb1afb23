#include "service/turns.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 96 };

struct taking {
    site_turn_fn *fn;
    void *arg;
};

static struct str lease_name(char *dst, struct str site)
{
    snprintf(dst, NAME_SIZE, "token/%.*s", STR_ARG(site));
    return str_of(dst);
}

static void on_taken(void *arg, enum store_outcome outcome, const struct store_lease *lease)
{
    struct taking *t = arg;
    struct site_turn turn = {.state = SITE_TURN_UNKNOWN};

    if (outcome == STORE_OK)
        turn = (struct site_turn){.state = SITE_TURN_OURS, .fence = lease->fence};
    else if (outcome == STORE_LOST)
        turn = (struct site_turn){.state = lease->resting ? SITE_TURN_RESTS : SITE_TURN_THEIRS,
                                  .wait_ms = lease->wait_ms};
    t->fn(t->arg, &turn);
    free(t);
}

static void take(void *arg, struct str site, int64_t lease_ms, site_turn_fn *fn, void *fn_arg)
{
    struct service *svc = arg;
    struct taking *t = calloc(1, sizeof *t);
    char name[NAME_SIZE];

    if (!t)
        abort();
    *t = (struct taking){fn, fn_arg};
    store_lease_take(&svc->store, lease_name(name, site), lease_ms, on_taken, t);
}

static void on_given(void *arg, enum store_outcome outcome, const char *message)
{
    (void)arg; /* whatever became of it, it ends by itself */
    (void)outcome;
    (void)message;
}

static void give(void *arg, struct str site, int64_t fence, int64_t rest_ms)
{
    struct service *svc = arg;
    char name[NAME_SIZE];

    store_lease_give(&svc->store, lease_name(name, site), fence, rest_ms, on_given, NULL);
}

struct site_turns service_turns(struct service *svc)
{
    return (struct site_turns){take, give, svc};
}
