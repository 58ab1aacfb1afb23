#include "cli/check_ladder.h"

#include <stdio.h>

#include "base/limits.h"
#include "jsm/jsm_names.h"
#include "jsm/jsm_workflow.h"
#include "site/site.h"

struct checking {
    const struct config *config;
    const struct site_config *at;
    struct json_out *json;
    struct arena *arena; /* of one rung */
    struct io_loop *loop;
    struct site *site;
    const struct sla_policy *policy;
    const struct sla_rung *rung;
    enum exit_code result;
    /* the call that is on its way */
    const struct json *body;
    enum jsm_verdict verdict;
    struct str why;
    bool done;
};

/* --- what is said --- */

static void say(struct checking *c, const char *outcome, struct str what, const char *remedy)
{
    struct str place =
        arena_printf(c->arena, "%s:%d:%d", c->config->file, c->rung->line, c->rung->column);
    struct str rung = arena_printf(c->arena, "rung %d%% %s of %.*s", c->rung->percent,
                                   sla_deed_name(c->rung->deed), STR_ARG(c->policy->name));

    if (!c->json) {
        printf("%.*s %.*s (%.*s): %s: %.*s%s%s\n", STR_ARG(c->at->name), STR_ARG(rung),
               STR_ARG(place), outcome, STR_ARG(what), remedy[0] ? "; " : "", remedy);
        return;
    }
    json_open_object(c->json);
    json_str_member(c->json, "site", c->at->name);
    json_str_member(c->json, "ladder", rung);
    json_str_member(c->json, "place", place);
    json_str_member(c->json, "outcome", str_of(outcome));
    json_str_member(c->json, "detail", what);
    json_str_member(c->json, "remedy", str_of(remedy));
    json_close_object(c->json);
}

static bool missing(struct checking *c, struct str what, const char *remedy)
{
    c->result = EXIT_CODE_FAILED;
    say(c, "does not fit", what, remedy);
    return false;
}

/* --- asking --- */

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct checking *c = arg;

    c->done = true;
    c->verdict = answer->verdict;
    c->body = answer->body;
    c->why = arena_str(c->arena, str_of(answer->why));
}

/* It is there (OK), or it is not (MISSING); else it could not be asked, which is said, and true. */
static bool ask(struct checking *c, struct jsm_call call)
{
    c->done = false;
    c->body = NULL;
    site_send(c->site, c->arena, &call, on_answer, c);
    io_loop_wait(c->loop, &c->done);
    if (c->verdict == JSM_OK || c->verdict == JSM_MISSING)
        return true;
    say(c, "could not be asked", c->why, "");
    if (c->result == EXIT_CODE_OK)
        c->result = EXIT_CODE_UNREACHABLE;
    return false;
}

static bool lists(const struct json *list, const char *member, struct str name)
{
    JSON_EACH(one, list)
    if (str_eq_nocase(json_path_str(one, member), name))
        return true;
    return false;
}

static bool has_project(struct checking *c, struct str project)
{
    if (!ask(c, jsm_call_project(c->arena, project)))
        return false;
    return c->verdict == JSM_OK ||
           missing(
               c,
               arena_printf(c->arena, "there is no project %.*s that our account sees",
                            STR_ARG(project)),
               "name one under project:, or let our account browse it and create tickets there");
}

static bool has_issue_type(struct checking *c, struct str project, struct str type)
{
    if (!ask(c, jsm_call_issue_types(c->arena, project)))
        return false;
    bool found = lists(json_member(c->body, "issueTypes"), "name", type) ||
                 lists(json_member(c->body, "values"), "name", type);
    return found ||
           missing(c,
                   arena_printf(c->arena, "our account can create no '%.*s' in project %.*s",
                                STR_ARG(type), STR_ARG(project)),
                   "name a type of that project under issue_type:, or give our account "
                   "the permission Create issues there");
}

static bool has_request_type(struct checking *c, struct str project, struct str type)
{
    if (!ask(c, jsm_call_desk(c->arena, project)))
        return false;
    struct str desk = arena_str(c->arena, json_path_str(c->body, "id"));
    if (c->verdict == JSM_OK && !ask(c, jsm_call_request_form(c->arena, desk, type)))
        return false;
    return c->verdict == JSM_OK ||
           missing(c,
                   arena_printf(c->arena, "project %.*s has no request type %.*s on its portal",
                                STR_ARG(project), STR_ARG(type)),
                   "name the number of one under request_type:, or leave it out and name an "
                   "issue_type");
}

static bool has_group(struct checking *c, struct str group, struct str field)
{
    if (!ask(c, jsm_call_group(c->arena, group)))
        return false;
    if (!lists(json_member(c->body, "values"), "name", group))
        return missing(c,
                       arena_printf(c->arena, "there is no group '%.*s' that our account sees",
                                    STR_ARG(group)),
                       "name one as Jira spells it under value:");
    if (!ask(c, jsm_call_field_list()))
        return false;
    return lists(c->body, "id", field) ||
           missing(c, arena_printf(c->arena, "there is no field %.*s", STR_ARG(field)),
                   "name the field that holds a group under field: (customfield_10010)");
}

static bool has_person(struct checking *c, struct str account)
{
    if (!ask(c, jsm_call_user(c->arena, account)))
        return false;
    return c->verdict == JSM_OK ||
           missing(c, arena_printf(c->arena, "there is nobody of account '%.*s'", STR_ARG(account)),
                   "name an account id under value:");
}

static bool has_place(struct checking *c)
{
    struct str type = c->rung->field, project = str_cut(&type, ' ');

    if (!project.len)
        project = site_project(c->site);
    if (!has_project(c, project))
        return false;
    if (c->rung->value.len && !has_request_type(c, project, c->rung->value))
        return false;
    return !type.len || has_issue_type(c, project, type);
}

static bool fits(struct checking *c)
{
    switch (c->rung->deed) {
    case SLA_TICKET:
        return has_place(c);
    case SLA_GROUP:
        return has_group(c, c->rung->value, c->rung->field);
    case SLA_ASSIGNEE:
        return has_person(c, c->rung->value);
    case SLA_EVENT:
    case SLA_COMMENT:
    case SLA_PRIORITY:
    case SLA_DEED_COUNT:
        break;
    }
    return true;
}

static bool names_anything(const struct config *config)
{
    for (size_t i = 0; i < config->sla_count; i++)
        for (size_t r = 0; r < config->slas[i]->rung_count; r++) {
            enum sla_deed deed = config->slas[i]->rungs[r].deed;
            if (deed == SLA_TICKET || deed == SLA_GROUP || deed == SLA_ASSIGNEE)
                return true;
        }
    return false;
}

static void check_all(struct checking *c)
{
    for (size_t i = 0; i < c->config->sla_count; i++)
        for (size_t r = 0; r < c->config->slas[i]->rung_count; r++) {
            c->policy = c->config->slas[i];
            c->rung = &c->policy->rungs[r];
            arena_clear(c->arena);
            (void)fits(c);
            if (c->result == EXIT_CODE_UNREACHABLE)
                return; /* nobody answers: nor does he the next time */
        }
}

static void on_closed(void *arg)
{
    bool *closed = arg;
    *closed = true;
}

enum exit_code ladders_line(const struct config *config, const struct site_config *at,
                            struct json_out *json)
{
    struct checking c = {.config = config, .at = at, .json = json};
    struct err err = {0};
    bool closed = false;

    if (!names_anything(config))
        return EXIT_CODE_OK;
    c.arena = arena_new(LIMIT_ARENA_VISIT);
    c.loop = io_loop_new();
    struct http_options limits = {
        .per_host_max = 1, .in_flight_max = 2, .allow_plain_http = at->insecure_http};
    struct http *http = http_new(c.loop, &limits);
    struct site_options options = {.config = at,
                                   .mapping = at->mapping,
                                   .times = &config->policy.times,
                                   .loop = c.loop,
                                   .http = http};
    c.site = site_new(&options, &err);
    if (c.site)
        check_all(&c);
    else
        c.result = (enum exit_code)cli_fail(&err);
    site_close(c.site);
    http_close(http, on_closed, &closed);
    io_loop_wait(c.loop, &closed);
    io_loop_stop(c.loop);
    (void)!io_loop_run(c.loop);
    site_free(c.site);
    io_loop_free(c.loop);
    arena_free(c.arena);
    return c.result;
}
