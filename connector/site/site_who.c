#include "site/site_who.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/limits.h"
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
    int asked;               /* of the two */
    struct person *deciders; /* who approved it, once it is asked what they are */
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

/* --- whether they are people at all --- */

/* An account stays what it is. What Jira does not tell is kept as well, or each read would ask. */
static struct str kind_word(struct who_asking *w, struct str account)
{
    return arena_printf(w->arena, "what is %.*s", STR_ARG(account));
}

static void who_end(struct who_asking *w, enum read_outcome outcome, int64_t told_ms)
{
    w->fn(w->arg, outcome, told_ms);
    free(w);
}

static void on_accounts(void *arg, const struct jsm_answer *answer)
{
    struct who_asking *w = arg;
    const struct ticket *t = &w->t->ticket;
    enum read_outcome outcome = site_read_outcome(answer);
    bool told = answer->verdict == JSM_OK;

    if (!told && outcome != READ_REFUSED && answer->verdict != JSM_MISSING) {
        who_end(w, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0);
        return;
    }
    for (size_t i = 0; i < t->approver_count; i++) {
        struct person *p = &w->deciders[i];
        struct str kind = told ? jsm_account_type(answer->body, p->account) : STR_NONE;
        if (p->account.len && !p->app)
            site_word_keep(w->site, kind_word(w, p->account), kind.len ? kind : STR("unknown"));
        p->app |= str_eq_c(kind, "app");
    }
    who_end(w, READ_OK, 0);
}

/* Who approved it by an app's account is no person: what the service desk shows of approvers does
 * not tell. */
static void ask_kinds(struct who_asking *w)
{
    struct ticket *t = &w->t->ticket;
    struct str unknown[LIMIT_APPROVERS];
    size_t count = 0;

    w->deciders = arena_array(w->arena, t->approver_count + 1, sizeof *w->deciders);
    ASSERT(w->deciders && t->approver_count <= LIMIT_APPROVERS);
    for (size_t i = 0; i < t->approver_count; i++) {
        struct person *p = &w->deciders[i];
        *p = t->approvers[i];
        struct str kind =
            p->account.len ? site_word_kept(w->site, kind_word(w, p->account)) : STR_NONE;
        p->app |= str_eq_c(kind, "app");
        if (p->account.len && !kind.len && !p->app)
            unknown[count++] = p->account;
    }
    t->approvers = w->deciders;
    if (!count) {
        who_end(w, READ_OK, 0);
        return;
    }
    struct jsm_call call = jsm_call_accounts(w->arena, unknown, count);
    site_send(w->site, w->arena, &call, on_accounts, w);
}

/* --- who they are --- */

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
        who_end(w, person->outcome, person->told_ms);
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
    if (has_approved(&w->t->ticket))
        ask_kinds(w);
    else
        who_end(w, READ_OK, 0);
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
