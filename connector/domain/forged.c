#include "domain/forged.h"

#include "base/plant.h"
#include "domain/gate.h"

/* Where our own words cannot be written nobody is fought over them. */
bool forged_words_stand(const struct dossier *d)
{
    bool refused = d->flow_parked[FLOW_FIELDS];
    bool unsteady = d->unsteady && !PLANTED(UNSTEADY_IGNORED);
    return d->said_hash && d->ticket.shown_hash != d->said_hash && !refused && !unsteady &&
           !gate_is_silent(d) && !PLANTED(WORDS_STAND);
}

bool forged_by_people(const struct dossier *d)
{
    const struct ticket *t = &d->ticket;
    bool restated = t->stated_hash && t->stated_hash != d->said_hash;
    bool ours = str_eq(t->shown_in, d->said_in) || PLANTED(RENAMED_IS_FORGED);
    return (restated || ours) && !PLANTED(FORGERY_UNRECORDED);
}

bool forged_comment(const struct dossier *d)
{
    return d->ticket.comment_over && d->said_hash && !gate_is_silent(d);
}

/* The last change of what is asked for when it was approved; empty: not known. */
static struct str approved_edit(const struct dossier *d)
{
    bool made = str_empty(d->approved_edit) && !d->from_ticket;
    return made ? STR("0") : d->approved_edit;
}

bool forged_and_taken_back(const struct dossier *d)
{
    struct str before = approved_edit(d);
    return !str_empty(before) && !str_empty(d->ticket.edit) && !str_eq(before, d->ticket.edit);
}
