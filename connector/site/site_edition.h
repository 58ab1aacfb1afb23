/* site_edition.h: a mapping as one site reads tickets by it: the live one, and earlier ones that
 * requests in flight keep. An edition is freed only when nothing of the site runs
 * (service/mapping_reload.h): whoever reads by one borrows it until he calls back. */
#ifndef COUNTERSIGN_SITE_EDITION_H
#define COUNTERSIGN_SITE_EDITION_H

#include "site/site.h"

enum { SITE_FIELDS_BYTES = 4000 /* of an address: servers refuse 8 KB */ };

struct site_edition {
    struct list link; /* in site->editions; the live one is in no list */
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

/* The arena is the edition's from now on; NULL: the mapping lives elsewhere, and longer. */
struct site_edition *site_edition_new(const struct mapping *mapping, struct arena *arena);
/* NULL is fine. */
void site_edition_free(struct site_edition *edition);
/* Tickets are read, and calls made, by this one from now on. Takes it over; the one that was live
 * is kept for the requests that were opened with it. Only while nothing of the site runs, and at a
 * Data Center followed by site_learn. */
void site_edition_use(struct site *site, struct site_edition *edition);
/* An earlier one that is kept from now on. Takes it over. */
void site_edition_keep(struct site *site, struct site_edition *edition);
/* An earlier one that is kept, by the hash of its file; NULL: none. */
const struct site_edition *site_edition_find(struct site *site, struct str sha256_hex);
/* How many earlier ones are kept. */
size_t site_edition_count(const struct site *site);
/* Of those kept, free all but the `most` asked for last. Only while nothing of the site runs. */
void site_edition_trim(struct site *site, size_t most);

#endif
