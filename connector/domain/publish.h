/* publish.h: how the chain of evidence becomes a log that is published: what comes next, and when
 * nothing may be signed any more. Pure; the service does what it says (service/evidence_keep.c),
 * and so does the simulator with a model (test/sim/publish.c).
 *
 * A checkpoint is signed only of what follows from everything that was signed before under the same
 * origin: the files hold the entries up to `size`, the database says how far the chain goes and
 * what was signed last. Whatever does not fit is a fork; it is recorded, and ends the signing under
 * that origin for good. */
#ifndef COUNTERSIGN_DOMAIN_PUBLISH_H
#define COUNTERSIGN_DOMAIN_PUBLISH_H

#include "base/buf.h"
#include "domain/evidence.h"

enum publish_fork {
    PUBLISH_FITS,
    PUBLISH_MISSING,  /* entries that were published, or counted, are not there */
    PUBLISH_DIFFERS,  /* the last one that was published is another */
    PUBLISH_ROOT,     /* a checkpoint is not of these entries */
    PUBLISH_UNCHAINED /* an entry does not follow from the one before it */
};
/* As the database names it, and what it means, in a sentence; static. */
const char *publish_fork_name(enum publish_fork fork);
const char *publish_fork_text(enum publish_fork fork);

enum publish_next { PUBLISH_REST, PUBLISH_PAGE, PUBLISH_SIGN, PUBLISH_FORKED };

struct publish_state {
    int64_t size;     /* entries that the files hold */
    int64_t head;     /* entries that the chain has */
    int64_t recorded; /* entries of the last checkpoint that was signed; 0: none was */
    bool root_fits;   /* of files that hold just those, or just what is anchored: their root is the
                         one signed */
    int64_t retained; /* the last entry that the database has no more, since its time was over:
                         files that lack it have to come back from their backup */
    int64_t anchored; /* entries of the last checkpoint that was seen to leave, as a file outside
                         directory and database has it; 0: there is none */
};
/* What comes next, before a page is read. */
enum publish_next publish_judge(const struct publish_state *state, enum publish_fork *ret_fork);

/* What a page held: the entries from the last one that was published (if any was) on. */
struct publish_page {
    size_t count;
    bool first_fits; /* it begins with that one, as it was published */
    bool follows;    /* each entry follows from the one before it */
};
/* What is wrong with it; FITS: all behind the first (behind none, if nothing was published) is
 * taken in. */
enum publish_fork publish_page_judge(const struct publish_state *state,
                                     const struct publish_page *page);

/* --- one turn, of one replica at a time --- */

enum publish_act {
    PUBLISH_WAIT,   /* nothing, until the next turn */
    PUBLISH_LEASE,  /* take the turn */
    PUBLISH_ASK,    /* the database: state.head, state.recorded, and whether it forked before */
    PUBLISH_OPEN,   /* the files */
    PUBLISH_READ,   /* the entries from the last one that the files hold on */
    PUBLISH_TAKE,   /* what was read into the files */
    PUBLISH_MAKE,   /* their unfinished tiles and a signed checkpoint, which nobody sees yet */
    PUBLISH_RECORD, /* the checkpoint in the database, as long as the turn is ours */
    PUBLISH_SHOW,   /* put it in its place */
    PUBLISH_TELL,   /* record the fork */
    PUBLISH_GIVE,   /* close the files, give the turn back */
};

enum { PUBLISH_PAGES_MAX = 20 }; /* of one turn; then what there is is signed */

struct publish_turn {
    enum publish_act doing;
    struct publish_state state;
    enum publish_fork fork; /* FITS: none was found in this turn */
    int64_t found;          /* entries that the files held when they were opened: what they show */
    bool forked;            /* before: nothing is signed any more */
    bool failed;            /* it ended without having done what it was to do */
    bool shown;
    bool suspects; /* the chain has fewer entries than it counts, or others than were recorded. Once
                      may be a failover between two questions, so it is taken over into the next
                      turn; twice is a fork */
    bool stops;    /* set by the caller: the process is about to end, no page more */
    int pages;
};

/* What became of the act. ok false: it failed, or nobody knows. Besides that, of ASK: state.head,
 * .recorded and .retained, forked; of OPEN and TAKE: what the files hold now, state.size, .anchored
 * and .root_fits; of TAKE: differs, at a size of which a root was signed they have another; of
 * READ: page, and the number of its last entry; of RECORD: 1 it stands, 0 the turn is over, or its
 * last entry is not there any more, -1 it contradicts one that was recorded before. */
struct publish_done {
    bool ok, forked, differs;
    struct publish_state state;
    struct publish_page page;
    int64_t last, recorded;
};
/* A turn begins with {.doing = PUBLISH_LEASE} and what the one before suspects. Take in what became
 * of what it does; what is it to do next? */
enum publish_act publish_go_on(struct publish_turn *turn, const struct publish_done *done);

/* An entry as it is published: its text; of one that is longer than a bundle takes (there were
 * some, before their length was bounded) {"body_sha256","seq"}, made in `room`. */
struct str publish_text(struct str body, int64_t seq, struct buf *room);

#endif
