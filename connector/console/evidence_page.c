#include "console/evidence_page.h"

#include <stdio.h>

#include "base/clock.h"
#include "console/evidence_picture.h"
#include "console/frame.h"

enum {
    NAME_CHARS = 80,    /* of what people named */
    LINE_CHARS = 300,   /* of a sentence of ours, which may hold several names */
    WORDS_CHARS = 1000, /* of what people wrote */
    HASH_SHORT = 12,
    SNAPSHOTS_MAX = 6,
    PATH_BYTES = 400,
};

/* --- parts --- */

static struct str first(struct str s, size_t n)
{
    return str_n(s.p, s.len < n ? s.len : n);
}

static void put_hash(struct markup *m, struct str hash)
{
    if (hash.len)
        HTML_LEAF(m, CODE, first(hash, HASH_SHORT), A(CLASS, "hash"), A_STR(TITLE, hash));
    else
        markup_text(m, STR("–"));
}

/* To the second: an auditor compares it with other records. */
static void put_when(struct markup *m, int64_t ms)
{
    char text[SAY_BYTES], machine[CLOCK_TEXT_SIZE];

    HTML_LEAF(m, TIME, timeline_moment(ms, text),
              A_STR(DATETIME, str_of(clock_rfc3339(ms, machine))));
}

static const char *with_mark(enum say_mark mark, const char *const classes[MARK_COUNT])
{
    return classes[mark];
}

static const char *verdict_class(enum say_mark mark)
{
    static const char *const CLASSES[MARK_COUNT] = {
        [MARK_GOOD] = "verdict good", [MARK_BAD] = "verdict bad",
        [MARK_WARN] = "verdict warn", [MARK_UNKNOWN] = "verdict unknown",
        [MARK_NOTE] = "verdict note",
    };
    return with_mark(mark, CLASSES);
}

static const char *cell_class(enum say_mark mark)
{
    static const char *const CLASSES[MARK_COUNT] = {
        [MARK_GOOD] = "cell good",       [MARK_BAD] = "cell bad",   [MARK_WARN] = "cell warn",
        [MARK_UNKNOWN] = "cell unknown", [MARK_NOTE] = "cell note",
    };
    return with_mark(mark, CLASSES);
}

/* A label, what is so and why, under each other; the sign says what the colour says. */
static void put_cell(struct markup *m, const struct page_fact *fact)
{
    HTML (m, DIV, A_STR(CLASS, str_of(cell_class(fact->mark)))) {
        HTML_LEAF(m, DT, fact->label);
        HTML (m, DD, A(CLASS, "value")) {
            HTML_LEAF(m, SPAN, say_mark_sign(fact->mark), A(CLASS, "sign"), A(ARIA_HIDDEN, "true"));
            markup_said(m, fact->value, NAME_CHARS);
        }
        if (fact->note.len)
            HTML (m, DD, A(CLASS, "why"))
                markup_said(m, fact->note, LINE_CHARS);
    }
}

static void put_cells(struct markup *m, const struct page_fact *facts, size_t count)
{
    HTML (m, DL, A(CLASS, "cells")) {
        for (size_t i = 0; i < count; i++)
            put_cell(m, &facts[i]);
    }
}

static void put_heading(struct markup *m, const char *heading, const char *id, struct str lead)
{
    HTML_LEAF(m, H2, str_of(heading), A_STR(ID, str_of(id)));
    if (lead.len)
        HTML_LEAF(m, P, lead, A(CLASS, "lead"));
}

/* --- the verdict --- */

static void put_verdict(struct markup *m, const struct evidence_page *page)
{
    HTML (m, SECTION, A_STR(CLASS, str_of(verdict_class(page->mark)))) {
        HTML (m, P, A(CLASS, "about")) {
            markup_text(m, STR("Evidence of "));
            if (page->ticket_url.len)
                HTML (m, A, A_STR(HREF, page->ticket_url), A(REL, "noreferrer"))
                    markup_said(m, page->name, NAME_CHARS);
            else
                markup_said(m, page->name, NAME_CHARS);
            markup_text(m, STR(" · "));
            markup_said(m, page->change, LINE_CHARS);
        }
        HTML (m, H1) {
            HTML_LEAF(m, SPAN, say_mark_sign(page->mark), A(CLASS, "sign"), A(ARIA_HIDDEN, "true"));
            markup_said(m, page->verdict, LINE_CHARS);
        }
        if (page->because.len)
            HTML (m, P)
                markup_said(m, page->because, WORDS_CHARS);
        HTML_LEAF(m, P,
                  page->is_live ? STR("Live: it is made anew each time it is opened, and more will "
                                      "happen.")
                                : STR("Nothing more is to be done; what is read later is added."),
                  A(CLASS, "soft small"));
    }
}

static void put_notes(struct markup *m, const struct evidence_page *page)
{
    if (!page->note_count)
        return;
    HTML (m, DL, A(CLASS, "notes")) {
        for (size_t i = 0; i < page->note_count; i++) {
            HTML (m, DT)
                say_put_mark(m, page->notes[i].mark, page->notes[i].label);
            HTML (m, DD)
                markup_said(m, page->notes[i].value, WORDS_CHARS);
        }
    }
}

static void put_items(struct markup *m, const struct evidence_page *page)
{
    if (page->item_count < 2)
        return;
    HTML (m, SECTION, A(CLASS, "card")) {
        put_heading(m, "What is asked for", "items", STR_NONE);
        HTML (m, UL) {
            for (size_t i = 0; i < page->item_count; i++)
                HTML (m, LI) {
                    markup_printf(m, "%.*s: ", STR_ARG(page->items[i].label));
                    markup_said(m, page->items[i].value, LINE_CHARS);
                    if (page->items[i].note.len)
                        markup_printf(m, " (%.*s)", STR_ARG(page->items[i].note));
                }
        }
    }
}

/* --- the picture --- */

static void put_key(struct markup *m, const char *class, const char *words)
{
    HTML (m, LI) {
        HTML_LEAF(m, SPAN, STR_NONE, A_STR(CLASS, str_of(class)), A(ARIA_HIDDEN, "true"));
        markup_text(m, str_of(words));
    }
}

static void put_picture(struct markup *m, const struct evidence_page *page)
{
    HTML (m, SECTION, A(CLASS, "card when")) {
        put_heading(m, "What happened when", "when", STR_NONE);
        HTML (m, FIGURE) {
            HTML (m, DIV, A(CLASS, "scroll"), A(TABINDEX, "0"), A(ROLE, "group"),
                  A(ARIA_LABELLEDBY, "when"))
                evidence_picture_draw(m, page);
            HTML (m, FIGCAPTION) {
                HTML (m, UL, A(CLASS, "key")) {
                    put_key(m, "seen full", "was there");
                    put_key(m, "seen not", "was not there");
                    put_key(m, "seen hatch", "nobody looked, or could tell");
                    put_key(m, "seen dot", "a read, by its number below");
                }
                HTML_LEAF(m, P,
                          STR("Times are UTC, of the database. Order is exact; long spells are "
                              "drawn shorter than they were, and say how long."),
                          A(CLASS, "soft small"));
            }
        }
    }
}

/* --- the reads --- */

static void put_column(struct markup *m, const char *name, bool is_number)
{
    HTML_LEAF(m, TH, str_of(name), A(SCOPE, "col"), A_IF(CLASS, is_number, "num"));
}

static void put_read(struct markup *m, const struct page_read *read)
{
    HTML (m, TR) {
        HTML (m, TD, A(CLASS, "num"))
            markup_printf(m, "%lld", (long long)read->number);
        HTML (m, TD)
            put_when(m, read->at_ms);
        HTML (m, TD)
            markup_said(m, read->source, NAME_CHARS);
        HTML (m, TD)
            markup_said(m, read->subject, 2 * NAME_CHARS);
        HTML_LEAF(m, TD, read->expected);
        HTML (m, TD)
            HTML_LEAF(m, STRONG, read->found);
        HTML (m, TD)
            say_put_mark(m, read->mark, read->weight);
        HTML (m, TD)
            put_hash(m, read->snapshot);
        HTML (m, TD, A(CLASS, "num")) {
            if (read->entry)
                markup_printf(m, "%lld", (long long)read->entry);
        }
    }
    if (read->more)
        HTML (m, TR, A(CLASS, "more")) {
            HTML_LEAF(m, TD, STR("…"), A(CLASS, "num"));
            HTML (m, TD, A(COLSPAN, "8"))
                markup_printf(m, "%lld more read%s in between said the same.",
                              (long long)read->more, read->more == 1 ? "" : "s");
        }
}

/* Of what proves it the whole hashes, for whoever compares them with what the source answered. */
static void put_snapshots(struct markup *m, const struct evidence_page *page)
{
    size_t shown = 0;

    HTML (m, P, A(CLASS, "soft small hashes"))
        for (size_t i = 0; i < page->read_count && shown < SNAPSHOTS_MAX; i++) {
            const struct page_read *read = &page->reads[i];
            if (read->mark != MARK_GOOD || !read->snapshot.len)
                continue;
            markup_printf(m, "%s %lld ", shown++ ? "" : "SHA-256 of what the source answered, read",
                          (long long)read->number);
            HTML_LEAF(m, CODE, read->snapshot);
            markup_text(m, STR(" "));
        }
}

static void put_reads(struct markup *m, const struct evidence_page *page)
{
    HTML (m, SECTION, A(CLASS, "card")) {
        put_heading(m, "Proof: what was read in the target system", "proof", STR_NONE);
        if (!page->read_count) {
            HTML_LEAF(m, P, STR("Nothing was read yet."), A(CLASS, "empty"));
            return;
        }
        HTML (m, DIV, A(CLASS, "scroll"), A(TABINDEX, "0"), A(ROLE, "group"),
              A(ARIA_LABELLEDBY, "proof"))
            HTML (m, TABLE, A(CLASS, "reads")) {
                HTML (m, THEAD)
                    HTML (m, TR) {
                        put_column(m, "Read", true);
                        put_column(m, "When (UTC)", false);
                        put_column(m, "Source", false);
                        put_column(m, "Account and entitlement", false);
                        put_column(m, "Expected", false);
                        put_column(m, "Found", false);
                        put_column(m, "What it is worth", false);
                        put_column(m, "Snapshot", false);
                        put_column(m, "Entry", true);
                    }
                HTML (m, TBODY)
                    for (size_t i = 0; i < page->read_count; i++)
                        put_read(m, &page->reads[i]);
            }
        put_snapshots(m, page);
        if (page->reads_left_out > 0)
            HTML (m, P, A(CLASS, "soft small"))
                markup_printf(m, "%lld earlier reads are not shown; each is an entry of the log.",
                              (long long)page->reads_left_out);
    }
}

/* --- who --- */

static void put_act(struct markup *m, const struct page_act *act)
{
    if (act->left_out)
        HTML (m, TR, A(CLASS, "more")) {
            HTML_LEAF(m, TD, STR("…"), A(CLASS, "num"));
            HTML (m, TD, A(COLSPAN, "4"))
                markup_printf(m, "%lld entries are not shown here.", (long long)act->left_out);
        }
    HTML (m, TR) {
        HTML (m, TD, A(CLASS, "num"))
            markup_printf(m, "%lld", (long long)act->entry);
        HTML (m, TD)
            put_when(m, act->at_ms);
        HTML (m, TD) {
            if (act->mark == MARK_NOTE)
                markup_text(m, act->what);
            else
                say_put_mark(m, act->mark, act->what);
            if (act->note.len) {
                markup_text(m, STR(" "));
                HTML (m, SPAN, A(CLASS, "soft"))
                    markup_said(m, act->note, LINE_CHARS);
            }
        }
        HTML (m, TD)
            markup_said(m, act->who, NAME_CHARS);
        HTML (m, TD)
            put_hash(m, act->hash);
    }
}

static void put_acts(struct markup *m, const struct evidence_page *page)
{
    HTML (m, SECTION, A(CLASS, "card")) {
        put_heading(m, "Who did what", "who",
                    STR("Each line is an entry of the log, numbered and sealed by its hash."));
        put_cells(m, page->duties, PAGE_DUTIES);
        HTML (m, DIV, A(CLASS, "scroll"), A(TABINDEX, "0"), A(ROLE, "group"),
              A(ARIA_LABELLEDBY, "who"))
            HTML (m, TABLE, A(CLASS, "acts")) {
                HTML (m, THEAD)
                    HTML (m, TR) {
                        put_column(m, "Entry", true);
                        put_column(m, "When (UTC)", false);
                        put_column(m, "What", false);
                        put_column(m, "Who", false);
                        put_column(m, "Sealed", false);
                    }
                HTML (m, TBODY)
                    for (size_t i = 0; i < page->act_count; i++)
                        put_act(m, &page->acts[i]);
            }
    }
}

/* --- what stood in for proof --- */

static void put_pair(struct markup *m, const char *label, struct str value, size_t chars)
{
    if (!value.len)
        return;
    HTML_LEAF(m, DT, str_of(label));
    HTML (m, DD)
        markup_said(m, value, chars);
}

static void put_covers(struct markup *m, const struct evidence_page *page)
{
    if (!page->cover_count)
        return;
    HTML (m, SECTION, A(CLASS, "card")) {
        put_heading(m, "Exceptions", "exceptions",
                    STR("An exception lets a ticket close. It proves nothing, and ends."));
        for (size_t i = 0; i < page->cover_count; i++) {
            const struct page_cover *c = &page->covers[i];
            HTML (m, ARTICLE, A(CLASS, "keep")) {
                HTML (m, H3) {
                    markup_said(m, c->title, LINE_CHARS);
                    markup_text(m, STR(" "));
                    say_put_mark(m, c->mark, c->state);
                }
                HTML (m, DL, A(CLASS, "facts")) {
                    put_pair(m, "Owner of the debt", c->owner, NAME_CHARS);
                    put_pair(m, "Approved by", c->approver, NAME_CHARS);
                    put_pair(m, "Reason", c->reason, WORDS_CHARS);
                    put_pair(m, "What mitigates it", c->control, WORDS_CHARS);
                    HTML_LEAF(m, DT, STR("Time"));
                    HTML (m, DD) {
                        put_when(m, c->from_ms);
                        markup_text(m, STR(" to "));
                        put_when(m, c->until_ms);
                        markup_text(m, STR(" UTC"));
                    }
                }
            }
        }
    }
}

/* --- the seal, and how it was made --- */

static void put_proof(struct markup *m, const struct page_seal *seal)
{
    if (!seal->proof_count)
        return;
    HTML_LEAF(m, DT, STR("Inclusion"));
    HTML (m, DD) {
        markup_printf(m, "entry %lld, leaf ", (long long)seal->proven_entry);
        HTML_LEAF(m, CODE, seal->leaf);
        markup_printf(m, ", to the root by %zu hashes: ", seal->proof_count);
        for (size_t i = 0; i < seal->proof_count; i++) {
            HTML_LEAF(m, CODE, seal->proof[i]);
            markup_text(m, STR(" "));
        }
    }
}

static void put_seal(struct markup *m, const struct page_seal *seal)
{
    HTML_LEAF(m, DT, STR("Checkpoint"));
    HTML (m, DD) {
        if (!seal->origin.len) {
            markup_text(m, STR("No log is published: the chain of the database alone seals it."));
            return;
        }
        markup_said(m, seal->origin, NAME_CHARS);
        markup_printf(m, ", %lld entries, ", (long long)seal->entries);
        if (seal->at_ms) {
            put_when(m, seal->at_ms);
            markup_text(m, STR(" UTC, "));
        }
        markup_text(m, STR("root "));
        HTML_LEAF(m, CODE, seal->root);
        markup_text(m, seal->is_sealed  ? STR(": it holds every entry of this page.")
                       : seal->is_empty ? STR(": none of its entries are in this database.")
                                        : STR(": the newest entries wait for the next one."));
    }
    put_proof(m, seal);
}

static void put_made(struct markup *m, const struct evidence_page *page)
{
    const struct page_made *made = &page->made;

    HTML (m, SECTION, A(CLASS, "card made")) {
        put_heading(m, "How this page was made", "made", STR_NONE);
        HTML (m, DL, A(CLASS, "facts")) {
            put_seal(m, &page->seal);
            HTML_LEAF(m, DT, STR("Statement"));
            HTML (m, DD) {
                HTML_LEAF(m, CODE, made->statement);
                markup_text(m, STR(" with "));
                HTML_LEAF(m, CODE, made->parameter);
            }
            HTML_LEAF(m, DT, STR("Answer"));
            HTML (m, DD) {
                markup_text(m, STR("SHA-256 of the facts "));
                HTML_LEAF(m, CODE, made->sha256);
            }
            if (made->pack_sha256.len) {
                HTML_LEAF(m, DT, STR("Beside it"));
                HTML (m, DD) {
                    markup_text(m, STR("SHA-256 of the pack (JSON) "));
                    HTML_LEAF(m, CODE, made->pack_sha256);
                }
            }
            HTML_LEAF(m, DT, STR("Counted"));
            HTML (m, DD) {
                markup_printf(
                    m, "%lld entries (%lld to %lld), %lld acts and %lld reads of request ",
                    (long long)made->entries, (long long)made->first_entry,
                    (long long)made->last_entry, (long long)made->acts, (long long)made->reads);
                HTML_LEAF(m, CODE, page->id);
                markup_printf(m, " on site %.*s; recorded looks before this one: %lld",
                              STR_ARG(page->site), (long long)made->views);
            }
            HTML_LEAF(m, DT, STR("Clock"));
            HTML (m, DD) {
                put_when(m, made->at_ms);
                markup_printf(m, " UTC, the database's; its zone is %.*s", STR_ARG(made->zone));
            }
            HTML_LEAF(m, DT, STR("Made by"));
            HTML (m, DD)
                markup_printf(m, "%.*s, migration %lld of database %.*s, PostgreSQL %.*s, as %.*s",
                              STR_ARG(made->version), (long long)made->migration,
                              STR_ARG(made->database), STR_ARG(made->server), STR_ARG(made->role));
            HTML_LEAF(m, DT, STR("Shown to"));
            HTML (m, DD) {
                markup_said(m, made->made_by, NAME_CHARS);
                markup_printf(m, " (%.*s)", STR_ARG(made->shown_as));
            }
        }
        HTML (m, P, A(CLASS, "soft small")) {
            markup_text(m, STR("To check it without this program: "));
            HTML_LEAF(m, CODE, STR("deploy/verify-evidence.md"));
            markup_text(m, STR(", with openssl, sha256sum and jq."));
        }
    }
}

static void put_body(struct markup *m, const void *arg)
{
    const struct evidence_page *page = arg;

    put_verdict(m, page);
    put_cells(m, page->facts, PAGE_FACTS);
    put_notes(m, page);
    put_items(m, page);
    put_picture(m, page);
    put_reads(m, page);
    put_acts(m, page);
    put_covers(m, page);
    put_made(m, page);
}

bool evidence_page_render(struct buf *out, const struct evidence_page *page, const char *root)
{
    const struct frame frame = {
        .title = page->name,
        .place = FRAME_ELSEWHERE,
        .root = root,
        .as_of_ms = page->made.at_ms,
        .visitor = page->made.made_by,
        .class = "evidence",
        .is_file = !root,
    };

    return frame_render(out, &frame, put_body, page);
}

/* --- which of several --- */

struct choice {
    struct str name;
    const struct json *names;
    const char *root;
};

static void put_link(struct markup *m, const char *root, struct str name)
{
    char path[PATH_BYTES];

    snprintf(path, sizeof path, "%sr/%.*s", root, STR_ARG(name));
    HTML_LEAF(m, A, name, A_STR(HREF, str_of(path)));
}

static void put_choice(struct markup *m, const void *arg)
{
    const struct choice *choice = arg;

    HTML (m, SECTION, A(CLASS, "notice")) {
        HTML_LEAF(m, H1, STR("Which one?"));
        HTML (m, P) {
            markup_text(m, STR("Several sites have a ticket "));
            markup_said(m, choice->name, NAME_CHARS);
            markup_text(m, STR(":"));
        }
        HTML (m, UL) {
            JSON_EACH(name, choice->names)
            {
                HTML (m, LI)
                    put_link(m, choice->root, json_str(name));
            }
        }
    }
}

bool evidence_page_choose(struct buf *out, struct str name, const struct json *names,
                          const char *root)
{
    const struct choice choice = {name, names, root};
    const struct frame frame = {
        .title = STR("Which one?"), .place = FRAME_ELSEWHERE, .root = root, .class = "evidence"};

    return frame_render(out, &frame, put_choice, &choice);
}
