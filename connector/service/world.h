/* world.h: the one seam between the service's decisions and everything outside: database, Jira,
 * target systems. The service fills it with store/, jsm/ over io/, and readers/ (world_*.c,
 * step_real.c); the simulator fills it with a model.
 *
 * Every operation calls back exactly once, never from inside the call that started it. Replies are
 * borrowed until the callback returns, but what is handed out "into arena" lives as long as that
 * arena.
 */
#ifndef COUNTERSIGN_SERVICE_WORLD_H
#define COUNTERSIGN_SERVICE_WORLD_H

#include "base/arena.h"
#include "domain/look.h"
#include "domain/step.h"
#include "domain/words.h"

/* A write of ours. UNKNOWN: it may have been committed; forget the object, the row tells the truth
 * later. */
enum saved { SAVED, SAVE_LOST_LEASE, SAVE_REFUSED, SAVE_UNKNOWN };

/* The one call that a step is, ready to be sent: each world has its own. */
struct step_call;

enum { STEP_WHY_BYTES = 4096 }; /* all that speaks against a step, at once */

/* A step made ready: what it needed to know was read, its call is built. */
struct step_ready {
    enum read_outcome outcome; /* REFUSED: it cannot be done as things stand */
    int64_t told_ms;           /* do not call again before this many ms */
    const struct step_call
        *call; /* in the arena of the look; NULL with OK: nothing is to be done */
    char why[STEP_WHY_BYTES];
};

/* What became of a call that writes. */
enum call_outcome { CALL_DID, CALL_REFUSED, CALL_NOT_SENT, CALL_LIMITED, CALL_LOST };
struct call_reply {
    enum call_outcome outcome;
    int64_t told_ms;          /* LIMITED: do not call again before this many ms */
    struct str issue_id, key; /* of the ticket it made */
    enum status_role reached; /* a move: where it led */
    char why[400]; /* REFUSED: what Jira said, the mapping field at fault named when known */
};

typedef void world_saved_fn(void *arg, enum saved saved);
/* claimed_ms: database time of the claim that was taken up by it; 0: none was, or it is not known.
 */
typedef void world_decided_fn(void *arg, enum saved saved, int64_t claimed_ms);
typedef void world_dossier_fn(void *arg, enum read_outcome outcome, struct dossier *dossier);
typedef void world_ticket_fn(void *arg, enum read_outcome outcome, int64_t told_ms,
                             const struct ticket *ticket);
typedef void world_found_fn(void *arg, enum read_outcome outcome, int64_t told_ms,
                            const struct find_result *found);
typedef void world_ready_fn(void *arg, const struct step_ready *ready);
typedef void world_call_fn(void *arg, const struct call_reply *reply);
/* later: nothing was asked, so many ask already; to be asked again a while later. */
typedef void world_asked_fn(void *arg, enum saved saved, bool later);
typedef void world_observed_fn(void *arg, const struct observation *obs, size_t count);

struct world;
struct world_ops {
    /* store */
    void (*flow_save)(struct world *w, const struct flow *flow, const struct flow_rule *rule,
                      const struct flow_note *note, world_saved_fn *fn, void *arg);
    void (*dossier_load)(struct world *w, struct arena *arena, struct str request_id,
                         world_dossier_fn *fn, void *arg);
    /* The same for a look that begins: brief where the ticket is to be read first anyway. */
    void (*dossier_first)(struct world *w, struct arena *arena, struct str request_id,
                          world_dossier_fn *fn, void *arg);
    /* The facts of one look (ticket snapshot and observations, either may be none), append only,
     * fenced by dossier->version. */
    void (*facts_save)(struct world *w, const struct dossier *d, const struct ticket *ticket,
                       const struct observation *obs, size_t obs_count, world_saved_fn *fn,
                       void *arg);
    /* One transaction: guarded state change, flows, timers, evidence. Fenced by dossier->version.
     */
    void (*decision_save)(struct world *w, const struct dossier *d, const struct decision *decision,
                          const struct policy *policy, bool release, world_decided_fn *fn,
                          void *arg);
    /* Jira */
    /* d: of the request it is read for, by whose mapping it is read. talk: what people wrote on it
     * counts, too (ticket->human_touched) */
    void (*ticket_read)(struct world *w, struct arena *arena, const struct dossier *d,
                        struct str site, struct str issue_id, bool talk, world_ticket_fn *fn,
                        void *arg);
    void (*ticket_find)(struct world *w, struct arena *arena, const struct flow *flow,
                        const struct dossier *d, world_found_fn *fn, void *arg);
    /* Part of a look: what the step must know first (what Jira offers, where our comment stands,
     * what a form asks for, who a person is), each a bounded number of reads, and the step's call
     * built from it. ticket: as just read, NULL where there is none yet. flow, d and ticket live as
     * long as the arena. */
    void (*step_prepare)(struct world *w, struct arena *arena, const struct flow *flow,
                         enum step step, const struct dossier *d, const struct ticket *ticket,
                         world_ready_fn *fn, void *arg);
    /* Exactly one call, sent at once; whether it may still be sent is the caller's to judge. */
    void (*step_send)(struct world *w, struct arena *arena, const struct flow *flow,
                      const struct dossier *d, const struct step_call *call, world_call_fn *fn,
                      void *arg);
    /* Target systems: one observation for each item from number `from` on, in order, or for the
     * first of them, at least one: a portion that a claim outlasts (LOOK_PORTION_MS); to be saved
     * before the rest is asked for. Never fails, unknown is a result. NULL: not read, so many ask
     * already; to be asked again a while later. */
    void (*sources_read)(struct world *w, struct arena *arena, const struct dossier *d, size_t from,
                         world_observed_fn *fn, void *arg);
    /* Whether it may be, at that stage: asks whoever has a say (domain/permit.h), and saves what
     * was asked and said, fenced by dossier->version. d lives as long as the arena. */
    void (*policy_ask)(struct world *w, struct arena *arena, const struct dossier *d,
                       enum permit_stage stage, world_asked_fn *fn, void *arg);
    uint64_t (*random)(struct world *w);
    int64_t (*mono_ms)(struct world *w); /* monotonic; measures how much of a lease is left */
};
struct world {
    const struct world_ops *ops;
};

#endif
