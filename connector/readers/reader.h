/* reader.h: the contract of all code that reads entitlements (design section 2: source, reader,
 * observation).
 *
 * A reader answers one question about one item with one honest observation: unknown unless proven.
 * ABSENT needs a complete read in which the canary was visible with the same credential. Every
 * failure is UNKNOWN with a machine-readable reason; a reader never fails otherwise. The read calls
 * back exactly once, never from inside. */
#ifndef COUNTERSIGN_READERS_READER_H
#define COUNTERSIGN_READERS_READER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/secret.h"
#include "domain/item.h"
#include "io/io_loop.h"

struct reader;
typedef void reader_done_fn(void *arg, const struct observation *obs);

/* What the configuration says about one source; strings live as long as the reader. */
struct reader_setting {
    struct str name, value; /* dotted: "connection", "query", "base", "canary.account", ... */
};
struct reader_config {
    struct str source; /* name of the source */
    const struct reader_setting *settings;
    size_t setting_count;
    const struct secret *secret; /* password or token, may be NULL */
    struct str canary_account, canary_entitlement;
    int64_t timeout_ms;
    struct io_loop *loop;
    const struct clock *clock;
};

/* What a reader found out about its server, for people. */
struct reader_fact {
    const char *name;
    struct str value; /* lent until the reader's next read */
};
enum { READER_FACTS_MAX = 16 };

/* One kind of source: one file, one row in readers.c. */
struct reader_kind {
    const char *name; /* "sql", "ldap" */
    bool needs_secret;
    /* What the names of the settings alone cannot tell, as the configuration is checked; `secret`,
     * `loop` and `clock` are not there yet. False with ERR_CONFIG and the setting it is about.
     * NULL: nothing. */
    bool (*check)(const struct reader_config *config, const char **ret_setting, struct err *err);
    /* NULL with ERR_CONFIG, also for what `check` refuses. */
    struct reader *(*open)(const struct reader_config *config, struct err *err);
    void (*read)(struct reader *reader, const struct item *item, reader_done_fn *fn, void *arg);
    void (*close)(struct reader *reader, void (*fn)(void *arg), void *arg);
    int32_t at_once; /* reads it does well at a time, unless the configuration says otherwise */
    /* How long the source told us, by Retry-After and the like, to leave it alone: the reader asks
     * nothing until then. 0: not at all. NULL: it never tells. */
    int64_t (*held_ms)(struct reader *reader);
    const char *const
        *settings; /* names it understands, NULL-terminated; a '!' in front = mandatory */
    /* Up to READER_FACTS_MAX; how many. NULL: it finds out nothing. */
    size_t (*facts)(struct reader *reader, struct reader_fact *ret);
    /* Sentences for whoever relies on it, NULL-terminated: what its reads prove, and what not. */
    const char *const *proves, *const *blind;
};

/* How an account is looked for whose name nobody has any more: was it renamed, or is it gone? */
enum tracing {
    TRACES_NOBODY,     /* by names alone: of an account that is pinned nobody can tell */
    TRACES_BY_ID,      /* by its immutable id, as the protocol or a shipped profile has it */
    TRACES_AS_WRITTEN, /* by its id as an operator wrote down, who may have erred: tried on the
                          canary whenever nobody has a name */
};
const char *tracing_words(enum tracing tracing); /* a sentence for people */

/* First member of every reader. */
struct reader {
    const struct reader_kind *kind;
    enum tracing tracing;         /* set by open */
    void (*closed_fn)(void *arg); /* set by close */
    void *closed_arg;
};

const struct reader_kind *reader_kind_find(struct str name); /* NULL when unknown */
const struct reader_kind *const *reader_kinds(void);         /* NULL-terminated */
/* What whoever looks after the source can do about a read that is unknown for this reason; "" where
 * nothing is to be done. */
const char *reader_remedy(struct str reason);

#endif
