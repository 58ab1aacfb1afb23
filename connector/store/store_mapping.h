/* store_mapping.h: mappings of before and what they decided, and another one made live, for the
 * command line. Blocking. */
#ifndef COUNTERSIGN_STORE_MAPPING_H
#define COUNTERSIGN_STORE_MAPPING_H

#include "base/arena.h"
#include "domain/item.h"
#include "io/io_pg.h"

/* --- a replay: read only, of one snapshot, in constant memory --- */

/* The live mapping of a site, before its requests. Borrowed until the return. */
struct store_live {
    struct str site, sha256, body;
    int64_t number;
    int64_t ungoverned; /* tickets seen that no rule is for; their fields are not kept */
};
/* One request. Borrowed until the return. */
struct replay_row {
    struct str request_id, issue_key;
    bool closed, refused, stopped; /* see struct replay_past */
    int64_t open_ms;
    struct str kept;   /* mapping that it is read by; empty: it is over, or goes by the live one */
    uint64_t tuple;    /* what it asks for, as struct mapped hashes it */
    bool settled;      /* approved: it will never ask for anything else */
    struct str fields; /* JSON object; empty: not kept */
    struct str why;    /* why not, as "11 requests were read last before ..." goes on */
};
enum { STORE_REPLAY_ROWS = 500 };
struct replay_reader {
    bool (*live)(void *arg, const struct store_live *live, struct err *err);
    bool (*row)(void *arg, const struct replay_row *row, struct err *err);
    /* After up to STORE_REPLAY_ROWS of them. session: for store_believed. */
    bool (*page)(void *arg, void *session, struct err *err);
    void *arg;
};
/* Requests asked for within since_ms, and older ones that are open, site by site. False as well
 * when a callback said so. */
MUST_CHECK bool store_replay(const struct pg_options *options, const struct str *sites,
                             size_t site_count, int64_t since_ms,
                             const struct replay_reader *reader, struct err *err);
/* Was each of them so, when it was read last for any request? At most STORE_REPLAY_ROWS. */
MUST_CHECK bool store_believed(void *session, const struct item *items, size_t count, bool *ret,
                               struct err *err);

/* --- what no rule is for --- */

enum { STORE_UNGOVERNED_MAX = 64 }; /* request types of a site that are told */
/* Tickets of a request type (empty: seen before that was kept) that no rule was for. */
struct store_ungoverned {
    struct str request_type;
    int64_t count;
};
/* Those changed within since_ms, the most first. *ret: STORE_UNGOVERNED_MAX of them, in the arena.
 */
MUST_CHECK bool store_ungoverned(const struct pg_options *options, struct arena *arena,
                                 struct str site, int64_t since_ms, struct store_ungoverned *ret,
                                 size_t *ret_count, struct err *err);

/* --- another one --- */

/* p: see sql/routine/mapping_apply.sql. *ret: what it made of it, as JSON in the arena. */
MUST_CHECK bool store_mapping_apply(const struct pg_options *options, struct arena *arena,
                                    struct str p, struct str *ret, struct err *err);
/* A held request, by id or ticket key, goes on as it was approved. *ret: JSON; empty: there is
 * none. */
MUST_CHECK bool store_mapping_keep(const struct pg_options *options, struct arena *arena,
                                   struct str key, struct str actor, struct str reason,
                                   struct str *ret, struct err *err);
/* Replicas heard of lately: all, and those that work with this mapping. */
MUST_CHECK bool store_mapping_holders(const struct pg_options *options, struct str site,
                                      struct str sha256, int64_t *ret_with, int64_t *ret_all,
                                      struct err *err);

/* --- those of before --- */

struct mapping_found {
    struct str sha256, body; /* sha256 empty: there is none */
    int64_t number, at_ms;
};
/* The newest that was live on the site and fits: its number (0: any), the beginning of its hash, a
 * time (RFC 3339, empty: now) at which it was live. In the arena. */
MUST_CHECK bool store_mapping_find(const struct pg_options *options, struct arena *arena,
                                   struct str site, int64_t number, struct str prefix,
                                   struct str at, struct mapping_found *ret, struct err *err);
/* What is live on the site now; the same. */
MUST_CHECK bool store_mapping_live(const struct pg_options *options, struct arena *arena,
                                   struct str site, struct mapping_found *ret, struct err *err);
/* Changes and refusals, the newest first, as a JSON array in the arena. site empty: of all. */
MUST_CHECK bool store_mapping_history(const struct pg_options *options, struct arena *arena,
                                      struct str site, int64_t rows, struct str *ret,
                                      struct err *err);

#endif
