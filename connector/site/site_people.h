/* site_people.h: who a person key is on a site: its account id, at a Data Center its user name.
 *
 * A key is looked up under `people` of the site first. An account id is itself; an address is
 * searched, and only the one active person with exactly that address counts. At a Data Center a
 * word without '@' is a user name, and Jira is asked whether there is an active one. Nothing is
 * guessed: a key that nobody has, or several, is refused with a sentence that names it and the
 * remedy.
 */
#ifndef COUNTERSIGN_SITE_SITE_PEOPLE_H
#define COUNTERSIGN_SITE_SITE_PEOPLE_H

#include "site/site.h"

enum {
    SITE_PEOPLE_SLOTS = 512,         /* kept in memory: who is new takes the place of somebody */
    SITE_PEOPLE_MS = 10 * 60 * 1000, /* how long an answer of Jira counts */
};

/* What a site keeps of people; the site's, freed with it. NULL is fine to free. */
struct site_people *site_people_new(void);
/* See above. */
void site_people_free(struct site_people *people);

struct site_person {
    enum read_outcome outcome; /* REFUSED: nobody, or more than one; see why */
    int64_t told_ms;           /* not again before so long, 0 = not said */
    struct str account;        /* in the arena */
    char why[400];
};
typedef void site_person_fn(void *arg, const struct site_person *person);
/* At most one call to Jira, in that lane: who is to lose access does not wait behind grants. Calls
 * back exactly once, never from inside; what is handed out is borrowed until the return, but for
 * the account. word is borrowed until then. */
void site_person_find(struct site *site, struct arena *arena, struct str word,
                      enum traffic_lane lane, site_person_fn *fn, void *arg);

/* What is kept of a word, whatever it means; empty: nothing that still counts. Lent until the next
 * one is kept. */
struct str site_word_kept(struct site *site, struct str word);
/* See above; one that is too long is not kept. */
void site_word_keep(struct site *site, struct str word, struct str account);

#endif
