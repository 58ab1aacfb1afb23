/* sim.h: the seeded simulator's shared state. The production objects (domain, run, visit) run
 * unchanged against a model of the store, of Jira and of the target systems, in virtual time, with
 * one event queue and one random generator. */
#ifndef COUNTERSIGN_SIM_H
#define COUNTERSIGN_SIM_H

#include <setjmp.h>

#include "base/plant.h"
#include "base/rng.h"
#include "domain/badge.h"
#include "domain/bulk.h"
#include "domain/cursor.h"
#include "domain/drift.h"
#include "domain/evidence.h"
#include "domain/stuck.h"
#include "service/run.h"
#include "service/visit.h"

enum {
    REPLICAS = 3,
    REQUESTS_MAX = 5,
    ITEMS_MAX = 2,
    TICKETS_MAX = 24,
    FLOWS_MAX = 192,
    BULKS_MAX = 64, /* calls for many; then tickets go one by one */
    OBS_MAX = 24,
    APPROVALS_MAX = 16,
    EDITS_MAX = 6,
    SPOOFS_MAX = 3,
    FIRST_HASH = 7, /* of what a ticket asks for as it is made; every edit makes a new one */
    CYCLES_MAX = 512,
    EVENTS_MAX = 2048,
    COUNTED_MAX = 80,              /* faults, rules, phases */
    SAFETY_MS = 15 * 60 * 1000,    /* faults are on */
    LIVENESS_MS = 150 * 60 * 1000, /* faults are off: everything must settle, words within two
                                    * allowances of an hour each and a sweep */
    SLOW_SAVE_MS = 15000,
    SLOW_READ_MS = 12000,          /* of an item; three of them outlast a claim */
    RACE_MS = SLOW_SAVE_MS + 5000, /* between a search and what is bound after it */
};

/* What may go wrong, each asked at every opportunity: calls to Jira; processes and their database;
 * hints; target systems; people and rules; calls for many tickets. */
/* clang-format off */
#define FAULTS_OF_JIRA(X) \
    X(lost_reply) X(not_sent) X(lost_request) X(late) X(very_late) \
    X(limited) X(refused) X(look_refused) X(anonymous) X(jira_down) X(slow_look) X(no_id) \
    X(hidden)
#define FAULTS_OF_REPLICA(X) \
    X(crash) X(pause) X(save_unknown) X(slow_save) X(bind_refused)
#define FAULTS_OF_HINT(X) \
    X(hook_lost) X(hook_double) X(hook_late) X(poll_fails)
#define FAULTS_OF_SOURCE(X) \
    X(source_down) X(source_lag) X(partial) X(rights_lost) X(flapping) \
    X(account_replaced) X(entitlement_replaced) X(source_full)
#define FAULTS_OF_PEOPLE(X) \
    X(backdoor_close) X(put_back) X(take_back) X(fight) X(withdrawn) X(ticket_cancelled) \
    X(ticket_declined) X(ticket_gone) X(edited) X(edited_early) X(emptied) X(unmapped) \
    X(spoofed) X(resolved_by_edit) X(words_forged) X(fields_renamed) \
    X(exception) X(cancel_taken_back) X(closed_after_cancel) X(cloned) X(kept_gone) \
    X(mode_changed) X(drifted) X(opposed) X(remapped)
#define FAULTS_OF_POLICY(X) X(policy_down) X(policy_denies) X(duty_conflict) X(duty_unread)
#define FAULTS_OF_BULK(X) \
    X(bulk_refused) X(bulk_left) X(bulk_slow) X(bulk_silent) X(bulk_broken) X(closed_in_bulk) \
    X(gathered_early) X(gather_omits)
#define FAULTS(X) \
    FAULTS_OF_JIRA(X) FAULTS_OF_REPLICA(X) FAULTS_OF_HINT(X) \
    FAULTS_OF_SOURCE(X) FAULTS_OF_PEOPLE(X) FAULTS_OF_POLICY(X) FAULTS_OF_BULK(X)
/* clang-format on */

/* Per million of opportunities. */
struct rates {
#define X(name) uint32_t name;
    FAULTS(X)
#undef X
};

/* What the boss decided on a ticket: when, and what he saw. */
enum {
    PERSON_REQUESTER,
    PERSON_BENEFICIARY,
    PERSON_AGENT,
    PERSON_BOSS,
    PERSON_DEPUTY,
    PERSON_COUNT
};
/* What the template of a request wants: anybody on any way, the boss, one of boss and deputy, any
 * two people, or the boss and the deputy. */
enum { WANTS_ANY, WANTS_BOSS, WANTS_GROUP, WANTS_TWO, WANTS_BOTH, WANTS_COUNT };

struct sdecision {
    bool approved;
    int person;
    enum approval_channel channel;
    uint64_t saw;
    int64_t at_ms;
};

/* The same as the database recorded it: for which tuple. */
struct sapproval {
    struct sdecision real;
    uint64_t counts_for;
};

/* What a ticket says in our name, as a hash (words.c); 0: nothing yet. */
struct swords {
    uint64_t property,
        field[2]; /* beside it, in the fields that the mapping named first and since */
    bool late;    /* a lost call wrote older words over newer ones */
};

/* A ticket of the model Jira. */
struct sticket {
    bool here, moved_by_us, human;
    int request;  /* by its marker, or opened for it; -1 none */
    int made_for; /* the request whose create of ours made it; -1: somebody else made it */
    int marks;    /* the request whose marker it carries, copied or not; -1 none */
    int bound_to; /* the request its binding names; -1 none */
    bool hidden;  /* by issue security, from us */
    bool shown;   /* a read of ours has shown it since it was made */
    bool linked, followed, contested;
    bool resolved;       /* a resolution is set */
    int resolution_edit; /* the move of history that set it, by somebody and without a close; -1
                            none */
    int said;            /* comments that call it a second ticket */
    int64_t human_ms;    /* when people began on it */
    int64_t gone_ms;     /* when it was deleted last */
    int64_t hinted_ms;   /* when the database last heard of it */
    enum status_role role;
    int cycle;
    int closed_for;       /* the claim for whose sake we closed it; -1 none */
    uint64_t mapped_hash; /* 0: does not map */
    int64_t created_ms, visible_ms, updated_ms, indexed_ms;
    int64_t done_since_ms;
    int mover; /* who made its last move, when it was a person */
    struct sdecision decisions[APPROVALS_MAX];
    int decision_count, edits, spoofs;
    struct swords words;
};

/* A read as the code under test knows it, and as the model knows it. */
struct sobs {
    struct observation o;
    int generation;
    int64_t real_as_of_ms;
    bool real_complete, real_canary;
    bool real_extra; /* more than asked for was there; where others_known */
    enum outcome real_outcome;
};

struct sitem {
    bool truth, truth_before; /* the entitlement is held in the target system */
    int64_t truth_ms;         /* since when */
    bool extra, extra_before; /* so is something that nobody asked for; since when */
    int64_t extra_ms;
    bool extra_seen; /* as the store knows it */
    int64_t excepted_until_ms, excepted_from_ms;
    bool on_exception; /* it was closed last while an exception stood in, and not proven since */
    int opposed;       /* the request, one more, whose first item wants the opposite; 0 none does */
    int superseded_by; /* the request, one more, that was approved later; 0 none was */
    int64_t superseded_ms;
    int ahead; /* the request, one more, that takes it away ahead of what is given; 0 none does */
    int64_t proven_ms; /* when its request became verified last, or excepted without it */
    struct sobs obs[OBS_MAX];
    size_t obs_count;
    int reads; /* since the claim */
};

/* What was answered last at one stage, and whether it was a yes of somebody who knew all. */
struct spermit {
    bool asked, real;
    enum permit_answer answer;
    int32_t tries;
    int64_t tried_ms, since_ms;
    uint64_t of; /* the tuple it was asked about */
    int generation;
};

/* Is it to be moved to another mapping? HELD: that reads something else than was approved. */
enum contest { CONTEST_NONE, CONTEST_ASKED, CONTEST_HELD };

struct srequest {
    bool from_ticket, held, emergency;
    struct spermit permits[PERMIT_STAGE_COUNT];
    enum request_kind kind;
    enum phase phase;
    int generation, ticket; /* index, -1 none */
    int64_t version, requested_ms, approved_ms, claimed_ms, verified_ms, closed_ms;
    int64_t access_until_ms;         /* 0 = no end */
    int claim_cycle, answered_cycle; /* -1 none */
    bool approval_needed, cancel_asked;
    struct sapproval approvals[APPROVALS_MAX];
    int approval_count;
    int wants;        /* WANTS_ */
    int64_t asked_ms; /* since when it waits for an approval */
    uint64_t mapped_hash, approved_hash;
    int64_t look_ms, looked_ms, hinted_ms, lease_until_ms;
    int64_t over_ms;   /* since when it has come to nothing, 0 = it has not */
    int64_t lapsed_ms; /* when it was opened again since its exception had ended */
    const struct world *owner;
    uint64_t notice_key;
    enum notice_state notice;
    uint64_t said_hash;
    struct str said_in;
    enum gate_mode mode;        /* as the database has it */
    enum gate_mode wanted_mode; /* as the live mapping says */
    int64_t mode_changed_ms;    /* since when */
    enum contest contest;
    bool reads_else;      /* the mapping that it is to be moved to */
    int64_t contested_ms; /* since when it is held */
    enum refusal refused; /* recorded, of the close below */
    int refused_cycle, closed_cycle;
    struct ticket seen; /* as last read */
    int seen_cycle;
    int64_t seen_ms;  /* when it was stored, 0 = never */
    int64_t fresh_ms; /* when that read was begun, 0 once a hint came */
    struct sitem items[ITEMS_MAX];
    size_t item_count;
    int64_t last_read_ms;
    int64_t acked_ms; /* the ticket's `updated` when the sources were read last */
    int reads;
    /* what the model knows */
    int64_t seen_from_ms;   /* when the read that is in `seen` was begun, whatever is told since */
    int64_t mapped_from_ms; /* the same of the last one that was judged by the mapping too */
    uint64_t items_of;      /* the tuple that the items were really made from */
    int64_t claim_seen_ms;  /* when the store took up the claim, whatever the decision called it */
    int64_t proven_ms;      /* when it became verified, by the database's clock */
    int64_t sla_last_ms;
    int64_t last_post_ms;
    bool post_unresolved, may_have_two, tamper_recorded;
    int64_t reopen_ms[64];
    int reopens, human_acts, fights;
    /* what follows a close */
    enum follow cause;
    const struct srequest *follows, *root;
    size_t root_item;
    enum drift_answer recorded[ITEMS_MAX];
    int drifts;
    int changes; /* must equal the entries of the chain */
    struct evidence_chain chain;
};

struct sflow {
    struct flow f;
    int request, cycle;
    int64_t run_after_ms, lease_until_ms, created_ms;
    int64_t parked_ms;     /* when it was refused last, 0 = never */
    int64_t ended_ms;      /* 0: it did not */
    int reminders;         /* how often its comment was written */
    int escalations;       /* how many tickets of its own were made */
    int64_t shown_ms;      /* when a search shows that one */
    bool excepted;         /* an exception covered something before it ended */
    uint64_t said;         /* the words it writes */
    int64_t told_until_ms; /* Retry-After as Jira last said it */
    int64_t
        not_before_ms; /* the same, once our row knows it: a crash may forget what it was told */
    const struct world *owner;
};

/* One boot of one replica: after a crash it stays here and its world fails everything. */
struct boot {
    struct world world; /* first */
    struct sim *sim;
    struct boot *next;
    int replica;
    bool alive;
    int64_t paused_until_ms, skew_ms;
    int64_t no_bulk_ms;    /* before that no tickets are moved in bulk */
    struct sbulk *loading; /* a call for many that others may still join */
};

/* A reopen that rides on a call for many, each by its own right. */
struct op;
struct srider {
    struct op *op; /* waits for its answer */
    int bulk, flow, request, ticket;
    bool may_move, silent;     /* Jira may still move it; and says nothing of it */
    enum bulk_word said, word; /* by the task; as its replica heard it last */
    enum bulk_fate kept;       /* as the database knows it */
};
/* Such a call: as the database knows it, as its replica does, and as Jira works on it. */
struct sbulk {
    bool kept, over, named; /* committed; nothing comes of it any more; its task is known */
    const struct boot *owner;
    int64_t heard_ms, until_ms;
    struct boot *boot, *asker; /* who sent it; who asks about it */
    bool begun_unknown, task_known;
    int64_t seated_ms, sent_ms, asked_from_ms;
    enum bulk_task stands, task;
    int count, left;
    struct srider riders[REQUESTS_MAX];
};

typedef void event_fn(struct sim *sim, void *arg, int64_t number);
struct event {
    int64_t at_ms;
    uint64_t order;
    event_fn *fn;
    void *arg;
    int64_t number;
};

struct sim {
    uint64_t seed, order, trace_hash, events;
    int64_t now_ms;
    struct rng rng;
    struct rates rates;
    bool calm;   /* faults are off */
    bool ending; /* nothing happens any more; what is under way ends */
    bool trace;
    enum gate_mode mode;     /* of the request type, as the mapping says at the start */
    bool direct_road;        /* their workflow lets us go to Done without Verifying */
    bool hides, hides_known; /* what we make is hidden from us */
    bool bare;               /* creation cannot carry the binding: the request API */
    bool has_link, has_participants, links_evidence;
    bool has_policy;   /* somebody is asked whether a grant may be */
    bool slow_sources; /* a bundle takes longer to read than a claim lasts */
    bool has_bulk;     /* many are opened again by one call, and read by one */
    int closed_at_once;
    struct sbulk bulks[BULKS_MAX];
    int bulk_count;
    struct event heap[EVENTS_MAX];
    size_t heap_count;
    struct srequest requests[REQUESTS_MAX];
    int request_count;
    struct sticket tickets[TICKETS_MAX];
    int ticket_count, next_cycle;
    uint64_t last_hash; /* no edit makes a tuple that was there before */
    int fields;         /* which of two pairs of fields the live mapping names for our words */
    struct sflow flows[FLOWS_MAX];
    int flow_count, flows_over; /* so many of the first are over for good */
    struct boot *boots[REPLICAS], *all_boots;
    struct cursor cursor;
    int64_t index_lag_ms, lateness_ms, source_lag_ms;
    struct policy policy;
    const char *violated; /* invariant's name */
    char detail[200];
    struct log *log; /* of publish.c */
    jmp_buf stop;
};

extern uint64_t sim_fault_count[COUNTED_MAX], sim_rule_count[COUNTED_MAX],
    sim_phase_count[COUNTED_MAX];
/* What became of creates and second tickets, over all schedules. */
extern struct sim_told {
    uint64_t posts, posts_lost, posts_late, reposts, proper, told_by_hint, retired, swapped,
        contested, foreign, slowest_ms;
} sim_told;
extern char SIM_CYCLES[CYCLES_MAX][8]; /* numbers as text: cycles and issue ids */

/* queue.c: events, dice, trace */
void sim_at(struct sim *s, int64_t at_ms, event_fn *fn, void *arg, int64_t number);
bool sim_step(struct sim *s);
/* Let what is under way at the seam end, so that every run and visit frees itself. */
void sim_end(struct sim *s);
enum { AT_THE_SEAM = -7 }; /* number of an event that must run to the end */
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

/* publish.c: the published log of evidence, in a schedule of its own; breaks an invariant, or
 * returns */
void publish_play(struct sim *s);

/* world.c: the seam */
struct boot *boot_new(struct sim *s, int replica);

/* replica.c: processes that come and go, their intake and their poll */
void replicas_start(struct sim *s);
/* Some replica looks for due work at that time. */
void replica_kick(struct sim *s, int64_t at_ms);
void replica_hook(struct sim *s, int ticket, int64_t at_ms);
void replica_may_fail(struct boot *b);

/* store.c, store_flow.c: the database */
int store_request_new(struct sim *s, bool from_ticket);
void store_hint(struct sim *s, int ticket);
void store_look_now(struct sim *s, struct srequest *r);
void store_changed(struct sim *s, struct srequest *r, const char *what);
struct dossier *store_dossier(struct sim *s, struct arena *arena, int request);
/* Of a look that begins: brief where the ticket is read first anyway. */
struct dossier *store_dossier_first(struct sim *s, struct arena *arena, int request);
bool store_save_facts(struct sim *s, const struct world *w, const struct dossier *d,
                      const struct ticket *ticket, const struct sobs *obs, size_t count);
bool store_save_permit(struct sim *s, const struct world *w, const struct dossier *d,
                       enum permit_stage stage, const struct spermit *said);
bool store_save_decision(struct sim *s, const struct world *w, const struct dossier *d,
                         const struct decision *x, bool release);
void store_flow_add(struct sim *s, int request, const struct enqueue *e);
/* What it is about, as decide() sees it. */
struct str store_flow_cycle(const struct sflow *f);
/* False: another ticket of that request is being thrown away. */
bool store_retire_add(struct sim *s, int request, int ticket);
/* The request goes over to a ticket that was to be thrown away: a try that was refused is not made
 * again. False: one may be on its way. */
bool store_retire_end(struct sim *s, int request, int ticket);
/* A delivery names the ticket of a create whose answer was lost. */
bool store_create_is_over(const struct sim *s, int request);
bool store_create_named(struct sim *s, int request, int ticket);
void store_open_request(struct sim *s, int ticket);
bool store_save_flow(struct sim *s, const struct world *w, const struct flow *flow,
                     const struct flow_rule *rule, const struct flow_note *note);
void store_retry_parked(struct sim *s);
/* Of several refused ones of a kind the oldest tries again, and none while another is on its way.
 */
bool store_has_turn(const struct sim *s, const struct sflow *f);
void store_retry_flow(struct sim *s, struct sflow *f);
/* An operator says that nothing came of it. */
void store_no_doubt(struct sim *s, struct sflow *f);
/* A ticket as a look saw it that began then. */
void store_saw(struct sim *s, struct srequest *r, const struct ticket *ticket, int64_t looked_ms);
/* What somebody decided, not on the ticket: of what is asked now. */
void store_approval(struct sim *s, struct srequest *r, const struct sdecision *real,
                    uint64_t counts_for);
/* approve.c: who has to approve what; what a decision is like that is about to be made, the nth;
 * who makes that move of a ticket. */
void approve_begin(struct sim *s, struct srequest *r);
struct sdecision approve_next(struct sim *s, const struct srequest *r, int count);
int approve_mover(const struct sim *s, int cycle);
struct str approve_name(int person);
void approve_fill(struct arena *arena, const struct srequest *r, struct dossier *d);
bool approve_reached(const struct sim *s, const struct srequest *r);
void check_approvers(struct sim *s, const struct srequest *r);
void check_claimant(struct sim *s, const struct srequest *r);
/* Does it give that item? Of one that gives and takes the first. */
bool gives(const struct srequest *r, const struct sitem *item);
/* oppose.c: requests that want the opposite of the same. Some new one is made so. */
void oppose(struct sim *s, struct srequest *r);
/* The item that wants the opposite of that one; NULL: none does, or not any more. */
struct sitem *opposite(struct sim *s, const struct srequest *r, const struct sitem *item);
/* Approved now: what was approved before it is superseded, in the same transaction. */
void supersede(struct sim *s, struct srequest *r);
/* Nothing of it is asked for any more, since then (0: it is not so). */
int64_t superseded_ms(const struct srequest *r);
bool is_superseded(const struct srequest *r);
/* contest.c: it is to be moved to another mapping (false: it is not); what its next read shows of
 * that; nothing of it may be done while it is held for longer than race_ms. */
bool contest_begin(struct sim *s, struct srequest *r);
void contest_follow(struct sim *s, struct srequest *r, const struct ticket *ticket);
void check_contested(struct sim *s, const struct srequest *r, int64_t race_ms, const char *what);
/* extra.c */
bool extra_hinders(const struct sim *s, const struct srequest *r, const struct sitem *item);
/* The agent works on it: gives more, or takes that away again; all: he does as he should. */
void extra_work(struct sim *s, struct srequest *r, struct sitem *item, bool all);
bool extra_read(const struct sitem *item, int64_t as_of_ms);
void extra_save(const struct srequest *r, struct sitem *item, const struct sobs *from);
bool extra_is_there(const struct sim *s, const struct srequest *r, const struct sitem *item);
bool is_left_out(const struct srequest *r, const struct sitem *item); /* of its dossier's items */
void store_claim(struct sim *s, struct boot *b);
struct str request_id(int request);
int request_index(struct str id);
struct str cycle_text(int cycle); /* -1 gives none */
int cycle_index(struct str cycle);

/* What a step sends: the model needs no more than what it leads to. */
struct step_call {
    enum step step;
    enum status_role reached;
    int64_t seated_ms; /* it rides with others (bulk.c), who were chosen then; 0: alone */
};
/* world.c: what became of a call. */
void call_answered(struct op *op, const struct call_reply *reply);
/* deed.c. op: gets the answer; NULL when the answer is lost. */
struct deed {
    struct step_call what;
    enum flow_kind kind;
    int request, ticket, cycle;
    struct op *op;
    uint64_t said;
    int flow; /* its index */
};
/* Carries it out, and says in reply what came of it. */
void deed_do(struct sim *s, const struct deed *deed, struct call_reply *reply);

/* second.c: tickets that belong to no request yet, and those that are one too many */
void second_hint(struct sim *s, int ticket);
/* A retire was handed back: people began on its ticket. */
void second_again(struct sim *s, int ticket);
bool second_settled(const struct sim *s);

/* after.c: what follows a proven close */
void after_draw(struct sim *s);
void after_fill(const struct sim *s, struct arena *arena, const struct srequest *r,
                struct dossier *d);
void after_save(struct sim *s, struct srequest *r, const struct decision *x);
/* What an exception let close is proven after all; or is opened again, since it has ended. */
void after_settle(struct sim *s, struct srequest *r, size_t item);
void after_lapse(struct sim *s, struct srequest *r);
/* It moved: what came to nothing may have left access behind, what is taken up again asks for it.
 */
void after_over(struct sim *s, struct srequest *q);
bool after_settled(const struct sim *s, const struct srequest *r);

/* ahead.c: what is taken away does not wait for what is given */
void ahead_fill(const struct sim *s, const struct sitem *from, struct item *ret);
void ahead_opened(struct sim *s, struct srequest *r, size_t item, struct srequest *q);
void check_ahead(struct sim *s, const struct srequest *r, const struct dossier *d,
                 const struct decision *x);

/* policy.c: whether a grant may be */
void policy_draw(struct sim *s);
struct spermit policy_answer_of(struct sim *s, enum permit_stage stage);
void policy_keep(struct sim *s, struct srequest *r, enum permit_stage stage,
                 const struct spermit *said);
void policy_fill(const struct sim *s, const struct srequest *r, struct dossier *d);
void check_permitted(struct sim *s, const struct srequest *r, enum phase to);
void check_asking(struct sim *s, const struct srequest *r, const struct decision *x);
/* bulk.c: many opened again by one call. */
void bulk_draw(struct sim *s);
/* Does this reopen go with others? */
bool bulk_boards(struct sim *s, const struct boot *boot, const struct flow *flow);
/* It is sent with them, and op is answered; false: it goes by itself. flow: its index. */
bool bulk_ride(struct sim *s, struct boot *boot, struct op *op, int flow, int64_t seated_ms);
bool store_bulk_may_move(const struct sim *s, int request);
void bulk_adopt(struct sim *s, struct boot *boot);
/* Somebody closes all tickets that he sees open, at once. */
void bulk_close_all(struct sim *s);
void check_bulk_close(struct sim *s, const struct srequest *r);

/* source.c */
/* What its copy says of that item now. */
void source_read(struct sim *s, const struct sitem *item, struct sobs *x);

/* press.c: what deadlines do to tickets */
void press_begin(struct sim *s, int request);
void press_check(struct sim *s, const struct flow *flow, const struct dossier *d);
void press_said(struct sim *s, int flow);
/* Jira makes the ticket of an escalation; its id. */
struct str press_escalated(struct sim *s, int flow);
/* What a search for it shows. */
void press_find(const struct sim *s, const struct sflow *f, struct find_result *ret);

/* words.c: what tickets say in our name */
uint64_t words_said(const struct dossier *d, const struct decision *x, const struct enqueue *e);
void words_write(struct sim *s, const struct deed *deed);
void words_forge(struct sim *s, int ticket);
void words_show(const struct sim *s, const struct sticket *t, struct ticket *ret);
void check_words(struct sim *s, const struct srequest *r, const struct dossier *d,
                 const struct decision *x);
bool words_settled(const struct sim *s, const struct srequest *r);

/* jira.c */
int jira_create(struct sim *s, int request, bool by_us);
void jira_clone(struct sim *s, int ticket);
void jira_unhide(struct sim *s);
/* A person had it in hand. */
void jira_touch(struct sim *s, int ticket);
void jira_move(struct sim *s, int ticket, enum status_role role, bool by_us);
void jira_changed(struct sim *s, int ticket); /* a field, or its being there */
void jira_read(struct sim *s, int ticket, struct ticket *ret);
void jira_find(struct sim *s, int request, struct find_result *ret);
void jira_poll(struct sim *s);

/* people.c */
void people_start(struct sim *s);
/* The ticket that the request keeps is deleted, while its second one is being thrown away. */
void people_delete_kept(struct sim *s, int request);

/* check.c: the invariants */
void check_event(struct sim *s);
void check_post(struct sim *s, struct srequest *r, int64_t searched_ms);
void check_close_call(struct sim *s, struct srequest *r);
void check_retry(struct sim *s, const struct sflow *f);
void check_move(struct sim *s, struct srequest *r, enum phase to);
void check_kept(struct sim *s, int request, int kept);
void check_bound(struct sim *s, int request, int ticket);
/* looked_ms: when the look began that it is done on. */
void check_retire(struct sim *s, int request, int ticket, int64_t looked_ms);
void check_fence(struct sim *s, bool mine, const char *what);
void check_decision(struct sim *s, const struct srequest *r, const struct dossier *d,
                    const struct decision *x);
bool check_item_proven(const struct sim *s, const struct srequest *r, const struct sitem *item);
bool check_settled(const struct sim *s);
/* Its ticket was made and is gone: only people can tell what is to become of it, and they were
 * told. */
bool check_waits_for_people(const struct sim *s, const struct sflow *f);

#endif
