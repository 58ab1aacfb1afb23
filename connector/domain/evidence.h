/* evidence.h: the hash chain of evidence entries.
 *
 * hash(n) = SHA-256( hash(n-1) || body(n) ), hash(0) = 32 zero bytes; body is the exact canonical
 * JSON text stored with the entry, so that anybody can verify an export with sha256sum alone. The
 * database computes the same in governance.evidence_append(); a test compares them.
 */
#ifndef COUNTERSIGN_DOMAIN_EVIDENCE_H
#define COUNTERSIGN_DOMAIN_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/str.h"

struct evidence_chain {
    int64_t seq; /* last entry taken in, 0 = none */
    uint8_t hash[SHA256_BYTES];
};

enum evidence_fault {
    EVIDENCE_OK = 0,
    EVIDENCE_GAP,
    EVIDENCE_PREV_DIFFERS,
    EVIDENCE_HASH_DIFFERS,
    EVIDENCE_SIGNED_DIFFERS, /* of a chain that fits: a checkpoint was signed of another one */
};

/* An empty chain. */
void evidence_start(struct evidence_chain *chain);
/* Append a body of our own (the simulator does). */
void evidence_append(struct evidence_chain *chain, struct str body);
/* Take in one exported entry; on a fault the chain is left where it was. */
enum evidence_fault evidence_check(struct evidence_chain *chain, int64_t seq,
                                   const uint8_t prev[SHA256_BYTES], struct str body,
                                   const uint8_t hash[SHA256_BYTES]);
/* Entries up to `last` are not there, from the next one on, and `hash` is that of the last: whoever
 * has them takes them in to see that it is. On a fault the chain is left where it was. */
enum evidence_fault evidence_skip(struct evidence_chain *chain, int64_t first, int64_t last,
                                  const uint8_t prev[SHA256_BYTES],
                                  const uint8_t hash[SHA256_BYTES]);
const char *evidence_fault_text(enum evidence_fault fault);

#endif
