#include "domain/words.h"

/* A sentence under construction in a fixed array; what does not fit is cut at a code point. */
struct line {
    char *p;
    size_t size, len;
};

static void add(struct line *l, struct str s)
{
    str_copy(l->p + l->len, l->size - l->len, s);
    while (l->p[l->len])
        l->len++;
}

static void add_c(struct line *l, const char *text)
{
    add(l, str_of(text));
}

/* "11:02 UTC" */
static void add_time(struct line *l, int64_t ms)
{
    int64_t minutes = ms / 60000 % (24 * 60);
    int64_t h = minutes / 60, m = minutes % 60;
    char text[] = {(char)('0' + h / 10), (char)('0' + h % 10), ':',
                   (char)('0' + m / 10), (char)('0' + m % 10), '\0'};
    add_c(l, text);
    add_c(l, " UTC");
}

/* A time with the words before it; without a time nothing is said, least of all midnight of 1970.
 */
static void add_since(struct line *l, const char *words, int64_t ms)
{
    if (!ms)
        return;
    add_c(l, words);
    add_time(l, ms);
}

/* Names come from people's typing: keep one sentence short whatever they wrote. */
static void add_name(struct line *l, struct str name)
{
    enum { NAME_MAX = 40 };
    char cut[NAME_MAX + 1];
    bool whole = str_copy(cut, sizeof cut, name);
    add_c(l, cut);
    if (!whole)
        add_c(l, "…");
}

static const char *const STATE_NAMES[] = {
    "none",     "observing",     "waiting_approval", "ready",   "checking",  "stale",
    "not_yet",  "wrong_change",  "cannot_read",      "unclear", "exception", "verified",
    "reopened", "cannot_reopen", "withdrawn",        "denied",  "expired",
};

const char *notice_state_name(enum notice_state s)
{
    return STATE_NAMES[s];
}

bool notice_state_from(struct str name, enum notice_state *ret)
{
    int i = str_index(name, STATE_NAMES, NOTICE_COUNT);

    if (i >= 0)
        *ret = (enum notice_state)i;
    return i >= 0;
}

/* What is fixed per state: the option of "Access check", the panel, and who is told. */
struct manner {
    const char *check, *panel;
    bool notify, comment, final;
};

static const struct manner MANNERS[] = {
    [NOTICE_NONE] = {"Waiting", "info", false, false, false},
    [NOTICE_OBSERVING] = {"Waiting", "info", false, false, false},
    [NOTICE_WAITING_APPROVAL] = {"Waiting", "info", false, false, false},
    [NOTICE_READY] = {"Waiting", "info", false, false, false},
    [NOTICE_CHECKING] = {"Checking", "info", false, false, false},
    [NOTICE_STALE] = {"Can't tell", "info", false, true, false},
    [NOTICE_NOT_YET] = {"Not there yet", "warning", true, true, false},
    [NOTICE_WRONG_CHANGE] = {"Not there yet", "error", true, true, false},
    [NOTICE_CANNOT_READ] = {"Can't tell", "warning", false, true, false},
    [NOTICE_UNCLEAR] = {"Waiting", "warning", true, true, false},
    [NOTICE_EXCEPTION] = {"Exception", "note", true, true, true},
    [NOTICE_VERIFIED] = {"Verified", "success", false, true, true},
    [NOTICE_REOPENED] = {"Not there yet", "warning", true, true, false},
    [NOTICE_CANNOT_REOPEN] = {"Not there yet", "error", true, true, false},
    [NOTICE_WITHDRAWN] = {"Waiting", "warning", true, true, false},
    [NOTICE_DENIED] = {"Waiting", "warning", true, true, false},
    [NOTICE_EXPIRED] = {"Waiting", "warning", true, true, false},
};

/* The item a sentence speaks about, or NULL. */
static const struct item *subject(const struct dossier *d, const struct gate_verdict *g,
                                  enum notice_state state)
{
    if (state == NOTICE_CANNOT_READ && g->first_failed < d->item_count)
        return &d->items[g->first_failed];
    if (g->first_missing < d->item_count)
        return &d->items[g->first_missing];
    return d->item_count ? &d->items[0] : NULL;
}

static struct str label(const struct item *i)
{
    return str_empty(i->source_label) ? i->source : i->source_label;
}

static void say_task(struct line *l, const struct item *i)
{
    add_c(l, i->desired == DESIRED_ABSENT ? "Remove " : "Give ");
    add_name(l, i->entitlement);
    add_c(l, i->desired == DESIRED_ABSENT ? " from " : " to ");
    add_name(l, i->account);
    add_c(l, " in ");
    add_name(l, label(i));
}

/* Where we only warn, people close by themselves, and it stays so. */
static bool stays_closed(const struct dossier *d)
{
    return d->mode != GATE_ENFORCE && d->ticket.role == STATUS_DONE;
}

static bool resolves_itself(const struct dossier *d)
{
    return d->mode == GATE_ENFORCE || d->ticket.role == STATUS_VERIFY;
}

static void say_missing(struct line *l, const struct dossier *d, const struct item *i,
                        const struct finding *f)
{
    add_c(l, stays_closed(d) ? "Closed, but " : "Not closed: ");
    if (!f->proof) { /* nobody looked yet: nobody may say how it is */
        add_c(l, "nobody has checked yet whether ");
        add_name(l, i->account);
        add_c(l, i->desired == DESIRED_ABSENT ? " lost " : " has ");
        add_name(l, i->entitlement);
        add_c(l, " in ");
        add_name(l, label(i));
        return;
    }
    add_name(l, i->account);
    if (str_eq_c(str_of(f->reason), "AccountMissing"))
        add_c(l, " has no account in ");
    else if (str_eq_c(str_of(f->reason), "PresentButInert")) {
        add_c(l, " has ");
        add_name(l, i->entitlement);
        add_c(l, " but is not active in ");
    } else {
        add_c(l, i->desired == DESIRED_ABSENT ? " still has " : " doesn't have ");
        add_name(l, i->entitlement);
        add_c(l, " in ");
    }
    add_name(l, label(i));
    add_c(l, " (read ");
    add_time(l, f->proof->as_of_ms);
    add_c(l, ")");
}

/* The second sentence about what is not there: what to do, since when it is so, what follows. */
static void say_what_to_do(struct line *next, enum notice_state state, const struct dossier *d,
                           const struct item *i, int64_t next_read_ms)
{
    say_task(next, i);
    if (state == NOTICE_REOPENED)
        add_c(next, ". It was closed before the access was checked, so it is reopened.");
    else if (stays_closed(d))
        add_c(next, ". You don't need to come back; it is checked again by itself.");
    else if (next_read_ms && resolves_itself(d))
        add_c(next, ". You don't need to come back; it resolves itself at the next check.");
    else
        add_c(next, ", then press Resolve.");
    add_since(next, " It reads so since ", item_since(i).not_so_ms);
    add_c(next, item_since(i).not_so_ms ? "." : "");
}

static void say_about_item(struct line *l, struct line *next, enum notice_state state,
                           const struct dossier *d, const struct item *i, const struct finding *f,
                           int64_t next_read_ms)
{
    switch (state) {
    case NOTICE_READY:
        add_c(l, "Approved. ");
        say_task(l, i);
        add_c(next, d->mode == GATE_ENFORCE
                        ? "Press Resolve when it is done; this ticket then closes itself once the "
                          "access is checked."
                        : "Press Resolve when it is done; the access is checked then.");
        return;
    case NOTICE_CHECKING:
        add_c(l, "You're done. Checking ");
        add_name(l, label(i));
        add_c(l, resolves_itself(d) ? "; this ticket resolves itself, usually within 2 min"
                                    : "; what we find stands here, usually within 2 min");
        return;
    case NOTICE_STALE:
        add_c(l, "Can't tell yet: our ");
        add_name(l, label(i));
        add_since(l, " copy is from ", f->proof ? f->proof->as_of_ms : 0);
        add_c(l, f->proof ? ", before you finished" : " copy is older than your work");
        add_since(l, ". Next copy ", next_read_ms);
        add_c(next, "Nothing for you to do; the next copy is read as soon as it is there.");
        return;
    case NOTICE_CANNOT_READ:
        add_c(l, "Can't reach ");
        add_name(l, label(i));
        add_since(l, " since ", item_since(i).unreadable_ms);
        add_c(l, ". Nothing for you to do; IAM on-call was told");
        add_since(next, "Trying again ", next_read_ms);
        return;
    case NOTICE_NOT_YET:
    case NOTICE_WRONG_CHANGE:
    case NOTICE_REOPENED:
        say_missing(l, d, i, f);
        add_since(l, ". Checking again ", next_read_ms);
        say_what_to_do(next, state, d, i, next_read_ms);
        return;
    case NOTICE_VERIFIED:
        add_c(l, "Checked");
        add_since(l, " ", f->proof ? f->proof->as_of_ms : 0);
        add_c(l, i->desired == DESIRED_ABSENT ? ": access is gone" : ": access is there");
        return;
    case NOTICE_EXCEPTION:
        add_c(l, "Closed under an exception with an end date; the access itself is not proven");
        return;
    case NOTICE_NONE:
    case NOTICE_OBSERVING:
    case NOTICE_WAITING_APPROVAL:
    case NOTICE_UNCLEAR:
    case NOTICE_CANNOT_REOPEN:
    case NOTICE_WITHDRAWN:
    case NOTICE_DENIED:
    case NOTICE_EXPIRED:
    case NOTICE_COUNT:
        return;
    }
}

/* It is over, whatever the ticket's status says: nothing is to be done, and who ends the ticket. */
static void say_over(struct line *l, struct line *next, const struct dossier *d, const char *why,
                     const struct item *i, const char *end)
{
    add_c(l, why);
    add_c(l, ". Change nothing");
    if (i) {
        add_c(l, " in ");
        add_name(l, label(i));
    }
    add_c(l, end);
    add_c(next, "If the change was made already, undo it.");
    if (d->mode == GATE_ENFORCE)
        add_c(next, " Closed as done, this ticket is reopened.");
}

/* True when it is said; else the sentence is about an item. */
static bool say_about_request(struct line *l, struct line *next, enum notice_state state,
                              const struct dossier *d, const struct item *i)
{
    switch (state) {
    case NOTICE_OBSERVING:
        add_c(l, "Not enforced here yet");
        return true;
    case NOTICE_WAITING_APPROVAL:
        add_c(l, "Waiting for approval by somebody allowed to");
        if (d->approval_unclear) {
            add_c(l, "; whoever approved it may be the one who asks or the one it is for");
            add_c(next, "Jira hides which of their addresses and accounts belong together: let "
                        "somebody else approve, or have them named under people of the site.");
        }
        if (d->approval_outdated)
            add_c(l, "; it was changed after it was approved");
        return true;
    case NOTICE_UNCLEAR:
        add_c(l, "On hold: ");
        add(l, str_empty(d->hold_text) ? STR("the form no longer says what is asked for")
                                       : d->hold_text);
        add_c(next, "Correct the field, or ask the requester; it is read again by itself.");
        return true;
    case NOTICE_CANNOT_REOPEN:
        add_c(l, "Closed without proof, and Jira doesn't let us reopen it. Please reopen this "
                 "ticket; IAM on-call was told");
        add_c(next, "We try again from time to time.");
        return true;
    case NOTICE_WITHDRAWN:
        say_over(l, next, d, "Withdrawn: the identity platform no longer asks for this", i,
                 "; cancel this ticket");
        return true;
    case NOTICE_DENIED:
        say_over(l, next, d, "Declined: this was not approved", i,
                 "; decline or cancel this ticket");
        return true;
    case NOTICE_EXPIRED:
        say_over(l, next, d, "Too late: the time it was asked for is over", i,
                 "; cancel this ticket");
        return true;
    case NOTICE_NONE:
    case NOTICE_READY:
    case NOTICE_CHECKING:
    case NOTICE_STALE:
    case NOTICE_NOT_YET:
    case NOTICE_WRONG_CHANGE:
    case NOTICE_CANNOT_READ:
    case NOTICE_EXCEPTION:
    case NOTICE_VERIFIED:
    case NOTICE_REOPENED:
    case NOTICE_COUNT:
        break;
    }
    return false;
}

enum { LONG_WAIT_MS = 15 * 60000 };

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * 0x100000001b3u + (a >> 29);
}

/* Does the ticket show when we look again? */
static bool shows_next(enum notice_state state)
{
    return state == NOTICE_NOT_YET || state == NOTICE_STALE || state == NOTICE_CANNOT_READ;
}

/* The identity of what is said, without times: the same fact read again is not news. But where the
 * next look is long away, its time is shown for long, and has to stay true. */
static uint64_t notice_key(enum notice_state state, const struct dossier *d, const struct item *i,
                           const char *reason, int64_t next_read_ms)
{
    uint64_t key = mix(0xcbf29ce484222325u, (uint64_t)state + 1);

    if (state == NOTICE_OBSERVING) /* the same at every claim */
        return key;
    key = mix(key, (uint64_t)d->generation);
    if (state == NOTICE_UNCLEAR)
        return mix(key, str_hash(d->hold_text));
    if (state == NOTICE_WAITING_APPROVAL)
        key = mix(key, (uint64_t)d->approval_outdated + 2 * (uint64_t)d->approval_unclear);
    if (!i)
        return key;
    if (shows_next(state) && next_read_ms - d->last_read_ms >= LONG_WAIT_MS)
        key = mix(key, (uint64_t)next_read_ms);
    key = mix(key, str_hash(i->entitlement));
    if (state == NOTICE_NOT_YET)
        key = mix(key, str_hash(str_of(reason)));
    return key;
}

void words_for(const struct dossier *d, int64_t next_read_ms, enum notice_state state,
               struct notice *ret)
{
    struct gate_verdict g = gate_judge(d);
    const struct item *i = subject(d, &g, state);
    const struct manner *m = &MANNERS[state];
    struct finding f = {0};

    if (i)
        f = verdict_judge(i, d->claimed_ms, d->now_ms);
    *ret = (struct notice){
        .state = state,
        .check = m->check,
        .panel = m->panel,
        .notify = m->notify,
        /* a comment of an earlier mode is not left standing */
        .comment = m->comment || (state == NOTICE_OBSERVING && MANNERS[d->notice_shown].comment),
        .final = m->final,
        .key = notice_key(state, d, i, g.reason, next_read_ms)};
    struct line line = {ret->line, sizeof ret->line, 0};
    struct line next = {ret->next, sizeof ret->next, 0};
    if (!say_about_request(&line, &next, state, d, i) && i)
        say_about_item(&line, &next, state, d, i, &f, next_read_ms);
}
