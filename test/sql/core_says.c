/* core_says: what the pure core holds, as text, for comparing it with the database.
 *
 *   core_says tables     one line a phase, flow state and edge: "phase NAME TERMINAL", "edge FROM
 * TO", ... core_says verdicts   standard input: one history a line; standard output: one verdict a
 * line
 *
 *   core_says approvals  see judge_approvals
 *   core_says owes       see say_owes
 *
 *   core_says reasons    one line a reason why something is stuck: its five words, divided by "|"
 *   core_says stuck      standard input: one request a line; standard output: REASON SINCE ATTEMPTS
 * NEXT
 *
 * A request: phase mode held contested unclear answered emergency requested approved claimed
 * verified closed now look unreadable readable ticket over left, the count of its open work and for
 * each kind:state:attempts:failures:created:parked:due, then for each item the count of its reads
 * and what a history has before them but since and now, and the reads.
 *
 * A history: desired settle_ms confirmations max_age_ms excepted since_ms now_ms account_id
 * entitlement_id ("-": none), then newest first
 * outcome:account:complete:canary:as_of_ms:observed_ms[:native_id[:entitlement_id]] for each read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/approval.h"
#include "domain/event.h"
#include "domain/flow.h"
#include "domain/item.h"
#include "domain/owes.h"
#include "domain/permit_decide.h"
#include "domain/refusal.h"
#include "domain/request.h"
#include "domain/stuck.h"

enum { READS_MAX = 16, WORK_MAX = 8, ITEMS_MAX = 4, LINE_MAX_BYTES = 4096 };

static void print_tables(void)
{
    size_t count;
    const struct phase_edge *edges = phase_edges(&count);

    for (int p = 0; p < PHASE_COUNT; p++)
        printf("phase %s %d\n", phase_name((enum phase)p), phase_is_terminal((enum phase)p));
    for (size_t i = 0; i < count; i++)
        printf("phase_edge %s %s\n", phase_name(edges[i].from), phase_name(edges[i].to));
    for (int s = 0; s < FLOW_STATE_COUNT; s++)
        printf("flow_state %s %d\n", flow_state_name((enum flow_state)s),
               flow_state_is_final((enum flow_state)s));
    const struct flow_rule *rules = flow_rules(&count);
    for (size_t i = 0; i < count; i++)
        printf("flow_edge %s %s\n", flow_state_name(rules[i].from), flow_state_name(rules[i].to));
    for (int k = 0; k < FLOW_KIND_COUNT; k++)
        printf("flow_kind %s\n", flow_kind_name((enum flow_kind)k));
#define X(name) puts("lifecycle " name);
    LIFECYCLES(X)
#undef X
    for (int i = 0; i < EVENT_COUNT; i++) {
        char name[EVENT_NAME_SIZE];
        event_name(i, name);
        printf("event %s\n", name);
    }
    for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
        printf("refusal %s %d\n", refusal_name((enum refusal)i), i);
}

static struct str word(struct str *line, char sep)
{
    return str_cut(line, sep);
}

static int64_t number(struct str *line, char sep)
{
    int64_t n = 0;
    if (!str_to_i64(word(line, sep), &n))
        abort();
    return n;
}

static struct observation read_of(struct str text)
{
    struct observation o = {.has_raw = true};

    if (!outcome_from(word(&text, ':'), &o.outcome) ||
        !account_state_from(word(&text, ':'), &o.account))
        abort();
    o.complete = number(&text, ':') != 0;
    o.canary_ok = number(&text, ':') != 0;
    o.as_of_ms = number(&text, ':');
    o.observed_ms = number(&text, ':');
    o.native_id = word(&text, ':');
    o.entitlement_id = text;
    return o;
}

static void judge(struct str line)
{
    struct observation reads[READS_MAX];
    struct item item = {.obs = reads};

    if (!desired_from(word(&line, ' '), &item.desired))
        abort();
    item.rule.settle_ms = number(&line, ' ');
    item.rule.confirmations = (int32_t)number(&line, ' ');
    item.rule.max_age_ms = number(&line, ' ');
    item.excepted = number(&line, ' ') != 0;
    int64_t since_ms = number(&line, ' '), now_ms = number(&line, ' ');
    item.account_id = word(&line, ' ');
    if (str_eq_c(item.account_id, "-"))
        item.account_id = STR_NONE;
    item.entitlement_id = word(&line, ' ');
    if (str_eq_c(item.entitlement_id, "-"))
        item.entitlement_id = STR_NONE;
    while (line.len && item.obs_count < READS_MAX)
        reads[item.obs_count++] = read_of(word(&line, ' '));
    puts(verdict_name(verdict_judge(&item, since_ms, now_ms).verdict));
}

static void print_reasons(void)
{
    for (int i = 0; i < STUCK_REASON_COUNT; i++) {
        struct stuck_words w = stuck_words((enum stuck_reason)i);
        printf("%s|%s|%s|%s|%s\n", w.name, w.state, w.waits_for, w.next, w.remedy);
    }
}

static struct stuck_work work_of(struct str text)
{
    struct stuck_work w = {0};

    if (!flow_kind_from(word(&text, ':'), &w.kind) || !flow_state_from(word(&text, ':'), &w.state))
        abort();
    w.attempts = (int32_t)number(&text, ':');
    w.failures = (int32_t)number(&text, ':');
    w.created_ms = number(&text, ':');
    w.parked_ms = number(&text, ':');
    w.due_ms = number(&text, ':');
    return w;
}

static void read_item(struct str *line, struct item *item, struct observation *reads)
{
    *item = (struct item){.obs = reads, .obs_count = (size_t)number(line, ' ')};
    if (!desired_from(word(line, ' '), &item->desired) || item->obs_count > READS_MAX)
        abort();
    item->rule.settle_ms = number(line, ' ');
    item->rule.confirmations = (int32_t)number(line, ' ');
    item->rule.max_age_ms = number(line, ' ');
    item->excepted = number(line, ' ') != 0;
    for (size_t i = 0; i < item->obs_count; i++)
        reads[i] = read_of(word(line, ' '));
}

static void say_stuck(struct str line)
{
    struct observation reads[ITEMS_MAX][READS_MAX];
    struct item items[ITEMS_MAX];
    struct stuck_work work[WORK_MAX];
    struct dossier d = {.items = items};
    struct stuck_facts f = {.work = work};

    if (!phase_from(word(&line, ' '), &d.phase) || !gate_mode_from(word(&line, ' '), &d.mode))
        abort();
    d.held = number(&line, ' ') != 0;
    d.contested = number(&line, ' ') != 0;
    d.approval_unclear = number(&line, ' ') != 0;
    if (number(&line, ' ')) { /* its only step names who may not */
        d.approvals.known = true;
        d.approvals.barred = 1;
        d.approvals.terms.steps[d.approvals.terms.step_count++] =
            (struct approval_step){STR("manager"), STR("asker"), 1};
    }
    d.answered_cycle = number(&line, ' ') ? STR("1") : STR_NONE;
    d.emergency = number(&line, ' ') != 0;
    d.requested_ms = number(&line, ' ');
    d.approved_ms = number(&line, ' ');
    d.claimed_ms = number(&line, ' ');
    d.verified_ms = number(&line, ' ');
    d.closed_ms = number(&line, ' ');
    d.now_ms = number(&line, ' ');
    f.look_ms = number(&line, ' ');
    f.unreadable = (int32_t)number(&line, ' ');
    f.readable_ms = number(&line, ' ');
    f.refused_since_ms = number(&line, ' ');
    f.refused_until_ms = number(&line, ' ');
    f.told_until_ms = number(&line, ' ');
    d.ticket.issue_id = number(&line, ' ') ? STR("1") : STR_NONE;
    d.after.over_ms = number(&line, ' ');
    bool left = number(&line, ' ') != 0;
    f.work_count = (size_t)number(&line, ' ');
    if (f.work_count > WORK_MAX)
        abort();
    for (size_t i = 0; i < f.work_count; i++)
        work[i] = work_of(word(&line, ' '));
    while (line.len && d.item_count < ITEMS_MAX) {
        read_item(&line, &items[d.item_count], reads[d.item_count]);
        d.item_count++;
    }
    struct item_after after[ITEMS_MAX] = {{.recorded = left ? DRIFT_RECORDED : DRIFT_NONE}};
    d.after.items = after;
    struct stuck s = stuck_judge(&d, &f);
    printf("%s %lld %d %lld\n", stuck_words(s.reason).name, (long long)s.since_ms, s.attempts,
           (long long)s.next_ms);
}

/* phase kind approved claimed now cycle contested emergency given reviewed wanted answer tries,
 * then each item as in say_stuck; out: what it owes. */
static void say_owes(struct str line)
{
    struct observation reads[ITEMS_MAX][READS_MAX];
    struct item items[ITEMS_MAX];
    struct dossier d = {.items = items};
    struct permit *p = &d.permits[PERMIT_VERIFICATION];

    if (!phase_from(word(&line, ' '), &d.phase) || !request_kind_from(word(&line, ' '), &d.kind))
        abort();
    d.approved_ms = number(&line, ' ');
    d.claimed_ms = number(&line, ' ');
    d.now_ms = number(&line, ' ');
    d.claim_cycle = d.ticket.cycle = number(&line, ' ') ? STR("1") : STR_NONE;
    d.contested = number(&line, ' ') != 0;
    d.emergency = number(&line, ' ') != 0;
    d.approval_given = number(&line, ' ') != 0;
    d.reviewed = number(&line, ' ') != 0;
    d.permit_wanted = number(&line, ' ') != 0;
    if (!permit_answer_from(word(&line, ' '), &p->answer))
        abort();
    p->tries = (int32_t)number(&line, ' ');
    while (line.len && d.item_count < ITEMS_MAX) {
        read_item(&line, &items[d.item_count], reads[d.item_count]);
        d.item_count++;
    }
    uint32_t owed = owes(&d);
    for (enum debt debt = 0; debt < DEBT_COUNT; debt++)
        if (owed & 1u << debt)
            printf("%s ", debt_name(debt));
    printf("\n");
}

/* asked within at_least channels (bits) steps wanted... given..., each given
 * person:channel:declined:withdrawn:outdated:at:hats:maybe:steps:left; out: 1 when it is reached,
 * and why each does not count. */
static void judge_approvals(struct str line)
{
    struct approval_given given[READS_MAX];
    struct approvals a = {.given = given, .known = true};

    a.asked_ms = number(&line, ' ');
    a.terms.within_ms = number(&line, ' ');
    a.terms.at_least = (int32_t)number(&line, ' ');
    a.terms.channels = (uint32_t)number(&line, ' ');
    a.terms.step_count = (size_t)number(&line, ' ');
    for (size_t i = 0; i < a.terms.step_count; i++)
        a.terms.steps[i].wanted = (int32_t)number(&line, ' ');
    while (line.len) {
        struct str one = word(&line, ' ');
        struct approval_given *g = &given[a.count++];
        g->person = (int32_t)number(&one, ':');
        if (!approval_channel_from(word(&one, ':'), &g->channel))
            abort();
        g->declined = number(&one, ':') != 0;
        g->withdrawn = number(&one, ':') != 0;
        g->outdated = number(&one, ':') != 0;
        g->at_ms = number(&one, ':');
        g->hats = (uint32_t)number(&one, ':');
        g->maybe = (uint32_t)number(&one, ':');
        g->steps = (uint32_t)number(&one, ':');
        g->left = number(&one, ':') != 0;
    }
    printf("%d", approval_judge(&a, a.asked_ms).answer == APPROVAL_REACHED);
    for (size_t i = 0; i < a.count; i++)
        printf(" %s",
               (const char *const[]){"-", "withdrawn", "own", "unclear", "outdated", "channel",
                                     "late", "unnamed", "left"}[approval_fault(&a, &given[i])]);
    printf("\n");
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];

    if (argc == 2 && strcmp(argv[1], "tables") == 0) {
        print_tables();
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "reasons") == 0) {
        print_reasons();
        return 0;
    }
    bool stuck = argc == 2 && strcmp(argv[1], "stuck") == 0;
    bool owed = argc == 2 && strcmp(argv[1], "owes") == 0;
    bool approvals = argc == 2 && strcmp(argv[1], "approvals") == 0;
    if (!stuck && !owed && !approvals && (argc != 2 || strcmp(argv[1], "verdicts") != 0))
        return 64;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (stuck)
            say_stuck(str_of(line));
        else if (owed)
            say_owes(str_of(line));
        else if (approvals)
            judge_approvals(str_of(line));
        else
            judge(str_of(line));
    }
    return 0;
}
