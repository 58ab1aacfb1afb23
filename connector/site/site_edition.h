/* site_edition.h: a mapping as a site reads tickets by it: the live one, and earlier ones that
 * requests in flight keep. It is counted who holds an edition: the site does, and each read of a
 * ticket, for as long as the arena lives in which it tells what it read. */
#ifndef COUNTERSIGN_SITE_EDITION_H
#define COUNTERSIGN_SITE_EDITION_H

#include "site/site.h"

enum { SITE_FIELDS_BYTES = 4000 /* of an address: servers refuse 8 KB */ };

struct site_edition {
    struct list link; /* in site->editions; the live one is in no list */
    size_t holds;
    const struct mapping *mapping;
    struct arena *arena; /* what the mapping lives in, freed with it; NULL: it is another's */
    /* fields whose changes are looked for: first those that say what is approved */
    struct str history[MAPPING_RULES_MAX * 5 + 8];
    struct str names[MAPPING_RULES_MAX * 5 + 8]; /* theirs, at a Data Center */
    size_t field_count, history_count;
    struct str read[MAPPING_FIELDS_MAX]; /* fields that it reads */
    size_t read_count;
    char fields[SITE_FIELDS_BYTES]; /* what we ask of a ticket: those, and our own */
};

enum { SITE_EDITIONS_KEPT = 8 /* earlier ones of a site; others are read again */ };

/* Of what a mapping reads: Jira has no such field, its ticket's form is asked for. */
bool site_edition_is_of_form(struct str field);
/* One hold, the caller's. The arena is the edition's from now on; NULL: the mapping lives
 * elsewhere, and longer. */
struct site_edition *site_edition_new(const struct mapping *mapping, struct arena *arena);
/* Let go of one hold; with the last it is freed. NULL is fine. */
void site_edition_drop(struct site_edition *edition);
/* One more hold, until that arena is freed or cleared. */
void site_edition_hold(struct site_edition *edition, struct arena *arena);
/* Tickets are read, and calls made, by this one from now on. Takes over the caller's hold; the one
 * that was live is kept for the requests that were opened with it. Only while nothing of the site
 * runs, and at a Data Center followed by site_learn. */
void site_edition_use(struct site *site, struct site_edition *edition);
/* This site goes by what is live at the other, where it does not yet; as above. */
void site_edition_share(struct site *site, const struct site *other);
/* An earlier one is kept from now on, in place of the one asked for longest ago when there are too
 * many. Takes over the caller's hold. */
void site_edition_keep(struct site *site, struct site_edition *edition);
/* An earlier one that is kept, by the hash of its file; NULL: none. Borrowed until the return. */
struct site_edition *site_edition_find(struct site *site, struct str sha256_hex);
/* Let go of all, the live one too. */
void site_editions_drop(struct site *site);

#endif
