#include "domain/words_next.h"

/* Reads come at intervals that grow to a quarter of an hour, then to an hour (schedule.h). A time
 * that is nearer than the former is over before words are written anew. */
enum { SHORT_WAIT_MS = 15 * 60000, LONG_WAIT_MS = 60 * 60000 };

enum when { WHEN_NEVER, WHEN_WITHIN, WHEN_AT };

/* Nobody has to act on it: it has little of what may be written in an hour, and is not written anew
 * each time. */
static bool is_quiet(enum notice_state state)
{
    return state == NOTICE_STALE || state == NOTICE_CANNOT_READ;
}

static bool is_shown(enum notice_state state)
{
    return is_quiet(state) || state == NOTICE_NOT_YET || state == NOTICE_CAME_BACK ||
           state == NOTICE_WRONG_CHANGE || state == NOTICE_REOPENED;
}

/* Where people work on it, whatever they press or a read finds: nobody waits for the next one. */
static bool is_in_work(const struct dossier *d, enum notice_state state)
{
    return d->ticket.role == STATUS_OPEN || state == NOTICE_REOPENED;
}

/* It is sent back after a while, whenever that is: then nothing is read before the next claim. */
static bool may_return(const struct dossier *d, enum notice_state state)
{
    return d->ticket.role == STATUS_VERIFY && d->mode == GATE_ENFORCE && !is_quiet(state);
}

static enum when when(const struct dossier *d, enum notice_state state, int64_t next_read_ms)
{
    int64_t since_ms = d->last_read_ms > d->claimed_ms ? d->last_read_ms : d->claimed_ms;
    int64_t wait_ms = next_read_ms - since_ms;

    if (!next_read_ms || !is_shown(state) || is_in_work(d, state))
        return WHEN_NEVER;
    return is_quiet(state) ? (wait_ms > LONG_WAIT_MS ? WHEN_AT : WHEN_WITHIN)
                           : (wait_ms >= SHORT_WAIT_MS ? WHEN_AT : WHEN_WITHIN);
}

void words_next(struct line *l, const char *words, const struct dossier *d, enum notice_state state,
                int64_t next_read_ms)
{
    switch (when(d, state, next_read_ms)) {
    case WHEN_NEVER:
        return;
    case WHEN_WITHIN:
        line_add_c(l, words);
        line_add_c(l, is_quiet(state) ? " within the hour" : " within 15 min");
        line_add_c(l, may_return(d, state) && !l->terse ? " while it waits" : "");
        return;
    case WHEN_AT:
        line_add_c(l, words);
        line_add_since(l, " ", next_read_ms);
        return;
    }
}

uint64_t words_next_key(const struct dossier *d, enum notice_state state, int64_t next_read_ms)
{
    switch (when(d, state, next_read_ms)) {
    case WHEN_WITHIN:
        return 1;
    case WHEN_AT:
        return (uint64_t)next_read_ms;
    case WHEN_NEVER:
        break;
    }
    return 0;
}

void words_comes_back(struct line *next, const struct dossier *d, enum notice_state state)
{
    if (!may_return(d, state)) {
        line_add_c(next, ". You don't need to come back; it resolves itself at the next check.");
        return;
    }
    line_add_c(next, ". You don't need to come back while it waits; it resolves itself at the next "
                     "check. Once it is back in work, press " WORDS_CLAIM ".");
}

void words_reopened(struct line *next, bool lapsed)
{
    line_add_c(next, ", then press " WORDS_CLAIM);
    line_add_c(next, lapsed ? ". It was closed under an exception, which has ended"
                            : ". It was closed before the access was checked");
    line_add_c(next, ", so it is reopened.");
}

/* Any change to the ticket by a person makes the next read come at once (schedule.h); in Verifying
 * the gate gives them a button for nothing else. A gate of an earlier release has none, nor has one
 * where Jira refused it, and one that was there before bears another name: so it is said second,
 * and with an if. */
void words_at_once(struct line *next, const struct dossier *d, enum notice_state state,
                   int64_t next_read_ms)
{
    if (when(d, state, next_read_ms) == WHEN_NEVER)
        return;
    line_add_c(next, " To have it checked at once, ");
    line_add_c(next, d->ticket.role == STATUS_VERIFY ? "comment, or press " GATE_CHECK_NAME
                                                       " if it is there."
                                                     : "comment.");
}
