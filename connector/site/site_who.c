#include "site/site_who.h"

#include <stdlib.h>

#include "jsm/jsm_user.h"
#include "site/site_people.h"

void site_who_take(struct site_ticket *t, struct arena *arena)
{
    const struct mapped *m = &t->mapped;

    t->ticket.requester = (struct person){
        .key = m->requester, .names = jsm_user_names(arena, m->requester_is, STR_NONE)};
    t->ticket.beneficiary = (struct person){
        .key = m->beneficiary, .names = jsm_user_names(arena, m->beneficiary_is, STR_NONE)};
}

struct who_asking {
    struct site *site;
    struct arena *arena;
    struct site_ticket *t;
    int asked; /* of the two */
    site_who_fn *fn;
    void *arg;
};

static bool shows_account(const struct json *user)
{
    return jsm_user_id(user).len > 0;
}

static bool is_under_people(const struct site *site, struct str key)
{
    for (size_t i = 0; i < site->config->people_count; i++)
        if (str_eq(site->config->people[i].from, key))
            return true;
    return false;
}

static bool is_address(const struct site *site, struct str key)
{
    return jsm_word_of(site->flavour, key) == JSM_WORD_ADDRESS;
}

bool site_who_may_be_found(const struct site *site, struct str key)
{
    return is_under_people(site, key) || is_address(site, key);
}

static bool has_approved(const struct ticket *t)
{
    return t->approval == APPROVAL_APPROVED;
}

static bool has_answered(const struct ticket *t)
{
    return t->plea.answer == PLEA_YES && t->plea.by_approver;
}

/* Does somebody who decided show nothing but his account? The key is the address where one is
 * shown. */
static bool hides(const struct who_asking *w)
{
    const struct ticket *t = &w->t->ticket;

    for (size_t i = 0; has_approved(t) && i < t->approver_count; i++)
        if (!is_address(w->site, t->approvers[i].key))
            return true;
    return has_answered(t) && !is_address(w->site, t->plea.decided_by);
}

/* Is more to be known of him? An account that is not shown: named by the configuration, or, where
 * the approver has nothing but an account, belonging to the address that is all we have. */
static bool is_wanted(const struct who_asking *w, const struct person *p, const struct json *user)
{
    if (!p->key.len || shows_account(user))
        return false;
    return is_under_people(w->site, p->key) || (is_address(w->site, p->key) && hides(w));
}

static void ask_next(struct who_asking *w);

static void on_person(void *arg, const struct site_person *person)
{
    struct who_asking *w = arg;
    bool is_requester = w->asked == 1;
    struct person *p = is_requester ? &w->t->ticket.requester : &w->t->ticket.beneficiary;
    const struct json *user =
        is_requester ? w->t->mapped.requester_is : w->t->mapped.beneficiary_is;

    if (person->outcome == READ_OK)
        p->names = jsm_user_names(w->arena, user, person->account);
    else if (person->outcome != READ_REFUSED) {
        w->fn(w->arg, person->outcome, person->told_ms);
        free(w);
        return;
    }
    ask_next(w);
}

static void ask_next(struct who_asking *w)
{
    const struct mapped *m = &w->t->mapped;
    const struct person *people[] = {&w->t->ticket.requester, &w->t->ticket.beneficiary};
    const struct json *users[] = {m->requester_is, m->beneficiary_is};

    while (w->asked < 2) {
        int at = w->asked++;
        if (is_wanted(w, people[at], users[at])) {
            site_person_find(w->site, w->arena, people[at]->key, LANE_GATE, on_person, w);
            return;
        }
    }
    w->fn(w->arg, READ_OK, 0);
    free(w);
}

void site_who_find(struct site *site, struct arena *arena, struct site_ticket *t, site_who_fn *fn,
                   void *arg)
{
    struct who_asking *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    *w = (struct who_asking){.site = site, .arena = arena, .t = t, .fn = fn, .arg = arg};
    if (!has_approved(&t->ticket) && !has_answered(&t->ticket))
        w->asked = 2;
    ask_next(w);
}
