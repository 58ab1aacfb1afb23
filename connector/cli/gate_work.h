/* gate_work.h: what the files of `countersign gate` share: one site, spoken to one thing after the
 * other. */
#ifndef COUNTERSIGN_CLI_GATE_WORK_H
#define COUNTERSIGN_CLI_GATE_WORK_H

#include "base/buf.h"
#include "cli/cli.h"
#include "io/io_pg.h"
#include "json/json_write.h"
#include "site/site_gate.h"
#include "store/store.h"

/* Borrowed from the command line. */
struct gate_wish {
    const char *site, *project, *out, *plan; /* or NULL: all, standard output, made afresh */
    const char *email, *token;               /* an administrator's */
    bool yes, shared, no_fields;
};

struct gate_work {
    const struct cli *cli;
    const struct gate_wish *wish;
    const struct config *config;
    const struct site_config *at; /* the site in hand */
    struct arena *arena;
    struct io_loop *loop;
    struct http *http;
    struct pg_options database;
    struct pg *pg; /* NULL: not asked for */
    void *turn;    /* the session in whose transaction it is our turn, or NULL */
    struct store store;
    struct site_config reader_config, agent_config;
    struct site *reader, *own, *agent; /* reader is own without an administrator's credential */
    struct json_out *json;             /* open array; NULL: text */
    int code;                          /* the worst so far */
};

/* One workflow as it is, and as the gate would leave it. */
struct gate_flow {
    const struct jsm_workflow *now, *base; /* base: what is planned on; now, but see gate_over.c */
    struct str over;                       /* the mode that this one takes the place of; or empty */
    struct gate_plan *plan;
    struct jsm_workflow after;
    struct str planned;    /* document */
    struct str complaints; /* of Jira's own validation */
    size_t errors;         /* that speak against it */
    struct str no_loop;    /* what Jira said of the plan with people's loop, where it takes the one
                              without it: that is the plan then; else empty */
    bool validated, stuck; /* stuck: the gate of another mode cannot be taken out by itself */
    struct str shared;     /* other projects, or empty */
};
struct gate_project {
    const struct site_gate *gate;
    struct gate_choice choice;
    struct gate_parts parts;
    const struct json *rows; /* of gate_live; NULL: not known */
    struct gate_flow flows[JSM_WORKFLOWS_MAX];
};

/* Signs in, and makes a pool; ends with gate_work_close. False: err. needs_database: goes on
 * without one otherwise. */
MUST_CHECK bool gate_work_open(struct gate_work *w, const struct site_config *site,
                               bool needs_database, struct err *err);
/* Everything it opened; the loop is gone afterwards. */
void gate_work_close(struct gate_work *w);
/* The worse of what was and this; unlike numbers go by their weight for whoever runs it. */
void gate_code(struct gate_work *w, enum exit_code code);

/* One thing each, waited for. */
/* rules: those of automation, too. */
const struct site_gate *gate_look(struct gate_work *w, struct str project, bool rules);
const struct site_gate *gate_read(struct gate_work *w, const struct jsm_gate_key *key,
                                  struct str workflow_id);
struct jsm_answer gate_ask(struct gate_work *w, const struct jsm_call *call);
/* Before anything of the site is changed: nobody else does until gate_work_close. False: err, a
 * conflict while another run does. */
MUST_CHECK bool gate_turn(struct gate_work *w, struct err *err);
enum store_outcome gate_begin(struct gate_work *w, const struct store_gate_change *change,
                              int64_t *ret_id, struct err *err);
enum store_outcome gate_move(struct gate_work *w, int64_t id, const char *from, const char *to,
                             struct str after, struct str said, struct err *err);
/* NULL: err. */
const struct json *gate_live(struct gate_work *w, struct err *err);

/* Has the workflow a status of that reference? */
bool gate_has_status(const struct workflow *w, struct str ref);
/* Is there nothing to do? */
bool gate_flow_rests(const struct gate_flow *f);
/* Where a gate of another mode is installed: the workflow without it becomes the base, so that one
 * update leads from the one to the other. *ret_verify: the verifying status, if that gate had added
 * it: tickets stand there. False: it cannot be taken out by itself, f->complaints says why. */
MUST_CHECK bool gate_over(struct gate_work *w, const struct gate_project *p, struct gate_flow *f,
                          struct jsm_status *ret_verify);
/* Was the row's change, which was to take the place of a gate, cut off before it was made? The
 * workflow still is the version that was planned on, with the older gate in it. One that follows no
 * gate is gone on with as it stands: what it was planned on is what is there. row: NULL: no. */
bool gate_is_unmade(const struct json *row, const struct jsm_workflow *now);
/* Then it is given up, and the row of the older gate is back. False: it was said why not. */
MUST_CHECK bool gate_take_back(struct gate_work *w, const struct json *row);
/* A workflow with a gate could not be read before uninstalling: was it deleted (then what is on
 * record of it ends), or what is said of it? */
void gate_unread(struct gate_work *w, const struct json *row, const struct jsm_gate_key *key,
                 const char *why);
/* gate_project_plan, of what is there: after what an earlier run did not come to is taken back. For
 * whoever has the turn. NULL: it was said why not. */
struct gate_project *gate_plan_anew(struct gate_work *w, struct str project);

/* What the database knows of gates installed at the site, into all who look; false: nothing of it.
 */
bool gate_own(struct gate_work *w);
/* Of what the gate has added, what others have given another name since, one line each, as a JSON
 * list; empty where the database does not tell. */
struct str gate_renamed(struct gate_work *w, const struct site_gate *gate);

/* Look, choose, plan every workflow and let Jira judge the plans. */
struct gate_project *gate_project_plan(struct gate_work *w, struct str project);
/* Is there anything to do, does anything speak against it? why: for people. */
bool gate_project_differs(const struct gate_work *w, const struct gate_project *p);
bool gate_project_stands(const struct gate_work *w, const struct gate_project *p,
                         const char **ret_why, enum exit_code *ret_code);

/* What is found or planned, as text, or into w->json. */
void gate_say_plan(struct gate_work *w, const struct gate_project *p);
void gate_say_proof(struct gate_work *w, const struct site_gate *gate);
/* What an administrator has to do by hand, as Markdown. */
void gate_say_steps(struct gate_work *w, const struct gate_project *p, struct buf *to);
/* What changes, one line each, as a JSON list. */
struct str gate_changes(struct gate_work *w, const struct gate_flow *f);

/* Takes one line of what is planned. */
typedef void gate_line_fn(void *arg, struct str line);
/* Lines as a JSON list: begun, each added (a gate_line_fn), ended; the list is the work's, "[]"
 * when it is too long. */
struct gate_lines {
    struct buf b;
    struct json_out out;
};
void gate_lines_begin(struct gate_lines *l);
void gate_lines_add(void *lines, struct str line);
struct str gate_lines_end(struct gate_work *w, struct gate_lines *l);

/* Talk, to standard error: data goes to standard output. */
void gate_say(struct gate_work *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What went wrong, said and kept as the exit code. */
void gate_fail(struct gate_work *w, const struct err *err);
enum exit_code gate_code_of(const struct jsm_answer *answer);
/* Of gate_live: the row of a workflow (or part), and a number of it. */
const struct json *gate_row_of(const struct json *rows, struct str workflow);
int64_t gate_number_of(const struct json *row, const char *name);

/* The fields and screens beside the workflows: is there something to do; what, one line each, as a
 * JSON list; do it. False: it was said why not. */
bool gate_parts_differ(const struct gate_work *w, const struct gate_project *p);
void gate_parts_say(struct gate_work *w, const struct gate_project *p);
/* How customers should read the verifying status. */
#define GATE_PORTAL_NAME "Checking that the change took effect"
/* Which fields the mapping has to name, where it does not yet; what customers read. */
void gate_parts_remind(struct gate_work *w, const struct site_gate *gate);
struct str gate_parts_changes(struct gate_work *w, const struct gate_project *p);
MUST_CHECK bool gate_parts_install(struct gate_work *w, const struct gate_project *p);
/* What of them we made, once no workflow of the site has a gate of ours any more. */
void gate_parts_uninstall(struct gate_work *w);

/* install and uninstall of one project. */
void gate_install(struct gate_work *w, struct str project);
void gate_uninstall(struct gate_work *w, const struct json *row);

#endif
