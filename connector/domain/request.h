/* request.h: the governed access request: its phases, the legal moves between them, and its plain
 * data.
 *
 * A request is decided on from a dossier (dossier.h) by decide() (decide.h). The phase is the short
 * name of where it stands; the table of moves below is the specification, seeds
 * governance.phase_edge in the database, and a test compares the two.
 */
#ifndef COUNTERSIGN_DOMAIN_REQUEST_H
#define COUNTERSIGN_DOMAIN_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/str.h"

/* X(enum suffix, text, terminal) */
#define PHASES(X)                                                                       \
    X(RECEIVED, "received", false)                                                      \
    X(PENDING_APPROVAL, "pending_approval", false)                                      \
    X(APPROVED, "approved", false)                                                      \
    X(TICKETING, "ticketing", false)                                                    \
    X(FULFILLING, "fulfilling", false)                                                  \
    X(CLAIMED, "claimed", false)                                                        \
    X(VERIFYING, "verifying", false)                                                    \
    X(VERIFIED, "verified", false)                                                      \
    X(EXCEPTION, "exception", false)                                                    \
    X(CLOSED, "closed", false) /* not terminal: a reopened ticket starts a new cycle */ \
    X(DENIED, "denied", true)                                                           \
    X(CANCELLED, "cancelled", true)                                                     \
    X(EXPIRED, "expired", true)                                                         \
    X(ORPHANED, "orphaned", false) /* its ticket was deleted or moved away; it may come back */

enum phase {
#define X(name, text, terminal) PHASE_##name,
    PHASES(X)
#undef X
        PHASE_COUNT
};

/* Why it is asked for, as the database names it (access_request_lifecycle_check; a test compares
 * the two, and the schemas). X(name). What a template may say; broken glass is what a rule or the
 * API makes it. */
#define LIFECYCLES_OF_TEMPLATES(X) \
    X("standard") X("joiner") X("mover") X("leaver") X("privileged") X("recertification")
#define LIFECYCLES(X) LIFECYCLES_OF_TEMPLATES(X) X("emergency")

enum request_kind { REQUEST_GRANT, REQUEST_REMOVAL, REQUEST_MODIFY };

/* How the gate treats this request type: only watch, say what would have been refused, or refuse.
 */
enum gate_mode { GATE_OBSERVE, GATE_WARN, GATE_ENFORCE };

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *phase_name(enum phase phase);
MUST_CHECK bool phase_from(struct str name, enum phase *ret);
/* Over, as far as we go by ourselves. Only people can bring a cancelled one back, by opening its
 * ticket again. */
bool phase_is_terminal(enum phase phase);
/* Is `from` -> `to` in the table? Staying is not a move. */
bool phase_move_allowed(enum phase from, enum phase to);
/* The whole table, for the database seed, the picture and the test. */
struct phase_edge {
    enum phase from, to;
    const char *reason; /* why this move exists, one sentence */
};
const struct phase_edge *phase_edges(size_t *ret_count);

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *request_kind_name(enum request_kind kind);
MUST_CHECK bool request_kind_from(struct str name, enum request_kind *ret);
const char *gate_mode_name(enum gate_mode mode);
MUST_CHECK bool gate_mode_from(struct str name, enum gate_mode *ret);

#endif
