#include "domain/words_checked.h"

/* What is approved has a row of its own. */
enum { ITEMS_LISTED = NOTICE_ROWS_MAX - 1 };

#define LINE_OF(array, now) ((struct line){.p = (array), .size = sizeof(array), .now_ms = (now)})

static const char HELP[] =
    "Can't be done now? Ask the owner for an exception with an end date: set "
    "\"Access exception\" on this ticket.";
/* The mapping names no field for that. */
static const char HELP_ELSEWHERE[] =
    "Can't be done now? Ask IAM for an exception with an end date; "
    "this ticket has no field to ask for one.";

static struct str source_of(const struct item *i)
{
    return str_empty(i->source_label) ? i->source : i->source_label;
}

/* After success one line: what is so, and how long it took. */
static void say_success(struct line *l, const struct dossier *d, const struct item *i)
{
    struct finding f = verdict_judge(i, d->claimed_ms, d->now_ms);
    int64_t end_ms = d->verified_ms ? d->verified_ms : d->now_ms;
    bool gone = i->desired == DESIRED_ABSENT;

    line_add_c(l, "✓ Checked");
    line_add_since(l, " ", f.proof ? f.proof->as_of_ms : 0);
    line_add_c(l, ": ");
    line_add_name(l, i->entitlement);
    line_add_c(l, gone ? " is gone from " : " is there in ");
    line_add_name(l, source_of(i));
    line_add_c(l, ". ");
    line_add_span(l, end_ms - d->requested_ms);
    line_add_c(l, " from request to proof");
    if (d->goal_ms) {
        line_add_c(l, " (goal ");
        line_add_span(l, d->goal_ms);
        line_add_c(l, ")");
    }
}

static void say_failure(struct line *l, enum notice_state state, const struct item *i)
{
    bool more = i && i->rule.extra_hinders && !str_empty(i->others_extra);

    line_add_c(l, state == NOTICE_REOPENED ? "Reopened: " : "Not closed yet: ");
    line_add_c(l, i && i->desired == DESIRED_ABSENT ? "the access is still there."
                  : more                            ? "more was given than asked for."
                                                    : "the access is not there.");
}

/* What a verdict is called, and in which colour. */
static void mark(struct notice_row *row, const struct item *i, const struct finding *f)
{
    bool absent = i->desired == DESIRED_ABSENT;

    switch (f->verdict) {
    case VERDICT_VERIFIED:
        row->mark = absent ? "GONE" : "THERE";
        row->colour = "green";
        return;
    case VERDICT_EXCEPTED:
        row->mark = "EXCEPTION";
        row->colour = "purple";
        return;
    case VERDICT_SETTLING:
        row->mark = "SETTLING";
        row->colour = "blue";
        return;
    case VERDICT_MISMATCH:
        row->mark = str_eq_c(str_of(f->reason), "AccountReplaced")       ? "ANOTHER ACCOUNT"
                    : str_eq_c(str_of(f->reason), "EntitlementReplaced") ? "ANOTHER OF THAT NAME"
                    : str_eq_c(str_of(f->reason), "OverGranted")         ? "MORE WAS GIVEN"
                    : absent                                             ? "STILL PRESENT"
                    : str_eq_c(str_of(f->reason), "PresentButInert")     ? "NOT ACTIVE"
                                                                         : "MISSING";
        row->colour = "red";
        return;
    case VERDICT_UNKNOWN:
        break;
    }
    row->mark = !f->proof                              ? "NOT READ YET"
                : f->proof->outcome == OUTCOME_UNKNOWN ? "CANNOT BE READ"
                                                       : "OLD COPY";
    row->colour = "yellow";
}

static void add_item(struct notice *n, const struct dossier *d, const struct item *i)
{
    struct notice_row *row = &n->rows[n->row_count++];
    struct line what = LINE_OF(row->what, 0), note = LINE_OF(row->note, d->now_ms);
    struct finding f = verdict_judge(i, d->claimed_ms, d->now_ms);
    bool known = f.proof && f.proof->outcome != OUTCOME_UNKNOWN;

    line_add_name(&what, i->entitlement);
    line_add_c(&what, i->desired == DESIRED_ABSENT ? " absent for " : " present for ");
    line_add_name(&what, i->account);
    line_add_c(&what, " in ");
    line_add_name(&what, source_of(i));
    mark(row, i, &f);
    if (!known)
        return;
    line_add_since(&note, "read ", f.proof->as_of_ms);
    if (d->claimed_ms && f.proof->as_of_ms >= d->claimed_ms) {
        line_add_c(&note, ", ");
        line_add_span(&note, f.proof->as_of_ms - d->claimed_ms);
        line_add_c(&note, " after you finished");
    }
}

static void add_approval(struct notice *n, const struct dossier *d)
{
    struct notice_row *row = &n->rows[n->row_count++];
    struct line what = LINE_OF(row->what, 0), note = LINE_OF(row->note, d->now_ms);

    line_add_c(&what, "Approved by someone allowed to");
    row->mark = d->approval_needed && !d->approval_given ? "NO"
                : d->approval_needed                     ? "YES"
                                                         : "NOT NEEDED";
    row->colour = d->approval_needed && !d->approval_given ? "red" : "green";
    line_add_since(&note, "since ", d->approved_ms);
}

static void add_superseded(struct notice *n, const struct item *i)
{
    struct notice_row *row = &n->rows[n->row_count++];
    struct line what = LINE_OF(row->what, 0), note = LINE_OF(row->note, 0);

    line_add_name(&what, i->entitlement);
    line_add_c(&what, " of ");
    line_add_name(&what, i->account);
    line_add_c(&what, " in ");
    line_add_name(&what, source_of(i));
    row->mark = "SUPERSEDED";
    row->colour = "neutral";
    line_add_name(&note, i->superseded_by);
    line_add_c(&note, " asks for the opposite");
}

/* What is not proven comes first, and every one of it as long as there is room. */
static void add_items(struct notice *n, const struct dossier *d)
{
    for (int proven = 0; proven < 2; proven++)
        for (size_t k = 0; k < d->item_count && n->row_count < NOTICE_ROWS_MAX; k++) {
            struct finding f = verdict_judge(&d->items[k], d->claimed_ms, d->now_ms);
            bool is = f.verdict == VERDICT_VERIFIED || f.verdict == VERDICT_EXCEPTED;
            if (is == (proven != 0))
                add_item(n, d, &d->items[k]);
        }
    for (size_t k = 0; k < d->superseded_count && n->row_count < NOTICE_ROWS_MAX; k++)
        add_superseded(n, &d->superseded[k]);
}

static bool says_what_was_checked(enum notice_state state)
{
    return state == NOTICE_NOT_YET || state == NOTICE_WRONG_CHANGE || state == NOTICE_REOPENED ||
           state == NOTICE_STALE || state == NOTICE_CANNOT_READ || state == NOTICE_CAME_BACK;
}

void words_checked(const struct dossier *d, const struct item *shown, const char *head,
                   struct notice *ret)
{
    struct line l = LINE_OF(ret->head, d->now_ms);

    ret->attempt = d->claimed_ms ? d->generation - 1 : 0;
    if (head && head[0])
        line_add_c(&l, head);
    else if (ret->state == NOTICE_VERIFIED && shown)
        say_success(&l, d, shown);
    else if (!head)
        say_failure(&l, ret->state, shown);
    if (!says_what_was_checked(ret->state) || !shown)
        return;
    ret->help = d->pleads ? HELP : HELP_ELSEWHERE;
    add_approval(ret, d);
    add_items(ret, d);
}

static bool says_others(enum notice_state state)
{
    return state == NOTICE_NOT_YET || state == NOTICE_REOPENED || state == NOTICE_CAME_BACK ||
           state == NOTICE_WRONG_CHANGE;
}

void words_others(struct line *next, const struct gate_verdict *g, enum notice_state state)
{
    size_t all = g->missing + g->verified + g->excepted;

    if (!says_others(state) || g->missing < 2)
        return;
    line_add_c(next, " ");
    line_add_number(next, (int64_t)g->missing);
    line_add_c(next, " of ");
    line_add_number(next, (int64_t)all);
    line_add_c(next, " are missing; the list below names ");
    if (g->missing > ITEMS_LISTED) {
        line_add_number(next, ITEMS_LISTED);
        line_add_c(next, " of ");
    }
    line_add_c(next, "them.");
}

uint64_t words_others_key(const struct dossier *d, enum notice_state state)
{
    uint64_t key = 0;

    if (!says_others(state) || d->item_count < 2)
        return 0;
    for (size_t k = 0; k < d->item_count; k++) {
        const struct item *i = &d->items[k];
        /* as it was read: a read that only grows old is no news */
        int64_t read_ms = i->obs_count ? i->obs[0].observed_ms : d->now_ms;
        enum verdict v = verdict_judge(i, d->claimed_ms, read_ms).verdict;
        bool is = v == VERDICT_VERIFIED || v == VERDICT_EXCEPTED;
        key = key * 31 + (is ? 1 : (uint64_t)i->id + 2);
    }
    return key;
}
