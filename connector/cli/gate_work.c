/* One site, spoken to one thing after the other. */
#include "cli/gate_work.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/rng.h"
#include "io/io_file.h"

enum { LINES_BYTES = 256 * 1024 };

/* --- opening and closing --- */

static void sign_in_as(struct site_config *c, struct str email, struct str token)
{
    c->auth = email.len ? JSM_AUTH_BASIC : JSM_AUTH_BEARER;
    c->email = email;
    c->token = token;
}

static struct site *open_site(struct gate_work *w, const struct site_config *c, struct err *err)
{
    struct site_options options = {.config = c,
                                   .mapping = c->mapping,
                                   .times = &w->config->policy.times,
                                   .loop = w->loop,
                                   .http = w->http};
    return site_new(&options, err);
}

static bool open_database(struct gate_work *w, struct err *err)
{
    if (!cli_database(w->config, w->arena, &w->database, err))
        return false;
    if (!cli_sessions_stay(&w->database, err))
        return false;
    w->database.role = "countersign_service";
    w->pg = pg_new(w->loop, &w->database);
    w->store = (struct store){.pg = w->pg, .owner = STR("countersign gate")};
    return true;
}

bool gate_work_open(struct gate_work *w, const struct site_config *site, bool needs_database,
                    struct err *err)
{
    struct http_options http = {
        .per_host_max = 2, .in_flight_max = 8, .allow_plain_http = site->insecure_http};

    w->at = site;
    w->pg = NULL;
    w->turn = NULL;
    w->reader = w->own = w->agent = NULL;
    w->loop = io_loop_new();
    w->http = http_new(w->loop, &http);
    w->own = open_site(w, site, err);
    if (!w->own)
        return false;
    w->reader = w->own;
    if (w->wish->token) {
        w->reader_config = *site;
        sign_in_as(&w->reader_config, str_of(w->wish->email), str_of(w->wish->token));
        w->reader = open_site(w, &w->reader_config, err);
        if (!w->reader)
            return false;
    }
    if (site->gate.agent_token.len) {
        w->agent_config = *site;
        sign_in_as(&w->agent_config, site->gate.agent_email, site->gate.agent_token);
        w->agent = open_site(w, &w->agent_config, err);
        if (!w->agent)
            return false;
    }
    return open_database(w, err) || !needs_database;
}

static void on_closed(void *arg)
{
    bool *done = arg;
    *done = true;
}

void gate_work_close(struct gate_work *w)
{
    struct site *sites[] = {w->own, w->reader != w->own ? w->reader : NULL, w->agent};
    bool pg_done = !w->pg, http_done = false;

    for (size_t i = 0; i < 3; i++)
        site_close(sites[i]);
    pg_session_close(w->turn);
    if (w->pg)
        pg_close(w->pg, on_closed, &pg_done);
    http_close(w->http, on_closed, &http_done);
    io_loop_wait(w->loop, &http_done);
    io_loop_wait(w->loop, &pg_done);
    io_loop_stop(w->loop);
    (void)!io_loop_run(w->loop);
    for (size_t i = 0; i < 3; i++)
        site_free(sites[i]);
    io_loop_free(w->loop);
}

void gate_code(struct gate_work *w, enum exit_code code)
{
    static const enum exit_code ORDER[] = {
        EXIT_CODE_OK,        EXIT_CODE_DIFFERENT,   EXIT_CODE_FAILED,      EXIT_CODE_NOT_PERMITTED,
        EXIT_CODE_TRY_AGAIN, EXIT_CODE_UNREACHABLE, EXIT_CODE_CANNOT_WRITE};
    size_t was = 0, is = 0;

    for (size_t i = 0; i < sizeof ORDER / sizeof ORDER[0]; i++) {
        was = ORDER[i] == (enum exit_code)w->code ? i : was;
        is = ORDER[i] == code ? i : is;
    }
    if (is > was)
        w->code = code;
}

/* --- one thing each --- */

struct waiting {
    bool done;
    const struct site_gate *gate;
    struct jsm_answer answer;
    enum store_outcome outcome;
    int64_t number;
    struct arena *arena;
    struct str text;
};

static void on_gate(void *arg, const struct site_gate *gate)
{
    struct waiting *x = arg;
    x->gate = gate;
    x->done = true;
}

const struct site_gate *gate_look(struct gate_work *w, struct str project, bool rules)
{
    struct waiting x = {0};
    struct site_gate_eyes eyes = {.reader = w->reader,
                                  .own = w->own,
                                  .agent = w->agent,
                                  .without_rules = !rules,
                                  .without_fields = w->wish->no_fields};

    site_gate_look(&eyes, w->arena, project, on_gate, &x);
    io_loop_wait(w->loop, &x.done);
    return x.gate;
}

const struct site_gate *gate_read(struct gate_work *w, const struct jsm_gate_key *key,
                                  struct str workflow_id)
{
    struct waiting x = {0};

    site_gate_read(w->reader, w->arena, key, workflow_id, on_gate, &x);
    io_loop_wait(w->loop, &x.done);
    return x.gate;
}

static void on_answer(void *arg, const struct jsm_answer *answer)
{
    struct waiting *x = arg;
    x->answer = *answer;
    x->done = true;
}

struct jsm_answer gate_ask(struct gate_work *w, const struct jsm_call *call)
{
    struct waiting x = {0};

    site_gate_send(w->reader, w->arena, call, on_answer, &x);
    io_loop_wait(w->loop, &x.done);
    return x.answer;
}

static void on_number(void *arg, enum store_outcome outcome, int64_t number, const char *message)
{
    struct waiting *x = arg;
    x->outcome = outcome;
    x->number = number;
    x->text = arena_str(x->arena, str_of(message));
    x->done = true;
}

static void on_done(void *arg, enum store_outcome outcome, const char *message)
{
    on_number(arg, outcome, 0, message);
}

static void on_json(void *arg, enum store_outcome outcome, struct str json)
{
    struct waiting *x = arg;
    x->outcome = outcome;
    x->text = arena_str(x->arena, json);
    x->done = true;
}

static enum store_outcome told(const struct waiting *x, struct err *err)
{
    if (x->outcome == STORE_LOST)
        err_fill(err, ERR_CONFLICT, __FILE__, __LINE__,
                 "another run of countersign gate was faster: run this one again");
    else if (x->outcome != STORE_OK)
        err_fill(err, ERR_TEMPORARY, __FILE__, __LINE__, "the database: %.*s", STR_ARG(x->text));
    return x->outcome;
}

/* Without a transaction that was begun nothing is held. */
static void *open_turn(struct gate_work *w, struct err *err)
{
    void *session = pg_session_open(&w->database, err);

    if (session && pg_session_begin(session, "", err))
        return session;
    pg_session_close(session);
    return NULL;
}

bool gate_turn(struct gate_work *w, struct err *err)
{
    bool ours = false;

    if (!w->turn)
        w->turn = open_turn(w, err);
    if (!w->turn)
        return false;
    /* asked anew for each project: a session that was lost meanwhile is found out */
    if (!store_gate_turn(w->turn, w->at->name, &ours, err))
        return false;
    return ours || FAIL(err, ERR_CONFLICT,
                        "another run of countersign gate is at this site: run this one again when "
                        "it has ended");
}

enum store_outcome gate_begin(struct gate_work *w, const struct store_gate_change *change,
                              int64_t *ret_id, struct err *err)
{
    struct waiting x = {.arena = w->arena};

    store_gate_begin(&w->store, change, on_number, &x);
    io_loop_wait(w->loop, &x.done);
    *ret_id = x.number;
    return told(&x, err);
}

enum store_outcome gate_move(struct gate_work *w, int64_t id, const char *from, const char *to,
                             struct str after, struct str said, struct err *err)
{
    struct waiting x = {.arena = w->arena};

    store_gate_move(&w->store, id, from, to, after, said, on_done, &x);
    io_loop_wait(w->loop, &x.done);
    return told(&x, err);
}

const struct json *gate_live(struct gate_work *w, struct err *err)
{
    struct waiting x = {.arena = w->arena};
    const struct json *rows;

    store_gate_live(&w->store, w->at->name, on_json, &x);
    io_loop_wait(w->loop, &x.done);
    if (told(&x, err) != STORE_OK || !json_parse(w->arena, x.text, &rows, err))
        return NULL;
    return rows;
}

bool gate_own(struct gate_work *w)
{
    struct waiting x = {.arena = w->arena};
    struct site *sites[] = {w->own, w->reader, w->agent};
    const struct json *own;
    struct err err;

    if (!w->pg)
        return false;
    store_gate_own(&w->store, w->at->name, on_json, &x);
    io_loop_wait(w->loop, &x.done);
    if (x.outcome != STORE_OK || !json_parse(w->arena, x.text, &own, &err))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (sites[i])
            site_own(sites[i], own);
    return true;
}

/* --- what is said, and what rows say --- */

void gate_lines_begin(struct gate_lines *l)
{
    buf_init(&l->b, LINES_BYTES);
    json_begin(&l->out, &l->b);
    json_open_array(&l->out);
}

void gate_lines_add(void *lines, struct str line)
{
    struct gate_lines *l = lines;
    json_put_str(&l->out, line);
}

struct str gate_lines_end(struct gate_work *w, struct gate_lines *l)
{
    json_close_array(&l->out);
    struct str list = l->b.over ? STR("[]") : arena_str(w->arena, buf_str(&l->b));
    buf_done(&l->b);
    return list;
}

void gate_say(struct gate_work *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fprintf(stderr, "%.*s: ", STR_ARG(w->at->name));
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "\n");
    va_end(args);
}

void gate_fail(struct gate_work *w, const struct err *err)
{
    gate_say(w, "%s%s%s", err->what, err->trail[0] ? ", " : "", err->trail);
    gate_code(w, err->kind == ERR_TEMPORARY  ? EXIT_CODE_UNREACHABLE
                 : err->kind == ERR_CONFLICT ? EXIT_CODE_TRY_AGAIN
                                             : EXIT_CODE_FAILED);
}

enum exit_code gate_code_of(const struct jsm_answer *answer)
{
    switch (answer->verdict) {
    case JSM_LATER:
    case JSM_UNKNOWN:
        return EXIT_CODE_TRY_AGAIN;
    case JSM_UNREACHED:
        return EXIT_CODE_UNREACHABLE;
    case JSM_DENIED:
        return EXIT_CODE_NOT_PERMITTED;
    case JSM_OK:
    case JSM_MISSING:
    case JSM_REFUSED:
        break;
    }
    return EXIT_CODE_FAILED;
}

const struct json *gate_row_of(const struct json *rows, struct str workflow)
{
    JSON_EACH(row, rows)
    {
        if (str_eq(json_path_str(row, "workflow"), workflow))
            return row;
    }
    return NULL;
}

int64_t gate_number_of(const struct json *row, const char *name)
{
    int64_t n = 0;
    return json_i64(json_member(row, name), &n) ? n : 0;
}

/* --- planning --- */

/* Stand for the ids of a group and of a screen that are still to be made. */
#define GROUP_TO_COME "00000000-0000-0000-0000-000000000000"
#define SCREEN_TO_COME "0"
#define FIELD_TO_COME "customfield_0"

/* Ours, of a group that is still to be made; and what is judged in its place. */
#define TO_GROUP "\"groupIds\":\"" GROUP_TO_COME "\""
#define TO_WHOEVER_MAY "\"permissionKeys\":\"TRANSITION_ISSUES\""

static struct str without_group(struct gate_work *w, struct str doc)
{
    AUTO(drop_buf) struct buf b;
    const char *at;

    buf_init(&b, LIMIT_REPLY_BYTES);
    while ((at = memmem(doc.p, doc.len, TO_GROUP, sizeof TO_GROUP - 1))) {
        size_t before = (size_t)(at - doc.p), cut = before + sizeof TO_GROUP - 1;
        (void)!buf_add(&b, doc.p, before);
        (void)!buf_add_c(&b, TO_WHOEVER_MAY);
        doc = str_n(doc.p + cut, doc.len - cut);
    }
    (void)!buf_add(&b, doc.p, doc.len);
    return arena_str(w->arena, buf_str(&b));
}

/* What one workflow is planned on. */
struct ground {
    struct workflow roads;
    struct jsm_gate_words words;
    bool screen_to_come;
};

/* What Jira's own validator has against it. What is still to be made it cannot know: then it judges
 * the rest, and all of it before that is sent. True: Jira refuses it. */
static bool validate(struct gate_work *w, struct gate_flow *f, const struct ground *on)
{
    struct jsm_gate_words known = on->words;

    if (on->screen_to_come)
        known.key.screen_id = STR_NONE;
    struct str doc =
        on->screen_to_come ? jsm_workflow_apply(w->arena, f->base, f->plan, &known) : f->planned;
    doc = without_group(w, doc);
    struct jsm_call call = jsm_call_workflow_update(w->arena, doc, f->now->version_id,
                                                    f->now->version, STR_NONE, STR_NONE, true);
    struct jsm_answer answer = gate_ask(w, &call);
    f->validated = answer.verdict == JSM_OK;
    if (f->validated)
        f->complaints = jsm_workflow_complaints(w->arena, answer.body, &f->errors);
    else
        f->complaints = arena_printf(w->arena, "warning not validated: %s\n", answer.why);
    return f->errors || answer.verdict == JSM_REFUSED;
}

bool gate_flow_rests(const struct gate_flow *f)
{
    return gate_plan_is_empty(f->plan) && !f->over.len;
}

/* Is the field that the gate hangs on still to be made? Jira cannot judge rules about it. */
static bool lock_to_come(const struct site_gate *g)
{
    return (g->there.wants_proof && !g->key.proof_id.len) ||
           (g->there.wants_approver && !g->key.approver_id.len);
}

static bool plan_roads(struct gate_work *w, struct gate_flow *f, const struct ground *on)
{
    struct err err = {0};

    f->plan = ARENA_NEW(w->arena, struct gate_plan);
    gate_plan(&on->roads, f->plan);
    f->planned = jsm_workflow_apply(w->arena, f->base, f->plan, &on->words);
    if (jsm_workflow_parse(w->arena, f->planned, &w->own->view, &on->words.key, &f->after, &err))
        return true;
    f->errors = 1;
    f->complaints = arena_printf(w->arena, "error %s\n", err.what);
    return false;
}

/* Jira refuses the plan: does it take the one without people's loop? That is asked rather than read
 * from the complaints: no public text says that they name what they are about. Where there is
 * nothing else to do, what is there is judged: a workflow may be refused as it stands. */
static void try_without_loop(struct gate_work *w, struct gate_flow *f, struct ground *on)
{
    struct gate_flow bare = *f;

    bare.errors = 0;
    on->roads.no_loop = true;
    if (!plan_roads(w, &bare, on) || validate(w, &bare, on))
        return;
    if (bare.validated) {
        bare.no_loop = f->complaints;
        *f = bare;
        return;
    }
    f->validated = false; /* whether it is the loop is not known */
    f->errors = 0;
    f->complaints = bare.complaints;
}

static void read_ground(struct gate_work *w, const struct gate_project *p,
                        const struct gate_flow *f, struct ground *on)
{
    const struct site_gate *gate = p->gate;
    struct jsm_gate_words *words = &on->words;
    struct rng rng;
    char uuid[37];

    rng_seed_system(&rng);
    rng_uuid(&rng, uuid);
    on->roads = f->base->roads;
    on->screen_to_come = p->parts.by_loop && !gate->key.screen_id.len && !w->wish->no_fields;
    words->verify_ref = words->found.id.len ? words->found.id : arena_str(w->arena, str_of(uuid));
    if (!gate->able.team_managed && !gate->key.group_id.len)
        words->key.group_id = STR(GROUP_TO_COME);
    if (on->screen_to_come) {
        words->key.screen_id = STR(SCREEN_TO_COME);
        on->roads.wants_record = !on->roads.team_managed;
    }
    if (lock_to_come(gate) && gate->there.wants_proof)
        words->key.proof_id = STR(FIELD_TO_COME);
    else if (lock_to_come(gate))
        words->key.approver_id = STR(FIELD_TO_COME);
}

static void plan_flow(struct gate_work *w, const struct gate_project *p, size_t at,
                      struct gate_flow *f)
{
    const struct site_gate *gate = p->gate;
    struct ground on = {.words = {.key = gate->key,
                                  .verify_name = site_gate_verify_name(w->own),
                                  .found = gate->verify_status}};
    const struct jsm_status *found = &on.words.found;

    f->now = &gate->flows[at];
    f->shared = gate->shared[at];
    bool leads_over = gate_over(w, p, f, &on.words.found);
    read_ground(w, p, f, &on);
    if (!plan_roads(w, f, &on) || !leads_over)
        return;
    if (f->plan->verify == f->base->roads.status_count && found->id.len &&
        !str_eq(found->name, on.words.verify_name)) { /* Jira takes them for one, we do not */
        f->errors = 1;
        f->complaints = arena_printf(
            w->arena, "error the site has a status '%.*s': write that very name into the mapping\n",
            STR_ARG(found->name));
        return;
    }
    if (gate_flow_rests(f) || lock_to_come(gate) || !gate->able.may_write)
        return;
    if (validate(w, f, &on) && gate_plan_adds(f->plan, GATE_ADD_CHECK))
        try_without_loop(w, f, &on);
}

struct gate_project *gate_project_plan(struct gate_work *w, struct str project)
{
    struct gate_project *p = ARENA_NEW(w->arena, struct gate_project);

    struct err err = {0};

    p->rows = w->pg ? gate_live(w, &err) : NULL;
    if (w->pg && !p->rows)
        gate_say(w, "whether a gate of another mode is installed is not known: %s", err.what);
    p->gate = gate_look(w, project, false);
    gate_choose(&p->gate->able, w->at->gate.strongest, &p->choice);
    gate_parts_plan(&p->gate->there, &p->parts);
    for (size_t i = 0; i < p->gate->flow_count; i++)
        plan_flow(w, p, i, &p->flows[i]);
    return p;
}

bool gate_project_differs(const struct gate_work *w, const struct gate_project *p)
{
    bool differs = p->gate->facts.group == ROAD_NO || p->gate->facts.member == ROAD_NO ||
                   gate_parts_differ(w, p);

    for (size_t i = 0; i < p->gate->flow_count; i++)
        differs |= !gate_flow_rests(&p->flows[i]);
    return differs;
}

static bool against(const char **ret_why, enum exit_code *ret_code, const char *why,
                    enum exit_code code)
{
    *ret_why = why;
    *ret_code = code;
    return false;
}

/* What speaks against changing one workflow. */
static bool flow_stands(const struct gate_work *w, const struct site_gate *g,
                        const struct gate_flow *f, const char **ret_why, enum exit_code *ret_code)
{
    if (f->stuck)
        return against(ret_why, ret_code,
                       "a gate of another mode is installed, and others have changed what it put "
                       "there: countersign gate uninstall, then gate install",
                       EXIT_CODE_FAILED);
    if (f->errors)
        return against(ret_why, ret_code,
                       "Jira does not accept the plan: its complaints stand above, mend what they "
                       "name in the workflow, then plan again",
                       EXIT_CODE_FAILED);
    if (f->plan->no_done)
        return against(ret_why, ret_code,
                       "a workflow has no status that means done: add one of the category Done, or "
                       "name it in the mapping's statuses",
                       EXIT_CODE_FAILED);
    if (f->plan->taken)
        return against(ret_why, ret_code,
                       "somebody else's approval waits in the verifying status, where that of the "
                       "gate would: give it another status, or set gate_mode to connector_closes",
                       EXIT_CODE_FAILED);
    if (f->plan->blocked)
        return against(ret_why, ret_code,
                       "a road into done stays open under this plan: see its reason above, close "
                       "it in Jira's workflow editor, then plan again",
                       EXIT_CODE_FAILED);
    if (gate_flow_rests(f))
        return true;
    if (!f->now->editable)
        return against(ret_why, ret_code,
                       "Jira says that a workflow cannot be edited: give the project a copy of it "
                       "that can be, then plan again",
                       EXIT_CODE_FAILED);
    if (f->now->busy)
        return against(ret_why, ret_code,
                       "Jira is changing a workflow right now: run this again when it has ended",
                       EXIT_CODE_TRY_AGAIN);
    if (!w->wish->shared && f->shared.len)
        return against(ret_why, ret_code,
                       "a workflow is used by other projects, too, and changes for them as "
                       "well: --shared goes on",
                       EXIT_CODE_FAILED);
    if (!w->wish->shared && g->users_unread && !g->able.team_managed)
        return against(ret_why, ret_code,
                       "which projects use a workflow could not be read: run this again, or "
                       "--shared goes on whoever uses it",
                       EXIT_CODE_TRY_AGAIN);
    if (!f->validated && !lock_to_come(g))
        return against(ret_why, ret_code,
                       "Jira did not check the plan: run this again when it answers",
                       EXIT_CODE_TRY_AGAIN);
    return true;
}

bool gate_project_stands(const struct gate_work *w, const struct gate_project *p,
                         const char **ret_why, enum exit_code *ret_code)
{
    const struct site_gate *g = p->gate;

    bool parts = g->parts_unread && !w->wish->no_fields;
    if (parts && g->able.may_write && !g->denied)
        return against(ret_why, ret_code,
                       "the fields and screens could not be read: run this again, or --no-fields "
                       "goes on without them",
                       EXIT_CODE_TRY_AGAIN);
    if (!g->known)
        return against(ret_why, ret_code, g->why,
                       g->denied || !g->able.workflow_rest ? EXIT_CODE_NOT_PERMITTED
                                                           : EXIT_CODE_UNREACHABLE);
    bool installs = p->choice.kind == w->at->gate.strongest && p->choice.kind != GATE_BY_REOPEN;
    if (installs && p->choice.kind != GATE_BY_CLOSES && (w->wish->no_fields || !g->there.known))
        return against(ret_why, ret_code,
                       !w->wish->no_fields
                           ? "the fields and screens could not be read: run this again"
                       : p->choice.kind == GATE_BY_VALIDATOR
                           ? "validator_field is a field: it cannot go with --no-fields"
                           : "approval_step asks in a field: it cannot go with --no-fields",
                       w->wish->no_fields ? EXIT_CODE_FAILED : EXIT_CODE_TRY_AGAIN);
    if (!installs)
        return against(
            ret_why, ret_code,
            p->choice.why_not[w->at->gate.strongest]
                ? p->choice.why_not[w->at->gate.strongest]
                : "gate_mode chooses reopen, where nothing is installed: set it to one of the "
                  "others",
            EXIT_CODE_FAILED);
    if (g->facts.strangers)
        return against(ret_why, ret_code,
                       "somebody else is in the group that may close: take "
                       "everybody but the connector out of it first",
                       EXIT_CODE_FAILED);
    for (size_t i = 0; i < g->flow_count; i++)
        if (!flow_stands(w, g, &p->flows[i], ret_why, ret_code))
            return false;
    return true;
}
