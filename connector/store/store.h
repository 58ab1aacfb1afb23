/* store.h: the SQL of sql/query as typed functions. One call is one statement is one transaction;
 * state changes that touch several rows are SQL routines. Every function calls back exactly once,
 * never from inside; rows handed to callbacks are borrowed until the callback returns unless an
 * arena is passed. "Now" is always the database's clock.
 *
 * Owner: a replica's boot-unique name. Fences: `version` of the row and owner; a write that finds
 * another version or owner changes nothing and reports STORE_LOST.
 */
#ifndef COUNTERSIGN_STORE_STORE_H
#define COUNTERSIGN_STORE_STORE_H

#include "base/arena.h"
#include "base/list.h"
#include "domain/bulk.h"
#include "domain/cursor.h"
#include "domain/gate.h"
#include "domain/look.h"
#include "domain/poll.h"
#include "io/io_pg.h"

/* UNKNOWN: the commit may have happened. AWAY: nothing was sent. REFUSED: a constraint said no.
 * OUTDATED: one did because others did something since we looked (SQLSTATE CG017): nothing is
 * wrong, whoever looks again finds what is so. */
enum store_outcome {
    STORE_OK = 0,
    STORE_LOST,
    STORE_REFUSED,
    STORE_OUTDATED,
    STORE_AWAY,
    STORE_UNKNOWN
};

/* What is asked for many at a time (store_together.c). */
enum together {
    TOGETHER_DOSSIER,
    TOGETHER_DOSSIER_FIRST,
    TOGETHER_FACTS,
    TOGETHER_DECISION,
    TOGETHER_FLOW,
    TOGETHER_COUNT
};

struct store {
    struct pg *pg;
    struct str owner;
    int64_t look_ms; /* a save of a look prolongs its claim by so much */
    /* store_together.c's own; all zero: each statement goes by itself, at once */
    struct io_loop *loop;
    struct io_timer *late;
    struct list asked[TOGETHER_COUNT];
    struct group *under_way[TOGETHER_COUNT]; /* whoever comes waits for that one */
    bool gathering, watching;
};

/* From now on what is asked in one turn of the loop, or while one of its kind is on its way, goes
 * together; the store stays where it is. */
void store_gather(struct store *s, struct io_loop *loop);
/* What waits leaves now, and nothing waits any more: before the pool is closed. The loop may call
 * once more. */
void store_gather_end(struct store *s);

typedef void store_done_fn(void *arg, enum store_outcome outcome, const char *message);
/* claimed_ms: of the claim that this decision took up; 0: it took up none. */
typedef void store_decided_fn(void *arg, enum store_outcome outcome, const char *message,
                              int64_t claimed_ms);

/* --- inbox: webhook deliveries (role ingest inserts, nothing else) --- */

struct store_delivery {
    int64_t id;                         /* claim only */
    struct str site, delivery_id, body; /* claim: no body when it is longer than `bytes` */
    int64_t size;                       /* of the body; claim only */
    int32_t retry;                      /* X-Atlassian-Webhook-Retry, 0 on the first try */
    int64_t received_ms;                /* database time; claim only */
};
/* One statement and one commit for all; a delivery that is there already stays as it is.
 * PG_REFUSED: none is stored. At most LIMIT_INGEST_BATCH rows. */
void store_inbox_put(struct pg *ingest, const struct store_delivery *rows, size_t count,
                     pg_done_fn *fn, void *arg);

typedef void store_deliveries_fn(void *arg, enum store_outcome outcome,
                                 const struct store_delivery *rows, size_t count);
/* Unhandled deliveries, oldest first, leased for lease_s seconds by their own columns. Together
 * their bodies have at most `bytes`; a longer one comes alone and without its body. */
void store_inbox_claim(struct store *s, int32_t lease_s, int32_t batch, int64_t bytes,
                       store_deliveries_fn *fn, void *arg);

typedef void store_body_fn(void *arg, enum store_outcome outcome);
/* The body of one delivery, `size` bytes (at most LIMIT_HTTP_BODY_BYTES), read in pieces of
 * LIMIT_INBOX_PIECE_BYTES and appended to `to`, which the caller lends until fn has run. LOST:
 * there is no such delivery, or it is shorter. */
void store_inbox_body(struct store *s, int64_t id, int64_t size, struct buf *to, store_body_fn *fn,
                      void *arg);

/* What a delivery says: look at this ticket. Poison: kept, quarantined with a reason, counted. */
struct store_hint {
    int64_t delivery_id; /* 0: not from a delivery (poll) */
    struct str site, issue_id, key;
    int64_t updated_ms;   /* 0 = unknown */
    int64_t announced_ms; /* the delivery tells of changes up to then; 0 = not said, or a poll */
    bool echo;            /* of what we did: tickets that may show Done are looked at before it */
    bool over;            /* somebody else edited or deleted a comment of ours */
    const char *poison;   /* NULL, or why it cannot be read */
    /* NULL, or why a ticket without a request need not be read: remembered with it */
    const char *ignore;
    struct str request_type; /* of such a ticket */
};
/* Marks the deliveries handled (or quarantined) and sets the tickets' or their requests' look_at,
 * in one transaction. */
void store_inbox_finish(struct store *s, const struct store_hint *hints, size_t count,
                        store_done_fn *fn, void *arg);

/* --- the gate in Jira's workflow (governance.gate_installation, gate_proof) --- */

typedef void store_number_fn(void *arg, enum store_outcome outcome, int64_t number,
                             const char *message);
struct store_gate_change {
    struct str site, project, workflow, name, mode;
    struct str kind; /* workflow, field, screen, view; of all but the first, workflow is what it is
                        called here */
    int64_t version;
    struct str before, planned; /* documents of jsm_workflow.h */
    struct str changes;         /* JSON: a list of words */
    int64_t replaces;           /* id of the one that ends once it is installed, 0: none */
};
/* Whose turn is it to change the gate of a site? Ours, until the transaction ends that was begun in
 * this session of pg_session_open; not ours: another one's (waits up to two seconds for that one).
 */
MUST_CHECK bool store_gate_turn(void *session, struct str site, bool *ret_ours, struct err *err);
/* The intent, before anything is sent; its id. LOST: that workflow is changed already, or half so.
 */
void store_gate_begin(struct store *s, const struct store_gate_change *change, store_number_fn *fn,
                      void *arg);
/* From one state to the next (see the table); after: the document Jira shows, or empty. One that is
 * given up puts back what it was to replace. LOST: it is not in that state any more. */
void store_gate_move(struct store *s, int64_t id, const char *from, const char *to,
                     struct str after, struct str said, store_done_fn *fn, void *arg);
typedef void store_gate_live_fn(void *arg, enum store_outcome outcome, struct str json);
/* What is installed at a site, or half so: a JSON list of id, kind, project, workflow, name, state,
 * mode, version, before, planned, after. The text is borrowed; on a failure it says why. */
void store_gate_live(struct store *s, struct str site, store_gate_live_fn *fn, void *arg);
/* What the gate has added to the workflows of a site, as site_own takes it; rules_seen: keys of
 * projects where all rules of automation were seen when the gate was last known. */
void store_gate_own(struct store *s, struct str site, store_gate_live_fn *fn, void *arg);
struct store_gate_proof {
    struct str site, project;
    bool known;
    size_t open;
    struct str said, fingerprint, detail; /* detail: JSON */
};
/* number: 1 when it is not what the last look proved. */
void store_gate_proved(struct store *s, const struct store_gate_proof *proof, store_number_fn *fn,
                       void *arg);
/* The service desk breaks the mapping; print: of what it breaks. Told once a day for each.
 * number: 1 when it is told now. */
void store_mapping_drift(struct store *s, struct str site, struct str print, store_number_fn *fn,
                         void *arg);

/* How much of a site's work may be claimed, so that one that hangs holds no more than that; in all
 * at most STORE_ROWS_MAX. */
struct store_room {
    struct str site;
    int32_t room;
    bool pressed; /* of requests and flows: second looks and words there wait, not for long */
};

/* --- tickets --- */

struct store_ticket_claim {
    struct str site, issue_id, key;
    int64_t version;
    int32_t unreadable; /* reads in a row that nobody could make sense of */
};
typedef void store_tickets_fn(void *arg, enum store_outcome outcome,
                              const struct store_ticket_claim *rows, size_t count);
/* Due tickets that belong to no request yet. */
void store_ticket_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                        size_t count, store_tickets_fn *fn, void *arg);
/* It is none of ours (request type not governed, gone): remembered, not looked at until it changes
 * to something newer than updated_ms. mapping: by which (its hash) it is none of ours, empty: by
 * none. LOST also when that one is not live any more. */
void store_ticket_ignore(struct store *s, const struct store_ticket_claim *t, const char *reason,
                         int64_t updated_ms, struct str mapping, struct str request_type,
                         store_done_fn *fn, void *arg);

/* Nothing is known of it yet: given back, and due again after rest_ms or when it changes. */
void store_ticket_defer(struct store *s, const struct store_ticket_claim *t, int64_t rest_ms,
                        store_done_fn *fn, void *arg);
/* Jira answered for this ticket and nobody can make sense of it. Counted; the fifth in a row is
 * told to people. Bound or not, claimed or not. */
void store_ticket_unreadable(struct store *s, struct str site, struct str issue_id, const char *why,
                             store_done_fn *fn, void *arg);

/* Whose second ticket is this? markers: labels on it, separated by blanks. */
struct store_second {
    struct str request_id, marker; /* empty: nobody's that has another one */
    struct str issue_id, key;      /* the ticket that the request has */
    enum phase phase;
};
typedef void store_second_fn(void *arg, enum store_outcome outcome,
                             const struct store_second *second);
void store_second_ticket(struct store *s, const struct store_ticket_claim *t, struct str markers,
                         store_second_fn *fn, void *arg);
/* May a request go over to the claimed ticket, although these carry its marker, too? LOST: one of
 * them is to be judged yet. left_alone: why a ticket is none of ours (store_ticket_ignore). */
void store_second_is_next(struct store *s, const struct store_ticket_claim *t,
                          const struct find_result *rivals, const char *left_alone,
                          store_done_fn *fn, void *arg);
/* Throw the claimed ticket away, or with swap the one that the request had: the request goes over
 * to the claimed one. LOST: not as it was seen any more, nothing was done. */
void store_ticket_retire(struct store *s, const struct store_ticket_claim *t,
                         const struct store_second *second, bool swap, store_done_fn *fn,
                         void *arg);

/* What the mapping made of a ticket or an API body. */
struct store_item {
    struct str source, account, entitlement;
    enum desired desired;
};
struct store_intake {
    struct str site, request_type, rule; /* mapping rule name */
    enum request_kind kind;
    enum gate_mode mode;
    bool mode_by_site;                  /* the rule says none */
    struct str lifecycle, subject_kind; /* design section 6 */
    struct person requester, beneficiary;
    struct str justification;
    bool privileged, emergency, approval_needed;
    struct str approved_by;  /* who submits it vouches that it is approved: recorded as an approval
                                by that name, channel api; empty: nobody does. Never requester or
                                beneficiary: REFUSED */
    struct str submitted_by; /* name of the API token; empty: it begins with a ticket */
    int64_t access_until_ms, sla_goal_ms;
    int64_t approval_due_ms, review_due_ms; /* of an emergency; 0 = as the database has it */
    struct str sla_policy;                  /* by name; empty: the goal counts, else what fits */
    int64_t requested_ms;                   /* first trace of the wish (Jira's created); 0 = now */
    const struct store_item *items;
    size_t item_count;
    struct str mapping_version; /* hash of the mapping file */
    uint64_t mapped_hash;
    struct str mapped;    /* canonical JSON of the tuple */
    struct str hold_text; /* not empty: it does not map; no items */
    int64_t
        done_ms; /* the ticket stands in a Done status since then (Jira's time); 0 = it does not */
    struct str markers; /* labels on the ticket that look like ours, separated by blanks */
    bool created_by_us; /* our own account made it, for this site */
};
/* A ticket becomes a request, idempotent per ticket: request, items, clock, binding, snapshot. LOST
 * also when no request is right: one of our own creates is about to bind it, or it was closed
 * before we were there. A marker on any other ticket is escalated (ForeignMarker). */
void store_request_open(struct store *s, const struct store_ticket_claim *t,
                        const struct store_intake *in, store_done_fn *fn, void *arg);

/* --- requests --- */

struct store_submitted {
    struct str id;
    bool repeated; /* the same idempotency key and body were seen before: this is that request */
    bool differs;  /* the same key with another body: nothing was done */
    struct str phase;
};
typedef void store_submitted_fn(void *arg, enum store_outcome outcome,
                                const struct store_submitted *row, const char *message);
/* The document of an intake, as request_submit takes it. */
void store_put_intake(struct buf *buf, const struct store_intake *in);
struct store_wish {
    struct str key, body_sha256_hex, intake;
};
/* rows: in the order of the wishes; of a refusal there are none, and nothing was stored. */
typedef void store_wishes_fn(void *arg, enum store_outcome outcome,
                             const struct store_submitted *rows, const char *message);
/* At most STORE_WISHES_MAX in one commit. REFUSED: one of them was, and so none is stored. */
enum { STORE_WISHES_MAX = 64 };
void store_request_submit(struct store *s, const struct store_wish *wishes, size_t count,
                          store_wishes_fn *fn, void *arg);

struct store_request_claim {
    struct str id, site;
};
typedef void store_requests_fn(void *arg, enum store_outcome outcome,
                               const struct store_request_claim *rows, size_t count);
/* Due requests, removals first, leased. */
void store_request_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                         size_t count, store_requests_fn *fn, void *arg);
typedef void store_dossier_fn(void *arg, enum store_outcome outcome, struct dossier *dossier);
/* Everything decide() needs, in the arena; REFUSED when there is no such request. */
void store_dossier_load(struct store *s, struct arena *arena, struct str request_id,
                        store_dossier_fn *fn, void *arg);
/* Of a look that begins: brief (struct dossier) where the ticket is to be read first. */
void store_dossier_first(struct store *s, struct arena *arena, struct str request_id,
                         store_dossier_fn *fn, void *arg);
/* How the gate treats a request by the mapping that is live now. */
struct store_mode {
    enum gate_mode mode;
    bool by_rule;
    struct str mapping; /* its SHA-256, in hexadecimal */
};
/* What one look saw; either part may be none. mode: NULL, or what the request's mode is from now on
 * (counts only with a ticket). Fenced by d->version. */
void store_facts_save(struct store *s, const struct dossier *d, const struct ticket *ticket,
                      const struct store_mode *mode, const struct observation *obs,
                      size_t obs_count, store_done_fn *fn, void *arg);
/* A flow to add, its payload frozen. */
struct store_enqueue {
    enum flow_kind kind;
    struct str cycle, payload;
    uint64_t said_hash; /* of what the ticket says once it is done; 0: it says nothing */
    struct str said_in; /* in which fields beside the property */
};
/* What decision->follow opens. */
struct store_follow {
    const struct store_intake *open; /* NULL: nothing */
    struct str
        unsaid; /* why not, or why no rule says what is opened (CamelCase): people are told */
};
void store_decision_save(struct store *s, const struct dossier *d, const struct decision *decision,
                         const struct store_enqueue *flows, size_t flow_count,
                         const struct store_follow *follow, enum notice_state notice, bool release,
                         store_decided_fn *fn, void *arg);
/* The accounts of requester and beneficiary on the request's site, each empty where nobody knows:
 * kept for good beside the keys they go by. LOST: no such request. */
void store_people_keep(struct store *s, struct str request_id, const struct str accounts[2],
                       store_done_fn *fn, void *arg);
void store_request_cancel(struct store *s, struct str id, struct str actor, store_done_fn *fn,
                          void *arg);
/* vouched_by, here and below: the name of the token that vouches for whom a body names. The same
 * word of the same person again changes nothing. LOST: no such request. */
void store_approval_add(struct store *s, struct str request_id, struct str approver,
                        struct str decision, struct str channel, struct str vouched_by,
                        store_done_fn *fn, void *arg);
/* JSON documents made by the database, for the API and the command line: NULL text when there is
 * none. */
typedef void store_json_fn(void *arg, enum store_outcome outcome, struct str json);
/* Whether a wish of that token is there: the document of a repeated answer; {}: it had another
 * body; none: it is not. */
void store_request_known(struct store *s, struct str token, struct str key,
                         struct str body_sha256_hex, store_json_fn *fn, void *arg);
void store_request_show(struct store *s, struct str id_or_key, store_json_fn *fn, void *arg);
/* What is empty or zero holds for all. stuck: what fails or waits for a repair. after: last id of
 * the page before. */
struct store_filter {
    struct str phase, site, after;
    struct str kind, lifecycle, subject_kind, application, sort;
    int64_t since_ms; /* asked for since then */
    int64_t older_than_s;
    bool stuck, overdue;
    int32_t limit;
};
void store_request_list(struct store *s, const struct store_filter *filter, store_json_fn *fn,
                        void *arg);
/* Let what was refused, or could not be read, be tried again, and write down who asked;
 * STORE_REFUSED with the reason when there is nothing of that kind. */
void store_request_retry(struct store *s, struct str id_or_key, struct str actor, store_json_fn *fn,
                         void *arg);
/* A page of them, behind sequence number `after`; NULL: there is no such request. */
void store_evidence_of(struct store *s, struct str request_id, int64_t after, int32_t limit,
                       store_json_fn *fn, void *arg);

/* --- exceptions --- */

/* Without a scope it covers what is not proven of the request, item by item. */
struct store_exception {
    struct str request, scope, source, sod_set; /* empty: not said */
    struct str owner, approved_by, reason, control, vouched_by;
    int64_t expires_ms, review_ms; /* review 0: halfway, of a long one */
    int64_t renews;                /* an earlier one that covers the same; 0: none */
    /* Why the program refuses it already, and the sentence: kept as tried, and answered REFUSED;
     * NULL: the database judges it. Static. */
    const char *fault_why, *fault_said;
};
/* REFUSED: who tried what is kept. No document: there is no such request. */
void store_exception_grant(struct store *s, const struct store_exception *e, store_json_fn *fn,
                           void *arg);
struct store_exceptions {
    bool live;
    int64_t expiring_s; /* live, and ending within so long; 0: whenever */
    struct str owner, request;
    int64_t after; /* the last one of the page before; 0: the first page */
    int32_t limit;
};
void store_exception_list(struct store *s, const struct store_exceptions *filter, store_json_fn *fn,
                          void *arg);
/* A portion of what is to be done about exceptions: ends, and whom they concern. How much that was;
 * 0: nothing is left. */
void store_exception_sweep(struct store *s, store_json_fn *fn, void *arg);
/* No document: there is none of that number. STORE_REFUSED: it has ended already. */
void store_exception_revoke(struct store *s, int64_t id, struct str by, struct str reason,
                            struct str vouched_by, store_json_fn *fn, void *arg);
/* What somebody found who looked at an emergency afterwards: in_order or objected. STORE_LOST:
 * there is no such request. */
void store_review_add(struct store *s, struct str request_id, struct str reviewer,
                      struct str outcome, struct str note, struct str vouched_by, store_done_fn *fn,
                      void *arg);
/* Somebody left, or is back. No document: nobody of that name had left. */
void store_departure_put(struct store *s, struct str person, bool left, struct str by,
                         struct str reason, store_json_fn *fn, void *arg);
/* One answers for another one from starts_ms (0: now) until ends_ms. REFUSED: a circle, himself, or
 * too long; that it was tried is kept. */
void store_delegation_add(struct store *s, struct str from, struct str to, int64_t starts_ms,
                          int64_t ends_ms, struct str actor, store_json_fn *fn, void *arg);
/* Those that last or will; all where not live. person: of either side; empty: anybody's. after: the
 * last one of the page before; 0: the first page. */
void store_delegation_list(struct store *s, bool live, struct str person, int32_t limit,
                           int64_t after, store_json_fn *fn, void *arg);
/* No document: there is none of that number. STORE_REFUSED: it has ended already. */
void store_delegation_revoke(struct store *s, int64_t id, struct str by, struct str vouched_by,
                             store_json_fn *fn, void *arg);

/* --- flows --- */

typedef void store_flows_fn(void *arg, enum store_outcome outcome, const struct flow *rows,
                            size_t count);
/* Gate work before creation before words, removals before grants; of these the one whose deadline
 * is next. */
void store_flow_claim(struct store *s, int32_t lease_s, const struct store_room *rooms,
                      size_t count, store_flows_fn *fn, void *arg);
/* One move. lease_s: how long the lease is renewed for, unless the note gives it back. */
void store_flow_save(struct store *s, const struct flow *flow, const struct flow_rule *rule,
                     const struct flow_note *note, int32_t lease_s, store_done_fn *fn, void *arg);

/* --- sites, sources, poll --- */

/* Register what the configuration names; harmless when it is there already. */
void store_site_put(struct store *s, struct str name, struct str flavour, struct str url,
                    store_done_fn *fn, void *arg);
void store_source_put(struct store *s, struct str name, struct str label, struct str kind,
                      const struct source_rule *rule, store_done_fn *fn, void *arg);
/* --- whether a grant may be (sql/routine/policy.sql) --- */

/* Who is asked, and the duties to be kept apart: a JSON list, as policy_put takes it. how: start or
 * reload, by which replica. The answer: what is live then, as policy_offer tells it. */
void store_policy_offer(struct store *s, struct str pdp, struct str sets, const char *how,
                        const char *replica, store_json_fn *fn, void *arg);
/* A policy has faults, and is not taken up: JSON, see policy_refused. */
void store_policy_refused(struct store *s, struct str fault, store_done_fn *fn, void *arg);
/* What is to be asked about a request at that stage, and what has to be known for it: JSON, see
 * policy_question. */
void store_policy_question(struct store *s, struct str request_id, enum permit_stage stage,
                           store_json_fn *fn, void *arg);
/* Which entitlements names were seen to mean: JSON, see entitlement_saw. */
void store_entitlement_saw(struct store *s, struct str seen, store_done_fn *fn, void *arg);
struct store_policy_decision {
    int64_t item_id; /* 0: about the duties */
    enum permit_stage stage;
    enum permit_answer answer; /* OPEN: it is no decision */
    struct str pdp, asked, answered;
    struct str asks; /* approvals that it wants (policy_asks_write); empty: none */
    bool has_answer; /* some bytes came back */
    const char *why; /* static */
    struct str reason, question;
    const struct str *conflicts;
    size_t conflict_count;
    int64_t took_ms;
};
/* Within the claim; LOST: it is not ours any more. */
void store_policy_save(struct store *s, const struct dossier *d,
                       const struct store_policy_decision *made, size_t count, store_done_fn *fn,
                       void *arg);

/* Calendars and policies of the configuration (config_sla_text). */
void store_sla_put(struct store *s, struct str said, store_done_fn *fn, void *arg);
/* What the file of a site says: it becomes the live mapping when it is another file than before;
 * then its parked flows try again. */
void store_mapping_put(struct store *s, struct str sha256_hex, struct str text, struct str site,
                       store_done_fn *fn, void *arg);
/* We are there, with this mapping: "live", "applied" (another was made live by a plan: take it up),
 * "older" (others hold the live one) or "free" (nobody does: ours may be put again). */
void store_mapping_hold(struct store *s, struct str site, struct str sha256_hex, store_json_fn *fn,
                        void *arg);
/* A mapping that was live once, by its hash; STORE_LOST: the database knows none. */
void store_mapping_body(struct store *s, struct str sha256_hex, store_json_fn *fn, void *arg);
/* Is a text that the database kept what its hash is of? Whoever edits one there changes what is
 * asked for and for whom, so nothing is read by it unless it is. */
bool store_mapping_is_whole(struct str body, struct str sha256_hex);
/* {"sha256","number","body"} of the live one of a site. */
void store_mapping_of_site(struct store *s, struct str site, store_json_fn *fn, void *arg);
/* One was not taken up; detail: why, a JSON object for the evidence. sha256 may be empty. */
void store_mapping_refused(struct store *s, struct str site, struct str sha256_hex,
                           struct str detail, store_done_fn *fn, void *arg);
/* We end, and hold none. */
void store_mapping_drop(struct store *s, store_done_fn *fn, void *arg);

struct store_poll {
    struct cursor cursor;
    struct poll_lag lag;
    int64_t fence;      /* of this walk */
    int64_t asked_ms;   /* Jira's time at which the last complete walk began, 0 = not known */
    int64_t held_ms;    /* for so long the cursor has been held, 0 = it is not */
    int64_t held_known; /* changes that the walk expected which held it, 0 = a sweep did */
};
typedef void store_poll_fn(void *arg, enum store_outcome outcome, const struct store_poll *poll);
/* Single flight per site: STORE_LOST when another replica walks. */
void store_poll_begin(struct store *s, struct str site, int32_t lease_s, store_poll_fn *fn,
                      void *arg);
/* A page's hints; with last set also the moved cursor, all in one transaction under the fence. What
 * is known already is not touched. LOST: the fence did not hold, nothing was stored. */
struct store_page {
    const struct store_hint *hints;
    size_t count;
    bool last;
    struct cursor cursor; /* these four only with last */
    struct poll_lag lag;
    int64_t asked_ms;
    bool lifts; /* the walk knew that the site is held: it is not any more */
};
/* hints: changes that were not known; unannounced: those of them that no delivery had told of. */
typedef void store_page_fn(void *arg, enum store_outcome outcome, int64_t hints,
                           int64_t unannounced, const char *message);
void store_poll_page(struct store *s, struct str site, int64_t fence, const struct store_page *page,
                     store_page_fn *fn, void *arg);
/* The site shows less than half of what it did: held, and people are told once. Until it is
 * released, for a day at most, no replica's word that a ticket is gone is stored. fence: of the
 * walk that ends so, 0 = a sweep says it; known: how many changes that walk expected. Gives for how
 * long in ms. */
void store_poll_hold(struct store *s, struct str site, const char *why, int64_t fence,
                     int64_t known, store_json_fn *fn, void *arg);
/* It shows what it did again. */
void store_poll_release(struct store *s, struct str site, store_done_fn *fn, void *arg);
/* May this replica sweep the site now? LOST: it was swept less than every_ms ago. */
void store_sweep_take(struct store *s, struct str site, int64_t every_ms, store_done_fn *fn,
                      void *arg);
/* Our open tickets of a site in order of their ids, from after that of `after` (empty: the first),
 * at most `batch`, as hints: updated_ms is what we know. */
typedef void store_hints_fn(void *arg, enum store_outcome outcome, const struct store_hint *rows,
                            size_t count);
void store_sweep_ids(struct store *s, struct str site, struct str after, int32_t batch,
                     store_hints_fn *fn, void *arg);
/* Our open tickets that were not looked at for max_age_s: due now. */
void store_sweep(struct store *s, int32_t max_age_s, store_done_fn *fn, void *arg);
/* A source answers again: what it could not tell is asked anew. How many requests that is. */
void store_source_back(struct store *s, struct str source, store_json_fn *fn, void *arg);
/* What the service desk tells of its own clocks (jsm_sla_rows). */
void store_jsm_clock_keep(struct store *s, struct str request, struct str rows, store_done_fn *fn,
                          void *arg);
/* Hold the clock of a request until a time, for a reason, or let it run on. STORE_LOST: there is no
 * such request; STORE_REFUSED: it may not be held, or nothing holds it. */
void store_clock_hold(struct store *s, struct str id, struct str actor, struct str reason,
                      int64_t until_ms, store_done_fn *fn, void *arg);
void store_clock_resume(struct store *s, struct str id, struct str actor, store_done_fn *fn,
                        void *arg);
/* Escalations whose time has come, each once. */
void store_sla_tick(struct store *s, store_json_fn *fn, void *arg);

/* --- sites that nobody may call now --- */

/* Jira wants no call for so long. */
void store_site_told(struct store *s, struct str site, int64_t wait_ms, store_done_fn *fn,
                     void *arg);
/* It refused the secret of this mark once more (lent: by a try that was lent): nobody tries it when
 * that was for the `tries`-th time within window_ms, and people are told. What comes back is one of
 * store_site_rests. */
void store_site_refused(struct store *s, struct str site, struct str mark, bool lent, int32_t tries,
                        int64_t window_ms, store_json_fn *fn, void *arg);
/* It is not known whether it accepts the secret of this mark, and a try is wanted of the `tries`
 * that all replicas have within window_ms; one that is not heard of again is there for others after
 * lease_ms. What comes back is one of store_site_rests with "lent", whether it is ours. */
void store_site_try(struct store *s, struct str site, struct str mark, int32_t tries,
                    int64_t window_ms, int64_t lease_ms, store_json_fn *fn, void *arg);
/* The call with the try that was lent said nothing of the secret: it is there for others. */
void store_site_untried(struct store *s, struct str site, struct str mark, store_done_fn *fn,
                        void *arg);
/* It accepts the secret of this mark. */
void store_site_accepted(struct store *s, struct str site, struct str mark, store_done_fn *fn,
                         void *arg);
/* [{"site", "mark", "told_ms", "lifted_ms", "refused_ms", "refused_ago_ms"}]: left alone for so
 * long, 0 = not for that; lifted_ms: when the last wait was lifted, refused_ago_ms -1: never. */
void store_site_rests(struct store *s, store_json_fn *fn, void *arg);

/* --- many tickets moved by one call (domain/bulk.h) --- */

/* Commit which flows, of this replica and under way, ride on a call to this site; nobody believes
 * it to go on for longer than lasts_ms. fn: its number; LOST: some are not ours any more, and
 * nothing may be sent. */
void store_bulk_begin(struct store *s, struct str site, const int64_t *flows, size_t count,
                      int64_t lasts_ms, store_json_fn *fn, void *arg);
struct store_bulk_rider {
    int64_t flow;
    enum bulk_fate fate;
    struct str why;
};
struct store_bulk {
    bool over;             /* nothing more comes of it */
    struct str task, said; /* empty: no news */
};
/* What Jira said of it. */
void store_bulk_told(struct store *s, struct str bulk, const struct store_bulk *told,
                     const struct store_bulk_rider *riders, size_t count, store_done_fn *fn,
                     void *arg);
/* A task of this site whose replica has told nothing for so long is ours from now on: "NUMBER
 * TASK". LOST: there is none. */
void store_bulk_adopt(struct store *s, struct str site, int64_t silent_ms, store_json_fn *fn,
                      void *arg);

/* --- leases --- */

/* Work that is no row of its own and that one replica does at a time. */
struct store_lease {
    int64_t fence;   /* OK: names this taking */
    int64_t wait_ms; /* LOST: until it ends */
    bool resting;    /* LOST: nobody has it, who had it last let it rest */
};
typedef void store_lease_fn(void *arg, enum store_outcome outcome, const struct store_lease *lease);
/* LOST: another replica has it, or it rests. Our own is taken anew. */
void store_lease_take(struct store *s, struct str name, int64_t lease_ms, store_lease_fn *fn,
                      void *arg);
/* Nobody takes it again for rest_ms, 0 = whoever comes. LOST: it was over already. */
void store_lease_give(struct store *s, struct str name, int64_t fence, int64_t rest_ms,
                      store_done_fn *fn, void *arg);
/* --- webhooks: what they are worth, and their registration --- */

struct store_hook_worth {
    int64_t lost;    /* changes that polling found and no delivery told of within late_ms, ever */
    int64_t awaited; /* found by polling, and a delivery may come yet */
};
typedef void store_hook_worth_fn(void *arg, enum store_outcome outcome,
                                 const struct store_hook_worth *worth);
void store_hook_settle(struct store *s, struct str site, int64_t late_ms, store_hook_worth_fn *fn,
                       void *arg);

struct store_hook_look {
    int64_t fence; /* of this look */
    int64_t failed_after_ms;
    int64_t now_ms; /* database time */
};
typedef void store_hook_look_fn(void *arg, enum store_outcome outcome,
                                const struct store_hook_look *look);
/* Look after a site's registration, single flight: STORE_LOST when another does, or it is not due.
 */
void store_hook_claim(struct store *s, struct str site, int32_t lease_s, store_hook_look_fn *fn,
                      void *arg);
/* Its end. failed_after_ms: deliveries that Jira gave up until then are in the inbox. expires_ms: 0
 * when none is registered. said: what is wrong, empty for nothing. Due again after rest_ms. */
struct store_hook_found {
    int64_t failed_after_ms, expires_ms, rest_ms;
    const char *said;
};
void store_hook_done(struct store *s, struct str site, int64_t fence,
                     const struct store_hook_found *found, store_done_fn *fn, void *arg);

/* --- looking in --- */

/* One JSON object: schema version, clock, queue depths, gauges for /metrics and /readyz. */
void store_health(struct store *s, store_json_fn *fn, void *arg);

#endif
