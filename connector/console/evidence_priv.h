/* evidence_priv.h: what the files that fill an evidence page share. */
#ifndef COUNTERSIGN_CONSOLE_EVIDENCE_PRIV_H
#define COUNTERSIGN_CONSOLE_EVIDENCE_PRIV_H

#include "console/evidence_page.h"

enum {
    EVIDENCE_ALIASES_MAX = 64,
    EVIDENCE_PICTURE_LEFT = 138, /* of what happened; names stand before it */
    EVIDENCE_PICTURE_RIGHT = 746,
    EVIDENCE_PICTURE_WIDTH = 760,
};

/* Those who are not named, by the number they are given: the same one all over the page. */
struct evidence_aliases {
    struct str known[EVIDENCE_ALIASES_MAX];
    size_t count;
};

struct filling {
    struct arena *arena;
    const struct json *facts, *items, *reads, *people, *clock;
    const struct evidence_viewer *viewer;
    struct evidence_aliases persons, accounts;
    int64_t now_ms;
    const struct json *told; /* the request as its entries tell it */
    struct str phase,
        ended; /* by them, where they are there; ended: how it ended; empty: it runs */
    struct evidence_page *page;
};

/* Members of a document; 0, STR_NONE for those it has not. */
int64_t fact_number(const struct json *v, const char *path);
struct str fact_text(const struct json *v, const char *path);
bool fact_is(const struct json *v, const char *path, const char *text);
/* The n-th of a list of n..., 0 for none. */
const struct json *fact_item(const struct filling *f, int64_t item);

/* Of a person, an account, and of what people wrote: as it is, or what stands for it where names
 * are not shown. Empty stays empty. */
struct str shown_person(struct filling *f, struct str who);
struct str shown_account(struct filling *f, struct str account);
struct str shown_words(const struct filling *f, struct str words);
/* "fin-ledger-admin of okafor in SAP FIN" */
struct str shown_item(struct filling *f, const struct json *item);

struct str shown_span(const struct filling *f, int64_t ms);
struct str shown_time(const struct filling *f, int64_t ms); /* a dash for none */

void fill_verdict(struct filling *f);
void fill_facts(struct filling *f);
void fill_duties(struct filling *f);
void fill_notes(struct filling *f);
void fill_lanes(struct filling *f);

#endif
