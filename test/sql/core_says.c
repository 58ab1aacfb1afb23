/* core_says: what the pure core holds, as text, for comparing it with the database.
 *
 *   core_says tables     one line a phase, flow state and edge: "phase NAME TERMINAL", "edge FROM
 * TO", ... core_says verdicts   standard input: one history a line; standard output: one verdict a
 * line
 *
 * A history: desired settle_ms confirmations max_age_ms excepted since_ms now_ms, then newest first
 * outcome:account:complete:canary:as_of_ms:observed_ms for each read. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/flow.h"
#include "domain/item.h"
#include "domain/request.h"

enum { READS_MAX = 16, LINE_MAX_BYTES = 4096 };

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
    while (line.len && item.obs_count < READS_MAX)
        reads[item.obs_count++] = read_of(word(&line, ' '));
    puts(verdict_name(verdict_judge(&item, since_ms, now_ms).verdict));
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];

    if (argc == 2 && strcmp(argv[1], "tables") == 0) {
        print_tables();
        return 0;
    }
    if (argc != 2 || strcmp(argv[1], "verdicts") != 0)
        return 64;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        judge(str_of(line));
    }
    return 0;
}
