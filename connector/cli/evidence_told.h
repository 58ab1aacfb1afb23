/* evidence_told.h: requests as the entries of a published log tell them, and whether a population
 * says the same. What the database makes of the same entries is governance.request_told. */
#ifndef COUNTERSIGN_CLI_EVIDENCE_TOLD_H
#define COUNTERSIGN_CLI_EVIDENCE_TOLD_H

#include "cli/evidence_log.h"
#include "json/json_read.h"

/* Times are microseconds since 1970, 0: none. */
struct told_time {
    int64_t requested_us, approved_us, claimed_us, proven_us, closed_us;
};

struct told_request {
    char id[40];
    int64_t first, last;    /* entries */
    int64_t first_us;       /* when the first was made */
    int kind, cause, phase; /* by name in evidence_told.c; phase -1: the last move does not tell */
    bool by_proof;          /* the last proof was one, and no exception */
    /* as it was approved, and stays; "": its entries are of before that was said */
    char privileged[8], lifecycle[16], subject[16];
    bool in_period, is_listed; /* of the population */
    size_t items;              /* the newest of its items in the book, + 1; 0: none */
    bool items_unsaid;         /* entries of before, or too long, do not tell all of them */
    int64_t in_seq;            /* the entry that put it into the period */
    struct told_time at;
};

struct told_book;
/* by_changes: of the period is what has a move in it; else what was asked for in it. */
struct told_book *told_new(bool by_changes, int64_t since_us, int64_t until_us);
void told_free(struct told_book *book); /* NULL is fine */
/* Take in entry `seq`, in the order of the log; those of no request change nothing. False: it is no
 * entry. */
MUST_CHECK bool told_hear(struct told_book *book, int64_t seq, struct str entry, struct err *err);
/* NULL: the log has no such request. */
const struct told_request *told_find(const struct told_book *book, struct str id);

/* verified, excepted, withdrawn; "": it runs. */
const char *told_outcome(const struct told_request *t);
/* NULL: its last move does not tell. */
const char *told_phase(const struct told_request *t);

/* Does this row of population.jsonl say what the entries tell? It is taken as listed. The error
 * names the request, what differs, and the entry. */
MUST_CHECK bool told_check(struct told_book *book, const struct json *row, struct err *err);
/* All rows are checked: is each request of the period among them? */
MUST_CHECK bool told_complete(const struct told_book *book, struct err *err);

/* More entries were heard since told_complete: requests of the period that came by these, and which
 * is the first (*ret_first, NULL: none). */
int64_t told_later(const struct told_book *book, const struct told_request **ret_first);

/* RFC 3339 with up to six digits of a second. */
MUST_CHECK bool told_us(struct str text, int64_t *ret);

#endif
