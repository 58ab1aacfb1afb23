/* evidence_verdict.c: what is so with a request, in words: the verdict and what it rests on, four
 * facts, and what else whoever judges it should know. */
#include "console/evidence_priv.h"
#include "console/evidence_words.h"

/* --- the verdict --- */

/* What is asked for as one sentence would have it: "okafor no longer has fin-viewer in SAP FIN". */
static struct str wish(struct filling *f)
{
    const struct json *item = json_first(f->items);

    if (json_count(f->items) > 1)
        return arena_printf(f->arena, "all %zu changes", json_count(f->items));
    if (!item)
        return STR("what is asked for");
    return arena_printf(
        f->arena, "%.*s %s %.*s in %.*s", STR_ARG(shown_account(f, fact_text(item, "account"))),
        fact_is(item, "desired", "absent") ? "no longer has" : "has",
        STR_ARG(fact_text(item, "entitlement")), STR_ARG(fact_text(item, "source")));
}

/* What is so instead: "okafor still has fin-viewer in SAP FIN". */
static struct str otherwise(struct filling *f)
{
    const struct json *item = json_first(f->items);

    if (json_count(f->items) != 1)
        return STR("not all is as asked");
    return arena_printf(
        f->arena, "%.*s %s %.*s in %.*s", STR_ARG(shown_account(f, fact_text(item, "account"))),
        fact_is(item, "desired", "absent") ? "still has" : "does not have",
        STR_ARG(fact_text(item, "entitlement")), STR_ARG(fact_text(item, "source")));
}

static struct str change(struct filling *f)
{
    const struct json *item = json_first(f->items);
    const char *kind = fact_is(f->facts, "kind", "removal") ? "Removal"
                       : fact_is(f->facts, "kind", "grant") ? "Grant"
                                                            : "Change";

    if (json_count(f->items) > 1)
        return arena_printf(f->arena, "%s of %zu entitlements", kind, json_count(f->items));
    return item ? arena_printf(f->arena, "%s of %.*s", kind, STR_ARG(shown_item(f, item)))
                : str_of(kind);
}

static void say(struct filling *f, enum say_mark mark, struct str verdict, struct str because)
{
    f->page->mark = mark;
    f->page->verdict = verdict;
    f->page->because = because;
}

/* "Read 2 times after the work was said to be done, the last time ..." */
static struct str proof_in_words(struct filling *f)
{
    int64_t count = fact_number(f->reads, "proving"), last_ms = 0;

    JSON_EACH(read, json_member(f->reads, "rows"))
    {
        if (json_is_true(json_member(read, "proves")))
            last_ms = fact_number(read, "as_of_ms");
    }
    if (!count)
        return STR("The reads that proved it are not among those that are kept.");
    return arena_printf(f->arena,
                        "Countersign read it %lld time%s in the target system itself, after the "
                        "work was said to be done; the last read is as of %.*s.",
                        (long long)count, count == 1 ? "" : "s", STR_ARG(shown_time(f, last_ms)));
}

static bool has_come_back(const struct filling *f)
{
    JSON_EACH(d, json_member(f->facts, "drift"))
    {
        if (!fact_number(d, "ended_ms"))
            return true;
    }
    return false;
}

static void say_closed(struct filling *f)
{
    bool closed = str_eq_c(f->phase, "closed");
    struct str at = closed
                        ? arena_printf(f->arena, " The ticket was closed %.*s.",
                                       STR_ARG(shown_time(f, fact_number(f->facts, "closed_ms"))))
                        : STR(" The ticket is about to be closed.");
    bool owed = fact_is(f->facts, "waits/reason", "EmergencyOwed");

    if (!str_eq_c(f->ended, "verified")) {
        say(f, MARK_WARN, STR("Not proven: closed under an exception"),
            arena_printf(f->arena,
                         "Nobody read that %.*s. Somebody took the debt over, with another "
                         "person's approval and an end: see Exceptions.%.*s",
                         STR_ARG(wish(f)), STR_ARG(at)));
        if (!closed)
            f->page->verdict = STR("Not proven: covered by an exception");
        return;
    }
    struct str proven = arena_printf(f->arena, "%.*s%.*s", STR_ARG(proof_in_words(f)), STR_ARG(at));
    if (has_come_back(f))
        say(f, MARK_BAD, STR("Was proven, and is not so any more"),
            arena_printf(f->arena, "%.*s Later reads say otherwise: see the notes.",
                         STR_ARG(proven)));
    else if (owed)
        say(f, MARK_WARN,
            arena_printf(f->arena, "Proven, not approved yet: %.*s", STR_ARG(wish(f))),
            arena_printf(f->arena,
                         "%.*s It was an emergency: the ticket stays open until it is approved and "
                         "reviewed.",
                         STR_ARG(proof_in_words(f))));
    else
        say(f, MARK_GOOD, arena_printf(f->arena, "Proven: %.*s", STR_ARG(wish(f))), proven);
}

static bool any_item_is(const struct filling *f, const char *verdict)
{
    JSON_EACH(item, f->items)
    {
        if (fact_is(item, "verdict", verdict))
            return true;
    }
    return false;
}

static void say_claimed(struct filling *f)
{
    if (any_item_is(f, "mismatch"))
        say(f, MARK_BAD, arena_printf(f->arena, "Not done: %.*s", STR_ARG(otherwise(f))),
            STR("The work was said to be done, and the target system says otherwise. The ticket "
                "does not close."));
    else if (any_item_is(f, "unknown"))
        say(f, MARK_UNKNOWN, STR("Not known: nobody could tell yet"),
            STR("The work was said to be done. Unknown is never done: it is read again, and the "
                "ticket does not close until it is proven."));
    else
        say(f, MARK_NOTE, STR("Being checked: as asked so far"),
            STR("The work was said to be done, and reads agree. The ticket closes once they have "
                "agreed for long enough."));
}

static const struct json *last_close(const struct filling *f)
{
    const struct json *last = NULL;

    JSON_EACH(close, json_member(f->facts, "closes"))
    last = close;
    return last;
}

static void say_open(struct filling *f)
{
    const struct json *close = last_close(f);
    struct str refused = fact_text(close, "refused");

    if (str_eq_c(f->phase, "fulfilling") && refused.len && !fact_number(close, "proven_ms"))
        say(f, MARK_BAD, STR("Not done: the close was refused"),
            arena_printf(f->arena,
                         "When the work was said to be done, %.*s. It is with the agent "
                         "again.",
                         STR_ARG(evidence_reason(f->arena, refused))));
    else if (str_eq_c(f->phase, "fulfilling"))
        say(f, MARK_NOTE, STR("Not proven yet: being worked"),
            STR("Approved, and with an agent. Nothing is proven before the work is said to be "
                "done, "
                "and the target system was read after that."));
    else if (str_eq_c(f->phase, "approved") || str_eq_c(f->phase, "ticketing"))
        say(f, MARK_NOTE, STR("Not proven yet: approved, its ticket is being made"), STR_NONE);
    else
        say(f, MARK_NOTE, STR("Not approved yet"),
            STR("Nothing is to be done before it is approved as it has to be."));
}

static void say_over(struct filling *f)
{
    struct str why = evidence_reason(f->arena, fact_text(f->facts, "reason"));

    if (str_eq_c(f->phase, "orphaned"))
        say(f, MARK_BAD, STR("Not proven: its ticket is gone"),
            STR("The ticket was deleted or moved away before anything was proven."));
    else if (has_come_back(f))
        say(f, MARK_BAD, STR("Over, and access was left"),
            arena_printf(f->arena,
                         "It was not to be done any more (%.*s), and the target system shows that "
                         "it was: nobody asks for that access. See the notes.",
                         STR_ARG(why)));
    else
        say(f, MARK_NOTE,
            str_eq_c(f->phase, "denied")    ? STR("Over: it was declined")
            : str_eq_c(f->phase, "expired") ? STR("Over: nobody approved it in time")
                                            : STR("Over: it was withdrawn"),
            arena_printf(f->arena,
                         "It is not to be done, and nothing is claimed to be done (%.*s).",
                         STR_ARG(why)));
}

/* "phase, closed" */
static struct str names_of(struct filling *f, const struct json *list)
{
    struct str names = STR_NONE;

    JSON_EACH(name, list)
    names = arena_printf(f->arena, "%.*s%s%.*s", STR_ARG(names), names.len ? ", " : "",
                         STR_ARG(json_str(name)));
    return names;
}

/* What is shown stands in tables, which whoever owns the database can edit; what counts is the log.
 * True: it does not bear out what they say, and that is the verdict. */
static bool say_unsaid(struct filling *f)
{
    struct str row = fact_text(f->facts, "phase"), told = fact_text(f->told, "phase");
    const struct json *differs = json_member(f->told, "differs"),
                      *files = json_member(f->told, "files");
    int64_t reads = fact_number(f->reads, "unsaid");
    struct str why;

    if (json_count(files)) {
        say(f, MARK_UNKNOWN, STR("Not shown here: its log was retained away"),
            arena_printf(f->arena,
                         "The database says that it is %.*s, and the entries that prove it are in "
                         "%.*s: verify the manifest of that file, and read them there.",
                         STR_ARG(evidence_reason(f->arena, row)), STR_ARG(names_of(f, files))));
        return true;
    }
    if (!json_count(differs) && !reads)
        return false;
    if (told.len && !str_eq(told, row))
        why = arena_printf(
            f->arena, "The database says that it is %.*s, and the log that it is %.*s.",
            STR_ARG(evidence_reason(f->arena, row)), STR_ARG(evidence_reason(f->arena, told)));
    else if (json_count(differs))
        why = arena_printf(f->arena, "The database and the log differ in: %.*s.",
                           STR_ARG(names_of(f, differs)));
    else
        why = arena_printf(f->arena, "Of %lld read%s the log does not tell, or otherwise.",
                           (long long)reads, reads == 1 ? "" : "s");
    say(f, MARK_BAD, STR("Not proven: the log does not say so"),
        arena_printf(f->arena,
                     "%.*s Somebody changed the tables: 'countersign db verify' names the rows.",
                     STR_ARG(why)));
    f->page->is_unsaid = true;
    return true;
}

void fill_verdict(struct filling *f)
{
    static const char *const OVER[] = {"denied", "cancelled", "expired", "orphaned"};
    static const char *const PROVEN[] = {"verified", "exception", "closed"};
    bool over = str_index(f->phase, OVER, 4) >= 0;

    f->page->change = change(f);
    f->page->is_live = !str_eq_c(f->phase, "closed") && (!over || str_eq_c(f->phase, "orphaned"));
    if (say_unsaid(f))
        f->page->is_live = false;
    else if (over)
        say_over(f);
    else if (str_index(f->phase, PROVEN, 3) >= 0)
        say_closed(f);
    else if (str_eq_c(f->phase, "claimed") || str_eq_c(f->phase, "verifying"))
        say_claimed(f);
    else
        say_open(f);
}

/* --- four facts --- */

static struct page_fact fact_of_time(struct filling *f)
{
    const struct json *c = f->clock;
    int64_t started = fact_number(c, "started_ms"), stopped = fact_number(c, "stopped_ms");
    int64_t due = fact_number(c, "due_ms"), goal = fact_number(c, "goal_ms");
    int64_t held = fact_number(c, "paused_since_ms");
    int64_t until = stopped ? stopped : held ? held : f->now_ms;
    bool in_time = until <= due;
    struct page_fact fact = {
        .label = stopped ? STR("From request to proof") : STR("Since it was asked for"),
        .value = shown_span(f, until - started - fact_number(c, "paused_ms")),
        .mark = !goal     ? MARK_NOTE
                : in_time ? MARK_GOOD
                          : MARK_BAD,
    };

    if (stopped && !str_eq_c(f->ended, "verified"))
        fact.label = STR("From request to its end");
    if (!goal)
        fact.note = STR("it had no goal");
    else if (in_time && stopped)
        fact.note = arena_printf(f->arena, "within its goal of %.*s", STR_ARG(shown_span(f, goal)));
    else if (in_time)
        fact.note = arena_printf(f->arena, "due %.*s", STR_ARG(shown_time(f, due)));
    else
        fact.note = arena_printf(f->arena, "%.*s beyond its goal of %.*s",
                                 STR_ARG(shown_span(f, until - due)), STR_ARG(shown_span(f, goal)));
    if (in_time && !str_eq_c(f->ended, "verified"))
        fact.mark = MARK_NOTE; /* in time, but with what? */
    return fact;
}

static struct page_fact fact_of_proof(struct filling *f)
{
    int64_t proving = fact_number(f->reads, "proving"), all = fact_number(f->reads, "count");
    int64_t unknown = fact_number(f->reads, "unknown");

    return (struct page_fact){
        .label = STR("Reads that prove it"),
        .mark = proving ? MARK_GOOD : MARK_NOTE,
        .value = proving
                     ? arena_printf(f->arena, "%lld of %lld", (long long)proving, (long long)all)
                     : STR("none"),
        .note = unknown ? arena_printf(f->arena, "%lld read%s could not tell", (long long)unknown,
                                       unknown == 1 ? "" : "s")
                : all   ? STR("each read could tell")
                        : STR("nothing was read"),
    };
}

static struct page_fact fact_of_closes(struct filling *f)
{
    struct str why = STR_NONE;
    int64_t refused = 0;

    JSON_EACH(close, json_member(f->facts, "closes"))
    {
        if (fact_text(close, "refused").len) {
            refused++;
            why = evidence_reason(f->arena, fact_text(close, "refused"));
        }
    }
    return (struct page_fact){
        .label = STR("Closes refused"),
        .mark = refused ? MARK_WARN : MARK_GOOD,
        .value = refused ? arena_printf(f->arena, "%lld", (long long)refused) : STR("none"),
        .note = refused ? arena_printf(f->arena, "%s%.*s", refused > 1 ? "the last: " : "",
                                       STR_ARG(why))
                        : STR("nobody said done too early"),
    };
}

void fill_facts(struct filling *f)
{
    f->page->facts[0] = fact_of_proof(f);
    f->page->facts[1] = fact_of_time(f);
    f->page->facts[2] = fact_of_closes(f);
    /* the fourth is whether duties were kept apart: fill_duties */
}

/* --- notes --- */

static void note(struct filling *f, enum say_mark mark, struct str label, struct str value)
{
    enum { NOTES_MAX = 40 };
    struct evidence_page *page = f->page;

    if (!page->notes)
        page->notes = arena_array(f->arena, NOTES_MAX, sizeof *page->notes);
    if (page->notes && page->note_count < NOTES_MAX)
        page->notes[page->note_count++] = (struct page_fact){mark, label, value, STR_NONE};
}

static struct str relation(const struct json *other)
{
    struct str ticket = fact_text(other, "ticket");

    return ticket.len ? ticket : fact_text(other, "id");
}

static void note_drift(struct filling *f)
{
    JSON_EACH(d, json_member(f->facts, "drift"))
    {
        int64_t ended = fact_number(d, "ended_ms");
        const struct json *opened = json_member(d, "opened");
        struct str then =
            ended ? arena_printf(f->arena, "; as it shall be %.*s", STR_ARG(shown_time(f, ended)))
            : opened
                ? arena_printf(f->arena, "; asked for again with %.*s", STR_ARG(relation(opened)))
                : STR_NONE;
        bool left = fact_is(d, "why", "AccessLeft");
        note(f, ended ? MARK_WARN : MARK_BAD, left ? STR("Access left") : STR("Not so any more"),
             arena_printf(f->arena, "%.*s: %.*s%.*s",
                          STR_ARG(shown_time(f, fact_number(d, "since_ms"))),
                          STR_ARG(evidence_reason(f->arena, fact_text(d, "why"))), STR_ARG(then)));
    }
}

static void note_emergency(struct filling *f)
{
    const struct json *review = json_member(f->facts, "review");

    if (!json_is_true(json_member(f->facts, "emergency")))
        return;
    note(f, MARK_WARN, STR("Emergency"),
         arena_printf(f->arena, "work could precede the approval, which was owed by %.*s",
                      STR_ARG(shown_time(f, fact_number(f->facts, "approval_due_ms")))));
    if (!fact_text(review, "outcome").len)
        note(f, f->now_ms > fact_number(f->facts, "review_due_ms") ? MARK_BAD : MARK_WARN,
             STR("Review owed"),
             arena_printf(f->arena, "by %.*s",
                          STR_ARG(shown_time(f, fact_number(f->facts, "review_due_ms")))));
    else
        note(f, fact_is(review, "outcome", "in_order") ? MARK_GOOD : MARK_BAD, STR("Review"),
             arena_printf(f->arena, "%.*s, by %.*s, %.*s: %.*s",
                          STR_ARG(evidence_reason(f->arena, fact_text(review, "outcome"))),
                          STR_ARG(shown_person(f, fact_text(review, "who"))),
                          STR_ARG(shown_time(f, fact_number(review, "at_ms"))),
                          STR_ARG(shown_words(f, fact_text(review, "note")))));
}

static void note_waiting(struct filling *f)
{
    const struct json *waits = json_member(f->facts, "waits");
    int64_t next = fact_number(waits, "next_ms");

    if (!fact_text(waits, "next_action").len)
        return;
    note(f, MARK_NOTE, STR("Next"),
         next ? arena_printf(f->arena, "%.*s; %.*s", STR_ARG(fact_text(waits, "next_action")),
                             STR_ARG(shown_time(f, next)))
              : fact_text(waits, "next_action"));
}

void fill_notes(struct filling *f)
{
    const struct json *facts = f->facts;
    struct str held = fact_text(facts, "held"), why = fact_text(facts, "justification");

    note_waiting(f);
    note_drift(f);
    note_emergency(f);
    if (held.len)
        note(f, MARK_WARN, STR("Held"), shown_words(f, held));
    if (why.len)
        note(f, MARK_NOTE, STR("Reason given"), shown_words(f, why));
    if (json_is_true(json_member(facts, "privileged")))
        note(f, MARK_NOTE, STR("Privileged"), STR("this is privileged access"));
    if (fact_number(facts, "access_until_ms"))
        note(f, MARK_NOTE, STR("Ends"),
             arena_printf(f->arena, "access was asked for until %.*s",
                          STR_ARG(shown_time(f, fact_number(facts, "access_until_ms")))));
    if (!fact_is(facts, "mode", "enforce"))
        note(f, MARK_WARN, STR("Mode"),
             fact_is(facts, "mode", "warn")
                 ? STR("warn: closes without proof are told, and not undone")
                 : STR("observe: nothing held the ticket back"));
    if (json_type(json_member(facts, "follows")) == JSON_OBJECT)
        note(f, MARK_NOTE, STR("Follows"),
             arena_printf(f->arena, "%.*s (%.*s)", STR_ARG(relation(json_member(facts, "follows"))),
                          STR_ARG(evidence_reason(f->arena, fact_text(facts, "cause")))));
}
