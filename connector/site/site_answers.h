/* site_answers.h: answers of the form that is attached to a ticket, among its fields; and the form
 * of a request type. Two calls for a ticket, one for a type, and only where the mapping names a
 * form: Jira's own answers do not have them. */
#ifndef COUNTERSIGN_SITE_SITE_ANSWERS_H
#define COUNTERSIGN_SITE_SITE_ANSWERS_H

#include "site/site.h"

struct site_answers {
    enum read_outcome outcome; /* REFUSED: Jira does not let us read forms; else as of any read */
    int64_t told_ms;           /* not again before so long, 0 = not said */
    const char *why;
    /* as Jira gave it, with "form.12" and the like among its fields, and "form": the id of the form
     * that they answer, or why there is none; in the arena */
    const struct json *issue;
    int64_t updated_ms; /* when the form was changed last; 0: there is none, or it is not said */
};
typedef void site_answers_fn(void *arg, const struct site_answers *answers);
/* form: id of the form that counts, mapping_form_of(). A Data Center has no such forms: "none".
 * Everything is borrowed until called back, exactly once and never from inside. */
void site_answers_read(struct site *site, struct arena *arena, const struct json *issue,
                       struct str form, site_answers_fn *fn, void *arg);

/* The form of a request type, as jsm_form_read takes it. Answered as the call is: MISSING where the
 * type has none, or the site no forms at all. Calls back as site_send. */
void site_type_form_read(struct site *site, struct arena *arena, struct str desk, struct str type,
                         enum traffic_lane lane, site_answer_fn *fn, void *arg);

#endif
