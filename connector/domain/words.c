#include "domain/words.h"

#include "domain/ahead.h"
#include "domain/approving.h"
#include "domain/extra.h"
#include "domain/line.h"
#include "domain/plea.h"
#include "domain/words_beside.h"
#include "domain/words_checked.h"
#include "domain/words_next.h"
#include "domain/words_permit.h"

enum { NAME_CHARS_LEAST = 11 };

static const char *const STATE_NAMES[] = {
    "none",          "observing",     "waiting_approval",
    "ready",         "checking",      "stale",
    "not_yet",       "wrong_change",  "cannot_read",
    "unclear",       "exception",     "verified",
    "reopened",      "cannot_reopen", "withdrawn",
    "denied",        "expired",       "held",
    "no_exception",  "came_back",     "drifted",
    "superseded",    "owed",          "waiting_policy",
    "not_permitted", "duties",        "own_claim",
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

/* What is fixed per state: the option of "Access check", the panel, how the comment begins (empty:
 * with the line itself), and who is told. */
struct manner {
    const char *check, *panel, *head;
    bool notify, comment, final;
};

static const struct manner MANNERS[NOTICE_COUNT + 1] = {
    [NOTICE_NONE] = {"Waiting", "info", "", false, false, false},
    [NOTICE_OBSERVING] = {"Waiting", "info", "", false, false, false},
    [NOTICE_WAITING_APPROVAL] = {"Waiting", "info", "", false, false, false},
    [NOTICE_READY] = {"Waiting", "info", "", false, false, false},
    [NOTICE_CHECKING] = {"Checking", "info", "", false, false, false},
    [NOTICE_STALE] = {"Can't tell", "info", "Not closed yet: our copy is older than your work.",
                      false, true, false},
    [NOTICE_NOT_YET] = {"Not there yet", "warning", NULL, true, true, false},
    [NOTICE_WRONG_CHANGE] = {"Not there yet", "error",
                             "Not closed yet: something else was changed than what is asked for.",
                             true, true, false},
    [NOTICE_CANNOT_READ] = {"Can't tell", "warning", "Not closed yet: nobody can look.", false,
                            true, false},
    [NOTICE_UNCLEAR] = {"Waiting", "warning", "", true, true, false},
    [NOTICE_EXCEPTION] = {"Exception", "note", "", true, true, true},
    [NOTICE_VERIFIED] = {"Verified", "success", "", false, true, true},
    [NOTICE_REOPENED] = {"Not there yet", "warning", NULL, true, true, false},
    [NOTICE_CANNOT_REOPEN] = {"Not there yet", "error", "", true, true, true},
    [NOTICE_WITHDRAWN] = {"Waiting", "warning", "", true, true, true},
    [NOTICE_DENIED] = {"Waiting", "warning", "", true, true, true},
    [NOTICE_EXPIRED] = {"Waiting", "warning", "", true, true, true},
    [NOTICE_HELD] = {"Not there yet", "error", "", true, true, true},
    [NOTICE_NO_EXCEPTION] = {"Not there yet", "warning", "", true, true, false},
    [NOTICE_CAME_BACK] = {"Not there yet", "error",
                          "Not closed yet: it was as asked, and is not any more.", true, true,
                          false},
    [NOTICE_DRIFTED] = {"Not there yet", "error", "", false, true, true},
    [NOTICE_SUPERSEDED] = {"Waiting", "warning", "", true, true, true},
    [NOTICE_OWED] = {"Waiting", "note", "", true, true, false},
    [NOTICE_WAITING_POLICY] = {"Waiting", "info", "", false, false, false},
    [NOTICE_NOT_PERMITTED] = {"Not there yet", "error", "", true, true, false},
    [NOTICE_DUTIES] = {"Waiting", "warning", "", true, true, false},
    [NOTICE_OWN_CLAIM] = {"Not there yet", "warning", "", true, true, false},
    [NOTICE_COUNT] = {"Waiting", "info", "", false, true, false}, /* said by a newer release */
};

const char *notice_check(enum notice_state s)
{
    return MANNERS[s].check;
}

bool notice_is_proof(enum notice_state s)
{
    return s == NOTICE_VERIFIED || s == NOTICE_EXCEPTION;
}

bool notice_is_final(enum notice_state s)
{
    return MANNERS[s].final;
}

/* The item a sentence speaks about, or NULL. */
static const struct item *subject(const struct dossier *d, const struct gate_verdict *g,
                                  enum notice_state state)
{
    if (state == NOTICE_CANNOT_READ && g->first_failed < d->item_count)
        return &d->items[g->first_failed];
    for (size_t i = 0; state == NOTICE_DRIFTED && i < d->item_count; i++)
        if (item_came_back(&d->items[i]).was_ms)
            return &d->items[i];
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
    line_add_c(l, i->desired == DESIRED_ABSENT ? "Remove " : "Give ");
    line_add_name(l, i->entitlement);
    line_add_c(l, i->desired == DESIRED_ABSENT ? " from " : " to ");
    line_add_name(l, i->account);
    line_add_c(l, " in ");
    line_add_name(l, label(i));
}

/* What was asked for is there, and what is in the way is what was given beside it. */
static bool is_overgranted(const struct finding *f)
{
    return str_eq_c(str_of(f->reason), "OverGranted");
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

/* Of what was taken away and is still there: what leads there. */
static const char *path_of(enum via via)
{
    return via == VIA_ROLE            ? ", through a role, in "
           : via == VIA_PRIMARY_GROUP ? ", as a primary group, in "
                                      : ", through another group, in ";
}

/* Left out where names leave no room for it: the list below has it, and when we look again has to
 * stay. */
static void say_read(struct line *l, const struct finding *f)
{
    if (l->name_max == NAME_CHARS_LEAST || !f->proof->as_of_ms)
        return;
    line_add_since(l, " (read ", f->proof->as_of_ms);
    line_add_c(l, ")");
}

static void say_missing(struct line *l, const struct dossier *d, const struct item *i,
                        const struct finding *f)
{
    line_add_c(l, stays_closed(d) ? "Closed, but " : "Not closed: ");
    if (!f->proof) { /* nobody looked yet: nobody may say how it is */
        line_add_c(l, "nobody has checked yet whether ");
        line_add_name(l, i->account);
        line_add_c(l, i->desired == DESIRED_ABSENT ? " lost " : " has ");
        line_add_name(l, i->entitlement);
        line_add_c(l, " in ");
        line_add_name(l, label(i));
        return;
    }
    if (is_overgranted(f)) {
        words_extra(l, i);
        return;
    }
    line_add_name(l, i->account);
    if (str_eq_c(str_of(f->reason), "AccountMissing"))
        line_add_c(l, " has no account in ");
    else if (str_eq_c(str_of(f->reason), "AccountReplaced"))
        line_add_c(l, " is the name of another account than before in ");
    else if (str_eq_c(str_of(f->reason), "EntitlementReplaced")) {
        line_add_c(l, "'s ");
        line_add_name(l, i->entitlement);
        line_add_c(l, " is another entitlement of that name than before in ");
    } else if (str_eq_c(str_of(f->reason), "PresentButInert")) {
        line_add_c(l, " has ");
        line_add_name(l, i->entitlement);
        line_add_c(l, " but is not active in ");
    } else {
        line_add_c(l, i->desired == DESIRED_ABSENT ? " still has " : " doesn't have ");
        line_add_name(l, i->entitlement);
        line_add_c(l,
                   str_eq_c(str_of(f->reason), "InheritedVia") ? path_of(f->proof->via) : " in ");
    }
    line_add_name(l, label(i));
    say_read(l, f);
}

/* What was changed, and what was to be. False: nobody can tell. */
static bool say_swapped(struct line *l, const struct dossier *d, const struct item *i,
                        const struct finding *f)
{
    bool removal = i->desired == DESIRED_ABSENT;
    struct str name;
    size_t count = item_swapped(i, &name);

    if (!count || !f->proof)
        return false;
    line_add_c(l, stays_closed(d) ? "Closed, but " : "Not closed: ");
    line_add_name(l, name);
    if (count > 1) {
        line_add_c(l, " and ");
        line_add_number(l, (int64_t)count - 1);
        line_add_c(l, " more");
    }
    line_add_c(l, count > 1 ? " were " : " was ");
    line_add_c(l, removal ? "removed from " : "given to ");
    line_add_name(l, i->account);
    line_add_c(l, "; the request says ");
    line_add_name(l, i->entitlement);
    say_read(l, f);
    return true;
}

static void say_came_back(struct line *l, const struct dossier *d, const struct item *i)
{
    struct item_back back = item_came_back(i);
    bool gone = i->desired == DESIRED_ABSENT;

    line_add_c(l, stays_closed(d) ? "Closed, but " : "Not closed: ");
    line_add_name(l, i->entitlement);
    line_add_c(l, gone ? " of " : " for ");
    line_add_name(l, i->account);
    line_add_c(l, gone ? " was removed" : " was there");
    line_add_when(l, back.was_ms);
    line_add_c(l, gone ? ", present again" : ", missing again");
    line_add_when(l, back.again_ms);
}

/* Of a ticket that was closed on proof: what was so, what is so now, and where that is worked on.
 */
static void say_drifted(struct line *l, struct line *next, const struct dossier *d,
                        const struct item *i)
{
    struct item_back back = item_came_back(i);
    bool gone = i->desired == DESIRED_ABSENT;
    bool asked = d->after.follow == FOLLOW_DRIFT;

    line_add_c(l, gone ? "Removed" : "There");
    line_add_when(l, back.was_ms);
    line_add_c(l, gone ? ", present again" : ", missing again");
    line_add_when(l, back.again_ms);
    line_add_c(l, !asked                           ? ". IAM on-call was told"
                  : str_empty(d->after.follow_key) ? ". A new ticket follows"
                                                   : ". New ticket ");
    line_add(l, asked ? d->after.follow_key : STR_NONE);
    line_add_c(next, "Nothing for you to do on this ticket.");
}

/* The second sentence about what is not there: what to do, since when it is so, what follows. */
static void say_what_to_do(struct line *next, enum notice_state state, const struct dossier *d,
                           const struct item *i, const struct finding *f, int64_t next_read_ms)
{
    if (state == NOTICE_WRONG_CHANGE)
        line_add_c(next, "If that was done for this ticket, undo it. ");
    if (is_overgranted(f))
        line_add_c(next, "Take that away again, or have it asked for and approved");
    else
        say_task(next, i);
    if (state == NOTICE_REOPENED)
        words_reopened(next, i->lapsed_ms > 0);
    else if (stays_closed(d))
        line_add_c(next, ". You don't need to come back; it is checked again by itself.");
    else if (next_read_ms && d->ticket.role == STATUS_VERIFY)
        words_comes_back(next, d, state);
    else
        line_add_c(next, ", then press " WORDS_CLAIM ".");
    line_add_since(next, " It reads so since ", item_since(i).not_so_ms);
    line_add_c(next, item_since(i).not_so_ms ? "." : "");
    words_at_once(next, d, state, next_read_ms);
}

static void say_exception(struct line *l, struct line *next, const struct item *i)
{
    line_add_c(l, "Closed under an exception");
    if (i->excepted_until_ms) {
        line_add_c(l, " until ");
        line_add_day(l, i->excepted_until_ms);
    }
    if (!str_empty(i->exception_owner)) {
        line_add_c(l, ", owner ");
        line_add_name(l, i->exception_owner);
    }
    line_add_c(next, "The access itself is not proven; it is looked at again when that ends.");
}

static void say_cannot_read(struct line *l, struct line *next, const struct dossier *d,
                            const struct item *i, int64_t next_read_ms)
{
    line_add_c(l, "Can't reach ");
    line_add_name(l, label(i));
    line_add_since(l, " since ", item_since(i).unreadable_ms);
    line_add_c(l, ". Nothing for you to do; IAM on-call was told");
    words_next(next, "Trying again", d, NOTICE_CANNOT_READ, next_read_ms);
    line_add_c(next, next->len ? "." : "");
    words_at_once(next, d, NOTICE_CANNOT_READ, next_read_ms);
}

static void say_ready(struct line *l, struct line *next, const struct dossier *d,
                      const struct item *i)
{
    line_add_c(l, "Approved. ");
    say_task(l, i);
    line_add_c(next, d->mode == GATE_ENFORCE
                         ? "Press " WORDS_CLAIM
                           " when it is done; this ticket then closes itself once "
                           "the access is checked."
                         : "Press " WORDS_CLAIM " when it is done; the access is checked then.");
}

static void say_about_item(struct line *l, struct line *next, enum notice_state state,
                           const struct dossier *d, const struct item *i, const struct finding *f,
                           int64_t next_read_ms)
{
    switch (state) {
    case NOTICE_READY:
        say_ready(l, next, d, i);
        return;
    case NOTICE_CHECKING:
        words_checking(l, d, i, resolves_itself(d));
        return;
    case NOTICE_STALE:
        line_add_c(l, "Can't tell yet: our ");
        line_add_name(l, label(i));
        line_add_since(l, " copy is from ", f->proof ? f->proof->as_of_ms : 0);
        line_add_c(l, f->proof ? ", before you finished" : " copy is older than your work");
        words_next(l, ". Next copy", d, state, next_read_ms);
        line_add_c(next, "Nothing for you to do; the next copy is read as soon as it is there.");
        words_at_once(next, d, state, next_read_ms);
        return;
    case NOTICE_CANNOT_READ:
        say_cannot_read(l, next, d, i, next_read_ms);
        return;
    case NOTICE_NOT_YET:
    case NOTICE_WRONG_CHANGE:
    case NOTICE_REOPENED:
    case NOTICE_CAME_BACK:
        if (state == NOTICE_CAME_BACK)
            say_came_back(l, d, i);
        else if (state != NOTICE_WRONG_CHANGE || !say_swapped(l, d, i, f))
            say_missing(l, d, i, f);
        words_next(l, ". Checking again", d, state, next_read_ms);
        say_what_to_do(next, state, d, i, f, next_read_ms);
        return;
    case NOTICE_VERIFIED:
        line_add_c(l, "Checked");
        line_add_since(l, " ", f->proof ? f->proof->as_of_ms : 0);
        line_add_c(l, i->desired == DESIRED_ABSENT ? ": access is gone" : ": access is there");
        return;
    case NOTICE_EXCEPTION:
        say_exception(l, next, i);
        return;
    case NOTICE_NONE:
    case NOTICE_OBSERVING:
    case NOTICE_WAITING_APPROVAL:
    case NOTICE_UNCLEAR:
    case NOTICE_CANNOT_REOPEN:
    case NOTICE_WITHDRAWN:
    case NOTICE_DENIED:
    case NOTICE_EXPIRED:
    case NOTICE_HELD:
    case NOTICE_NO_EXCEPTION:
    case NOTICE_DRIFTED:
    case NOTICE_OWN_CLAIM:
    case NOTICE_SUPERSEDED:
    case NOTICE_OWED:
    case NOTICE_WAITING_POLICY:
    case NOTICE_NOT_PERMITTED:
    case NOTICE_DUTIES:
    case NOTICE_COUNT:
        return;
    }
}

/* It is over, whatever the ticket's status says: nothing is to be done, and who ends the ticket. */
static void say_over(struct line *l, struct line *next, const struct dossier *d, const char *why,
                     const struct item *i, const char *end)
{
    line_add_c(l, why);
    line_add_c(l, ". Change nothing");
    if (i) {
        line_add_c(l, " in ");
        line_add_name(l, label(i));
    }
    line_add_c(l, end);
    line_add_c(next, "If the change was made already, undo it.");
    if (d->mode == GATE_ENFORCE)
        line_add_c(next, " Closed as done, this ticket is reopened.");
}

/* Why no exception is granted, and what would change that. */
static void say_no_exception(struct line *l, struct line *next, const struct dossier *d)
{
    struct str who = d->ticket.plea.decided_by;
    bool reopened = d->ticket.role == STATUS_DONE && d->mode == GATE_ENFORCE && plea_undid(d);

    line_add_c(l, "No exception: ");
    switch (plea_judge(d)) {
    case PLEA_DECLINED:
        line_add_c(l, "declined by ");
        line_add_name(l, who);
        line_add_c(l, ". The access is still to be made as asked");
        line_add_c(next, reopened ? "It was closed under one, so it is reopened." : "");
        break;
    case PLEA_TAKEN_BACK:
        line_add_c(l, "its approval was taken back by ");
        line_add_name(l, who);
        line_add_c(l, ". The access is still to be made as asked");
        line_add_c(next, "Still needed? Have one of its approvers answer it again.");
        line_add_c(next, reopened ? " It was closed under it, so it is reopened." : "");
        break;
    case PLEA_STRANGER:
        line_add_name(l, who);
        line_add_c(l, " is not one of those who may approve it");
        line_add_c(next, "Ask one of its approvers to answer it.");
        break;
    case PLEA_OWN:
        line_add_name(l, who);
        line_add_c(l, " asks for it, works on it or gains by it");
        line_add_c(next, "Ask another of its approvers to answer it.");
        break;
    case PLEA_UNCLEAR:
        line_add_c(l, "nobody can tell whether ");
        line_add_name(l, who);
        line_add_c(l, " is who asks or who it is for");
        line_add_c(next, "Jira hides which of their addresses and accounts belong together: have "
                         "another of its approvers answer it, or have them named under people of "
                         "the site, then answer it again.");
        break;
    case PLEA_NO_END:
        line_add_c(
            l, "it needs an end date within 90 days from today, which its approver has not seen");
        line_add_c(next, "Give it an end, then have its approver answer it again.");
        break;
    case PLEA_NO_OWNER:
        line_add_c(l, "it needs an owner other than its approver");
        line_add_c(next, "Name who answers for it until then.");
        break;
    case PLEA_NO_CONTROL:
        line_add_c(l, "it needs to say what mitigates it until then");
        line_add_c(next, "Say what is watched or limited meanwhile, then have its approver answer "
                         "it again.");
        break;
    case PLEA_LEFT:
        line_add_c(l, "its owner or its approver has left");
        line_add_c(next, "Name somebody who is here, then have its approver answer it again.");
        break;
    case PLEA_SPENT:
        line_add_c(l, "it has ended. The access is still to be made as asked");
        line_add_c(next, "Ask for another one, and have its approver answer it again.");
        break;
    case PLEA_NONE:
    case PLEA_WAITS:
    case PLEA_GRANTED:
        line_add_c(l, "nobody asks for one that is not granted");
        break;
    }
}

/* Its end is that of the window for approvals, not of the access. */
static bool never_approved(const struct dossier *d)
{
    return !d->approved_ms && !(d->access_until_ms && d->access_until_ms <= d->now_ms);
}

static void say_ended(struct line *l, struct line *next, enum notice_state state,
                      const struct dossier *d, const struct item *i)
{
    bool late = state == NOTICE_EXPIRED;

    if (state == NOTICE_SUPERSEDED) {
        words_superseded(l, next, d);
        return;
    }
    if (state == NOTICE_DENIED && words_policy_denied(l, next, d))
        return;
    if (state == NOTICE_WITHDRAWN) {
        say_over(l, next, d, "Withdrawn: the identity platform no longer asks for this", i,
                 "; cancel this ticket");
        return;
    }
    say_over(l, next, d,
             late && never_approved(d) ? "Too late: nobody approved this in time"
             : late                    ? "Too late: the time it was asked for is over"
                                       : "Declined: this was not approved",
             i, late ? "; cancel this ticket" : "; decline or cancel this ticket");
    line_add_c(next, " Still wanted? The requester asks anew.");
}

/* True when it is said; else the sentence is about an item. */
static bool say_about_request(struct line *l, struct line *next, enum notice_state state,
                              const struct dossier *d, const struct item *i)
{
    switch (state) {
    case NOTICE_OBSERVING:
        line_add_c(l, "Not enforced here yet");
        return true;
    case NOTICE_WAITING_APPROVAL:
        approving_say_awaited(l, next, d);
        return true;
    case NOTICE_UNCLEAR:
        line_add_c(l, "On hold: ");
        if (d->contested) {
            line_add_c(l, "the mapping reads something else here by now than was approved");
            line_add_c(next, "Whoever looks after the mapping was told, and decides.");
            return true;
        }
        line_add(l, str_empty(d->hold_text) ? STR("the form no longer says what is asked for")
                                            : d->hold_text);
        line_add_c(next, "Correct the field, or ask the requester; it is read again by itself.");
        return true;
    case NOTICE_WAITING_POLICY:
    case NOTICE_NOT_PERMITTED:
    case NOTICE_DUTIES:
        words_permit(l, next, d, state);
        return true;
    case NOTICE_CANNOT_REOPEN:
        line_add_c(l, "Closed without proof, and Jira doesn't let us reopen it. Please reopen this "
                      "ticket; IAM on-call was told");
        line_add_c(next, "We try again from time to time.");
        return true;
    case NOTICE_NO_EXCEPTION:
        say_no_exception(l, next, d);
        return true;
    case NOTICE_OWED:
        words_owed(l, next, d);
        return true;
    case NOTICE_OWN_CLAIM:
        approving_say_own_claim(l, next);
        return true;
    case NOTICE_HELD:
        line_add_c(
            l, "Closed again without proof, so often that we reopen it no more within the hour. "
               "IAM on-call was told");
        line_add_c(next,
                   "Some rule or person closes it. Its access request stays open until proven.");
        return true;
    case NOTICE_WITHDRAWN:
    case NOTICE_DENIED:
    case NOTICE_EXPIRED:
    case NOTICE_SUPERSEDED:
        say_ended(l, next, state, d, i);
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
    case NOTICE_CAME_BACK:
    case NOTICE_DRIFTED:
    case NOTICE_COUNT:
        break;
    }
    return false;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    return (a ^ b) * 0x100000001b3u + (a >> 29);
}

/* Does the ticket show since when it is so? */
static bool shows_since(enum notice_state state)
{
    return state == NOTICE_NOT_YET || state == NOTICE_STALE || state == NOTICE_CANNOT_READ ||
           state == NOTICE_CAME_BACK || state == NOTICE_WRONG_CHANGE;
}

/* The identity of what is said, without times: the same fact read again is not news. But what is
 * said of the next read has to stay true (words_next.h). */
static uint64_t notice_key(enum notice_state state, const struct dossier *d, const struct item *i,
                           const char *reason, int64_t next_read_ms)
{
    uint64_t key = mix(0xcbf29ce484222325u, (uint64_t)state + 1);

    if (state == NOTICE_OBSERVING) /* the same at every claim */
        return key;
    key = mix(key, (uint64_t)d->generation);
    if (state == NOTICE_UNCLEAR)
        return mix(key, d->contested ? 1 : str_hash(d->hold_text));
    if (state == NOTICE_WAITING_APPROVAL)
        key = mix(mix(key, str_hash(d->ticket.awaited)), (uint64_t)d->approval_outdated +
                                                             2 * (uint64_t)d->approval_unclear +
                                                             4 * approving_key(d));
    if (state == NOTICE_NO_EXCEPTION)
        key = mix(mix(key, str_hash(d->ticket.plea.edit)), (uint64_t)plea_judge(d));
    if (state == NOTICE_OWED)
        return mix(key, words_owed_key(d));
    if (state >= NOTICE_WAITING_POLICY && state <= NOTICE_DUTIES)
        key = mix(key, words_permit_key(d));
    if (d->superseded_count)
        key = mix(mix(key, d->superseded_count), str_hash(d->superseded[0].superseded_by));
    if (state == NOTICE_VERIFIED && extra_of(d).count)
        key = mix(mix(key, extra_of(d).count), str_hash(extra_of(d).name));
    if (ahead_key(d, state))
        key = mix(key, ahead_key(d, state));
    if (!i)
        return key;
    if (words_next_key(d, state, next_read_ms))
        key = mix(key, words_next_key(d, state, next_read_ms));
    if (shows_since(state) && words_day_key(d, i, state))
        key = mix(key, words_day_key(d, i, state));
    key = mix(key, str_hash(i->entitlement));
    if (state == NOTICE_CHECKING && words_checking_key(d, i))
        key = mix(key, words_checking_key(d, i));
    if (words_others_key(d, state))
        key = mix(key, words_others_key(d, state));
    if (state == NOTICE_NOT_YET)
        key = mix(mix(key, str_hash(str_of(reason))),
                  i->rule.extra_hinders ? str_hash(i->others_extra) : 0);
    if (state == NOTICE_DRIFTED)
        key = mix(mix(key, str_hash(d->after.follow_key)), (uint64_t)d->after.follow);
    if (state == NOTICE_WRONG_CHANGE)
        key = mix(mix(key, str_hash(i->others_gone)), str_hash(i->others_new));
    return key;
}

/* Names are cut shorter until the one-liner is short enough, whatever people wrote. */
static const size_t NAME_CHARS[] = {40, 40, 30, 22, 16, 12, NAME_CHARS_LEAST};

static void say_all(const struct dossier *d, int64_t next_read_ms, const struct gate_verdict *g,
                    const struct item *i, struct notice *ret)
{
    struct finding f = {0};

    if (i)
        f = verdict_judge(i, d->claimed_ms, d->now_ms);
    for (size_t k = 0; k < sizeof NAME_CHARS / sizeof NAME_CHARS[0]; k++) {
        struct line line = {.p = ret->line,
                            .size = sizeof ret->line,
                            .name_max = NAME_CHARS[k],
                            .terse = k > 0,
                            .now_ms = d->now_ms};
        struct line next = {.p = ret->next, .size = sizeof ret->next, .now_ms = d->now_ms};
        ret->line[0] = ret->next[0] = '\0';
        if (ret->state == NOTICE_DRIFTED && i)
            say_drifted(&line, &next, d, i);
        else if (!say_about_request(&line, &next, ret->state, d, i) && i)
            say_about_item(&line, &next, ret->state, d, i, &f, next_read_ms);
        words_others(&next, g, ret->state);
        words_beside(&next, d, ret->state);
        if (line_chars(&line) <= NOTICE_LINE_CHARS)
            return;
        line_cut(&line, NOTICE_LINE_CHARS);
    }
}

void words_for(const struct dossier *d, int64_t next_read_ms, enum notice_state state,
               struct notice *ret)
{
    struct gate_verdict g = gate_judge(d);
    const struct item *i = subject(d, &g, state);
    const struct manner *m = &MANNERS[state];

    bool reminds = state == NOTICE_WAITING_APPROVAL && approving_reminds(d);
    *ret = (struct notice){.state = state,
                           .check = m->check,
                           .panel = m->panel,
                           .notify = m->notify || reminds,
                           /* a comment of an earlier mode is not left standing */
                           .comment =
                               m->comment || reminds || ahead_key(d, state) ||
                               (state == NOTICE_OBSERVING && MANNERS[d->notice_shown].comment) ||
                               (state == NOTICE_READY && d->superseded_count),
                           .final = m->final,
                           .key = notice_key(state, d, i, g.reason, next_read_ms)};
    say_all(d, next_read_ms, &g, i, ret);
    words_checked(d, i, m->head, ret);
}
