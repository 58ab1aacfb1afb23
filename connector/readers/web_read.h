/* web_read.h: what readers that speak HTTP share on the loop: reads that ask the questions of
 * honest.h one call after the other, within their deadline, not before the source wants to be asked
 * again, with a hash of all that was said. What to ask and what a reply means is the reader's own
 * (struct web_kind). */
#ifndef COUNTERSIGN_READERS_WEB_READ_H
#define COUNTERSIGN_READERS_WEB_READ_H

#include "base/digest.h"
#include "base/list.h"
#include "readers/honest.h"
#include "readers/web.h"
#include "readers/web_share.h"

enum {
    WEB_READS_MAX = 256,
    WEB_CONNECTIONS_MAX = 4, /* bounds what one source makes us keep and parse */
    WEB_AT_ONCE = 12,        /* reads: three to a connection, so that they find calls to share */
    WEB_HEADERS_MAX = 24,
    WEB_WHY_BYTES = 200,
    WEB_REPLY_BYTES = 4 * 1024 * 1024, /* parsed on the loop: some 40 ms */
};

struct web_read;
struct web_reader;

/* What one call says, beside when; all in the read's call_arena, or of the reader. */
struct web_call {
    struct str method, url, body;
    struct http_header headers[WEB_HEADERS_MAX];
    size_t header_count;
};

/* How a reader reads. */
struct web_kind {
    size_t read_size; /* of what begins with a struct web_read; zeroed */
    /* May it begin? May it call? False: it stands in `waiting` until web_reader_wake(), or in a
     * list of the reader's own until web_read_go(). NULL: always. */
    bool (*may_begin)(struct web_read *r);
    bool (*may_call)(struct web_read *r);
    /* One of the read's questions begins. */
    void (*ask)(struct web_read *r, const struct asked_for *wanted);
    /* What to call: method, url, body. False: the question is answered, by `answer`. */
    bool (*next)(struct web_read *r, struct web_call *ret);
    void (*add_headers)(struct web_read *r, struct web_call *call);
    const struct answer *(*answer)(struct web_read *r);
    /* timeout_ms: what the call was given, as web_unanswered() wants it. How old the reply is: a
     * cache may have kept it. */
    int64_t (*take)(struct web_read *r, const struct http_reply *http, int64_t timeout_ms);
    void (*ended)(struct web_read *r, const struct observation *obs); /* NULL: nothing */
    void (*drop)(struct web_reader *reader); /* what it has of its own; NULL: nothing */
};

struct web_reader {
    struct reader base;
    const struct web_kind *web;
    struct reader_config config;
    struct arena *arena;
    struct http *http;
    bool closing, http_closed;
    int64_t hold_until_ms; /* nothing is asked before that */
    const char *hold_reason;
    struct list waiting;
    struct web_shares shares;
    size_t open; /* reads, and whatever else must end before it closes */
    int64_t calls;
    char why[WEB_WHY_BYTES], calls_text[64]; /* the last trouble, for people */
};

struct web_read {
    struct list link;
    struct web_waiter waiter; /* for the reply to a call */
    struct web_reader *reader;
    struct arena *arena, *call_arena; /* of the read; of one call and its reply */
    struct item item;
    enum ask ask;
    struct answers answers;
    bool begun;
    struct str url;
    uint8_t trace[SHA256_BYTES]; /* of all that was asked and answered */
    int64_t began_ms, age_ms, deadline_ms;
    reader_done_fn *fn;
    void *arg;
};

/* A reader of `size` bytes that begins with a struct web_reader. It has no client yet. */
void *web_reader_new(size_t size, const struct reader_kind *kind, const struct web_kind *web,
                     const struct reader_config *config, size_t arena_bytes);
/* Frees one that did not open. */
void web_reader_drop(struct web_reader *reader);
/* The reader's `read` and `close`. */
void web_read_item(struct reader *base, const struct item *item, reader_done_fn *fn, void *arg);
void web_reader_close(struct reader *base, void (*fn)(void *arg), void *arg);
/* The reader's `held_ms`. */
int64_t web_reader_held_ms(struct reader *base);
/* Calls and the last trouble, behind the n facts that are there; how many there are then. */
size_t web_reader_facts(struct web_reader *reader, struct reader_fact *ret, size_t n);

int64_t web_reader_now_ms(const struct web_reader *reader); /* by the loop's clock */
/* Why nothing may be asked now; NULL when something may. */
const char *web_reader_barrier(const struct web_reader *reader, int64_t deadline_ms);
/* A call of the reader's own. may_leave: as in io_http.h. */
void web_reader_send(struct web_reader *reader, struct http_call *call, int64_t deadline_ms,
                     bool (*may_leave)(void *arg), http_done_fn *fn, void *arg);
bool web_reader_may_ask(const struct web_reader *reader); /* it was not told to wait */
/* What a call was given, for web_unanswered(): one that ended at its deadline ended because of it.
 */
int64_t web_reader_timeout_ms(const struct web_reader *reader, int64_t deadline_ms);
/* What a reply of any call means for those to come: when to ask again, and what to tell people
 * (why: NULL when nothing is wrong). The reason that counts, where it was never sent because of
 * what another was told. */
const char *web_reader_note(struct web_reader *reader, const struct http_reply *http,
                            int64_t wait_ms, const char *reason, const char *why);
/* One goes on that may_call() let stand aside, in a list of the reader's own; it may end by that.
 */
void web_read_go(struct web_read *r);
/* All that wait go on; or end, where trouble is a reason. */
void web_reader_wake(struct web_reader *reader, const char *trouble);
/* Something else that was counted in `open` has ended. */
void web_reader_release(struct web_reader *reader);

#endif
