/* evidence_duties.c: requester, approver, fulfiller and verifier side by side, and whether two of
 * them are one person. */
#include "console/evidence_priv.h"
#include "console/evidence_words.h"

enum duty { REQUESTER, APPROVER, FULFILLER, VERIFIER };

/* The hats somebody wears beside his own: "the requester", "the requester and the fulfiller". */
static struct str hats_in_words(struct filling *f, int64_t hats)
{
    static const char *const HATS[] = {"the requester", "the one it is for", "the fulfiller",
                                       "the verifier"};
    struct str said = STR_NONE;

    for (int i = 0; i < 4; i++)
        if (hats >> i & 1)
            said = said.len ? arena_printf(f->arena, "%.*s and %s", STR_ARG(said), HATS[i])
                            : str_of(HATS[i]);
    return said;
}

static void add_line(struct filling *f, struct str *text, struct str line)
{
    *text = text->len ? arena_printf(f->arena, "%.*s; %.*s", STR_ARG(*text), STR_ARG(line)) : line;
}

/* The worse of two marks: a red one, then one that nobody can tell, then a warning. */
static enum say_mark worse(enum say_mark a, enum say_mark b)
{
    static const int WEIGHT[] = {
        [MARK_GOOD] = 0, [MARK_NOTE] = 1, [MARK_WARN] = 2, [MARK_UNKNOWN] = 3, [MARK_BAD] = 4};
    return WEIGHT[b] > WEIGHT[a] ? b : a;
}

static struct page_fact requester(struct filling *f)
{
    struct str who = fact_text(f->people, "requester"), whose = fact_text(f->people, "beneficiary");
    struct page_fact cell = {
        .mark = MARK_GOOD, .label = STR("Requester"), .value = shown_person(f, who)};

    if (!who.len)
        cell.value = STR("not named");
    if (whose.len && !str_eq_nocase(who, whose))
        cell.note = arena_printf(f->arena, "for %.*s", STR_ARG(shown_person(f, whose)));
    else if (whose.len)
        cell.note = STR("for their own account");
    return cell;
}

/* An approval that somebody gave who is another party, too, must not be what it rests on. */
static void add_vote(struct filling *f, struct page_fact *cell, const struct json *vote,
                     bool *ret_counts)
{
    struct str who = shown_person(f, fact_text(vote, "who")), fault = fact_text(vote, "why_not");
    struct str also = hats_in_words(f, fact_number(vote, "hats"));
    struct str maybe = hats_in_words(f, fact_number(vote, "maybe"));
    bool approved = fact_is(vote, "decision", "approved");

    if (!approved && !fault.len) {
        cell->mark = worse(cell->mark, MARK_NOTE);
        add_line(f, &cell->note, arena_printf(f->arena, "%.*s declined", STR_ARG(who)));
        return;
    }
    if (approved && !fault.len) {
        struct str stead = fact_text(vote, "in_stead_of");
        *ret_counts = true;
        add_line(f, &cell->value, who);
        if (stead.len)
            add_line(f, &cell->note,
                     arena_printf(f->arena, "%.*s answered for %.*s", STR_ARG(who),
                                  STR_ARG(shown_person(f, stead))));
        if (fact_text(vote, "vouched_by").len)
            add_line(f, &cell->note,
                     arena_printf(f->arena, "token %.*s vouched for %.*s",
                                  STR_ARG(fact_text(vote, "vouched_by")), STR_ARG(who)));
        if (json_is_true(json_member(vote, "after_work")))
            add_line(f, &cell->note, STR("approved after the work"));
    } else if (!also.len) {
        add_line(
            f, &cell->note,
            arena_printf(f->arena, "%.*s: %.*s", STR_ARG(who), STR_ARG(evidence_fault(fault))));
        cell->mark = worse(cell->mark, MARK_WARN);
    }
    if (also.len) {
        cell->mark = worse(cell->mark, fault.len ? MARK_WARN : MARK_BAD);
        add_line(f, &cell->note,
                 arena_printf(f->arena, "%.*s is also %.*s%s", STR_ARG(who), STR_ARG(also),
                              fault.len ? ": does not count" : ""));
    } else if (maybe.len && !fault.len) {
        cell->mark = worse(cell->mark, MARK_UNKNOWN);
        add_line(f, &cell->note,
                 arena_printf(f->arena, "nobody can tell whether %.*s is also %.*s", STR_ARG(who),
                              STR_ARG(maybe)));
    }
}

static struct page_fact approver(struct filling *f)
{
    bool needed = json_is_true(json_member(f->facts, "approval_needed")), counts = false;
    struct page_fact cell = {.mark = MARK_GOOD, .label = STR("Approver")};

    JSON_EACH(vote, json_member(f->people, "approvals"))
    add_vote(f, &cell, vote, &counts);
    if (counts)
        return cell;
    if (!needed) {
        cell.value = STR("nobody");
        add_line(f, &cell.note, STR("its rule asks for no approval"));
    } else if (json_is_true(json_member(f->facts, "emergency"))) {
        cell.value = STR("nobody yet");
        cell.mark = worse(cell.mark, MARK_WARN);
        add_line(f, &cell.note, STR("an emergency: it is owed"));
    } else if (fact_number(f->facts, "approved_ms")) {
        cell.value = STR("nobody who counts");
        cell.mark = MARK_BAD;
    } else {
        cell.value = STR("nobody yet");
        cell.mark = worse(cell.mark, MARK_NOTE);
    }
    return cell;
}

static struct page_fact fulfiller(struct filling *f)
{
    struct page_fact cell = {.mark = MARK_GOOD, .label = STR("Fulfiller")};
    struct str last = STR_NONE;

    JSON_EACH(one, json_member(f->people, "fulfillers"))
    {
        struct str who = shown_person(f, fact_text(one, "who"));
        struct str also = hats_in_words(f, fact_number(one, "hats"));
        struct str maybe = hats_in_words(f, fact_number(one, "maybe"));
        if (str_eq(who, last))
            continue; /* said done again */
        last = who;
        add_line(f, &cell.value, who);
        if (also.len)
            add_line(f, &cell.note,
                     arena_printf(f->arena, "%.*s is also %.*s", STR_ARG(who), STR_ARG(also)));
        else if (maybe.len)
            add_line(f, &cell.note,
                     arena_printf(f->arena, "nobody can tell whether %.*s is also %.*s",
                                  STR_ARG(who), STR_ARG(maybe)));
        cell.mark = worse(cell.mark, also.len ? MARK_BAD : maybe.len ? MARK_UNKNOWN : MARK_GOOD);
    }
    if (!cell.value.len) {
        cell.value = STR("nobody yet");
        cell.mark = MARK_NOTE;
        cell.note = STR("nobody said that it is done");
    }
    return cell;
}

static struct page_fact verifier(struct filling *f)
{
    const struct json *item = json_first(f->items);
    struct str source = fact_text(item, "source");

    return (struct page_fact){
        .mark = MARK_GOOD,
        .label = STR("Verifier"),
        .value = STR("Countersign"),
        .note = source.len ? arena_printf(f->arena, "reads %.*s itself", STR_ARG(source))
                           : STR("reads the target system itself"),
    };
}

void fill_duties(struct filling *f)
{
    struct page_fact *cells = f->page->duties, *apart = &f->page->apart;
    enum say_mark worst = MARK_GOOD;

    cells[REQUESTER] = requester(f);
    cells[APPROVER] = approver(f);
    cells[FULFILLER] = fulfiller(f);
    cells[VERIFIER] = verifier(f);
    for (size_t i = 0; i < PAGE_DUTIES; i++)
        worst = worse(worst, cells[i].mark);
    *apart = (struct page_fact){.mark = worst, .label = STR("Duties kept apart")};
    switch (worst) {
    case MARK_BAD:
        apart->value = STR("No");
        apart->note = STR("see who asked, approved, worked and checked");
        f->page->because =
            arena_printf(f->arena, "%.*s Duties were not kept apart: see who did what.",
                         STR_ARG(f->page->because));
        break;
    case MARK_UNKNOWN:
        apart->value = STR("Nobody can tell");
        apart->note = STR("Jira hides who somebody is");
        break;
    case MARK_WARN:
        apart->value = STR("Look");
        apart->note = STR("an approval is owed, or does not count");
        break;
    case MARK_NOTE:
        apart->value = STR("So far");
        apart->note = STR("not all have acted yet");
        break;
    case MARK_GOOD:
    case MARK_COUNT:
        apart->value = STR("Yes");
        apart->note = STR("no two of them are one person");
        break;
    }
    f->page->facts[PAGE_FACTS - 1] = *apart;
}
