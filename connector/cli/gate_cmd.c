/* The gate in Jira's workflow: planned, installed, proven, taken out. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/gate_work.h"
#include "cli/mapping_now.h"

static const char USAGE[] =
    "plan|install|prove|uninstall [--site NAME] [--project KEY] [--json]\n"
    "           [--email ADDRESS] [--token file:PATH]   sign in as an administrator instead of as "
    "the service does\n"
    "           plan: [--out FILE]      write it there (JSON; without the rights, Markdown for an "
    "administrator)\n"
    "           install: [--plan FILE]  only what that file says   [--yes]  without asking\n"
    "           [--shared]              also where other projects use the workflow\n"
    "           [--no-fields]           without the fields Access check and their screens";

enum { OUT_BYTES = 16 * 1024 * 1024, STEPS_BYTES = 1024 * 1024 };

struct gating {
    struct gate_wish wish;
    struct json_out out;
    struct buf text, steps;
    const char *verb;
    size_t rows;   /* installations met by uninstall */
    bool out_json; /* the plan as JSON, to standard output or --out */
};

static bool is_wanted(const char *name, struct str is)
{
    return !name || str_eq_c(is, name);
}

static void plan(struct gate_work *w, struct gating *g, struct str project)
{
    struct gate_project *p = gate_project_plan(w, project);
    const char *why = "";
    enum exit_code code = EXIT_CODE_OK;
    bool stands = gate_project_stands(w, p, &why, &code);

    if (!w->cli->json) {
        w->json = NULL;
        gate_say_plan(w, p);
        if (!stands)
            printf("  cannot be installed: %s\n", why);
    }
    w->json = g->out_json ? &g->out : NULL;
    if (w->json)
        gate_say_plan(w, p);
    if (!stands)
        gate_code(w, code);
    else if (gate_project_differs(w, p))
        gate_code(w, EXIT_CODE_DIFFERENT);
    if (code == EXIT_CODE_NOT_PERMITTED)
        gate_say_steps(w, p, &g->steps);
}

static void prove(struct gate_work *w, struct str project)
{
    const struct site_gate *gate = gate_look(w, project, true);

    gate_say_proof(w, gate);
    if (site_gate_open(gate))
        gate_code(w, EXIT_CODE_FAILED);
    else if (!gate->known)
        gate_code(w, gate->denied || !gate->able.workflow_rest ? EXIT_CODE_NOT_PERMITTED
                                                               : EXIT_CODE_UNREACHABLE);
}

static void uninstall(struct gate_work *w, struct gating *g)
{
    struct err err = {0};
    const struct json *rows = gate_turn(w, &err) ? gate_live(w, &err) : NULL;
    size_t count = 0;

    if (!rows) {
        gate_code(w, (enum exit_code)cli_fail(&err));
        return;
    }
    JSON_EACH(row, rows)
    {
        if (!is_wanted(g->wish.project, json_path_str(row, "project")))
            continue;
        count++;
        g->rows++;
        if (str_eq_c(json_path_str(row, "kind"), "workflow"))
            gate_uninstall(w, row);
    }
    if (count)
        gate_parts_uninstall(w);
    else
        fprintf(stderr, "countersign: nothing is installed at site %.*s\n", STR_ARG(w->at->name));
}

static void do_site(struct gate_work *w, struct gating *g)
{
    if (!gate_own(w))
        gate_say(w, "what the gate has added is known by its name only: the database does not "
                    "answer");
    if (strcmp(g->verb, "uninstall") == 0) {
        uninstall(w, g);
        return;
    }
    for (size_t i = 0; i < w->at->project_count; i++) {
        struct str project = w->at->projects[i];
        if (!is_wanted(g->wish.project, project))
            continue;
        if (strcmp(g->verb, "plan") == 0)
            plan(w, g, project);
        else if (strcmp(g->verb, "prove") == 0)
            prove(w, project);
        else
            gate_install(w, project);
    }
}

static bool write_file(const char *path, struct str text)
{
    FILE *f = fopen(path, "we");
    bool good = f && fwrite(text.p, 1, text.len, f) == text.len;

    if (f)
        good &= fclose(f) == 0;
    if (!good)
        fprintf(stderr, "countersign: %s: %s\n", path, strerror(errno));
    return good;
}

/* The plan where it is wanted; what an administrator has to do where we may not. */
static int tell(struct gating *g, const struct cli *cli, int code)
{
    struct str steps = buf_str(&g->steps), text = buf_str(&g->text);

    if (g->wish.out && !write_file(g->wish.out, steps.len ? steps : text))
        return EXIT_CODE_CANNOT_WRITE;
    if (g->wish.out)
        fprintf(stderr, "countersign: wrote %s\n", g->wish.out);
    else if (steps.len && !cli->json)
        printf("\n%.*s", STR_ARG(steps));
    if (cli->json)
        printf("%.*s\n", STR_ARG(text));
    return code;
}

/* Does a site that is meant name the project that is? */
static bool has_project(const struct config *config, const struct gating *g)
{
    for (size_t i = 0; i < config->site_count; i++)
        for (size_t k = 0; k < config->sites[i].project_count; k++)
            if (is_wanted(g->wish.site, config->sites[i].name) &&
                is_wanted(g->wish.project, config->sites[i].projects[k]))
                return true;
    return false;
}

static int no_project(const struct cli *cli, const struct config *config, const struct gating *g)
{
    fprintf(stderr, "countersign: there is no project '%s' in %s; there is", g->wish.project,
            cli->config_file);
    for (size_t i = 0; i < config->site_count; i++)
        for (size_t k = 0; k < config->sites[i].project_count; k++)
            if (is_wanted(g->wish.site, config->sites[i].name))
                fprintf(stderr, " %.*s", STR_ARG(config->sites[i].projects[k]));
    fprintf(stderr, "\n");
    return EXIT_CODE_USAGE;
}

static bool has_site(const struct config *config, const struct gating *g)
{
    for (size_t i = 0; i < config->site_count; i++)
        if (is_wanted(g->wish.site, config->sites[i].name))
            return true;
    return false;
}

static int run(struct cli *cli, struct gating *g, const struct config *config, struct arena *arena)
{
    bool writes = strcmp(g->verb, "install") == 0 || strcmp(g->verb, "uninstall") == 0;
    struct gate_work work = {.cli = cli, .wish = &g->wish, .config = config, .arena = arena};
    bool listed = !g->wish.project || has_project(config, g);

    if (!has_site(config, g)) {
        fprintf(stderr, "countersign: there is no site '%s' in %s\n", g->wish.site,
                cli->config_file);
        return EXIT_CODE_USAGE;
    }
    /* what is installed for a project that is named no more can still be taken out */
    if (!listed && strcmp(g->verb, "uninstall") != 0)
        return no_project(cli, config, g);
    buf_init(&g->text, OUT_BYTES);
    buf_init(&g->steps, STEPS_BYTES);
    json_begin(&g->out, &g->text);
    json_open_object(&g->out);
    json_put_name(&g->out, "projects");
    json_open_array(&g->out);
    for (size_t i = 0; i < config->site_count; i++) {
        struct err err = {0};
        if (!is_wanted(g->wish.site, config->sites[i].name))
            continue;
        work.json = cli->json ? &g->out : NULL;
        if (gate_work_open(&work, &config->sites[i], writes, &err))
            do_site(&work, g);
        else
            gate_code(&work, (enum exit_code)cli_fail(&err));
        gate_work_close(&work);
    }
    json_close_array(&g->out);
    json_close_object(&g->out);
    int code = tell(g, cli, work.code);
    buf_done(&g->text);
    buf_done(&g->steps);
    return listed || g->rows || code ? code : no_project(cli, config, g);
}

static int gate(struct cli *cli)
{
    static const char *const VERBS[] = {"plan", "install", "prove", "uninstall"};
    AUTO(drop_arena) struct arena *arena = arena_new((size_t)4 * LIMIT_ARENA_VISIT);
    struct gating g = {.verb = cli_word(cli)};

    g.wish = (struct gate_wish){.site = cli_option(cli, "site"),
                                .project = cli_option(cli, "project"),
                                .out = cli_option(cli, "out"),
                                .plan = cli_option(cli, "plan"),
                                .email = cli_option(cli, "email"),
                                .token = cli_option(cli, "token"),
                                .yes = cli_flag(cli, "yes"),
                                .shared = cli_flag(cli, "shared"),
                                .no_fields = cli_flag(cli, "no-fields")};
    if (!g.verb || str_index(str_of(g.verb), VERBS, 4) < 0 || (g.wish.email && !g.wish.token))
        return cli_usage(cli, USAGE);
    int left = cli_leftover(cli);
    if (left)
        return left;
    struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    mapping_judge_by_live(cli, config, arena, g.wish.site);
    g.out_json = strcmp(g.verb, "plan") == 0 && (cli->json || g.wish.out);
    return run(cli, &g, config, arena);
}

const struct cli_command CLI_GATE = {
    "gate", "keep tickets from closing without proof: plan, install, prove, uninstall", gate};
