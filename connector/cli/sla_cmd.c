/* countersign sla: what the configuration makes of time. Asks nobody: it is the same before a
 * service runs and while one does. */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "cli/cli.h"

static const char USAGE[] = "show [--json]\n"
                            "       countersign sla due --calendar NAME --from TIME --goal 8h\n"
                            "       countersign sla between --calendar NAME --from TIME --to TIME";

static int show(struct cli *cli, const struct config *c, struct arena *arena)
{
    struct str text;

    if (cli->json) {
        if (!config_sla_text(c, arena, &text))
            return EXIT_CODE_BUG;
        printf("%.*s\n", STR_ARG(text));
        return EXIT_CODE_OK;
    }
    for (size_t i = 0; i < c->calendar_count; i++) {
        const struct calendar_span *spans;
        size_t count = config_calendar_spans(c, arena, c->calendars[i], &spans);
        char from[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
        printf("calendar %.*s, %.*s: %zu open times from %s to %s\n",
               STR_ARG(c->calendars[i]->name), STR_ARG(c->calendars[i]->zone), count,
               clock_rfc3339(c->calendars_from_s * 1000, from),
               clock_rfc3339(c->calendars_until_s * 1000, until));
    }
    for (size_t i = 0; i < c->sla_count; i++) {
        const struct sla_policy *p = c->slas[i];
        struct str calendar = p->calendar.len ? p->calendar : STR("24x7");
        printf("policy %.*s: goal %.*s, %.*s\n", STR_ARG(p->name),
               STR_ARG(mapping_goal(arena, p->goals_ms[SLA_WHOLE])), STR_ARG(calendar));
        for (size_t k = 0; k < p->rung_count; k++)
            printf("  at %3d%% of %s: %s %.*s\n", p->rungs[k].percent,
                   sla_checkpoint_name(p->rungs[k].of), sla_deed_name(p->rungs[k].deed),
                   STR_ARG(p->rungs[k].value));
    }
    return EXIT_CODE_OK;
}

static bool read_time(struct cli *cli, const char *option, int64_t *ret_ms)
{
    const char *text = cli_option(cli, option);

    if (text && clock_parse(str_of(text), ret_ms))
        return true;
    fprintf(stderr, "countersign sla: --%s is a time like 2026-11-24T10:20:56Z\n", option);
    return false;
}

static int due(struct cli *cli, const struct calendar_span *spans, size_t count)
{
    const char *goal = cli_option(cli, "goal");
    int64_t from_ms, goal_ms;
    char text[CLOCK_TEXT_SIZE];

    if (!read_time(cli, "from", &from_ms))
        return EXIT_CODE_USAGE;
    if (!goal || !yaml_duration(str_of(goal), &goal_ms)) {
        fprintf(stderr, "countersign sla: --goal is a time like 90m or 8h\n");
        return EXIT_CODE_USAGE;
    }
    int left = cli_leftover(cli);
    if (left)
        return left;
    int64_t us = calendar_add(spans, count, from_ms * 1000, goal_ms * 1000);
    if (us < 0) {
        fprintf(stderr, "countersign sla: that is beyond what the calendar is laid out for\n");
        return EXIT_CODE_DATA;
    }
    printf("%s\n", clock_rfc3339(us / 1000, text));
    return EXIT_CODE_OK;
}

static int between(struct cli *cli, const struct calendar_span *spans, size_t count)
{
    int64_t from_ms, to_ms;

    if (!read_time(cli, "from", &from_ms) || !read_time(cli, "to", &to_ms))
        return EXIT_CODE_USAGE;
    int left = cli_leftover(cli);
    if (left)
        return left;
    printf("%lld\n",
           (long long)(calendar_between(spans, count, from_ms * 1000, to_ms * 1000) / 1000000));
    return EXIT_CODE_OK;
}

static int sla(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *verb = cli_word(cli), *name = cli_option(cli, "calendar");
    const struct calendar_span *spans;

    bool shows = verb && str_eq_c(str_of(verb), "show");
    bool dues = verb && str_eq_c(str_of(verb), "due");
    if (!shows && !dues && !(verb && str_eq_c(str_of(verb), "between")))
        return cli_usage(cli, USAGE);
    cli->without_mappings = true;
    const struct config *c = cli_config(cli, arena);
    if (!c)
        return EXIT_CODE_CONFIG;
    if (shows) {
        int left = cli_leftover(cli);
        return left ? left : show(cli, c, arena);
    }
    const struct calendar *one = name ? config_calendar(c, str_of(name)) : NULL;
    if (!one) {
        fprintf(stderr, "countersign sla: --calendar names one of the configuration\n");
        return EXIT_CODE_USAGE;
    }
    size_t count = config_calendar_spans(c, arena, one, &spans);
    return dues ? due(cli, spans, count) : between(cli, spans, count);
}

const struct cli_command CLI_SLA = {"sla", "calendars and policies: what is due when", sla};
