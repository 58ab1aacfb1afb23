/* store_evidence.h: the chain of evidence as it is published. */
#ifndef COUNTERSIGN_STORE_EVIDENCE_H
#define COUNTERSIGN_STORE_EVIDENCE_H

#include "base/digest.h"
#include "store/store.h"

enum { STORE_EVIDENCE_ROWS = 1000 }; /* entries of one page at the most */

/* {"head", "published", "root"}: entries there are, entries in the last checkpoint, and its root in
 * hexadecimal, empty when there is none. */
void store_evidence_state(struct store *s, store_json_fn *fn, void *arg);

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

/* A checkpoint was signed. STORE_LOST: another one stands in its place. anchor: where else it was
 * left, empty: nowhere. */
void store_evidence_publish(struct store *s, int64_t seq, struct str root_hex, struct str note,
                            struct str anchor, store_done_fn *fn, void *arg);
/* The chain is not what was published; why as governance.evidence_fork lists it. */
void store_evidence_forked(struct store *s, int64_t published, int64_t head, struct str why,
                           store_done_fn *fn, void *arg);

#endif
