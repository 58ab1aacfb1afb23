/* policy_desk.h: the way to the decision point: so many questions on their way at once, each with
 * its time, some in line for a few seconds, none while it rests after it failed to answer. It has
 * an HTTP client of its own, so that a slow one takes no connection of any site; who finds no place
 * is told so at once, and comes again later. What is asked and what an answer is worth:
 * policy/policy_call.h. */
#ifndef COUNTERSIGN_SERVICE_POLICY_DESK_H
#define COUNTERSIGN_SERVICE_POLICY_DESK_H

#include "base/buf.h"
#include "base/rng.h"
#include "config/config.h"
#include "io/io_loop.h"

struct policy_desk;

/* NULL with ERR_CONFIG: its token cannot be read. config: with a url; lives as long as the desk. */
struct policy_desk *policy_desk_new(const struct policy_config *config, struct io_loop *loop,
                                    struct rng *rng, struct err *err);

/* The bytes as they went and came, and what they are worth; borrowed until it returns. NULL: no
 * place now. */
struct policy_asked {
    struct str body, reply; /* reply: what came, also when it is no decision */
    bool has_reply;
    char question[37]; /* X-Request-ID */
    struct policy_answer answer;
    int64_t took_ms;
};
typedef void policy_desk_fn(void *arg, const struct policy_asked *asked);
/* urgent: it is asked even while the decision point rests, and beyond those on their way. Calls
 * back once, never from inside. */
void policy_desk_ask(struct policy_desk *desk, const struct policy_question *q, bool urgent,
                     policy_desk_fn *fn, void *arg);

/* How it stands: answers in a row that were none, and the last reason. */
struct policy_desk_state {
    uint64_t asked, permitted, denied, undecided, turned_away;
    int failures;
    const char *why;
    int on_their_way;
};
struct policy_desk_state policy_desk_state(const struct policy_desk *desk);
/* Append it as metrics; NULL adds nothing. */
void policy_desk_render(const struct policy_desk *desk, struct buf *out);

/* What runs ends now. fn: the desk is freed. */
void policy_desk_close(struct policy_desk *desk, void (*fn)(void *arg), void *arg);

#endif
