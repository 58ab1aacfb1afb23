/* publish.h: how the chain of evidence becomes a log that is published: what comes next, and when
 * nothing may be signed any more. Pure.
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
    bool root_fits;   /* of files that hold just those: their root is the one signed */
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

/* An entry as it is published: its text; of one that is longer than a bundle takes (there were
 * some, before their length was bounded) {"body_sha256","seq"}, made in `room`. */
struct str publish_text(struct str body, int64_t seq, struct buf *room);

#endif
