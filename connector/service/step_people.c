/* step_people.c: whose accounts the request's people are, as far as a create finds out: kept with
 * the request, because Jira may never show it again. Where it hides addresses a person is an
 * account on the ticket and an address at the platform, and nobody else can tell that these are
 * one. */
#include "service/step_priv.h"
#include "site/site_create.h"
#include "site/site_people.h"
#include "site/site_who.h"

static struct str key_of(const struct prep *p)
{
    return p->asked == 0 ? p->d->requester : p->d->beneficiary;
}

static void on_kept(void *arg, enum store_outcome outcome, const char *message)
{
    (void)outcome, (void)message; /* it decides no create; the next one finds it out again */
    prep_next(arg);
}

static void keep_next(struct prep *p);

/* Who is not found, or not now, stays unknown: no ticket waits for it. */
static void on_person(void *arg, const struct site_person *person)
{
    struct prep *p = arg;

    if (person->outcome == READ_OK)
        p->accounts[p->asked] = person->account;
    p->asked++;
    keep_next(p);
}

/* Beside whom the ticket names, only those are asked for whom it may matter: one who answers an
 * exception may be known by his account alone. */
static void keep_next(struct prep *p)
{
    for (; p->asked < 2; p->asked++) {
        struct str key = key_of(p);
        p->accounts[p->asked] = creation_account(p->creation, key);
        if (str_eq(p->accounts[p->asked], key)) { /* known by it already */
            p->accounts[p->asked] = STR_NONE;
            continue;
        }
        bool asks = p->site->view.plea.asked.len && site_who_may_be_found(p->site, key);
        if (!p->accounts[p->asked].len && asks) {
            site_person_find(p->site, p->arena, key, LANE_CREATE, on_person, p);
            return;
        }
    }
    if (p->accounts[0].len || p->accounts[1].len)
        store_people_keep(&p->svc->store, p->d->request_id, p->accounts, on_kept, p);
    else
        prep_next(p);
}

static void begin(void *arg)
{
    keep_next(arg);
}

void step_keep_people(struct prep *p)
{
    io_loop_defer(p->svc->loop, begin, p);
}
