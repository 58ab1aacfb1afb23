/* web_share.h: one call for all reads that want the same at the same time: the group that several
 * items are about, its list of members, the canary. Whoever joins a call does so before its first
 * byte has left, so that each reply answers what was asked no sooner than by a call of one's own.
 */
#ifndef COUNTERSIGN_READERS_WEB_SHARE_H
#define COUNTERSIGN_READERS_WEB_SHARE_H

#include "base/list.h"
#include "io/io_http.h"

struct web_shares {
    struct list open; /* calls that may be joined */
    struct io_loop *loop;
    struct http *http;
    int64_t sent, spared; /* calls */
};
void web_shares_init(struct web_shares *shares, struct io_loop *loop);

/* Who waits for a call's reply; the caller's, until it is told. */
struct web_waiter {
    struct list link; /* of this file */
    int64_t deadline_ms;
    bool (*may_leave)(void *arg); /* as in struct http_call */
    http_done_fn *fn;
    void (*again)(void *arg); /* another's call that was joined brought no reply: ask anew */
    void *arg;
};
/* Joins a call for the same (method, address, headers, body: all of them only read) that has not
 * left yet and does not wait longer than the waiter would, else sends. Tells the waiter once:
 * those who joined one after the other, each in a turn of the loop of its own. */
void web_share_send(struct web_shares *shares, struct http_call *call, struct web_waiter *waiter);

#endif
