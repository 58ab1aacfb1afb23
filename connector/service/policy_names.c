#include "service/policy_names.h"

#include <stdlib.h>

#include "base/assert.h"
#include "domain/line.h"
#include "json/json_write.h"
#include "service/source_gate.h"
#include "service/world_real.h"

enum { LINE_BYTES = 240 };

struct naming {
    struct service *svc;
    const struct json *next; /* of the names */
    enum schedule_rank rank;
    int64_t until_ms; /* monotonic: no read begins after that */
    int reads;
    struct buf seen; /* what is to be saved */
    struct json_out out;
    size_t seen_count;
    bool failed, more;
    char line[LINE_BYTES]; /* the first that nobody can tell */
    policy_names_fn *fn;
    void *arg;
};

static void read_on(struct naming *n);

static void end(struct naming *n, bool saved)
{
    n->fn(n->arg, saved && !n->failed && !n->more, n->failed, str_of(n->line));
    buf_done(&n->seen);
    free(n);
}

static void on_saved(void *arg, enum store_outcome outcome, const char *message)
{
    struct naming *n = arg;

    if (outcome == STORE_REFUSED)
        log_error("policy", "the database refused what entitlements are", LOG_C("why", message));
    n->more |= outcome != STORE_OK;
    end(n, outcome == STORE_OK);
}

static void save(struct naming *n)
{
    json_close_array(&n->out);
    if (n->seen.over) {
        n->more = true;
        end(n, false);
    } else if (n->seen_count) {
        store_entitlement_saw(&n->svc->store, buf_str(&n->seen), on_saved, n);
    } else {
        end(n, true);
    }
}

/* Of one that was seen before, and is not given now, what was known then still counts. */
static void fail(struct naming *n)
{
    struct line l = {.p = n->line, .size = sizeof n->line, .name_max = 60};

    if (!json_is_true(json_member(n->next, "wish")) && json_is_true(json_member(n->next, "seen")))
        return;
    if (!n->failed) {
        line_add_c(&l, "nobody can tell which entitlement of ");
        line_add_name(&l, json_path_str(n->next, "source"));
        line_add_c(&l, " is ");
        line_add_name(&l, json_path_str(n->next, "entitlement"));
    }
    n->failed = true;
}

/* A name that is nobody's in the source, as of a group still to be made, is no member by an id. */
static void keep(struct naming *n, const struct observation *obs)
{
    struct str rest = obs->within, own = str_cut(&rest, '\n');

    json_open_object(&n->out);
    json_str_member(&n->out, "source", json_path_str(n->next, "source"));
    json_str_member(&n->out, "entitlement", json_path_str(n->next, "entitlement"));
    json_str_member(&n->out, "id", obs->entitlement_id.len ? obs->entitlement_id : own);
    json_put_name(&n->out, "within");
    if (!obs->within_known)
        json_put_null(&n->out);
    else
        json_open_array(&n->out);
    while (obs->within_known && rest.len)
        json_put_str(&n->out, str_cut(&rest, '\n'));
    if (obs->within_known)
        json_close_array(&n->out);
    json_close_object(&n->out);
    n->seen_count++;
}

static void on_read(void *arg, const struct observation *obs)
{
    struct naming *n = arg;

    if (!obs)
        n->more = true;
    else if (obs->outcome == OUTCOME_UNKNOWN && !str_eq_c(obs->reason, "EntitlementNotFound"))
        fail(n);
    else
        keep(n, obs);
    n->next = json_next(n->next);
    read_on(n);
}

static void read_on(struct naming *n)
{
    const struct config *c = n->svc->config;

    for (; n->next; n->next = json_next(n->next)) {
        size_t i = 0;
        while (i < c->source_count && !str_eq(c->sources[i].name, json_path_str(n->next, "source")))
            i++;
        if (i == c->source_count || !n->svc->readers[i]) {
            fail(n);
            continue;
        }
        if (++n->reads > POLICY_NAMES_MAX || io_loop_now_ms(n->svc->loop) >= n->until_ms) {
            n->more = true;
            break;
        }
        struct item item = {.source = c->sources[i].name,
                            .source_label = c->sources[i].name,
                            .account = c->sources[i].canary_account,
                            .entitlement = json_path_str(n->next, "entitlement"),
                            .entitlement_id = json_path_str(n->next, "entitlement_id"),
                            .asks_within = true,
                            .desired = DESIRED_PRESENT};
        struct source_ask ask = {.rank = n->rank};
        source_gate_read(n->svc->gates[i], &item, &ask, on_read, n);
        return;
    }
    save(n);
}

void policy_names_read(struct service *svc, const struct json *names, enum schedule_rank rank,
                       int64_t until_ms, policy_names_fn *fn, void *arg)
{
    struct naming *n = calloc(1, sizeof *n);

    if (!n)
        abort();
    *n = (struct naming){.svc = svc,
                         .next = json_first(names),
                         .rank = rank,
                         .until_ms = until_ms,
                         .fn = fn,
                         .arg = arg};
    buf_init(&n->seen, (size_t)POLICY_NAMES_MAX * 16 * 1024);
    json_begin(&n->out, &n->seen);
    json_open_array(&n->out);
    read_on(n);
}
