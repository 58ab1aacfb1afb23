/* approval.h: who has to approve a request, who did, who may not, and until when. Pure.
 *
 * Who somebody is says the database, by all names it knows of him (sql/routine/judge.sql); what
 * follows is the same rule there (approval_reached) and here, and both must say yes.
 *
 * One person has one vote, on whichever ways it comes. A step wants so many of those whom it names;
 * beside that a template wants so many people in all. Whoever asks for it, gains by it, does the
 * work or checks it never counts, by himself or as somebody's delegate; where nobody can tell, it
 * does not count either. */
#ifndef COUNTERSIGN_DOMAIN_APPROVAL_H
#define COUNTERSIGN_DOMAIN_APPROVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

/* X(suffix, name): the ways an approval comes. automation: an app's account in the service desk,
 * such as its rules have. */
#define APPROVAL_CHANNELS(X)    \
    X(JSM, "jsm")               \
    X(AUTOMATION, "automation") \
    X(API, "api")               \
    X(CLI, "cli")

enum approval_channel {
#define X(suffix, name) CHANNEL_##suffix,
    APPROVAL_CHANNELS(X)
#undef X
        CHANNEL_COUNT
};
enum { CHANNELS_ALL = (1 << CHANNEL_COUNT) - 1 };

/* What somebody is to a request beside its approver; bits. */
enum hat { HAT_REQUESTER = 1, HAT_BENEFICIARY = 2, HAT_FULFILLER = 4, HAT_VERIFIER = 8 };

/* So many of those whom it names. */
struct approval_step {
    struct str who;    /* as the template calls them: "manager" */
    struct str people; /* person keys, one a line; empty: anybody who may */
    int32_t wanted;
};

/* What the template wants, and a policy beside it; all zero: one approval, by a person on any way,
 * for ever. */
struct approval_terms {
    uint32_t channels; /* bits of those that count; 0: all on which a person answers */
    int32_t at_least;  /* people in all; 0: one */
    int64_t within_ms; /* so long after it was asked for; 0: no end */
    int32_t remind[LIMIT_REMINDERS]; /* in per cent of that, growing; 0: no more */
    struct approval_step steps[LIMIT_APPROVAL_STEPS + LIMIT_POLICY_STEPS];
    size_t step_count;
};

/* One that is recorded. */
struct approval_given {
    struct str approver; /* person key */
    int32_t person;      /* the same for rows of one person, or of what may be one */
    enum approval_channel channel;
    bool declined;
    bool withdrawn; /* taken back by who gave it */
    bool outdated;  /* of something else than what is asked for now */
    int64_t at_ms;  /* when it was given, by the clock of its channel; else when it was stored */
    uint32_t hats, maybe; /* what he is to the request, for sure; what nobody can tell */
    uint32_t steps;       /* bits: that name him, or one whose live delegate he is and who may */
    bool left;            /* is here no more: as the database has it, of one that would count */
};

struct approvals {
    struct approval_terms terms;
    int64_t asked_ms;    /* since when it waits; 0: it does not yet */
    int64_t reminded_ms; /* when people were reminded last since then; 0: not yet */
    const struct approval_given *given;
    size_t count;
    bool own_tried;  /* somebody approved what he asks for, gains by, does or checks: not given */
    uint32_t barred; /* bits of steps too few of whose people may: the others ask for it, gain by
                      * it, do the work, or have left */
    bool known;      /* the database told; else the flags of the dossier stand alone */
};

/* X(suffix, words): why one does not count; the words follow the approver's name */
#define APPROVAL_FAULTS(X)                                                     \
    X(NONE, "counts")                                                          \
    X(WITHDRAWN, "took it back")                                               \
    X(OWN, "asks for it, gains by it, does the work or checks it")             \
    X(UNCLEAR, "may be the one who asks, who it is for, or who does the work") \
    X(OUTDATED, "approved what it said before an edit")                        \
    X(CHANNEL, "approved on a way that the template does not take")            \
    X(LATE, "approved after the time for it was over")                         \
    X(UNNAMED, "is not one of those who have to approve")                      \
    X(LEFT, "has left")

enum approval_fault {
#define X(suffix, words) FAULT_##suffix,
    APPROVAL_FAULTS(X)
#undef X
        FAULT_COUNT
};

enum approval_answer { APPROVAL_WAITS, APPROVAL_REACHED, APPROVAL_REFUSED, APPROVAL_LAPSED };

struct approval_verdict {
    enum approval_answer answer;
    uint32_t missing;    /* bits of steps that want more */
    int32_t more;        /* people in all that are wanted still, those of the steps among them */
    bool outdated;       /* something was approved, before an edit */
    bool unclear;        /* one would count, were it known who gave it */
    int64_t until_ms;    /* end of the window, 0 = none */
    int64_t reminder_ms; /* when the last reminder that is due was due, 0 = none is */
    int64_t next_ms;     /* when something is due by itself: a reminder, the end; 0 = nothing */
};

/* Why one that is recorded does not count. A decline is told by struct approval_given. */
enum approval_fault approval_fault(const struct approvals *a, const struct approval_given *g);
const char *approval_fault_words(enum approval_fault f);

/* All of it at one moment of the database's clock. */
struct approval_verdict approval_judge(const struct approvals *a, int64_t now_ms);

/* How many people a step wants still. */
int32_t approval_step_lacks(const struct approvals *a, size_t step);

/* Names as they stand in mapping tuples and in the database, and back; an unknown name gives false.
 */
const char *approval_channel_name(enum approval_channel c);
MUST_CHECK bool approval_channel_from(struct str name, enum approval_channel *ret);

#endif
