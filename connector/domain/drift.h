/* drift.h: what happens after a proven close: it is read again, what is not so any more is found
 * out and asked for anew, and access that was given for a time is asked to be taken away before
 * that ends. Level-triggered and pure, like decide(), of which it is a part.
 *
 * A drift is believed by the rules of a proof: as many reads in a row as the source wants, over the
 * time it takes to settle, all of after the proof; one that nobody can make sense of breaks the
 * row.
 */
#ifndef COUNTERSIGN_DOMAIN_DRIFT_H
#define COUNTERSIGN_DOMAIN_DRIFT_H

#include "domain/decide.h"
#include "domain/dossier.h"

#define WATCH_DEFAULT                                                                   \
    {                                                                                   \
        .drift = true, .expiry = true, .first_ms = 3600000, .second_ms = 24 * 3600000,  \
        .third_ms = 7 * 24 * 3600000, .then_ms = 24 * 3600000, .lead_ms = 24 * 3600000, \
        .loop_limit = 3, .loop_window_ms = 30 * INT64_C(86400000)                       \
    }

/* What the reads since the proof say about an item. */
enum drift_seen {
    SEEN_NOTHING, /* none of them says anything */
    SEEN_AS_ASKED,
    SEEN_SUSPECT, /* not as asked, and not yet believed */
    SEEN_DRIFT,
};
enum drift_seen drift_seen(const struct dossier *d, size_t item);

/* The first planned look after that moment: an hour, a day and a week after the close, then daily.
 */
int64_t drift_next_ms(const struct dossier *d, const struct watch *w, int64_t at_ms);

/* What to read, record and open after the close, into the decision; nothing while it moves. */
void drift_decide(const struct dossier *d, const struct policy *policy, struct decision *ret);

/* What the ticket of a closed request says. */
enum notice_state drift_notice(const struct dossier *d);

/* When removal is asked for of access that ends: so long before, at most half of its time. */
int64_t drift_lead_ms(const struct dossier *d, const struct policy *policy);

/* Why a request follows this one, naming the ticket and the proof: for its ticket's reader. Returns
 * ret. */
struct str drift_story(const struct dossier *d, enum follow follow, size_t item,
                       char ret[FOLLOW_STORY_BYTES]);

/* Names as they stand in the database, and back; an unknown name gives false. */
const char *follow_name(enum follow f);
MUST_CHECK bool follow_from(struct str name, enum follow *ret);
const char *drift_answer_name(enum drift_answer a);
MUST_CHECK bool drift_answer_from(struct str name, enum drift_answer *ret);

#endif
