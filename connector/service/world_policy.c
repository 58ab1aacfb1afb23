/* world_policy.c: the seam's question whether a request may be. First it is made out which
 * entitlements are meant (policy_names.h), then what the person holds of the duties to be kept
 * apart is read, one after the other through the gates of their sources; then the policy is asked
 * about each item, one question each; then all that was asked and said is saved. The request steps
 * aside while it waits: a slow decision point takes no place among its site's looks. Who answers no
 * decision is not asked about the rest of a bundle: it would hang as often.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "json/json_read.h"
#include "policy/policy_duties.h"
#include "service/policy_desk.h"
#include "service/policy_names.h"
#include "service/policy_reload.h"
#include "service/source_gate.h"
#include "service/worker.h"
#include "service/world_real.h"

struct asking {
    struct service *svc;
    struct arena *arena;
    const struct dossier *d;
    const struct policy_config *policy; /* as it was when this began */
    const struct json *facts;           /* policy_question */
    bool named;                         /* which entitlements are meant is made out */
    struct str unnamed;                 /* of which one nobody can tell, for people */
    struct duties duties;
    size_t next_holding;
    const struct json *next_item;
    struct policy_question question;
    struct store_policy_decision *made;
    size_t made_count;
    int64_t until_ms; /* nothing more is begun after that; monotonic */
    int reads;
    bool later;
    world_asked_fn *fn;
    void *arg;
};

static void read_next(void *arg);
static void ask_next(void *arg);

static void end(struct asking *a, enum saved saved, bool later)
{
    struct service *svc = a->svc;

    worker_aside(svc->worker, a->d->site, false);
    a->fn(a->arg, saved, later);
    free(a);
    svc->policy_asking--;
    policy_reload_settle(svc->policy_reload);
}

static void on_saved(void *arg, enum store_outcome outcome, const char *message)
{
    struct asking *a = arg;
    struct metrics *m = &a->svc->metrics;

    m->lost_leases += outcome == STORE_LOST;
    m->database_unknown += outcome == STORE_UNKNOWN;
    if (outcome == STORE_REFUSED)
        log_error("policy", "the database refused a decision", LOG_C("why", message));
    end(a, world_saved_of(outcome), a->later);
}

static void save(struct asking *a)
{
    if (a->made_count)
        store_policy_save(&a->svc->store, a->d, a->made, a->made_count, on_saved, a);
    else
        end(a, SAVED, true);
}

/* --- the duties --- */

static struct source_gate *gate_of(struct service *svc, struct str source)
{
    for (size_t i = 0; i < svc->config->source_count; i++)
        if (str_eq(svc->config->sources[i].name, source))
            return svc->readers[i] ? svc->gates[i] : NULL;
    return NULL;
}

static void keep(struct asking *a, enum outcome held, struct str reason, int64_t as_of_ms)
{
    struct sod_holding *h = &a->duties.holdings[a->next_holding++];

    h->held = held;
    h->reason = arena_str(a->arena, reason);
    h->as_of_ms = as_of_ms;
}

static void on_observed(void *arg, const struct observation *obs)
{
    struct asking *a = arg;

    if (obs)
        keep(a, obs->outcome, obs->reason, obs->as_of_ms);
    else
        keep(a, OUTCOME_UNKNOWN, STR("SourceBusy"), 0);
    read_next(a);
}

/* The same was read for another set. */
static const struct sod_holding *read_before(const struct asking *a, const struct sod_holding *h)
{
    for (size_t i = 0; i < a->next_holding; i++) {
        const struct sod_holding *o = &a->duties.holdings[i];
        if (duties_reads(&a->duties, o) && str_eq(o->source, h->source) &&
            str_eq(o->account, h->account) && str_eq(o->entitlement, h->entitlement))
            return o;
    }
    return NULL;
}

/* False: nobody needs asking. */
static bool read_one(struct asking *a, const struct json *row)
{
    struct sod_holding *h = &a->duties.holdings[a->next_holding];
    struct source_gate *gate = gate_of(a->svc, h->source);
    const struct sod_holding *known = read_before(a, h);

    if (known)
        keep(a, known->held, known->reason, known->as_of_ms);
    else if (!duties_reads(&a->duties, h))
        keep(a, OUTCOME_UNKNOWN, STR(""), 0);
    else if (!gate)
        keep(a, OUTCOME_UNKNOWN, STR("NotConfigured"), 0);
    else if (++a->reads > DUTIES_READS_MAX || io_loop_now_ms(a->svc->loop) >= a->until_ms)
        keep(a, OUTCOME_UNKNOWN, STR("TooMany"), 0);
    else {
        struct item item = {.source = h->source,
                            .source_label = h->source,
                            .account = h->account,
                            .account_id = json_path_str(row, "account_id"),
                            .entitlement = h->entitlement,
                            .entitlement_id = json_path_str(row, "entitlement_id"),
                            .desired = DESIRED_PRESENT};
        struct source_ask ask = {.rank = schedule_rank_of(a->d->kind, a->d->phase)};
        source_gate_read(gate, &item, &ask, on_observed, a);
        return true;
    }
    return false;
}

static void put_duties(struct asking *a)
{
    struct store_policy_decision *x = &a->made[a->made_count++];
    struct str *conflicts = arena_array(a->arena, a->duties.set_count + 1, sizeof *conflicts);
    AUTO(drop_buf) struct buf asked, answered;
    struct policy_answer answer;

    ASSERT(conflicts);
    buf_init(&asked, DUTIES_BYTES);
    buf_init(&answered, DUTIES_BYTES);
    duties_write_question(&asked, &a->duties);
    duties_write_answer(&answered, &a->duties);
    *x = (struct store_policy_decision){.stage = a->duties.stage, .pdp = STR("duties")};
    duties_judge(&a->duties, &answer, conflicts, &x->conflict_count);
    bool whole = !asked.over && !answered.over; /* what is not kept decides nothing */
    if (a->unnamed.len) {
        answer = (struct policy_answer){.answer = PERMIT_OPEN, .why = "DutyUnread"};
        (void)str_copy(answer.reason, sizeof answer.reason, a->unnamed);
        x->conflict_count = 0;
    }
    x->answer = whole ? answer.answer : PERMIT_OPEN;
    x->why = whole ? answer.why : "TooLarge";
    x->conflict_count = whole ? x->conflict_count : 0;
    x->conflicts = conflicts;
    x->reason = arena_str(a->arena, str_of(answer.reason));
    x->asked = arena_str(a->arena, buf_str(&asked));
    x->answered = arena_str(a->arena, buf_str(&answered));
    x->has_answer = true;
}

static void read_next(void *arg)
{
    struct asking *a = arg;
    size_t i = 0;

    JSON_EACH(row, a->unnamed.len ? NULL : json_member(a->facts, "holdings"))
    if (i++ == a->next_holding && read_one(a, row))
        return;
    if (json_is_true(json_member(a->facts, "duties")))
        put_duties(a);
    a->question.hold_count = duties_held(&a->duties, a->arena, &a->question.holds);
    ask_next(a);
}

/* --- the policy --- */

static const struct item *item_of(const struct asking *a)
{
    int64_t id = 0;

    if (!json_i64(a->next_item, &id))
        return NULL;
    for (size_t i = 0; i < a->d->item_count; i++)
        if (a->d->items[i].id == id)
            return &a->d->items[i];
    return NULL;
}

static struct str asks_of(struct asking *a, const struct policy_answer *answer)
{
    AUTO(drop_buf) struct buf b;

    if (answer->answer != PERMIT_GIVEN || !policy_asks_any(&answer->asks))
        return STR_NONE;
    buf_init(&b, POLICY_CALL_BYTES);
    policy_asks_write(&b, &answer->asks);
    return arena_str(a->arena, buf_str(&b));
}

static struct store_policy_decision *put_answer(struct asking *a,
                                                const struct policy_answer *answer)
{
    struct store_policy_decision *x = &a->made[a->made_count++];

    *x = (struct store_policy_decision){
        .item_id = item_of(a)->id,
        .stage = a->duties.stage,
        .pdp = a->policy->pdp,
        .answer = answer->answer,
        .why = answer->why,
        .reason = arena_str(a->arena, str_of(answer->reason)),
        .asks = asks_of(a, answer),
    };
    return x;
}

static void on_asked(void *arg, const struct policy_asked *asked)
{
    struct asking *a = arg;

    if (!asked) {
        a->later = true;
        save(a);
        return;
    }
    struct store_policy_decision *x = put_answer(a, &asked->answer);
    x->asked = arena_str(a->arena, asked->body);
    x->answered = arena_str(a->arena, asked->reply);
    x->has_answer = asked->has_reply;
    x->question = arena_str(a->arena, str_of(asked->question));
    x->took_ms = asked->took_ms;
    a->next_item = json_next(a->next_item);
    if (asked->answer.answer == PERMIT_GIVEN)
        ask_next(a);
    else
        save(a);
}

/* Our own rules answer at once; what they are asked is written down as a decision point would have
 * been asked it. */
static bool judge_by_rules(struct asking *a, const struct policy_rules *rules)
{
    static const struct policy_style PLAIN = {0};
    const struct policy_rule *by = NULL;
    struct policy_answer answer;
    AUTO(drop_buf) struct buf asked;

    buf_init(&asked, POLICY_CALL_BYTES + 1024);
    policy_rules_judge(rules, &a->question, &answer, &by);
    if (!policy_call_write(&asked, &a->question, &PLAIN))
        answer = (struct policy_answer){.why = "QuestionTooLarge"};
    struct store_policy_decision *x = put_answer(a, &answer);
    x->asked = arena_str(a->arena, buf_str(&asked));
    x->answered = arena_printf(a->arena, "{\"decision\":%s,\"rule\":%zu%s%.*s}",
                               answer.answer == PERMIT_GIVEN ? "true" : "false",
                               by ? (size_t)(by - rules->rules) + 1 : 0,
                               x->asks.len ? ",\"approvals\":" : "", STR_ARG(x->asks));
    x->has_answer = true;
    return answer.answer == PERMIT_GIVEN;
}

static void ask_next(void *arg)
{
    struct asking *a = arg;
    const struct policy_config *c = a->policy;

    for (; a->next_item; a->next_item = json_next(a->next_item)) {
        const struct item *item = item_of(a);
        bool any = c->rules || (c->url.len && a->svc->desk);
        if (!item)
            continue;
        a->question.source = item->source;
        a->question.account = item->account;
        a->question.entitlement = item->entitlement;
        if (!any || io_loop_now_ms(a->svc->loop) >= a->until_ms) {
            a->later = true;
            break;
        }
        if (!c->rules) {
            policy_desk_ask(a->svc->desk, &a->question, a->d->emergency, on_asked, a);
            return;
        }
        if (!judge_by_rules(a, c->rules))
            break;
    }
    save(a);
}

/* --- beginning --- */

static size_t read_texts(struct arena *arena, const struct json *list, const struct str **ret)
{
    struct str *texts = arena_array(arena, json_count(list) + 1, sizeof *texts);
    size_t n = 0;

    *ret = texts;
    JSON_EACH(v, list)
    if (texts)
        texts[n++] = json_str(v);
    return n;
}

static void read_duties(struct asking *a)
{
    const struct json *sets = json_member(a->facts, "sets"),
                      *rows = json_member(a->facts, "holdings");
    struct sod_set *set = arena_array(a->arena, json_count(sets) + 1, sizeof *set);
    struct sod_holding *h = arena_array(a->arena, json_count(rows) + 1, sizeof *h);
    int64_t n = 0;

    ASSERT(set && h);
    a->duties.sets = set;
    a->duties.holdings = h;
    JSON_EACH(v, sets)
    {
        set->name = json_path_str(v, "name");
        set->n = json_i64(json_member(v, "n"), &n) ? (int32_t)n : 2;
        set++;
        a->duties.set_count++;
    }
    JSON_EACH(v, rows)
    {
        struct str wish = json_path_str(v, "wish");
        h->set = json_i64(json_member(v, "set"), &n) ? (size_t)n : 0;
        h->member = json_i64(json_member(v, "member"), &n) ? (size_t)n : 0;
        h->source = json_path_str(v, "source");
        h->account = json_path_str(v, "account");
        h->entitlement = json_path_str(v, "entitlement");
        h->by = json_path_str(v, "by");
        h->maybe = json_path_str(v, "maybe");
        h->wish = str_eq_c(wish, "given")   ? SOD_GIVEN
                  : str_eq_c(wish, "taken") ? SOD_TAKEN
                                            : SOD_AS_IT_IS;
        h++;
        a->duties.holding_count++;
    }
}

static void read_question(struct asking *a)
{
    const struct dossier *d = a->d;
    const struct json *f = a->facts;

    a->question = (struct policy_question){
        .stage = a->duties.stage,
        .request = d->request_id,
        .ticket = d->ticket.key,
        .rule = d->rule,
        .request_type = d->request_type,
        .requester = d->requester,
        .beneficiary = d->beneficiary,
        .sponsor = json_path_str(f, "sponsor"),
        .justification = d->justification,
        .lifecycle = json_path_str(f, "lifecycle"),
        .subject_kind = json_path_str(f, "subject_kind"),
        .privileged = d->privileged,
        .emergency = d->emergency,
        .access_until_ms = d->access_until_ms,
        .now_ms = d->now_ms,
    };
    a->duties.emergency = d->emergency;
    a->question.approver_count =
        read_texts(a->arena, json_member(f, "approvers"), &a->question.approvers);
}

static void proceed(struct asking *a)
{
    if (!a->unnamed.len) /* of which sets nobody knows, else */
        read_duties(a);
    read_question(a);
    a->next_item = json_first(json_member(a->facts, "items"));
    if (!policy_reload_hear(a->svc->policy_reload, a->policy, json_path_str(a->facts, "policy"))) {
        a->next_item = NULL; /* whoever has the live one asks it; duties are the database's own */
        a->later = true;
    }
    a->made = arena_array(a->arena, a->d->item_count + 2, sizeof *a->made);
    ASSERT(a->made);
    read_next(a);
}

static void on_question(void *arg, enum store_outcome outcome, struct str document);

static void on_named(void *arg, bool made_out, bool failed, struct str line)
{
    struct asking *a = arg;

    bool in_time = io_loop_now_ms(a->svc->loop) < a->until_ms - LOOK_PORTION_MS / 2;
    a->named = made_out;
    if (made_out && in_time) { /* now it is known which sets are touched */
        store_policy_question(&a->svc->store, a->d->request_id, a->duties.stage, on_question, a);
    } else if (failed) {
        a->unnamed = arena_str(a->arena, line);
        proceed(a);
    } else {
        end(a, SAVED, true); /* what was made out is kept for the next look */
    }
}

static void on_question(void *arg, enum store_outcome outcome, struct str document)
{
    struct asking *a = arg;
    struct err err = {0};

    if (outcome != STORE_OK || !json_parse(a->arena, document, &a->facts, &err)) {
        end(a, outcome == STORE_OK ? SAVE_REFUSED : world_saved_of(outcome), false);
        return;
    }
    const struct json *names = json_member(a->facts, "names");
    if (!a->named && json_count(names))
        policy_names_read(a->svc, names, schedule_rank_of(a->d->kind, a->d->phase), a->until_ms,
                          on_named, a);
    else
        proceed(a);
}

void world_policy_ask(struct world *w, struct arena *arena, const struct dossier *d,
                      enum permit_stage stage, world_asked_fn *fn, void *arg)
{
    struct asking *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    *a = (struct asking){.svc = world_service(w), .arena = arena, .d = d, .fn = fn, .arg = arg};
    a->policy = a->svc->policy;
    a->svc->policy_asking++;
    a->duties.stage = stage;
    a->until_ms = io_loop_now_ms(a->svc->loop) + LOOK_PORTION_MS;
    worker_aside(a->svc->worker, d->site, true);
    store_policy_question(&a->svc->store, d->request_id, stage, on_question, a);
}
