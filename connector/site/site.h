/* site.h: one configured Jira at run time: its credential, its manners (waits it asked for, limits
 * it has), its calls. */
#ifndef COUNTERSIGN_SITE_SITE_H
#define COUNTERSIGN_SITE_SITE_H

#include "base/list.h"
#include "config/config.h"
#include "domain/traffic.h"
#include "io/io_http.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_dialect.h"
#include "jsm/jsm_issue.h"
#include "jsm/jsm_judge.h"
#include "mapping/mapping.h"
#include "site/site_auth.h"

/* Borrowed for the site's life. The loop and the client are shared by all sites. */
struct site_options {
    const struct site_config *config;
    const struct mapping *mapping;
    const struct flow_times *times;
    struct io_loop *loop;
    struct http *http;
    const struct site_turns *turns; /* among replicas; NULL: we are alone */
    const struct site_rests *rests; /* likewise */
    /* Jira answered for this ticket, and nobody can make sense of it, or it shows us neither the
     * ticket nor its project; why lives until the return. May be NULL. */
    void (*on_unreadable)(void *arg, struct str site, struct str issue_id, const char *why);
    void *arg;
};

/* What happened since the start; read by /metrics. */
struct site_counters {
    uint64_t calls;
    uint64_t limited;    /* turned away for now */
    uint64_t lost;       /* outcome unknown */
    uint64_t denied;     /* refused for want of a valid credential */
    uint64_t unreadable; /* tickets and search hits that could not be read */
    uint64_t hidden;     /* tickets answered 404 while we could not prove that we may see them */
    uint64_t foreign;    /* tickets read whose binding names another site */
    uint64_t crowded;    /* calls not sent: their turn came too late, or too many waited */
    uint64_t gone;       /* tickets found gone */
    /* of service/convoy.c */
    uint64_t bulk_calls;                /* sent, to open many tickets again */
    uint64_t bulk_done;                 /* tickets that one of them opened */
    uint64_t bulk_refused;              /* that it left as they were: each goes by itself */
    uint64_t bulk_doubt;                /* of which nobody says what it did */
    uint64_t refused[GATE_ENFORCE + 1]; /* closes that the gate said no to, by mode */
    /* of the poller and its sweeper */
    uint64_t polled;        /* changes that walks showed for the first time */
    uint64_t poll_hints;    /* those of them that were not known yet */
    uint64_t unannounced;   /* those of them that no delivery had told of */
    uint64_t poll_restarts; /* page tokens that ran out during a walk */
    uint64_t walks;         /* that were complete */
    uint64_t sweeps;
    uint64_t sweep_found; /* changes that only the sweep told of */
};

/* How the poller stands with it. */
struct site_polling {
    int64_t lag_ms;     /* 99.9 % of changes were searchable after so long at the latest */
    int64_t overlap_ms; /* so far back walks read */
    int64_t wait_ms;    /* until the next walk */
    /* less than half of what should be there: no ticket is believed to be gone */
    bool walk_shows_less, sweep_shows_less;
};

enum {
    SITE_WAITING_MAX = 64, /* in each lane: more than all workers together can start */
};

enum {
    SITE_OWN_BYTES = 1024, /* ids of a few transitions of each of a few workflows */
    SITE_CLOUD_ID = 65,
};
struct site {
    struct site_options o;
    struct site_counters counters;
    bool forms_seen;     /* every form was looked at once */
    size_t unfit;        /* rules whose tickets cannot be made: they do not fit their forms */
    char unfit_why[400]; /* of the first of them */
    int64_t lifted_ms;   /* when an operator ended what Jira told us to wait, as last heard */
    bool stands_aside;  /* other replicas hold a newer mapping: nothing is claimed or walked here */
    bool change_waits;  /* another mapping waits: looks at gate and desk break off, none begins */
    bool changes;       /* its mapping is about to change: neither, for that moment */
    bool reload_failed; /* what was to be its mapping last has faults: the one before goes on */
    struct site_polling polling;
    const struct site_config *config;
    enum jsm_flavour flavour;
    struct site_auth *auth;
    struct arena *arena; /* who we are */
    struct jsm_status_role statuses[MAPPING_STATUSES_MAX], resolutions[MAPPING_STATUSES_MAX];
    bool is_loud;         /* Jira does not let us edit without mailing the watchers */
    bool by_loop;         /* Jira said that no edit screen carries our two fields */
    struct jsm_view view; /* our_account and site_id are known after site_learn */
    char own_roads[SITE_OWN_BYTES], own_statuses[SITE_OWN_BYTES]; /* of the view */
    struct str fields;            /* what we ask of a ticket by the live mapping; empty: all */
    struct site_edition *edition; /* the live mapping: of site_edition.c */
    struct list editions;         /* earlier ones, that requests in flight keep */
    size_t edition_count;         /* so many */
    struct site_forms *forms;     /* of site_form.c */
    char cloud_id[SITE_CLOUD_ID]; /* of site_answers.c; empty: not known yet */
    struct site_people *people;   /* of site_people.c */
    struct list organisations;    /* being looked for: of site_org.c */
    int64_t known_ms;           /* monotonic: when Jira last told us who we are; 0 = denied since */
    enum read_outcome stranger; /* what became of it when Jira last did not; READ_OK: it did */
    char stranger_why[400];     /* for people */
    /* of site_send.c */
    struct traffic traffic;
    struct list waiting[LANE_COUNT];
    size_t waiting_count[LANE_COUNT];
    size_t in_flight[2];    /* calls on their way: that read, that write */
    struct io_timer *timer; /* the next of the waiting may leave */
    /* of site_gather.c */
    struct gather *gather; /* tickets that are about to be read together; NULL: none */
    int64_t reads_ms;      /* monotonic: since when reads of tickets are counted */
    size_t reads;          /* that were begun since */
    int64_t one_by_one_ms; /* monotonic: before that none are: Jira refused to show many at once */
    /* of service/convoy.c */
    struct list convoys;     /* under way, or about to be */
    struct convoy *boarding; /* whoever opens a ticket again now joins it; NULL: none */
    int64_t reopens_ms;      /* monotonic: since when they are counted */
    size_t reopens;          /* that were begun since */
    int64_t no_bulk_ms;      /* monotonic: before that no tickets are moved in bulk */
    bool closed;
};

/* May anything of it be claimed and walked now? */
static inline bool site_works(const struct site *site)
{
    return !site->stands_aside && !site->changes;
}

/* What the gate has added to this site's workflows (store_gate_own): {"roads":["51"],"statuses":
 * ["10101"]}. Copied into the view, as much as fits; NULL: nothing. */
void site_own(struct site *site, const struct json *own);

/* Reads the secrets; NULL with the reason when one cannot be read. */
MUST_CHECK struct site *site_new(const struct site_options *options, struct err *err);
/* Nothing is sent any more: what waits is answered UNREACHED in the next turn, and so is every
 * later call. Before the loop ends. NULL is fine. */
void site_close(struct site *site);
/* After site_close, when its calls have ended. NULL is fine. */
void site_free(struct site *site);

typedef void site_answer_fn(void *arg, const struct jsm_answer *answer);
/* Send one call and judge the reply into `arena`, at the latest times->call_timeout_ms from now.
 * `call` is copied, its strings are borrowed until the answer. Calls back exactly once, never from
 * inside.
 *
 * Inside a time that Jira told us to wait, as far as that reaches (a ticket, an operation, the
 * site), the answer is LATER at once and nothing was sent. When too many calls are on their way, or
 * Jira's own limits would be passed, it waits its turn: gate before creation before words before
 * sweeps. Reads and writes have config->concurrency places each: neither keeps the other waiting. A
 * call whose turn does not come before send_by_ms (or half the call timeout when there is none) is
 * answered UNREACHED, one that finds its lane full LATER: nothing was sent. */
void site_send(struct site *site, struct arena *arena, const struct jsm_call *call,
               site_answer_fn *fn, void *arg);
/* What all replicas together heard, before a restart too. */
struct site_rested {
    int64_t told_ms;        /* nothing is sent for so long: Jira said so; 0 is no news */
    int64_t lifted_ms;      /* when an operator ended what was told before; 0: never */
    struct str mark;        /* of the secret that was refused */
    int64_t refused_ms;     /* it is not tried for so long; 0: it may be */
    int64_t refused_ago_ms; /* -1: it was not refused */
};
void site_rest(struct site *site, const struct site_rested *rested);
/* Jira wants no call at all for so long, in ms; 0 = it may be called. */
int64_t site_told_ms(const struct site *site);
/* Learn who we are and which site this is: needed before the first ticket is judged, and as proof
 * that what is asked next is not answered as to a stranger. A proof of the last two seconds counts
 * (as old as a search may be that we act on), so that many who ask at once cost one call. */
void site_learn(struct site *site, void (*fn)(void *arg, bool known), void *arg);

/* Key of the project in which a ticket is made: the mapping's, or the first of the configuration.
 * Borrowed from the site. */
struct str site_project(const struct site *site);

/* What the answer to a read means for whoever looks. */
enum read_outcome site_read_outcome(const struct jsm_answer *answer);

/* A fresh read of one ticket and what the mapping makes of it. */
struct site_edition;
struct site_ticket {
    struct ticket ticket;
    struct mapped mapped;
    struct jsm_origin origin;
    int64_t created_ms;
};
/* GONE is believed only when the same look proved that Jira knows us and that we may browse every
 * project of the configuration, and the ticket still was not there; without that proof: DENIED.
 * told_ms: not again before so long, 0 = not said. */
typedef void site_ticket_fn(void *arg, enum read_outcome outcome, int64_t told_ms,
                            const struct site_ticket *t);
/* by: the mapping that its request keeps, held until the arena is freed; NULL: the live one. talk:
 * comments are read too, and count in ticket->human_touched. What this read needs of the live
 * mapping is taken when it begins. */
void site_ticket_read(struct site *site, struct arena *arena, struct site_edition *by,
                      struct str issue_id, bool talk, site_ticket_fn *fn, void *arg);

#endif
