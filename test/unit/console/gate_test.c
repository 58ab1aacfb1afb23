#include "console/gate.h"

#include "pages.h"
#include "unit.h"

#define NOW_MS INT64_C(1795775999000)

static struct buf out;
static struct arena *arena;

static int begin(void **state)
{
    (void)state;
    buf_init(&out, GATE_PAGE_BYTES);
    arena = arena_new(16 * 1024 * 1024);
    return 0;
}

static int end(void **state)
{
    (void)state;
    buf_done(&out);
    arena_free(arena);
    return 0;
}

static bool has(const char *text)
{
    return strstr(out.p, text) != NULL;
}

static size_t count_of(const char *text)
{
    size_t n = 0;

    for (const char *p = out.p; (p = strstr(p, text)); p += strlen(text))
        n++;
    return n;
}

static void render(const struct gate_page *page, const char *name)
{
    buf_clear(&out);
    arena_clear(arena);
    assert_true(gate_render(&out, arena, page));
    page_keep(name, &out);
}

enum { WAITING, WORK, PENDING, VERIFYING, RESOLVED, CANCELLED, DECLINED, APPROVAL, STATUSES };
static const struct gate_status STATUS[STATUSES] = {
    [WAITING] = {STR("Waiting for support"), STR("new"), PART_OPEN},
    [WORK] = {STR("In progress"), STR("indeterminate"), PART_OPEN},
    [PENDING] = {STR("Pending"), STR("indeterminate"), PART_OPEN},
    [VERIFYING] = {STR("Verifying access"), STR("indeterminate"), PART_VERIFY},
    [RESOLVED] = {STR("Resolved"), STR("done"), PART_DONE},
    [CANCELLED] = {STR("Cancelled"), STR("done"), PART_CANCELLED},
    [DECLINED] = {STR("Declined"), STR("done"), PART_DECLINED},
    [APPROVAL] = {STR("Waiting for approval"), STR("new"), PART_OPEN},
};
static const size_t FROM[] = {WAITING, WORK, PENDING, VERIFYING, RESOLVED, APPROVAL};
#define ONE(status) &FROM[status], 1
static const size_t FROM_APPROVAL[] = {APPROVAL};
static const size_t FROM_OPEN[] = {WAITING, WORK, PENDING};
static const struct gate_road ROADS[] = {
    {STR("1"), STR("Create"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, true, NULL, 0,
     APPROVAL},
    {STR("2"), STR("Approved"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false,
     FROM_APPROVAL, 1, WAITING},
    {STR("3"), STR("Declined"), GATE_LEFT, STR("Waiting for approval"), STR("Declined"),
     STR("the mapping calls it declined: no access is claimed there"), false, false, FROM_APPROVAL,
     1, DECLINED},
    {STR("4"), STR("Start"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false,
     ONE(WAITING), WORK},
    {STR("5"), STR("Wait"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false, ONE(WORK),
     PENDING},
    {STR("6"), STR("Go on"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false,
     ONE(PENDING), WORK},
    {STR("7"), STR("Resolve"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false, FROM_OPEN,
     3, VERIFYING},
    {STR("8"), STR("Access verified"), GATE_GATED, STR("Verifying access"), STR("Resolved"),
     STR("only the connector may go it"), false, false, ONE(VERIFYING), RESOLVED},
    {STR("9"), STR("Not as asked"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false,
     ONE(VERIFYING), WORK},
    {STR("10"), STR("Cancel request"), GATE_LEFT, STR("Waiting for support, In progress, Pending"),
     STR("Cancelled"), STR("the mapping calls it cancelled: no access is claimed there"), false,
     false, FROM_OPEN, 3, CANCELLED},
    {STR("91"), STR("Close"), GATE_OPEN, STR("any status"), STR("Resolved"),
     STR("it leads there from any status, for anybody"), true, false, NULL, 0, RESOLVED},
    {STR("12"), STR("Reopen"), GATE_NOT_DONE, STR_NONE, STR_NONE, STR_NONE, false, false, &FROM[4],
     1, WORK},
};
static const struct gate_found FOUND[] = {
    {true, STR("the resolution can be edited: a ticket looks resolved without a transition"),
     STR("take the field Resolution off the edit screen")},
    {false, STR("no road leads the connector from done back to work"), STR("add a transition")}};
static const struct gate_rule RULES[] = {
    {GATE_OPEN, STR("Close stale tickets"), STR("it moves tickets into Done")}};
static const struct str STRANGERS[] = {STR("Jo Lind"), STR("<b>Mallory</b>")};
static const struct str UNSEEN[] = {STR("whether the desk lets customers close their requests")};

static const struct gate_flow FLOW = {
    STR("IAM service request"), true, STATUS, STATUSES, ROADS, COUNT(ROADS), FOUND, COUNT(FOUND)};

static struct gate_project project(void)
{
    return (struct gate_project){.site = STR("acme"),
                                 .project = STR("IAM"),
                                 .at_ms = NOW_MS - 180000,
                                 .since_ms = NOW_MS - 86400000,
                                 .is_known = true,
                                 .open = 3,
                                 .mode = STR("connector_closes"),
                                 .installed_ms = NOW_MS - 864000000,
                                 .flows = &FLOW,
                                 .flow_count = 1,
                                 .rules = RULES,
                                 .rule_count = 1,
                                 .strangers = STRANGERS,
                                 .stranger_count = 2,
                                 .unseen = UNSEEN,
                                 .unseen_count = 1};
}

static void every_road_into_done_is_numbered_and_has_words(void **state)
{
    struct gate_project p = project();

    (void)state;
    render(&(struct gate_page){.now_ms = NOW_MS, .names = true, .projects = &p, .project_count = 1},
           "gate");
    assert_true(has("3 ways to close without proof"));
    assert_true(has("0 of 1 hold"));
    assert_int_equal(count_of("<td class=\"num\">"), 4);
    assert_true(has("<strong><bdi>Close</bdi></strong>"));
    assert_true(has("it leads there from any status, for anybody"));
    assert_true(has("<bdi>&lt;b&gt;Mallory&lt;/b&gt;</bdi>"));
    assert_true(has("does not hold</span>"));
    /* in the picture: the same numbers, with signs */
    assert_true(has(">✓2</text>"));
    assert_true(has(">✗4</text>"));
    assert_true(has(">1</text>"));
    assert_true(has(">any status</text>"));
    assert_true(has("of the roads into Done 1 are gated, 1 open, 2 left alone"));
    assert_int_equal(count_of("class=\"road good\""), 1);
    assert_int_equal(count_of("class=\"road bad\""), 1);
}

static void what_holds_says_so(void **state)
{
    struct gate_flow flow = FLOW;
    struct gate_project p = project();

    (void)state;
    flow.road_count = 10; /* without the global one */
    flow.found_count = 0;
    p.flows = &flow;
    p.open = 0;
    p.rule_count = p.stranger_count = 0;
    render(&(struct gate_page){.now_ms = NOW_MS, .projects = &p, .project_count = 1}, "gate-holds");
    assert_true(has("Nobody but the connector closes"));
    assert_true(has("1 of 1 hold"));
    assert_false(has("any status"));
}

static void a_viewer_sees_how_many_not_who(void **state)
{
    struct gate_project p = project();

    (void)state;
    render(&(struct gate_page){.now_ms = NOW_MS, .projects = &p, .project_count = 1},
           "gate-viewer");
    assert_false(has("Lind"));
    assert_true(has("2; an auditor sees their names."));
}

static void what_is_not_known_or_not_drawn_is_said(void **state)
{
    struct gate_flow flow = FLOW;
    struct gate_project p = project();

    (void)state;
    flow.is_drawn = false;
    p.flows = &flow;
    p.is_known = false;
    p.said = STR("may not read workflows");
    render(&(struct gate_page){.now_ms = NOW_MS, .projects = &p, .project_count = 1, .more = true},
           "gate-unknown");
    assert_true(has("Not known: the last look could not read everything"));
    assert_true(has("may not read workflows"));
    assert_true(has("The picture comes with the next look at this gate."));
    assert_true(has("more projects than fit here"));
    assert_false(has("<svg"));
    render(&(struct gate_page){.now_ms = NOW_MS}, "gate-none");
    assert_true(has("No gate was looked at yet"));
}

static void hostile_names_are_inert_and_too_many_roads_are_listed(void **state)
{
    static struct gate_status many[140];
    static struct gate_road roads[300];
    struct gate_flow flow = {.name = STR("</svg><script>alert(1)</script>"),
                             .is_drawn = true,
                             .statuses = many,
                             .status_count = 60,
                             .roads = roads,
                             .road_count = COUNT(roads)};
    struct gate_project p = project();

    (void)state;
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] =
            (struct gate_status){STR("\"><script>\u202Ex</script> and a very long name indeed"),
                                 i % 7 ? STR("new") : STR("done"), PART_OPEN};
    for (size_t i = 0; i < COUNT(roads); i++)
        roads[i] = (struct gate_road){.id = STR("1"),
                                      .name = STR("<img src=x onerror=alert(1)>"),
                                      .state = i % 5 ? GATE_NOT_DONE : GATE_OPEN,
                                      .from = &FROM[i % 6],
                                      .from_count = 1,
                                      .to = i * 7 % 60};
    p.flows = &flow;
    render(&(struct gate_page){.now_ms = NOW_MS, .projects = &p, .project_count = 1},
           "gate-hostile");
    assert_false(has("<script"));
    assert_false(has("<img"));
    assert_false(has("\u202E"));
    flow.status_count = COUNT(many);
    render(&(struct gate_page){.now_ms = NOW_MS, .projects = &p, .project_count = 1}, "gate-many");
    assert_true(has("more roads than a picture can show"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

UNIT_MAIN(T(every_road_into_done_is_numbered_and_has_words), T(what_holds_says_so),
          T(a_viewer_sees_how_many_not_who), T(what_is_not_known_or_not_drawn_is_said),
          T(hostile_names_are_inert_and_too_many_roads_are_listed))
