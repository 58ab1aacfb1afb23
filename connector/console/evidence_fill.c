/* evidence_fill.c: of the document of the database the page as a plain struct. */
#include "console/evidence_priv.h"
#include "console/evidence_words.h"

/* --- the document --- */

int64_t fact_number(const struct json *v, const char *path)
{
    int64_t n;

    return json_i64(json_path(v, path), &n) ? n : 0;
}

struct str fact_text(const struct json *v, const char *path)
{
    return json_path_str(v, path);
}

bool fact_is(const struct json *v, const char *path, const char *text)
{
    return str_eq_c(json_path_str(v, path), text);
}

const struct json *fact_item(const struct filling *f, int64_t item)
{
    JSON_EACH(v, f->items)
    {
        if (fact_number(v, "item") == item)
            return v;
    }
    return NULL;
}

/* --- who may see what --- */

static struct str alias(struct arena *arena, struct evidence_aliases *aliases, const char *what,
                        struct str name)
{
    size_t i = 0;

    while (i < aliases->count && !str_eq_nocase(aliases->known[i], name))
        i++;
    if (i == EVIDENCE_ALIASES_MAX)
        return arena_printf(arena, "another %s", what);
    if (i == aliases->count)
        aliases->known[aliases->count++] = name;
    return arena_printf(arena, "%s %zu", what, i + 1);
}

struct str shown_person(struct filling *f, struct str who)
{
    return f->viewer->names || !who.len ? who : alias(f->arena, &f->persons, "person", who);
}

struct str shown_account(struct filling *f, struct str account)
{
    return f->viewer->names || !account.len ? account
                                            : alias(f->arena, &f->accounts, "account", account);
}

struct str shown_words(const struct filling *f, struct str words)
{
    return f->viewer->names || !words.len ? words : STR("(not shown: it may name people)");
}

struct str shown_item(struct filling *f, const struct json *item)
{
    return arena_printf(f->arena, "%.*s of %.*s in %.*s", STR_ARG(fact_text(item, "entitlement")),
                        STR_ARG(shown_account(f, fact_text(item, "account"))),
                        STR_ARG(fact_text(item, "source")));
}

struct str shown_span(const struct filling *f, int64_t ms)
{
    char text[SAY_BYTES];

    return arena_str(f->arena, say_duration(ms, text));
}

struct str shown_time(const struct filling *f, int64_t ms)
{
    char text[SAY_BYTES];

    return ms ? arena_printf(f->arena, "%.*s UTC", STR_ARG(timeline_moment(ms, text))) : STR("–");
}

/* --- the reads --- */

static enum say_mark mark_of_read(const struct json *read)
{
    if (json_is_true(json_member(read, "unsaid")))
        return MARK_BAD;
    if (json_is_true(json_member(read, "proves")))
        return MARK_GOOD;
    if (fact_is(read, "outcome", "unknown") || json_is_true(json_member(read, "older_than_claim")))
        return MARK_UNKNOWN;
    return json_is_true(json_member(read, "as_asked")) ? MARK_NOTE : MARK_BAD;
}

/* What was found, as the source had it. */
static struct str found(struct filling *f, const struct json *read)
{
    struct str outcome = fact_text(read, "outcome"), account = fact_text(read, "account");
    struct str via = fact_text(read, "via");

    if (str_eq_c(outcome, "unknown"))
        return STR("unknown");
    if (str_eq_c(account, "missing"))
        return STR("absent: no such account");
    if (str_eq_c(outcome, "present") && !str_eq_c(account, "active"))
        return arena_printf(f->arena, "present, account %.*s", STR_ARG(account));
    if (str_eq_c(outcome, "present") && !str_eq_c(via, "direct") && !str_eq_c(via, "none"))
        return arena_printf(f->arena, "present, through %.*s",
                            STR_ARG(evidence_reason(f->arena, via)));
    if (str_eq_c(outcome, "absent") && str_eq_c(account, "disabled"))
        return STR("absent, account disabled");
    return outcome;
}

static struct str weight(struct filling *f, const struct json *read)
{
    if (json_is_true(json_member(read, "unsaid")))
        return STR("the log does not say so");
    if (json_is_true(json_member(read, "proves")))
        return STR("proves it");
    if (fact_is(read, "outcome", "unknown"))
        return evidence_reason(f->arena, fact_text(read, "reason"));
    if (json_is_true(json_member(read, "older_than_claim")))
        return STR("older than the work: proves nothing");
    return json_is_true(json_member(read, "as_asked")) ? STR("as asked") : STR("not as asked");
}

static struct page_read page_read_of(struct filling *f, const struct json *read)
{
    const struct json *item = fact_item(f, fact_number(read, "item"));

    return (struct page_read){
        .number = fact_number(read, "number"),
        .claim = fact_number(read, "claim") - 1,
        .at_ms = fact_number(read, "at_ms"),
        .entry = fact_number(read, "entry"),
        .source = fact_text(item, "source"),
        .subject = arena_printf(f->arena, "%.*s · %.*s",
                                STR_ARG(shown_account(f, fact_text(item, "account"))),
                                STR_ARG(fact_text(item, "entitlement"))),
        .expected = fact_text(item, "desired"),
        .found = found(f, read),
        .weight = weight(f, read),
        .mark = mark_of_read(read),
        .snapshot = fact_text(read, "raw"),
        .more = fact_number(read, "more"),
    };
}

static void fill_reads(struct filling *f)
{
    const struct json *rows = json_member(f->reads, "rows");
    struct evidence_page *page = f->page;
    int64_t shown = 0;

    page->reads = arena_array(f->arena, json_count(rows) + 1, sizeof *page->reads);
    JSON_EACH(read, rows)
    {
        if (!page->reads)
            return;
        struct page_read *row = &page->reads[page->read_count++];
        *row = page_read_of(f, read);
        shown += 1 + row->more;
    }
    page->reads_left_out = fact_number(f->reads, "count") - shown;
}

/* --- who did what --- */

/* Reasons that say no more than the move itself does. */
static bool is_said_already(const struct json *detail)
{
    static const char *const SAID[] = {"Received",     "TicketReady",      "ClaimedDone",
                                       "ReadsArrived", "NoApprovalNeeded", "CoveredByException"};

    return str_index(fact_text(detail, "reason"), SAID, sizeof SAID / sizeof SAID[0]) >= 0 ||
           (fact_is(detail, "to", "closed") && fact_is(detail, "reason", "AllItemsVerified"));
}

/* Whose votes they were stands in what each approver said, and where duties are told. */
static struct str settled_note(struct arena *a, const struct json *detail)
{
    int64_t votes = 0, last = 0;

    JSON_EACH(vote,
              json_member(detail, "votes")) /* one that answers two steps stands there twice */
    {
        votes += !fact_text(vote, "fault").len && fact_number(vote, "approval") != last;
        last = fact_number(vote, "approval");
    }
    if (fact_is(detail, "effect", "none"))
        return STR("what was decided stands");
    if (fact_is(detail, "effect", "reopens"))
        return STR("it is owed again");
    return arena_printf(a, "%lld vote%s counted", (long long)votes, votes == 1 ? "" : "s");
}

static struct str act_note(struct filling *f, struct str kind, const struct json *detail)
{
    struct arena *a = f->arena;

    if (str_eq_c(kind, "request.approval"))
        return arena_printf(a, "%.*s, %.*s", STR_ARG(fact_text(detail, "decision")),
                            STR_ARG(fact_text(detail, "channel")));
    if (str_eq_c(kind, "approval.settled"))
        return settled_note(a, detail);
    if (str_eq_c(kind, "decision.refused"))
        return arena_printf(a, "%.*s, %.*s", STR_ARG(fact_text(detail, "what")),
                            STR_ARG(fact_text(detail, "why")));
    if (str_eq_c(kind, "close.refused"))
        return evidence_reason(a, fact_text(detail, "why"));
    if (str_eq_c(kind, "policy.decided"))
        return json_is_true(json_member(detail, "permitted"))
                   ? STR("permitted")
                   : evidence_reason(a, fact_text(detail, "why"));
    if (str_eq_c(kind, "request.mode"))
        return arena_printf(a, "%.*s, was %.*s", STR_ARG(fact_text(detail, "mode")),
                            STR_ARG(fact_text(detail, "was")));
    if (str_eq_c(kind, "emergency.reviewed"))
        return evidence_reason(a, fact_text(detail, "outcome"));
    if (str_eq_c(kind, "drift.found") || str_eq_c(kind, "exception.revoked"))
        return evidence_reason(a, fact_text(detail, "why"));
    if (str_eq_c(kind, "operator.acted"))
        return evidence_reason(a, fact_text(detail, "act"));
    if (str_eq_c(kind, "request.received") || is_said_already(detail))
        return STR_NONE;
    return evidence_reason(a, fact_text(detail, "reason"));
}

/* Whom an entry does not name we did it ourselves, where we decide. */
static struct str act_who(struct filling *f, struct str kind, const struct json *act)
{
    struct str who = fact_text(act, "who"), whom = fact_text(act, "whom");

    if (who.len && whom.len)
        return arena_printf(f->arena, "%.*s, owner %.*s", STR_ARG(shown_person(f, who)),
                            STR_ARG(shown_person(f, whom)));
    if (who.len)
        return shown_person(f, who);
    return str_starts(kind, STR("operator.")) ? STR_NONE : STR("Countersign");
}

static struct page_act page_act_of(struct filling *f, const struct json *act)
{
    const struct json *detail = json_member(act, "detail");
    struct str kind = fact_text(act, "kind");
    struct str to = str_eq_c(kind, "flow.ended")         ? fact_text(detail, "kind")
                    : str_eq_c(kind, "request.moved")    ? fact_text(detail, "to")
                    : str_eq_c(kind, "approval.settled") ? fact_text(detail, "outcome")
                                                         : STR_NONE;
    struct evidence_deed deed = evidence_deed(f->arena, kind, to);
    if (fact_is(detail, "reason", "NoApprovalNeeded"))
        deed = (struct evidence_deed){MARK_NOTE, STR("Found to need no approval")};
    if (fact_is(detail, "to", "approved") && json_is_true(json_member(detail, "emergency")))
        deed = (struct evidence_deed){MARK_WARN, STR("Work may precede its approval")};
    if (fact_is(detail, "to", "closed") && str_eq_c(f->ended, "excepted"))
        deed.mark = MARK_WARN;
    bool declined = fact_is(detail, "decision", "declined");
    bool parked = fact_is(detail, "state", "parked");

    return (struct page_act){
        .entry = fact_number(act, "entry"),
        .at_ms = fact_number(act, "at_ms"),
        .what = deed.words,
        .who = act_who(f, kind, act),
        .note = parked ? STR("Jira refused it") : act_note(f, kind, detail),
        .mark = declined || parked ? MARK_BAD : deed.mark,
        .hash = fact_text(act, "hash"),
    };
}

static void fill_acts(struct filling *f)
{
    const struct json *acts = json_member(f->facts, "acts"), *rows = json_member(acts, "rows");
    struct evidence_page *page = f->page;
    int64_t left_out = fact_number(acts, "acts") - (int64_t)json_count(rows);
    size_t half = json_count(rows) / 2;

    page->acts = arena_array(f->arena, json_count(rows) + 1, sizeof *page->acts);
    JSON_EACH(act, rows)
    {
        if (!page->acts)
            return;
        struct page_act *row = &page->acts[page->act_count++];
        *row = page_act_of(f, act);
        if (left_out > 0 && page->act_count == half + 1)
            row->left_out = left_out;
    }
}

/* --- what stood in for proof --- */

static struct page_cover page_cover_of(struct filling *f, const struct json *x)
{
    int64_t until_ms = fact_number(x, "until_ms"), revoked_ms = fact_number(x, "revoked_ms");
    bool live = !revoked_ms && until_ms > f->now_ms;
    struct str scope = fact_text(x, "scope");
    const struct json *item = fact_item(f, fact_number(x, "item"));

    return (struct page_cover){
        .mark = live ? MARK_WARN : MARK_NOTE,
        .title =
            item
                ? arena_printf(f->arena, "Exception %lld: %.*s",
                               (long long)fact_number(x, "number"), STR_ARG(shown_item(f, item)))
                : arena_printf(f->arena, "Exception %lld, of the whole %.*s",
                               (long long)fact_number(x, "number"),
                               STR_ARG(str_eq_c(scope, "sod") ? STR("conflict of duties") : scope)),
        .state = live         ? arena_printf(f->arena, "live, ends in %.*s",
                                             STR_ARG(shown_span(f, until_ms - f->now_ms)))
                 : revoked_ms ? arena_printf(f->arena, "ended early, %.*s",
                                             STR_ARG(shown_time(f, revoked_ms)))
                              : STR("over"),
        .owner = shown_person(f, fact_text(x, "owner")),
        .approver = shown_person(f, fact_text(x, "approved_by")),
        .reason = shown_words(f, fact_text(x, "reason")),
        .control = shown_words(f, fact_text(x, "control")),
        .from_ms = fact_number(x, "from_ms"),
        .until_ms = until_ms,
    };
}

static void fill_covers(struct filling *f)
{
    const struct json *rows = json_member(f->facts, "exceptions");
    struct evidence_page *page = f->page;

    page->covers = arena_array(f->arena, json_count(rows) + 1, sizeof *page->covers);
    JSON_EACH(x, rows)
    {
        if (!page->covers)
            return;
        page->covers[page->cover_count++] = page_cover_of(f, x);
    }
}

/* --- the seal, and how it was made --- */

static void fill_seal(struct filling *f, const struct json *sealed)
{
    struct page_seal *seal = &f->page->seal;

    *seal = f->viewer->proof;
    if (!seal->entries) {
        seal->origin = fact_text(sealed, "origin");
        seal->root = fact_text(sealed, "root");
        seal->entries = fact_number(sealed, "entries");
    }
    if (seal->entries == fact_number(sealed, "entries"))
        seal->at_ms = fact_number(sealed, "at_ms");
    seal->is_empty = !fact_number(f->facts, "acts/last");
    seal->is_sealed = !seal->is_empty && seal->entries >= fact_number(f->facts, "acts/last");
}

static void fill_made(struct filling *f, const struct json *document)
{
    const struct json *made = json_member(document, "made");
    const struct evidence_viewer *v = f->viewer;

    f->page->made = (struct page_made){
        .statement = v->statement,
        .parameter = v->parameter,
        .sha256 = fact_text(made, "sha256"),
        .zone = fact_text(made, "zone"),
        .server = fact_text(made, "server"),
        .database = fact_text(made, "database"),
        .role = fact_text(made, "role"),
        .at_ms = f->now_ms,
        .migration = fact_number(made, "migration"),
        .entries = fact_number(f->facts, "acts/entries"),
        .first_entry = fact_number(f->facts, "acts/first"),
        .last_entry = fact_number(f->facts, "acts/last"),
        .reads = fact_number(f->reads, "count"),
        .acts = fact_number(f->facts, "acts/acts"),
        .views = fact_number(made, "views"),
        .version = v->version,
        .made_by = v->who,
        .shown_as = v->names ? STR("auditor: people are named") : STR("viewer: nobody is named"),
        .pack_sha256 = v->pack_sha256,
    };
}

static void fill_items(struct filling *f)
{
    struct evidence_page *page = f->page;
    size_t count = json_count(f->items);

    page->items = arena_array(f->arena, count + 1, sizeof *page->items);
    JSON_EACH(item, f->items)
    {
        if (!page->items)
            return;
        bool claimed = str_eq_c(f->phase, "claimed") || str_eq_c(f->phase, "verifying");
        bool superseded = json_is_true(json_member(item, "superseded"));
        page->items[page->item_count++] = (struct page_fact){
            .mark = superseded ? MARK_WARN : MARK_NOTE,
            .label = fact_is(item, "desired", "absent") ? STR("take away") : STR("give"),
            .value = shown_item(f, item),
            .note = superseded
                        ? STR("not asked for any more: a later request asks for the opposite")
                    : claimed ? evidence_reason(f->arena, fact_text(item, "verdict"))
                              : STR_NONE,
        };
    }
}

bool evidence_page_fill(struct arena *arena, const struct json *document,
                        const struct evidence_viewer *viewer, struct evidence_page *ret,
                        struct err *err)
{
    const struct json *facts = json_member(document, "facts");
    struct filling f = {
        .arena = arena,
        .facts = facts,
        .items = json_member(facts, "items"),
        .reads = json_member(facts, "reads"),
        .people = json_member(facts, "people"),
        .clock = json_member(facts, "clock"),
        .viewer = viewer,
        .now_ms = fact_number(document, "made/at_ms"),
        .told = json_member(facts, "told"),
        .phase = fact_text(facts, "phase"),
        .ended = fact_text(facts, "clock/ended"),
        .page = ret,
    };

    *ret = (struct evidence_page){.id = fact_text(facts, "id")};
    if (!ret->id.len || !f.phase.len || !f.now_ms)
        return FAIL(err, ERR_INPUT, "these are not the facts of a request");
    if (fact_text(f.told, "phase").len) { /* the log decides, not the row */
        f.phase = fact_text(f.told, "phase");
        f.ended = fact_text(f.told, "outcome");
    }
    ret->name = fact_text(facts, "ticket").len ? fact_text(facts, "ticket") : ret->id;
    ret->site = fact_text(facts, "site");
    ret->ticket_url = fact_text(facts, "url");
    fill_verdict(&f); /* first: who is person 1 is the same in each sentence */
    fill_facts(&f);
    fill_items(&f);
    fill_reads(&f);
    fill_duties(&f);
    fill_acts(&f);
    fill_covers(&f);
    fill_notes(&f);
    fill_lanes(&f);
    fill_seal(&f, json_member(document, "sealed"));
    fill_made(&f, document);
    return !arena_over(arena) || FAIL(err, ERR_INPUT, "the request has more evidence than a page");
}
