/* evidence_page.h: the evidence of one request as a page that an auditor can read, save and print:
 * the verdict in words, four facts, the picture, the reads that prove it, who did what, what stood
 * in for proof, and how the page was made.
 *
 * The page is a plain struct; evidence_fill.c makes it of the document that
 * governance.evidence_page gives (sql/routine/evidence_facts.sql), for the service and for
 * `evidence export --html` alike. */
#ifndef COUNTERSIGN_CONSOLE_EVIDENCE_PAGE_H
#define COUNTERSIGN_CONSOLE_EVIDENCE_PAGE_H

#include "console/timeline.h"
#include "json/json_read.h"

enum { PAGE_FACTS = 4, PAGE_DUTIES = 4 };

/* One thing in words; label and note may be empty. */
struct page_fact {
    enum say_mark mark;
    struct str label, value, note;
};

/* One read of one entitlement. */
struct page_read {
    int64_t number, claim, at_ms, entry; /* entry: of the chain; 0: not known */
    struct str source, subject;          /* "okafor · fin-ledger-admin" */
    struct str expected, found, weight;  /* weight: what it proves, or why not */
    enum say_mark mark;
    struct str snapshot; /* hash of what the source answered, hexadecimal; empty: nothing did */
    int64_t more;        /* so many behind it said the same, and are not shown */
};

/* One entry of the chain in words. */
struct page_act {
    int64_t entry, at_ms;
    struct str what, who, note;
    enum say_mark mark;
    struct str hash;  /* hexadecimal */
    int64_t left_out; /* so many before it are not shown */
};

/* What let it close without proof. */
struct page_cover {
    enum say_mark mark;
    struct str title, state, owner, approver, reason, control;
    int64_t from_ms, until_ms;
};

/* A checkpoint of the log that holds all of it, and the way there. */
struct page_seal {
    bool is_sealed; /* the last entry of the request is in it */
    bool is_empty;  /* the request has no entry here that could be */
    struct str origin, root;
    int64_t entries, at_ms;
    struct str leaf;         /* hash of the last entry in the log; empty: not looked up */
    const struct str *proof; /* the way to the root, in base64 */
    size_t proof_count;
    int64_t proven_entry;
};

/* How the page was made: information produced by the entity. */
struct page_made {
    struct str statement, parameter; /* what was asked of the database */
    struct str sha256;               /* of what it answered */
    struct str zone, server, database, role;
    int64_t at_ms, migration;
    int64_t entries, first_entry, last_entry, reads, acts; /* counted there */
    int64_t views; /* how often somebody's look at it was recorded */
    struct str version, made_by, shown_as;
    struct str pack_sha256; /* of the JSON that was written beside; empty: none was */
};

struct evidence_page {
    struct str name;                         /* the ticket's key, else the request's id */
    struct str id, site, ticket_url, change; /* change: "Removal of fin-ledger-admin ..." */
    enum say_mark mark;
    struct str verdict, because;
    bool is_live;   /* more will happen */
    bool is_unsaid; /* the log does not say so: what is shown of it is no evidence */
    struct page_fact facts[PAGE_FACTS];
    struct timeline picture;
    struct str picture_text;
    struct page_fact
        *items; /* what is asked for, one by one; none: it is one, and in the verdict */
    size_t item_count;
    struct page_read *reads;
    size_t read_count;
    int64_t reads_left_out;
    struct page_fact duties[PAGE_DUTIES];
    struct page_fact apart; /* whether they are kept apart, in words */
    struct page_act *acts;
    size_t act_count;
    struct page_cover *covers;
    size_t cover_count;
    struct page_fact *notes; /* what else whoever judges it should know */
    size_t note_count;
    struct page_seal seal;
    struct page_made made;
};

/* Who sees it, and what it does not say itself. */
struct evidence_viewer {
    bool names;         /* people, accounts and what they wrote are shown */
    struct str who;     /* as the record has it */
    struct str version; /* of this program */
    struct str statement, parameter;
    struct str pack_sha256;
    struct page_seal proof; /* where the log was at hand: its checkpoint, and the proof */
};

/* document: what governance.evidence_page answered, of one request. Everything lives in the arena.
 */
MUST_CHECK bool evidence_page_fill(struct arena *arena, const struct json *document,
                                   const struct evidence_viewer *viewer, struct evidence_page *ret,
                                   struct err *err);

/* The whole page behind what `out` holds. root: as in struct frame; NULL: it is a file of its own.
 * False: it does not fit there. */
MUST_CHECK bool evidence_page_render(struct buf *out, const struct evidence_page *page,
                                     const char *root);
/* Several sites have a ticket of that name: a page that leads to each. names: "site/KEY". */
MUST_CHECK bool evidence_page_choose(struct buf *out, struct str name, const struct json *names,
                                     const char *root);

#endif
