/* sim.h: the seeded simulator's shared state. The production objects (domain, run, visit) run
 * unchanged against a model of the store, of Jira and of the target systems, in virtual time, with
 * one event queue and one random generator. */
#ifndef COUNTERSIGN_SIM_H
#define COUNTERSIGN_SIM_H

#include <setjmp.h>

#include "base/plant.h"
#include "base/rng.h"
#include "domain/cursor.h"
#include "domain/evidence.h"
#include "domain/sla.h"
#include "service/run.h"
#include "service/visit.h"

enum {
    REPLICAS = 3,
    REQUESTS_MAX = 5,
    TICKETS_MAX = 24,
    FLOWS_MAX = 400,
    OBS_MAX = 40,
    CYCLES_MAX = 512,
    EVENTS_MAX = 8192,
    SAFETY_MS = 20 * 60 * 1000,   /* faults are on */
    LIVENESS_MS = 90 * 60 * 1000, /* faults are off: everything must settle */
};

#define FAULTS(X)                                                                                  \
    X(lost_reply)                                                                                  \
    X(not_sent)                                                                                    \
    X(lost_request) X(late) X(limited) X(anonymous) X(jira_down) X(crash) X(pause) X(save_unknown) \
        X(hook_lost) X(hook_double) X(hook_late) X(poll_fails) X(source_down) X(source_lag)        \
            X(partial) X(rights_lost) X(flapping) X(backdoor_close) X(take_back) X(fight)

struct rates {
#define X(name) uint32_t name; /* per million of opportunities */
    FAULTS(X)
#undef X
};

/* A ticket of the model Jira. */
struct sticket {
    bool here, moved_by_us, human;
    int request; /* marker */
    enum status_role role;
    int cycle;
    int64_t created_ms, visible_ms, updated_ms, indexed_ms;
    int64_t done_since_ms;
};

struct sobs {
    struct observation o;
    int generation;
    int64_t real_as_of_ms; /* what the model knows, whatever the reader said */
    bool real_complete, real_canary;
    enum outcome real_outcome;
};

struct srequest {
    bool used, from_ticket, done_by_person;
    enum request_kind kind;
    enum phase phase;
    int generation, ticket; /* index, -1 none */
    int64_t version, requested_ms, approved_ms, claimed_ms, verified_ms, closed_ms;
    int claim_cycle, answered_cycle; /* -1 none */
    int64_t look_ms, looked_ms, hinted_ms, lease_until_ms;
    const struct world *owner;
    uint64_t notice_key;
    /* the ticket as last read */
    struct ticket seen;
    int seen_cycle;
    struct sobs obs[OBS_MAX];
    size_t obs_count;
    int64_t last_read_ms;
    int reads;
    /* what the model knows */
    bool truth; /* the entitlement is held */
    bool truth_before;
    int64_t truth_ms;      /* since when */
    int64_t claim_seen_ms; /* when the store took up the claim, whatever the decision called it */
    int64_t sla_last_ms;
    int64_t posts, last_post_ms;
    bool post_unresolved;
    int64_t reopen_ms[64];
    int reopens;
    int human_acts, fights;
    int evidence, changes; /* must stay equal */
    struct evidence_chain chain;
};

struct sflow {
    bool used;
    struct flow f;
    int request, cycle;
    int64_t run_after_ms, lease_until_ms, created_ms, not_before_ms;
    const struct world *owner;
    uint64_t notice;
};

/* One boot of one replica: after a crash it stays here and its world fails everything. */
struct boot {
    struct world world; /* first */
    struct sim *sim;
    struct boot *next;
    int replica;
    bool alive;
    int64_t paused_until_ms;
};

struct event {
    int64_t at_ms;
    uint64_t order;
    void (*fn)(struct sim *sim, void *arg, int64_t number);
    void *arg;
    int64_t number;
};

struct sim {
    uint64_t seed, order, trace_hash, events;
    int64_t now_ms;
    struct rng rng;
    struct rates rates;
    bool calm; /* faults are off */
    bool trace;
    struct event heap[EVENTS_MAX];
    size_t heap_count;
    struct srequest requests[REQUESTS_MAX];
    int request_count;
    struct sticket tickets[TICKETS_MAX];
    int ticket_count, next_cycle;
    struct sflow flows[FLOWS_MAX];
    int flow_count;
    struct boot *boots[REPLICAS], *all_boots;
    struct cursor cursor;
    int64_t index_lag_ms, lateness_ms, source_lag_ms;
    struct policy policy;
    const char *violated; /* invariant's name */
    char detail[200];
    jmp_buf stop;
};

extern uint64_t sim_fault_count[32], sim_rule_count[64];
extern char SIM_CYCLES[CYCLES_MAX][8]; /* cycle numbers as text */

/* queue */
void sim_at(struct sim *s, int64_t at_ms, void (*fn)(struct sim *, void *, int64_t), void *arg,
            int64_t number);
bool sim_step(struct sim *s);
/* dice */
bool sim_fault(struct sim *s, uint32_t rate, int which);
#define FAULT(s, name) sim_fault((s), (s)->rates.name, SIM_FAULT_##name)
enum {
#define X(name) SIM_FAULT_##name,
    FAULTS(X)
#undef X
        SIM_FAULT_COUNT
};
extern const char *const SIM_FAULT_NAMES[];
void sim_trace(struct sim *s, const char *what, int64_t a, int64_t b);
/* Stop with a broken invariant. */
_Noreturn void sim_violate(struct sim *s, const char *invariant, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* world.c */
struct boot *boot_new(struct sim *s, int replica);
/* store.c */
void store_hint(struct sim *s, int ticket);
void store_claim(struct sim *s, struct boot *b);
int store_request_new(struct sim *s, bool from_ticket);
bool store_save_flow(struct sim *s, const struct world *w, const struct flow *flow,
                     const struct flow_rule *rule, const struct flow_note *note);
bool store_save_facts(struct sim *s, const struct world *w, const struct dossier *d,
                      const struct ticket *ticket, const struct sobs *obs, size_t count);
bool store_save_decision(struct sim *s, const struct world *w, const struct dossier *d,
                         const struct decision *x, bool release);
struct dossier *store_dossier(struct sim *s, struct arena *arena, int request);
int request_index(struct str id);
int cycle_index(struct str cycle);
/* jira.c */
int jira_create(struct sim *s, int request, bool by_us);
void jira_move(struct sim *s, int ticket, enum status_role role, bool by_us);
void jira_read(struct sim *s, int ticket, struct ticket *ret);
void jira_poll(struct sim *s, struct boot *b);
/* people.c */
void people_start(struct sim *s);
/* check.c */
void check_event(struct sim *s);
void check_post(struct sim *s, struct srequest *r, int64_t search_age_ms);
void check_close_call(struct sim *s, struct srequest *r);
void check_move(struct sim *s, struct srequest *r, enum phase to);
bool check_settled(const struct sim *s);

#endif
