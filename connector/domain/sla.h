/* sla.h: what a policy asks of time: goals, reminders and the ladder of what is done before one
 * passes. Data only. The policy is chosen and its clock is kept in the database, on its time
 * (sql/routine/sla_*.sql). */
#ifndef COUNTERSIGN_DOMAIN_SLA_H
#define COUNTERSIGN_DOMAIN_SLA_H

#include "domain/request.h"

#define SLA_CHECKPOINTS(X)                                            \
    X(WHOLE, "whole")     /* from the first request to proof */       \
    X(APPROVE, "approve") /* until it may be worked on */             \
    X(FULFIL, "fulfil")   /* from then on until somebody says done */ \
    X(VERIFY, "verify")   /* from that claim until proof; each claim anew */

/* What a rung does. All of them are told (governance.escalation); what goes outward is a flow. */
#define SLA_DEEDS(X)                                                          \
    X(EVENT, "event")       /* people and platforms are told, nothing more */ \
    X(COMMENT, "comment")   /* the ticket says so, in a comment of its own */ \
    X(PRIORITY, "priority") /* of the ticket, by its name */                  \
    X(ASSIGNEE, "assignee") /* of the ticket, by account id */                \
    X(GROUP, "group")       /* a field of the ticket that holds a group */    \
    X(TICKET, "ticket")     /* a ticket of its own, linked to the late one */

enum sla_checkpoint {
#define X(name, text) SLA_##name,
    SLA_CHECKPOINTS(X)
#undef X
        SLA_CHECKPOINT_COUNT
};
enum sla_deed {
#define X(name, text) SLA_##name,
    SLA_DEEDS(X)
#undef X
        SLA_DEED_COUNT
};

enum { SLA_RUNGS_MAX = 16, SLA_PERCENT_MAX = 300, SLA_POLICIES_MAX = 64 };

struct sla_rung {
    enum sla_checkpoint of;
    int32_t percent; /* of that goal */
    enum sla_deed deed;
    struct str value, field; /* priority, account id or group; field: of a group. Of a ticket its
                                request type, and "PROJECT ISSUE TYPE"; what is empty is as where
                                requests are made */
    int32_t line, column;    /* where it stands in its file; 0: one that is there by itself */
};

struct sla_policy {
    struct str name;
    struct str calendar;                  /* empty: around the clock */
    bool by_kind, by_privileged, for_all; /* which of the next count; for_all: none need hold */
    enum request_kind kind;
    bool privileged;
    struct str lifecycle;                   /* empty: any */
    int64_t goals_ms[SLA_CHECKPOINT_COUNT]; /* 0: none; in business time where it has a calendar */
    struct sla_rung rungs[SLA_RUNGS_MAX];   /* the shortest fraction first */
    size_t rung_count;
};

/* Names as they stand in configuration and database, and back; an unknown name gives false. */
const char *sla_checkpoint_name(enum sla_checkpoint c);
const char *sla_deed_name(enum sla_deed deed);
MUST_CHECK bool sla_checkpoint_from(struct str name, enum sla_checkpoint *ret);
MUST_CHECK bool sla_deed_from(struct str name, enum sla_deed *ret);
/* In the order of their fractions, those of the same in the order they stand in. */
void sla_rungs_sort(struct sla_rung *rungs, size_t count);

#endif
