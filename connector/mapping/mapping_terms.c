/* What the template of a ticket's rule wants of it: facts, how long access may last, and who has to
 * approve, by name. */
#include <string.h>

#include "base/clock.h"
#include "json/json_write.h"
#include "mapping/mapping_priv.h"

enum { DAY_MS = 86400000, APPROVERS_BYTES = 4096 };

bool end_of_access(struct str text, int64_t *ret_ms)
{
    static const char END[] = "T23:59:59Z";
    char day[10 + sizeof END];

    if (text.len != 10)
        return clock_parse(text, ret_ms);
    memcpy(day, text.p, 10);
    memcpy(day + 10, END, sizeof END);
    return clock_parse(str_of(day), ret_ms);
}

/* --- facts --- */

static const char *fact_words(enum mapping_fact f)
{
    switch (f) {
    case FACT_JUSTIFICATION:
        return "why it is needed";
    case FACT_SPONSOR:
        return "who answers for it";
    case FACT_ACCESS_UNTIL:
        return "until when";
    case FACT_COUNT:
        break;
    }
    return "";
}

static void want_fact(struct arena *arena, struct mapped *r, enum mapping_fact f,
                      const struct binding *b, bool given)
{
    const struct mapping_template *t = r->rule->template;
    struct str field = b->label.len ? b->label : b->from;

    if (t->wants[f] && !given)
        mapped_hold(r, "M210", b,
                    arena_printf(arena,
                                 "the form doesn't say %s, and without that no %.*s is taken. "
                                 "Fill in \"%.*s\"",
                                 fact_words(f), STR_ARG(t->name), STR_ARG(field)));
}

/* From the ticket's creation on: the same whenever it is read. A last day counts as a whole. */
static void check_end(struct arena *arena, const struct json *issue, struct mapped *r)
{
    const struct binding *b = &r->rule->access_until;
    struct str field = b->label.len ? b->label : b->from, limit;
    int64_t created = 0, longest = r->rule->template->access_for_ms;
    char day[CLOCK_TEXT_SIZE];

    if (!r->access_until_ms || !clock_parse(json_path_str(issue, "fields/created"), &created))
        return;
    if (r->access_until_ms <= created) {
        mapped_hold(r, "M212", b,
                    arena_printf(arena, "the access would end before it begins. Correct \"%.*s\"",
                                 STR_ARG(field)));
        return;
    }
    int64_t last = created + longest;
    bool day_long = r->access_until_ms % DAY_MS == DAY_MS - 1000; /* the end of a day */
    if (!longest || r->access_until_ms <= (day_long ? last - last % DAY_MS + DAY_MS : last))
        return;
    limit = str_n(clock_rfc3339(last, day), day_long ? 10 : 16);
    mapped_hold(r, "M212", b,
                arena_printf(arena,
                             "this access may last until %.*s at most (%.*s). Correct \"%.*s\", or "
                             "have it extended by a new request then",
                             STR_ARG(limit), STR_ARG(mapping_goal(arena, longest)),
                             STR_ARG(field)));
}

/* --- who has to approve --- */

static struct str lines_of(struct arena *arena, const struct mapping_people *p)
{
    struct str all = STR("");

    for (size_t i = 0; p && i < p->count; i++)
        all = i ? arena_printf(arena, "%.*s\n%.*s", STR_ARG(all), STR_ARG(p->people[i]))
                : p->people[i];
    return all;
}

static struct str named(const struct mapping *m, struct arena *arena, const char *of,
                        struct str name)
{
    for (size_t i = 0; i < m->people_count; i++)
        if (str_eq_c(str_of(m->people[i].of), of) && str_eq(m->people[i].name, name))
            return lines_of(arena, &m->people[i]);
    return STR("");
}

static void nobody(struct arena *arena, struct mapped *r, const struct binding *b, const char *what)
{
    struct str field = b->label.len ? b->label : b->from;

    mapped_hold(r, "M213", b,
                arena_printf(arena, "nobody is named who could approve it as %s. %s \"%.*s\"", what,
                             b->constant.len ? "Name one in the mapping for" : "Correct",
                             STR_ARG(b->constant.len ? b->constant : field)));
}

static struct str people_of(const struct mapping *m, struct arena *arena, struct mapped *r,
                            struct str who)
{
    struct str people;

    if (str_eq_c(who, "manager")) {
        people = r->manager;
        if (!people.len)
            nobody(arena, r, &r->rule->manager, "manager");
    } else if (str_eq_c(who, "sponsor")) {
        people = r->sponsor;
        if (!people.len)
            nobody(arena, r, &r->rule->sponsor, "sponsor");
    } else if (str_eq_c(who, "application_owner")) {
        people = named(m, arena, "application_owner", r->source);
        if (!people.len)
            nobody(arena, r, &r->rule->application, "application owner");
    } else {
        people = named(m, arena, "groups", who); /* anyone: nobody by name */
    }
    return people;
}

static void ask(struct arena *arena, struct mapped *r, const struct mapping_ask *s,
                struct str people)
{
    struct approval_terms *terms = &r->terms;

    if (terms->step_count == LIMIT_APPROVAL_STEPS) {
        mapped_hold(r, "M213", &r->rule->entitlement,
                    arena_printf(arena,
                                 "more than %d owners and groups would have to approve it. Ask for "
                                 "fewer roles at once",
                                 LIMIT_APPROVAL_STEPS));
        return;
    }
    terms->steps[terms->step_count++] =
        (struct approval_step){.who = s->who, .people = people, .wanted = s->at_least};
}

/* Each role has owners of its own; who owns two of them is asked once. */
static void ask_role_owners(const struct mapping *m, struct arena *arena, struct mapped *r,
                            const struct mapping_ask *s)
{
    const size_t first = r->terms.step_count;

    for (struct str rest = r->entitlement; rest.len && r->outcome == MAPPED_OK;) {
        struct str people = named(m, arena, "role_owner", str_cut(&rest, '\n'));
        size_t i = first;
        while (i < r->terms.step_count && !str_eq(r->terms.steps[i].people, people))
            i++;
        if (people.len && i == r->terms.step_count)
            ask(arena, r, s, people);
        else if (!people.len)
            nobody(arena, r, &r->rule->entitlement, "role owner");
    }
}

static void route(const struct mapping *m, struct arena *arena, struct mapped *r)
{
    const struct mapping_template *t = r->rule->template;
    struct approval_terms *terms = &r->terms;

    *terms = (struct approval_terms){
        .channels = t->channels, .at_least = t->at_least, .within_ms = t->within_ms};
    for (size_t i = 0; i < LIMIT_REMINDERS; i++)
        terms->remind[i] = t->remind[i];
    for (size_t i = 0; i < t->step_count && r->outcome == MAPPED_OK; i++) {
        const struct mapping_ask *s = &t->steps[i];
        if (s->privileged_only && !r->privileged)
            continue;
        if (str_eq_c(s->who, "role_owner"))
            ask_role_owners(m, arena, r, s);
        else
            ask(arena, r, s, people_of(m, arena, r, s->who));
    }
}

void take_terms(const struct mapping *m, struct arena *arena, const struct json *issue,
                struct mapped *r)
{
    if (!r->rule->template)
        return;
    want_fact(arena, r, FACT_JUSTIFICATION, &r->rule->justification,
              str_trim(r->justification).len > 0);
    want_fact(arena, r, FACT_SPONSOR, &r->rule->sponsor, r->sponsor.len > 0);
    want_fact(arena, r, FACT_ACCESS_UNTIL, &r->rule->access_until, r->access_until_ms != 0);
    check_end(arena, issue, r);
    if (r->rule->template->approval_needed && r->outcome == MAPPED_OK)
        route(m, arena, r);
}

/* --- as JSON, and in words --- */

static void put_steps(struct json_out *out, const struct approval_terms *t)
{
    json_put_name(out, "steps");
    json_open_array(out);
    for (size_t i = 0; i < t->step_count; i++) {
        json_open_object(out);
        json_i64_member(out, "at_least", t->steps[i].wanted);
        json_put_name(out, "people");
        json_open_array(out);
        for (struct str rest = t->steps[i].people; rest.len;)
            json_put_str(out, str_cut(&rest, '\n'));
        json_close_array(out);
        json_str_member(out, "who", t->steps[i].who);
        json_close_object(out);
    }
    json_close_array(out);
}

void put_terms(struct json_out *out, const struct mapped *r, bool all)
{
    const struct approval_terms *t = &r->terms;

    if (!t->channels || (!all && !t->step_count)) /* no template, or none that asks somebody */
        return;
    json_put_name(out, "approval");
    json_open_object(out);
    if (all) {
        json_i64_member(out, "at_least", t->at_least);
        json_put_name(out, "channels");
        json_open_array(out);
        for (int c = 0; c < CHANNEL_COUNT; c++)
            if (t->channels & 1u << c)
                json_put_str(out, str_of(approval_channel_name((enum approval_channel)c)));
        json_close_array(out);
        json_put_name(out, "remind");
        json_open_array(out);
        for (size_t i = 0; i < LIMIT_REMINDERS && t->remind[i]; i++)
            json_put_i64(out, t->remind[i]);
        json_close_array(out);
    }
    put_steps(out, t);
    if (all)
        json_i64_member(out, "within_ms", t->within_ms);
    json_close_object(out);
}

struct str mapping_approvers(struct arena *arena, const struct mapped *r)
{
    AUTO(drop_buf) struct buf b;

    if (!r->rule || !r->rule->template || !r->rule->approval_needed)
        return STR("");
    buf_init(&b, APPROVERS_BYTES);
    for (size_t i = 0; i < r->terms.step_count; i++) {
        const struct approval_step *s = &r->terms.steps[i];
        struct str rest = s->people;
        buf_add_c(&b, i ? "; " : "");
        if (s->wanted > 1)
            buf_add_str(&b, arena_printf(arena, "%d of ", (int)s->wanted));
        buf_add_str(&b, s->who);
        for (const char *sep = ": "; rest.len; sep = ", ") {
            buf_add_c(&b, sep);
            buf_add_str(&b, str_cut(&rest, '\n'));
        }
    }
    if (!r->terms.step_count)
        buf_add_str(&b, arena_printf(arena, "%d of anyone", (int)r->terms.at_least));
    else if (r->terms.at_least > 1)
        buf_add_str(&b, arena_printf(arena, "; %d people", (int)r->terms.at_least));
    return arena_str(arena, buf_str(&b));
}
