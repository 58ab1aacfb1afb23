/* cli.h: what all subcommands share. stdout is data, stderr is talk; --json wherever there is data;
 * exit codes below. One file per subcommand, one row per subcommand in main.c. */
#ifndef COUNTERSIGN_CLI_H
#define COUNTERSIGN_CLI_H

#include <stdio.h>

#include "config/config.h"

/* user-experience: sysexits where there is one */
enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1, /* a check or test failed */
    EXIT_CODE_DIFFERENT = 2,
    EXIT_CODE_USAGE = 64,
    EXIT_CODE_DATA = 65,
    EXIT_CODE_UNREACHABLE = 69,
    EXIT_CODE_BUG = 70,
    EXIT_CODE_CANNOT_WRITE = 73,
    EXIT_CODE_TRY_AGAIN = 75,
    EXIT_CODE_NOT_PERMITTED = 77,
    EXIT_CODE_CONFIG = 78,
};

enum { CLI_SET_MAX = 32 };

/* Options are taken off the command line wherever they stand; what is left are words. */
struct cli {
    const char *command;
    const char *config_file; /* --config, COUNTERSIGN_CONFIG, /etc/countersign/countersign.yaml */
    bool config_named;       /* by --config: verbs that work without one use it then */
    const char *set[CLI_SET_MAX]; /* --set PATH=VALUE, before environment and file */
    size_t set_count;
    bool json;
    bool secrets; /* loading the configuration reads every secret; set by commands that need all */
    bool without_mappings; /* mapping files are not read: for verbs that mend what is wrong there */
    int argc;
    char **argv; /* words and options not known to all */
};

struct cli_command {
    const char *name, *help;
    int (*run)(struct cli *cli);
};

extern const struct cli_command CLI_CHECK, CLI_DB, CLI_SERVE, CLI_REQUEST, CLI_EVIDENCE,
    CLI_DELEGATION, CLI_EXCEPTION, CLI_SOURCE, CLI_MAPPING, CLI_WEBHOOK, CLI_REPORT, CLI_GATE,
    CLI_SCAN, CLI_RECONCILE, CLI_DOCTOR, CLI_EXPLAIN, CLI_EVENT, CLI_SLA, CLI_INIT, CLI_POLICY;

/* Value of --name VALUE or --name=VALUE taken off argv; NULL when absent. */
const char *cli_option(struct cli *cli, const char *name);
bool cli_flag(struct cli *cli, const char *name);
/* The next word, taken off; NULL when there is none. */
const char *cli_word(struct cli *cli);
/* Something is left that nobody understood: says so and gives EXIT_CODE_USAGE, else 0. */
int cli_leftover(const struct cli *cli);
int cli_usage(const struct cli *cli, const char *usage);
/* Where this run's configuration comes from. */
struct config_input cli_config_input(const struct cli *cli);
/* Load the configuration; on faults prints them all to stderr and returns NULL. */
struct config *cli_config(const struct cli *cli, struct arena *arena);
void cli_print_faults(const struct diag_list *list);
int cli_fail(const struct err *err);

/* Options of a pool for tools that talk to the database themselves, once it is one that this
 * program may run on (store_schema.h). The password is kept in the arena. */
struct pg_options;
MUST_CHECK bool cli_database(const struct config *config, struct arena *arena,
                             struct pg_options *ret, struct err *err);
/* The same of any database: for `db migrate` and `db verify`. */
MUST_CHECK bool cli_any_database(const struct config *config, struct arena *arena,
                                 struct pg_options *ret, struct err *err);
/* Before a pool is made of them: sessions are left as they were for whoever gets them next, so they
 * have to stay ours, or options->pooled. A database that does not answer is for the pool to find
 * out. */
MUST_CHECK bool cli_sessions_stay(const struct pg_options *options, struct err *err);

/* One call to the running service's API. *ret_status 0: not reached. The body is in the arena. */
MUST_CHECK bool cli_api(const struct config *config, struct arena *arena, const char *method,
                        const char *path, struct str body, const char *idempotency_key,
                        int *ret_status, struct str *ret_body, struct err *err);

/* How an answer that is data is shown to people; false: as it is. */
typedef bool cli_view_fn(FILE *to, struct arena *arena, struct str document);
/* The same, and the answer printed: through view (NULL: none) unless it is JSON that is wanted, a
 * refusal to stderr. Returns the exit code; a configuration that cannot be loaded is told, too. */
int cli_ask(const struct cli *cli, const char *method, const char *path, struct str body,
            const char *idempotency_key, cli_view_fn *view);
/* Behind a path of the API: "?name=value", or "&" behind another one; nothing where value is NULL
 * or empty. */
void cli_query(struct buf *path, const char *name, const char *value);
/* GET of that path once no word is left over; else how it is used. */
int cli_list(struct cli *cli, const struct buf *path, const char *usage, cli_view_fn *view);

#endif
