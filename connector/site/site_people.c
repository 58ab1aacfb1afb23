#include "site/site_people.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_field.h"

enum { ACCOUNT_CHARS = 128 /* of an account id, says Jira */, OLD_ID_CHARS = 24 };

/* Where a person's key hashes to, there it is kept or nowhere. */
struct kept {
    char word[LIMIT_KEY_CHARS + 1], account[ACCOUNT_CHARS + 1];
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

static struct str look_up(struct site *site, struct str word)
{
    const struct kept *k = slot_of(site, word);
    bool young = k->account[0] && io_loop_now_ms(site->o.loop) - k->at_ms < SITE_PEOPLE_MS;
    return young && str_eq_c(word, k->word) ? str_of(k->account) : STR_NONE;
}

static void keep(struct site *site, struct str word, struct str account)
{
    struct kept *k = slot_of(site, word);

    if (!str_copy(k->word, sizeof k->word, word) ||
        !str_copy(k->account, sizeof k->account, account)) {
        *k = (struct kept){0};
        return;
    }
    k->at_ms = io_loop_now_ms(site->o.loop);
}

/* "712020:…" of today, 24 hexadecimal digits of before: no name of a person looks so. */
static bool is_account(struct str word)
{
    size_t hex = 0;

    for (size_t i = 0; i < word.len; i++) {
        char c = word.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == ':';
        if (!plain)
            return false;
        hex += (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
    return word.len <= ACCOUNT_CHARS &&
           (str_find(word, ':') > 0 || (hex == OLD_ID_CHARS && word.len == hex));
}

struct person_finding {
    struct site *site;
    struct arena *arena;
    struct str word, address;
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
    f->person.outcome = READ_REFUSED;
    snprintf(f->person.why, sizeof f->person.why,
             "nobody can say who '%.*s' is on site %.*s: %s; name the account under people of the "
             "site: people: { \"%.*s\": \"712020:...\" }",
             STR_ARG(f->word), STR_ARG(f->site->config->name), what, STR_ARG(f->word));
}

static void on_users(void *arg, const struct jsm_answer *answer)
{
    struct person_finding *f = arg;
    size_t count = 0;
    char what[80];

    f->person.outcome = site_read_outcome(answer);
    f->person.told_ms = answer->verdict == JSM_LATER ? answer->told_ms : 0;
    str_copy(f->person.why, sizeof f->person.why, str_of(answer->why));
    if (f->person.outcome == READ_OK) {
        struct str account = jsm_person_pick(answer->body, f->address, &count);
        snprintf(what, sizeof what, "%zu active people have that address", count);
        f->person.account = account;
        if (account.len)
            keep(f->site, f->address, account);
        else
            refuse(f, count ? what : "Jira shows us nobody with exactly that address");
    }
    finding_end(f);
}

void site_person_find(struct site *site, struct arena *arena, struct str word, site_person_fn *fn,
                      void *arg)
{
    struct person_finding *f = calloc(1, sizeof *f);
    const struct site_config *c = site->config;

    if (!f)
        abort();
    *f = (struct person_finding){
        .site = site, .arena = arena, .word = word, .address = word, .fn = fn, .arg = arg};
    for (size_t i = 0; i < c->people_count; i++)
        if (str_eq(c->people[i].from, word))
            f->address = c->people[i].to;
    struct str known = is_account(f->address) ? f->address : look_up(site, f->address);
    f->person.account = arena_str(arena, known);
    if (known.len || str_find(f->address, '@') <= 0) {
        if (!known.len)
            refuse(f, "it is no e-mail address and no account id");
        io_loop_defer(site->o.loop, finding_end, f);
        return;
    }
    struct jsm_call call = jsm_call_users(arena, f->address);
    site_send(site, arena, &call, on_users, f);
}
