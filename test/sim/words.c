/* words.c: what tickets say in our name, in the state property and in two fields beside it: who
 * wrote it last, and whether what is told of it is true. */
#include "domain/words.h"

#include "sim.h"

#define FORGED (UINT64_C(1) << 63) /* set in what people wrote, never in what we did */

/* As the world would write it. */
uint64_t words_said(const struct dossier *d, const struct decision *x, const struct enqueue *e)
{
    struct notice n;

    words_for(d, x->next_read_ms, e->notice, &n);
    return words_hash_of(d->request_id, &n) & ~FORGED;
}

void words_write(struct sim *s, const struct deed *deed)
{
    struct swords *w = &s->tickets[deed->ticket].words;
    const struct srequest *r = &s->requests[deed->request];

    /* a call that was lost, carried out after a later one, or after it went over to another ticket,
     * which may speak for another request by then */
    w->late |= deed->said != r->said_hash || r->ticket != deed->ticket;
    w->property = w->field[s->fields] = deed->said;
    jira_changed(s, deed->ticket);
}

/* A property moves no `updated`: nobody finds it but by a webhook, or by reading the ticket. */
void words_forge(struct sim *s, int ticket)
{
    struct swords *w = &s->tickets[ticket].words;
    uint64_t lie = FORGED | ++s->last_hash;
    bool field = rng_below(&s->rng, 2);

    if (field)
        w->field[s->fields] = lie;
    else
        w->property = lie;
    if (field)
        jira_changed(s, ticket);
    else if (!FAULT(s, hook_lost))
        replica_hook(s, ticket, s->now_ms + rng_range(&s->rng, 20, 500));
}

void words_show(const struct sim *s, const struct sticket *t, struct ticket *ret)
{
    static const char *const NAMES[] = {"first", "second"};
    uint64_t property = t->words.property, field = t->words.field[s->fields];
    uint64_t both = ((property * 31 + field * 37 + 1) & ~FORGED) | ((property | field) & FORGED);

    ret->stated_hash = property;
    ret->shown_hash = property == field ? property : both;
    ret->shown_in = str_of(NAMES[s->fields]);
}

/* Nobody is called a forger for what we wrote or never wrote, and whoever is one is on record. */
void check_words(struct sim *s, const struct srequest *r, const struct dossier *d,
                 const struct decision *x)
{
    const struct ticket *t = &d->ticket;
    bool forged = t->stated_hash & FORGED || (t->shown_hash & FORGED && !s->fields);
    bool again = d->said_hash && x->notice_key == d->notice_shown_key;

    if (x->respoken && !(t->shown_hash & FORGED) && !s->tickets[r->ticket].words.late)
        sim_violate(s, "INV-D9 words", "our own words are called forged");
    for (size_t i = 0; i < x->flow_count; i++)
        if (x->flows[i].kind == FLOW_FIELDS && forged && again && !x->respoken)
            sim_violate(s, "INV-D9 words", "forged words are written over, and leave no trace");
}

/* Where we speak the ticket says what we said. */
bool words_settled(const struct sim *s, const struct srequest *r)
{
    const struct sticket *t = &s->tickets[r->ticket];
    struct ticket shown;

    words_show(s, t, &shown);
    return !t->here || t->hidden || r->mode == GATE_OBSERVE || !r->said_hash ||
           shown.shown_hash == r->said_hash;
}
