#include "domain/request.h"

static const char *const PHASE_NAMES[] = {
#define X(name, text, terminal) text,
    PHASES(X)
#undef X
};
static const bool PHASE_TERMINAL[] = {
#define X(name, text, terminal) terminal,
    PHASES(X)
#undef X
};
static const char *const KIND_NAMES[] = {"grant", "removal", "modify"};
static const char *const MODE_NAMES[] = {"observe", "warn", "enforce"};

#define MOVE(from, to, reason)           \
    {                                    \
        PHASE_##from, PHASE_##to, reason \
    }
static const struct phase_edge EDGES[] = {
    MOVE(RECEIVED, PENDING_APPROVAL, "somebody has to approve it"),
    MOVE(RECEIVED, APPROVED, "no approval is needed, or it is recorded already"),
    MOVE(RECEIVED, DENIED, "declined on the ticket before we saw it"),
    MOVE(RECEIVED, CANCELLED, "withdrawn"),
    MOVE(RECEIVED, EXPIRED, "its time passed before it was approved"),
    MOVE(RECEIVED, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(PENDING_APPROVAL, APPROVED, "approved by somebody allowed to"),
    MOVE(PENDING_APPROVAL, DENIED, "declined"),
    MOVE(PENDING_APPROVAL, CANCELLED, "withdrawn"),
    MOVE(PENDING_APPROVAL, EXPIRED, "nobody approved it in time"),
    MOVE(PENDING_APPROVAL, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(APPROVED, TICKETING, "a ticket is being created"),
    MOVE(APPROVED, FULFILLING, "the ticket is there"),
    MOVE(APPROVED, CANCELLED, "withdrawn"),
    MOVE(APPROVED, EXPIRED, "its time passed"),
    MOVE(APPROVED, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(TICKETING, FULFILLING, "the ticket was created"),
    MOVE(TICKETING, CANCELLED, "withdrawn"),
    MOVE(TICKETING, EXPIRED, "its time passed"),
    MOVE(FULFILLING, CLAIMED, "the fulfiller says it is done"),
    MOVE(FULFILLING, DENIED, "declined on the ticket"),
    MOVE(FULFILLING, CANCELLED, "withdrawn"),
    MOVE(FULFILLING, EXPIRED, "its time passed"),
    MOVE(FULFILLING, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(CLAIMED, VERIFYING, "the first read since the claim is in"),
    MOVE(CLAIMED, FULFILLING, "the claim was taken back"),
    MOVE(CLAIMED, CANCELLED, "withdrawn"),
    MOVE(CLAIMED, DENIED, "declined on the ticket"),
    MOVE(CLAIMED, EXPIRED, "its time passed before it was proven"),
    MOVE(CLAIMED, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(VERIFYING, VERIFIED, "every item is proven"),
    MOVE(VERIFYING, EXCEPTION, "what is not proven is covered by a live exception"),
    MOVE(VERIFYING, FULFILLING, "not as asked, or the claim was taken back"),
    MOVE(VERIFYING, CLAIMED, "claimed again: a new cycle"),
    MOVE(VERIFYING, CANCELLED, "withdrawn"),
    MOVE(VERIFYING, DENIED, "declined on the ticket"),
    MOVE(VERIFYING, EXPIRED, "its time passed before it was proven"),
    MOVE(VERIFYING, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(VERIFIED, CLOSED, "the ticket is closed on this proof"),
    MOVE(VERIFIED, VERIFYING, "the proof grew old, or a later read contradicts it"),
    MOVE(VERIFIED, FULFILLING, "the claim was taken back"),
    MOVE(VERIFIED, CLAIMED, "claimed again: a new cycle"),
    MOVE(VERIFIED, CANCELLED, "cancelled on the ticket before we closed it"),
    MOVE(VERIFIED, DENIED, "declined on the ticket before we closed it"),
    MOVE(VERIFIED, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(EXCEPTION, CLOSED, "the ticket is closed under the exception"),
    MOVE(EXCEPTION, VERIFYING, "the exception ended before the close"),
    MOVE(EXCEPTION, FULFILLING, "the claim was taken back"),
    MOVE(EXCEPTION, CLAIMED, "claimed again: a new cycle"),
    MOVE(EXCEPTION, CANCELLED, "cancelled on the ticket before we closed it"),
    MOVE(EXCEPTION, DENIED, "declined on the ticket before we closed it"),
    MOVE(EXCEPTION, ORPHANED, "its ticket was deleted or moved away"),
    MOVE(CLOSED, FULFILLING, "the ticket was reopened: a new cycle"),
    MOVE(CLOSED, CLAIMED, "the ticket was reopened and claimed again: a new cycle"),
    MOVE(CANCELLED, FULFILLING, "the cancelled ticket was opened again"),
    MOVE(CANCELLED, RECEIVED, "the cancelled ticket was opened again, and nobody had approved it"),
    MOVE(ORPHANED, FULFILLING, "the ticket came back"),
    MOVE(ORPHANED, RECEIVED, "the ticket came back, and nobody had approved it"),
    MOVE(ORPHANED, CANCELLED, "withdrawn"),
};

const struct phase_edge *phase_edges(size_t *ret_count)
{
    *ret_count = sizeof EDGES / sizeof EDGES[0];
    return EDGES;
}

bool phase_move_allowed(enum phase from, enum phase to)
{
    for (size_t i = 0; i < sizeof EDGES / sizeof EDGES[0]; i++)
        if (EDGES[i].from == from && EDGES[i].to == to)
            return true;
    return false;
}

const char *phase_name(enum phase phase)
{
    return PHASE_NAMES[phase];
}

bool phase_is_terminal(enum phase phase)
{
    return PHASE_TERMINAL[phase];
}

bool phase_from(struct str name, enum phase *ret)
{
    int i = str_index(name, PHASE_NAMES, PHASE_COUNT);

    if (i >= 0)
        *ret = (enum phase)i;
    return i >= 0;
}

const char *request_kind_name(enum request_kind kind)
{
    return KIND_NAMES[kind];
}

bool request_kind_from(struct str name, enum request_kind *ret)
{
    int i = str_index(name, KIND_NAMES, 3);

    if (i >= 0)
        *ret = (enum request_kind)i;
    return i >= 0;
}

const char *gate_mode_name(enum gate_mode mode)
{
    return MODE_NAMES[mode];
}

bool gate_mode_from(struct str name, enum gate_mode *ret)
{
    int i = str_index(name, MODE_NAMES, 3);

    if (i >= 0)
        *ret = (enum gate_mode)i;
    return i >= 0;
}
