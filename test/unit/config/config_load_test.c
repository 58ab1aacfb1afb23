/* What a good configuration becomes, and which of several values counts. Faults stand word for word
 * in test/golden/check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "unit.h"

enum { ROOM = 32 * 1024 * 1024 };

static struct diag_list diags, mapping_diags;
static char folder[] = "/tmp/countersign-config-XXXXXX";

static const char MAPPING[] =
    "version: 1\nservice_desk: IAM\nrequests:\n  - name: r\n    request_type: 30\n    change: "
    "grant\n"
    "    subject: { const: p }\n    application: { const: sap-fin }\n    entitlement: { const: e "
    "}\n"
    "tests:\n  - { name: t, ticket: ticket.json, expect: { outcome: mapped } }\n";
static const char CONFIG[] =
    "database: { conninfo: \"host=db\" }\nlisten: { port: 1000, public_url: https://c.d/e// "
    "}\nmapping: "
    "mapping.yaml\nlog_level: warn\n"
    "sites:\n"
    "  - name: acme\n    url: https://jira.example.com/jira//\n    flavour: datacenter\n    auth: "
    "{ kind: bearer, token: file:/t }\n"
    "    webhook_secret: credential:new\n    webhook_secret_old: credential:old\n    projects: "
    "[IAM, A_1]\n    poll_interval: 5s\n"
    "  - name: b\n    url: http://localhost:80\n    insecure_http: true\n    auth: { email: a@b.c, "
    "token: file:/t }\n"
    "    webhook: { automation_secret: file:/r, automation_header: X-Ours, late_after: 20m }\n"
    "    gate_mode: reopen\n    gate: { group: closers, reprove: 1m, prove_as: { email: a@b.c, "
    "token: file:/g } }\n"
    "    projects: [IAM]\n"
    "sources:\n"
    "  - name: sap-fin\n    kind: sql\n    canary: { account: c, entitlement: r }\n    settle: 0\n "
    "   confirmations: 3\n"
    "    max_age: 1h\n    timeout: 2s\n    connection: { conninfo: \"host=x\", query: select }\n"
    "  - name: hr\n    kind: sql\n    canary: { account: c, entitlement: r }\n    concurrency: 3\n"
    "    reads_per_minute: 600\n    connection: { conninfo: \"host=x\", query: select }\n"
    "api: { tokens: [{ name: t, token: file:/a, roles: [submit, audit] }] }\n"
    "times: { return_after: 3m }\n"
    "after_close: { watch: false, third: 9d, daily: 2d, lead: 0, loop_limit: 5, loop_window: 90d "
    "}\n";

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    fclose(file);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    put("mapping.yaml", MAPPING);
    put("countersign.yaml", CONFIG);
    put("ticket.json", "{\"fields\":{\"customfield_10010\":\"30\"}}");
    return 0;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"mapping.yaml", "countersign.yaml", "ticket.json",
                                        "x.yaml"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, NAMES[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static struct config *load(struct arena *a, const char *name,
                           const char *(*environment)(const char *), const char *const *set,
                           size_t set_count)
{
    struct str path = arena_printf(a, "%s/%s", folder, name);
    struct config_input input = {
        .file = path.p, .set = set, .set_count = set_count, .environment = environment};
    struct config *c = config_load_from(a, &input, &diags, &mapping_diags);
    return c;
}

static void a_file_becomes_plain_structs(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    struct config *c = load(a, "countersign.yaml", NULL, NULL, 0);

    if (!c)
        fail_msg("%s %s", diags.items[0].text, mapping_diags.items[0].text);
    assert_str(c->database, "host=db");
    assert_int_equal(c->database_connections, 4);
    assert_int_equal(c->listen_port, 1000);
    assert_int_equal(c->ops_port, 8471);
    assert_int_equal(c->log_level, LOG_WARN);
    assert_int_equal(c->site_count, 2);
    const struct site_config *s = &c->sites[0];
    assert_str(s->url, "https://jira.example.com/jira");
    assert_str(s->flavour, "datacenter");
    assert_int_equal(s->auth, JSM_AUTH_BEARER);
    assert_str(s->webhook_secret, "credential:new");
    assert_str(s->webhook_secret_old, "credential:old");
    assert_str(c->public_url, "https://c.d/e"); /* paths are appended */
    assert_str(s->hook.header, "x-countersign-secret");
    assert_int_equal(s->hook.check_every_ms, 3600 * 1000);
    assert_int_equal(s->hook.late_after_ms, 16 * 60 * 1000);
    assert_false(s->hook.app.len || s->hook.shared.len);
    assert_str(s->gate.group, "countersign");
    assert_int_equal(s->gate.reprove_ms, 15 * 60 * 1000);
    assert_false(s->gate.chosen || s->gate.agent_token.len);
    assert_int_equal(s->gate.strongest, GATE_BY_CLOSES);
    assert_str(c->sites[1].gate.group, "closers");
    assert_str(c->sites[1].gate.agent_token, "file:/g");
    assert_int_equal(c->sites[1].gate.reprove_ms, 60 * 1000);
    assert_true(c->sites[1].gate.chosen);
    assert_int_equal(c->sites[1].gate.strongest, GATE_BY_REOPEN);
    assert_str(c->sites[1].hook.shared, "file:/r");
    assert_str(c->sites[1].hook.header, "x-ours"); /* headers are found in lower case */
    assert_int_equal(c->sites[1].hook.late_after_ms, 20 * 60 * 1000);
    assert_false(c->sites[1].webhook_secret.len);
    assert_int_equal(s->project_count, 2);
    assert_int_equal(s->poll_interval_ms, 5000);
    assert_int_equal(s->poll_slow_interval_ms, 10000); /* twice, unless said otherwise */
    assert_int_equal(c->sites[1].auth, JSM_AUTH_BASIC);
    assert_str(c->sites[1].email, "a@b.c");
    assert_str(c->sites[1].flavour, "cloud");
    assert_true(c->sites[1].insecure_http);
    const struct source_config *source = &c->sources[0];
    assert_str(source->label, "sap-fin");
    assert_non_null(source->reader);
    assert_int_equal(source->rule.settle_ms, 0);
    assert_int_equal(source->rule.confirmations, 3);
    assert_int_equal(source->rule.max_age_ms, 3600000);
    assert_int_equal(source->timeout_ms, 2000);
    assert_int_equal(source->limits.at_once, 8); /* what suits the kind */
    assert_int_equal(source->limits.per_minute, 0);
    assert_int_equal(c->sources[1].limits.at_once, 3);
    assert_int_equal(c->sources[1].limits.per_minute, 600);
    assert_int_equal(source->setting_count, 2);
    assert_str(source->settings[1].name, "query");
    assert_str(source->canary_entitlement, "r");
    assert_true(c->tokens[0].may_submit && c->tokens[0].may_audit);
    assert_false(c->tokens[0].may_read || c->tokens[0].may_approve);
    assert_int_equal(c->policy.return_after_ms, 180000);
    assert_int_equal(c->policy.times.lease_ms, POLICY_DEFAULT.times.lease_ms);
    assert_int_equal(c->mapping->rule_count, 1);
    assert_int_equal(config_run_mapping_tests(c->mapping, a, &mapping_diags), 1);
    assert_int_equal(mapping_diags.errors, 0);
}

static void what_happens_after_a_close_can_be_said(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct config *c = load(a, "countersign.yaml", NULL, NULL, 0);
    (void)state;

    assert_non_null(c);
    const struct watch *w = &c->policy.watch;
    assert_true(!w->drift && w->expiry);
    assert_int_equal(w->first_ms, 3600000);
    assert_int_equal(w->second_ms, 24 * 3600000);
    assert_int_equal(w->third_ms, 9 * 24 * 3600000);
    assert_int_equal(w->then_ms, 2 * 24 * 3600000);
    assert_int_equal(w->lead_ms, 0);
    assert_int_equal(w->loop_limit, 5);
    assert_int_equal(w->loop_window_ms, INT64_C(90) * 24 * 3600000);
}

static const char *environment(const char *name)
{
    static const char *const VALUES[][2] = {{"COUNTERSIGN_LISTEN_PORT", "2000"},
                                            {"COUNTERSIGN_LISTEN_OPS_PORT", "2001"},
                                            {"COUNTERSIGN_DATABASE_PASSWORD", "credential:pw"},
                                            {"COUNTERSIGN_TIMES_SWEEP", "7m"},
                                            {"COUNTERSIGN_LOG_LEVEL", "debug"}};
    for (size_t i = 0; i < COUNT(VALUES); i++)
        if (strcmp(name, VALUES[i][0]) == 0)
            return VALUES[i][1];
    return NULL;
}

static void the_command_line_counts_before_the_environment_before_the_file(void **state)
{
    static const char *const SET[] = {"listen.port=3000", "listen.port=3001", "times.recheck=9s"};
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    struct config *c = load(a, "countersign.yaml", environment, NULL, 0);
    assert_non_null(c);
    assert_int_equal(c->listen_port, 2000);
    assert_int_equal(c->ops_port, 2001);
    assert_str(c->database_password, "credential:pw");
    assert_int_equal(c->policy.sweep_ms, 7 * 60000);
    assert_int_equal(c->log_level, LOG_DEBUG);
    c = load(a, "countersign.yaml", environment, SET, COUNT(SET));
    assert_non_null(c);
    assert_int_equal(c->listen_port, 3001); /* the last one */
    assert_int_equal(c->ops_port, 2001);
    assert_int_equal(c->policy.recheck_ms, 9000);
}

static const char *short_name(const char *name)
{
    return strcmp(name, "COUNTERSIGN_DATABASE") == 0 ? "host=other" : NULL;
}

static void what_is_missing_in_the_file_may_come_from_outside(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;
    const char *rest = strchr(CONFIG, '\n') + 1; /* without its database */

    put("x.yaml", rest);
    assert_null(load(a, "x.yaml", NULL, NULL, 0));
    assert_int_equal(diags.errors, 1);
    assert_string_equal(diags.items[0].text, "'database.conninfo' is missing");
    struct config *c = load(a, "x.yaml", short_name, NULL, 0);
    assert_non_null(c);
    assert_str(c->database, "host=other");
}

static void faults_of_the_mapping_are_faults_of_the_whole(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    (void)state;

    put("ticket.json", "{\"fields\":{\"customfield_10010\":\"99\"}}"); /* its test fails now */
    assert_null(load(a, "countersign.yaml", NULL, NULL, 0));
    assert_int_equal(diags.errors, 0);
    assert_string_equal(mapping_diags.items[0].code, "M052");
    assert_int_equal(mapping_diags.items[0].pos.line, 11);
}

static void a_small_arena_is_no_crash(void **state)
{
    (void)state;
    for (size_t room = 64; room < 512 * 1024; room = room * 3 / 2) {
        AUTO(drop_arena) struct arena *a = arena_new(ROOM);
        AUTO(drop_arena) struct arena *small = arena_new(room);
        struct str path = arena_printf(a, "%s/countersign.yaml", folder);
        struct config_input input = {.file = path.p};
        struct config *c = config_load_from(small, &input, &diags, &mapping_diags);
        assert_true(c == NULL || !arena_over(small));
    }
}

/* Whoever rolls back must not need the file that is broken. */
static void without_mappings_their_files_are_only_named(void **state)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct str path = arena_printf(a, "%s/countersign.yaml", folder);
    static const char *const SET[] = {"mapping=gone.yaml"};
    struct config_input input = {.file = path.p, .set = SET, .set_count = 1};
    (void)state;

    assert_null(config_load_from(a, &input, &diags, &mapping_diags));
    input.without_mappings = true;
    struct config *c = config_load_from(a, &input, &diags, &mapping_diags);
    assert_non_null(c);
    assert_null(c->mapping);
    assert_null(c->sites[0].mapping);
    assert_str(c->sites[0].mapping_file, arena_cstr(a, arena_printf(a, "%s/gone.yaml", folder)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_becomes_plain_structs),
        cmocka_unit_test(without_mappings_their_files_are_only_named),
        cmocka_unit_test(what_happens_after_a_close_can_be_said),
        cmocka_unit_test(the_command_line_counts_before_the_environment_before_the_file),
        cmocka_unit_test(what_is_missing_in_the_file_may_come_from_outside),
        cmocka_unit_test(a_small_arena_is_no_crash),
        cmocka_unit_test(faults_of_the_mapping_are_faults_of_the_whole),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
