/* store_evidence_page.h: the facts of one request as its evidence page shows them
 * (sql/routine/evidence_facts.sql): {"facts", "sealed", "made"}, or {"ambiguous"} with the names by
 * which each of several is meant. */
#ifndef COUNTERSIGN_STORE_EVIDENCE_PAGE_H
#define COUNTERSIGN_STORE_EVIDENCE_PAGE_H

#include "base/arena.h"
#include "store/store.h"

/* name: an id, a ticket's key, or SITE/KEY. An empty text: there is no such request. */
void store_evidence_facts(struct store *s, struct str name, store_json_fn *fn, void *arg);

struct evidence_look {
    struct str name, viewer; /* viewer: who looks, as an auditor */
    struct str facts;        /* in the arena; empty: there is no such request */
    bool recorded;           /* the look is on record; not where the database does not let us */
};
/* The same, blocking, for the command line. */
MUST_CHECK bool store_evidence_look(const struct pg_options *options, struct arena *arena,
                                    struct evidence_look *look, struct err *err);
/* Which request is meant, by its id, a ticket's key, or SITE/KEY: its id, in the arena; blocking.
 * *ret_several: it is not clear which, and the error names each. */
MUST_CHECK bool store_request_named(const struct pg_options *options, struct str name,
                                    struct arena *arena, struct str *ret_id, bool *ret_several,
                                    struct err *err);
/* Put on record that this database user takes the evidence of a request, by its id, away as a file;
 * blocking. False: it is not on record, as where the role may do nothing here, or on a standby. */
MUST_CHECK bool store_evidence_taken(const struct pg_options *options, struct str id,
                                     struct err *err);
/* The statement that was asked: it is told on the page. */
const char *store_evidence_facts_sql(void);

#endif
