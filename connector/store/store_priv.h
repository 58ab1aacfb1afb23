/* store_priv.h: what the files of store/ share. */
#ifndef COUNTERSIGN_STORE_PRIV_H
#define COUNTERSIGN_STORE_PRIV_H

#include "json/json_write.h"
#include "store/query.gen.h"
#include "store/store.h"
#include "store/store_evidence.h"

/* A transaction that reads everything as it is at one time, whoever writes meanwhile. */
#define STORE_ONE_TIME "isolation level repeatable read read only"

enum { STORE_JSON_BYTES = 8 * 1024 * 1024, STORE_ROWS_MAX = 512 };

/* One statement on its way: which typed callback it ends in. */
struct store_op {
    union {
        store_done_fn *done;
        store_decided_fn *decided;
        store_deliveries_fn *deliveries;
        store_tickets_fn *tickets;
        store_requests_fn *requests;
        store_dossier_fn *dossier;
        store_submitted_fn *submitted;
        store_json_fn *json;
        store_flows_fn *flows;
        store_poll_fn *poll;
        store_lease_fn *lease;
        store_hook_worth_fn *worth;
        store_hook_look_fn *look;
        store_page_fn *page;
        store_hints_fn *hints;
        store_second_fn *second;
        store_number_fn *number;
        store_evidence_fn *evidence;
    } fn;
    void *arg;
    struct arena *arena; /* of the caller, for a dossier */
};

struct store_op *store_op_new(void *arg);
/* A statement that claims: owner, lease, how many in all, and the room of each site. */
void store_claim(struct store *s, const struct pg_stmt *stmt, int32_t lease_s,
                 const struct store_room *rooms, size_t count, pg_done_fn *fn, struct store_op *op);
/* A JSON array of hints, as hint_apply takes them. */
void store_put_hints(struct json_out *out, const struct store_hint *hints, size_t count);
/* Members "ticket" and "looked_ms": as a look that began then saw it. mode: what the live mapping
 * says of it; NULL when it was not asked. fields: with what its fields hold. */
void store_put_ticket(struct json_out *out, const struct ticket *t, int64_t looked_ms,
                      const struct store_mode *mode, bool fields);
/* As pg_exec, with others that are asked the same in this turn. args: without the owner, copied;
 * request: whose rows it locks. fn is given one row. */
void store_together(struct store *s, enum together kind, struct str request, const struct str *args,
                    pg_done_fn *fn, void *arg);
enum store_outcome store_outcome_of(const struct pg_reply *reply);
/* For statements that answer one value: no row or NULL means that the fence did not hold. Frees the
 * op. */
void store_on_fenced(void *arg, const struct pg_reply *reply);
/* The same, for those that keep what they refuse: a second value says why, where they did. */
enum { STORE_REFUSED_SIZE = 256 };
void store_on_tried(void *arg, const struct pg_reply *reply);
/* For statements where any answer will do. */
void store_on_done(void *arg, const struct pg_reply *reply);
void store_on_json(void *arg, const struct pg_reply *reply);
/* Ask for one JSON document. */
void store_ask_json(struct store *s, const struct pg_stmt *stmt, const struct pg_param *params,
                    store_json_fn *fn, void *arg);
/* The same of those that keep what they refuse: a second value says why, where they did. */
void store_try_json(struct store *s, const struct pg_stmt *stmt, const struct pg_param *params,
                    store_json_fn *fn, void *arg);
/* A member where something is said; nothing for an empty text. */
void store_put_said(struct json_out *out, const char *name, struct str value);

struct pg_param store_p(struct str s); /* text; an absent slice is an empty text, not NULL */
struct pg_param store_null(void);
/* A number as text in caller's memory. */
enum { STORE_NUMBER_SIZE = 24 };
struct pg_param store_i(int64_t v, char *dst);
struct str store_number(int64_t v, char *dst); /* the same, as text in dst */
/* 64-bit hash as 16 hexadecimal digits, "" for 0; and back. */
void store_hash_member(struct json_out *out, const char *name, uint64_t hash);
uint64_t store_hash_from(struct str hex);

/* store_approvals.c: `approvals` and what belongs to it of the dossier document. */
void store_read_approvals(struct arena *a, const struct json *dossier, struct dossier *d);

#endif
