/* step_priv.h: what the files of step_real share: a step being made ready. */
#ifndef COUNTERSIGN_SERVICE_STEP_PRIV_H
#define COUNTERSIGN_SERVICE_STEP_PRIV_H

#include "jsm/jsm_approval.h"
#include "service/world_real.h"
#include "site/site.h"

struct creation;
struct seat;

struct step_call {
    struct jsm_call call;
    enum status_role reached; /* a move: where it leads */
    bool silent;              /* it asks Jira to mail nobody, which Jira may refuse */
    bool edits;               /* it edits our two fields, which may be on no edit screen */
    struct seat *seat;        /* it rides with others (convoy.h); NULL: by itself */
};

/* What a step must know of the comments. */
struct talk {
    struct arena *arena; /* of one page */
    size_t pages;
    struct str comment_id; /* of our status comment, empty: there is none */
    bool told;             /* STEP_TELL: the line is said already */
    bool second;           /* STEP_SAY_SECOND: so are its words */
};

/* A step being made ready. */
struct prep {
    struct service *svc;
    struct site *site;
    struct arena *arena;
    const struct flow *flow;
    const struct dossier *d;
    const struct ticket *ticket;
    struct str link_type;           /* of the site; empty: it links no tickets */
    const struct json *read;        /* what the last read by one call was answered */
    struct jsm_approvals approvals; /* how far they are read */
    struct str ask;                 /* the approval that waits for us */
    size_t reads;                   /* of the step's row that are done */
    struct creation *creation;
    struct seat *seat;      /* in a convoy; NULL: none */
    struct str accounts[2]; /* of requester and beneficiary, as far as they are found out */
    size_t asked;           /* of the two */
    struct talk talk;
    struct str *followers; /* accounts that shall take part, and do not by the pages so far */
    size_t follower_count, pages;
    int64_t start; /* of the page that was asked for */
    struct step_call *made;
    enum step step;
    struct step_ready ready;
    world_ready_fn *fn;
    void *arg;
};

/* Build the call into p->made; leave p->made NULL when there is nothing to do. False: it cannot be
 * done, the reason is in p->ready.why. */
typedef bool build_fn(struct prep *p);
/* Something that the step must know first: begins to read it; ends in prep_next or prep_fail, never
 * from inside. What it learned stands in p. */
typedef void read_fn(struct prep *p);

void prep_next(struct prep *p);
void prep_fail(struct prep *p, enum read_outcome outcome, int64_t told_ms, struct str why);
/* One call that reads; its answer is in p->read until the next one. */
void prep_read(struct prep *p, struct jsm_call call);
/* The same, with an answer of its own: fn gets p, and asks prep_heard whether it ended p. */
void prep_ask(struct prep *p, struct jsm_call call, site_answer_fn *fn);
bool prep_heard(struct prep *p, const struct jsm_answer *answer);
/* To the next read, from the loop. */
void prep_go_on(void *prep);
/* Two ways for a build_fn to end. */
bool prep_make(struct prep *p, struct jsm_call call);
bool prep_cannot(struct prep *p, struct str why);

/* Which transitions Jira offers, into p->read. */
read_fn step_read_transitions;

/* step_talk.c: into p->talk */
read_fn step_read_comments;
/* Which time somebody is told: a flow tells once, however often it has to try. */
struct str step_time(const struct prep *p);
/* step_people.c */
read_fn step_keep_people;
/* step_create.c: of the rows of a create */
read_fn step_read_form, step_read_people, step_read_links, step_read_followers,
    step_read_participants;
build_fn step_build_create, step_build_bind, step_build_link, step_build_participants;

/* step_link.c */
read_fn step_read_evidence_links;
build_fn step_build_evidence_link;
/* step_ladder.c; the line of a reminder, empty: it cannot be read */
struct str step_reminder_line(struct prep *p);
build_fn step_build_remind, step_build_raise, step_build_escalate;
/* In which project an escalation is made; in the arena. */
struct str step_escalation_project(struct arena *arena, const struct site *site,
                                   const struct flow *flow);
/* step_relate.c */
read_fn step_read_link_types, step_read_related;
build_fn step_build_relate;

#endif
