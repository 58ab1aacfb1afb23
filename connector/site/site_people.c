#include "site/site_people.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_field.h"

/* Where a person's key hashes to, there it is kept or nowhere. */
struct kept {
    char word[LIMIT_KEY_CHARS + 1], account[JSM_ACCOUNT_CHARS + 1];
    int64_t at_ms;
};
struct site_people {
    struct kept slots[SITE_PEOPLE_SLOTS];
};

struct site_people *site_people_new(void)
{
    struct site_people *people = calloc(1, sizeof *people);
    if (!people)
        abort();
    return people;
}

void site_people_free(struct site_people *people)
{
    free(people);
}

static struct kept *slot_of(struct site *site, struct str word)
{
    return &site->people->slots[str_hash(word) % SITE_PEOPLE_SLOTS];
}

struct str site_word_kept(struct site *site, struct str word)
{
    const struct kept *k = slot_of(site, word);
    bool young = k->account[0] && io_loop_now_ms(site->o.loop) - k->at_ms < SITE_PEOPLE_MS;
    return young && str_eq_c(word, k->word) ? str_of(k->account) : STR_NONE;
}

void site_word_keep(struct site *site, struct str word, struct str account)
{
    struct kept *k = slot_of(site, word);

    if (!str_copy(k->word, sizeof k->word, word) ||
        !str_copy(k->account, sizeof k->account, account)) {
        *k = (struct kept){0};
        return;
    }
    k->at_ms = io_loop_now_ms(site->o.loop);
}

struct person_finding {
    struct site *site;
    struct arena *arena;
    struct str word, meant; /* meant: what stands for it under `people` */
    struct site_person person;
    site_person_fn *fn;
    void *arg;
};

static void finding_end(void *arg)
{
    struct person_finding *f = arg;
    f->fn(f->arg, &f->person);
    free(f);
}

/* what: with the number of people where it has one. */
static void refuse(struct person_finding *f, const char *what)
{
    bool by_name = f->site->flavour == JSM_DATACENTER;

    f->person.outcome = READ_REFUSED;
    snprintf(f->person.why, sizeof f->person.why,
             "nobody can say who '%.*s' is on site %.*s: %s; name the %s under people of the "
             "site: people: { \"%.*s\": \"%s\" }",
             STR_ARG(f->word), STR_ARG(f->site->config->name), what, by_name ? "user" : "account",
             STR_ARG(f->word), by_name ? "a.user.name" : "712020:...");
}

static void take(struct person_finding *f, struct str account, const char *otherwise)
{
    f->person.account = account;
    if (account.len)
        site_word_keep(f->site, f->meant, account);
    else
        refuse(f, otherwise);
}

static void hear(struct person_finding *f, const struct jsm_answer *answer)
{
    f->person.outcome = site_read_outcome(answer);
    f->person.told_ms = answer->verdict == JSM_LATER ? answer->told_ms : 0;
    str_copy(f->person.why, sizeof f->person.why, str_of(answer->why));
}

static void on_users(void *arg, const struct jsm_answer *answer)
{
    struct person_finding *f = arg;
    size_t count = 0;
    char what[80];

    hear(f, answer);
    if (f->person.outcome == READ_OK) {
        struct str account = jsm_person_pick(answer->body, f->meant, &count);
        snprintf(what, sizeof what, "%zu active people have that address", count);
        take(f, account, count ? what : "Jira shows us nobody with exactly that address");
    }
    finding_end(f);
}

static void on_user(void *arg, const struct jsm_answer *answer)
{
    struct person_finding *f = arg;
    bool told = answer->verdict == JSM_OK || answer->verdict == JSM_MISSING;

    hear(f, answer);
    if (told)
        take(f, jsm_person_named(answer->body, f->meant),
             "Jira shows us no active user of that name");
    finding_end(f);
}

void site_person_find(struct site *site, struct arena *arena, struct str word,
                      enum traffic_lane lane, site_person_fn *fn, void *arg)
{
    struct person_finding *f = calloc(1, sizeof *f);
    const struct site_config *c = site->config;

    if (!f)
        abort();
    *f = (struct person_finding){
        .site = site, .arena = arena, .word = word, .meant = word, .fn = fn, .arg = arg};
    for (size_t i = 0; i < c->people_count; i++)
        if (str_eq(c->people[i].from, word))
            f->meant = c->people[i].to;
    enum jsm_word kind = jsm_word_of(site->flavour, f->meant);
    struct str known = kind == JSM_WORD_ACCOUNT ? f->meant : site_word_kept(site, f->meant);
    f->person.account = arena_str(arena, known);
    if (known.len || kind == JSM_WORD_NOBODY) {
        if (!known.len)
            refuse(f, site->flavour == JSM_DATACENTER
                          ? "it is no e-mail address and no user name"
                          : "it is no e-mail address and no account id");
        io_loop_defer(site->o.loop, finding_end, f);
        return;
    }
    bool by_name = kind == JSM_WORD_NAME;
    struct jsm_call call =
        by_name ? jsm_call_user(arena, f->meant) : jsm_call_users(arena, f->meant);
    call.lane = lane;
    site_send(site, arena, &call, by_name ? on_user : on_users, f);
}
