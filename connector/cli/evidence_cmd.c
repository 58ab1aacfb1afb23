#include <stdio.h>
#include <string.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "domain/evidence.h"
#include "json/json_write.h"
#include "store/store_migrate.h"

enum { ENTRY_BYTES = 256 * 1024 };

static const char USAGE[] = "export [--conninfo CONNINFO] > FILE | verify FILE";

/* --- export: one JSON object a line --- */

static bool print_row(void *arg, const struct evidence_row *row)
{
    int64_t *count = arg;
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, ENTRY_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "body", row->body);
    json_str_member(&out, "hash", row->hash);
    json_str_member(&out, "kind", row->kind);
    json_str_member(&out, "prev", row->prev);
    json_str_member(&out, "request", row->request_id);
    json_i64_member(&out, "seq", row->seq);
    json_close_object(&out);
    ++*count;
    return printf("%s\n", b.p) > 0;
}

static int export_all(struct cli *cli)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const char *conninfo = cli_option(cli, "conninfo");
    struct config from_option = {.database = str_of(conninfo)};
    struct pg_options options;
    struct err err = {0};
    int64_t count = 0;
    int left = cli_leftover(cli);

    if (left)
        return left;
    const struct config *config = conninfo ? &from_option : cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    if (!cli_database(config, arena, &options, &err) ||
        !store_evidence_walk(&options, print_row, &count, &err))
        return cli_fail(&err);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "countersign: cannot write the export\n");
        return EXIT_CODE_CANNOT_WRITE;
    }
    fprintf(stderr, "%lld entries exported\n", (long long)count);
    return EXIT_CODE_OK;
}

/* --- verify: from the file alone --- */

static const char *check_line(struct evidence_chain *chain, struct str line)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    const struct json *v;
    struct err err;
    uint8_t prev[SHA256_BYTES], hash[SHA256_BYTES];
    int64_t seq;

    if (!json_parse(arena, line, &v, &err) || !json_i64(json_member(v, "seq"), &seq) ||
        !hex_decode(json_path_str(v, "prev"), prev, sizeof prev) ||
        !hex_decode(json_path_str(v, "hash"), hash, sizeof hash))
        return "it is not an evidence entry";
    enum evidence_fault fault = evidence_check(chain, seq, prev, json_path_str(v, "body"), hash);
    return fault == EVIDENCE_OK ? NULL : evidence_fault_text(fault);
}

static int verify(struct cli *cli)
{
    const char *path = cli_word(cli);
    struct evidence_chain chain;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    const char *fault = NULL;
    int64_t number = 0;

    if (!path || cli->argc)
        return cli_usage(cli, USAGE);
    FILE *f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "countersign: cannot open '%s'\n", path);
        return EXIT_CODE_DATA;
    }
    evidence_start(&chain);
    while (!fault && (len = getline(&line, &cap, f)) > 0) {
        number++;
        fault = len > ENTRY_BYTES ? "it is too long"
                                  : check_line(&chain, str_trim(str_n(line, (size_t)len)));
    }
    free(line);
    fclose(f);
    char hex[SHA256_HEX_SIZE];
    hex_encode(chain.hash, sizeof chain.hash, hex);
    if (cli->json)
        printf("{\"ok\":%s,\"entries\":%lld,\"head\":\"%s\",\"line\":%lld,\"fault\":\"%s\"}\n",
               fault ? "false" : "true", (long long)chain.seq, hex, fault ? (long long)number : 0,
               fault ? fault : "");
    else if (fault)
        printf("line %lld: %s; the %lld entries before it verify\n", (long long)number, fault,
               (long long)chain.seq);
    else
        printf("%lld entries verify; head %s\n", (long long)chain.seq, hex);
    return fault ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int evidence(struct cli *cli)
{
    const char *verb = cli_word(cli);

    if (verb && strcmp(verb, "export") == 0)
        return export_all(cli);
    if (verb && strcmp(verb, "verify") == 0)
        return verify(cli);
    return cli_usage(cli, USAGE);
}

const struct cli_command CLI_EVIDENCE = {
    "evidence", "export the evidence chain, and verify an export offline", evidence};
