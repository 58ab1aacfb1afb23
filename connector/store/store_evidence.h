/* store_evidence.h: the chain of evidence as it is published. */
#ifndef COUNTERSIGN_STORE_EVIDENCE_H
#define COUNTERSIGN_STORE_EVIDENCE_H

#include "base/digest.h"
#include "store/store.h"

enum { STORE_EVIDENCE_ROWS = 1000 }; /* entries of one page at the most */

/* Of the log of that origin {"head", "published", "root", "retained", "forked"}: entries there are,
 * entries in its last checkpoint and its root in hexadecimal (empty when there is none), the last
 * entry that was retained away (0: none was), and why it has forked (empty: it has not). */
void store_evidence_state(struct store *s, struct str origin, store_json_fn *fn, void *arg);

struct store_evidence {
    int64_t seq;
    struct str body;
    uint8_t prev[SHA256_BYTES], hash[SHA256_BYTES];
};
/* Rows are lent until fn returns. */
typedef void store_evidence_fn(void *arg, enum store_outcome outcome,
                               const struct store_evidence *rows, size_t count);
/* The entries behind `after`, up to STORE_EVIDENCE_ROWS. */
void store_evidence_page(struct store *s, int64_t after, store_evidence_fn *fn, void *arg);

struct store_checkpoint {
    int64_t fence; /* of the lease "evidence log" */
    struct str origin, root_hex, note;
    int64_t seq;
    struct str anchor; /* where else it will be left; empty: nowhere */
};
/* A checkpoint was signed and is about to be shown. The number: 0 when the turn is over, -1 when it
 * contradicts one that was recorded before, else its seq. */
void store_evidence_publish(struct store *s, const struct store_checkpoint *c, store_number_fn *fn,
                            void *arg);
/* The chain is not what was published; why as governance.evidence_fork lists it. */
void store_evidence_forked(struct store *s, struct str origin, int64_t published, int64_t head,
                           struct str why, store_done_fn *fn, void *arg);

#endif
