#include "policy/policy_duties.h"

#include "domain/line.h"
#include "json/json_write.h"

static bool is_before(const struct duties *d)
{
    return d->stage != PERMIT_VERIFICATION;
}

bool duties_reads(const struct duties *d, const struct sod_holding *h)
{
    /* of what another request may give him a read can tell that he has it already */
    bool wanted = h->wish == SOD_AS_IT_IS || h->maybe.len;
    return !str_empty(h->account) && (!is_before(d) || wanted);
}

/* In conflict for no other reason than that another request may be the same person's. */
static bool is_doubted(const struct sod_set *set, const struct sod_finding *f)
{
    return f->held >= set->n && f->held - f->doubted < set->n;
}

/* Of an emergency a doubt is what nobody can tell: it is recorded for whoever reviews it, and read
 * afresh before the proof counts. */
static struct sod_finding judge(const struct duties *d, size_t set)
{
    struct sod_finding f =
        sod_judge(&d->sets[set], set, is_before(d), d->holdings, d->holding_count);

    if (d->emergency && is_doubted(&d->sets[set], &f))
        f.answer = SOD_UNKNOWN;
    return f;
}

/* --- the bytes --- */

static const char *wish_name(enum sod_wish wish)
{
    switch (wish) {
    case SOD_GIVEN:
        return "given";
    case SOD_TAKEN:
        return "taken";
    case SOD_AS_IT_IS:
        break;
    }
    return "";
}

static void put_holdings(struct json_out *out, const struct duties *d, size_t set, bool answered)
{
    json_put_name(out, answered ? "read" : "ask");
    json_open_array(out);
    for (size_t i = 0; i < d->holding_count; i++) {
        const struct sod_holding *h = &d->holdings[i];
        if (h->set != set)
            continue;
        json_open_object(out);
        json_str_member(out, "source", h->source);
        json_str_member(out, "entitlement", h->entitlement);
        json_str_member(out, "account", h->account);
        if (h->wish)
            json_str_member(out, "after", str_of(wish_name(h->wish)));
        if (h->by.len)
            json_str_member(out, "by", h->by);
        if (h->maybe.len)
            json_str_member(out, "maybe", h->maybe);
        if (answered && duties_reads(d, h)) {
            json_str_member(out, "outcome", str_of(outcome_name(h->held)));
            json_str_member(out, "reason", h->reason);
            json_i64_member(out, "as_of_ms", h->as_of_ms);
        }
        json_close_object(out);
    }
    json_close_array(out);
}

void duties_write_question(struct buf *out, const struct duties *d)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    json_str_member(&json, "stage", str_of(permit_stage_name(d->stage)));
    json_put_name(&json, "sets");
    json_open_array(&json);
    for (size_t i = 0; i < d->set_count; i++) {
        json_open_object(&json);
        json_str_member(&json, "name", d->sets[i].name);
        json_i64_member(&json, "n", d->sets[i].n);
        put_holdings(&json, d, i, false);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
}

void duties_write_answer(struct buf *out, const struct duties *d)
{
    static const char *const ANSWERS[] = {"unknown", "clear", "conflict"};
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    json_put_name(&json, "sets");
    json_open_array(&json);
    for (size_t i = 0; i < d->set_count; i++) {
        struct sod_finding f = judge(d, i);
        json_open_object(&json);
        json_str_member(&json, "name", d->sets[i].name);
        put_holdings(&json, d, i, true);
        json_i64_member(&json, "held", f.held);
        json_i64_member(&json, "unknown", f.unknown);
        json_str_member(&json, "answer", str_of(ANSWERS[f.answer]));
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
}

/* --- what follows --- */

/* Another request may give it to the same person: which, and how to tell. Short: a ticket has one
 * line for it (words_permit.c says the latter a second time). */
static void say_doubt(struct line *l, const struct sod_holding *h)
{
    line_add(l, h->maybe);
    line_add_c(l, " gives ");
    line_add_name(l, h->entitlement);
    line_add_c(l, ", maybe to the same person: name both under people of the site");
}

/* "payables: bob holds ap-approver", or who could not be asked. */
static void say(struct policy_answer *ret, const struct sod_set *set, const struct sod_finding *f)
{
    struct line l = {.p = ret->reason, .size = sizeof ret->reason, .name_max = 30};
    const struct sod_holding *h = f->answer == SOD_CONFLICT ? f->first : f->unread;

    line_add_name(&l, set->name);
    line_add_c(&l, ": ");
    if (is_doubted(set, f)) {
        say_doubt(&l, f->doubt);
    } else if (f->answer == SOD_CONFLICT && !h) {
        line_add_c(&l, "they are asked for together");
    } else if (f->answer == SOD_CONFLICT) {
        line_add_name(&l, h->account);
        line_add_c(&l, " holds ");
        line_add_name(&l, h->entitlement);
    } else if (h && str_empty(h->account)) {
        line_add_c(&l, "no account of the person in ");
        line_add_name(&l, h->source);
        line_add_c(&l, " is known");
    } else if (h) {
        line_add_c(&l, "nobody can tell whether ");
        line_add_name(&l, h->account);
        line_add_c(&l, " holds ");
        line_add_name(&l, h->entitlement);
        line_add_c(&l, " in ");
        line_add_name(&l, h->source);
    }
}

void duties_judge(const struct duties *d, struct policy_answer *ret, struct str *ret_conflicts,
                  size_t *ret_conflict_count)
{
    size_t count = 0;

    *ret = (struct policy_answer){.answer = PERMIT_GIVEN, .why = "Ok"};
    for (size_t i = 0; i < d->set_count; i++) {
        struct sod_finding f = judge(d, i);
        if (f.answer == SOD_CONFLICT)
            ret_conflicts[count++] = d->sets[i].name;
        /* of several the first conflict is told, else the first that nobody can tell */
        if ((f.answer == SOD_CONFLICT && count == 1) ||
            (f.answer == SOD_UNKNOWN && ret->answer == PERMIT_GIVEN))
            say(ret, &d->sets[i], &f);
        if (f.answer == SOD_CONFLICT)
            ret->answer = PERMIT_CONFLICT;
        if (f.answer == SOD_UNKNOWN && ret->answer == PERMIT_GIVEN) {
            ret->answer = PERMIT_OPEN;
            ret->why = f.unknown ? "DutyUnread" : "DutyDoubted";
        }
    }
    if (ret->answer == PERMIT_CONFLICT)
        ret->why = "Ok";
    *ret_conflict_count = count;
}

size_t duties_held(const struct duties *d, struct arena *arena, const struct str **ret)
{
    struct str *names = arena_array(arena, d->holding_count + 1, sizeof *names);
    size_t n = 0;

    *ret = names;
    for (size_t i = 0; names && i < d->holding_count; i++) {
        const struct sod_holding *h = &d->holdings[i];
        if (h->held != OUTCOME_PRESENT)
            continue;
        struct str name =
            arena_printf(arena, "%.*s/%.*s", STR_ARG(h->source), STR_ARG(h->entitlement));
        bool known = false;
        for (size_t k = 0; k < n; k++)
            known |= str_eq(names[k], name);
        if (!known)
            names[n++] = name;
    }
    return n;
}
