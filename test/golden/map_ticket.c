/* map_ticket MAPPING TICKET [TIMES]: what a mapping makes of a ticket, and of that again: one JSON
 * object for the golden cases. With TIMES: how many nanoseconds of processor time it takes to map
 * it once, for test/bench. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "mapping/mapping.h"

static struct str slurp(struct arena *a, const char *path)
{
    struct str text;
    struct err err = {0};
    if (file_read(a, path, LIMIT_YAML_BYTES, &text, &err))
        return text;
    fprintf(stderr, "%s\n", err.what);
    exit(1);
}

/* "same", or what is not. */
static const char *back(const struct mapping *m, struct arena *a, const struct mapped *r,
                        struct str *ret_fields)
{
    static struct err err;
    struct wanted w = {.kind = r->rule->change,
                       .requester = r->requester,
                       .beneficiary = r->beneficiary,
                       .account = r->account,
                       .source = r->source,
                       .entitlement = r->entitlement,
                       .justification = r->justification,
                       .instead_of = r->instead_of,
                       .sponsor = r->sponsor,
                       .manager = r->manager,
                       .access_until_ms = r->access_until_ms,
                       .privileged = r->privileged};
    struct mapped again;

    if (!mapping_request(m, a, &w, &again, ret_fields, &err))
        return err.what;
    return again.hash == r->hash ? "same" : "another hash";
}

static void put(struct json_out *out, const struct mapping *m, struct arena *a,
                const struct mapped *r)
{
    struct str fields = STR("null");

    json_open_object(out);
    json_str_member(out, "outcome", str_of(mapped_outcome_name(r->outcome)));
    if (r->outcome == MAPPED_HOLD) {
        json_str_member(out, "code", str_of(r->hold_code));
        json_str_member(out, "field", r->hold_field);
        json_str_member(out, "text", r->hold_text);
    }
    if (r->outcome == MAPPED_OK) {
        const char *same = back(m, a, r, &fields);
        json_str_member(out, "rule", r->rule->name);
        json_str_member(out, "requester", r->requester);
        json_str_member(out, "justification", r->justification);
        json_put_name(out, "tuple");
        json_put_raw(out, r->tuple);
        json_str_member(out, "hash", arena_printf(a, "%016llx", (unsigned long long)r->hash));
        json_put_name(out, "fields");
        json_put_raw(out, fields);
        json_str_member(out, "back", str_of(same));
    }
    json_close_object(out);
}

/* Nanoseconds a time, in an arena as a visit has it. */
static double measure(const struct mapping *m, const struct json *issue, long times)
{
    AUTO(drop_arena) struct arena *a = arena_new(LIMIT_ARENA_VISIT);
    struct mapped r;
    clock_t began = clock();

    for (long i = 0; i < times; i++) {
        mapping_ticket(m, a, issue, &r);
        arena_clear(a);
    }
    return (double)(clock() - began) * (1e9 / CLOCKS_PER_SEC) / (double)times;
}

int main(int argc, char **argv)
{
    AUTO(drop_arena) struct arena *a = arena_new(LIMIT_ARENA_VISIT);
    static struct diag_list diags;
    AUTO(drop_buf) struct buf b;
    struct json_out out;
    const struct json *issue;
    struct mapped r;
    struct err err = {0};

    buf_init(&b, 1024 * 1024);
    if (argc != 3 && argc != 4)
        return 64;
    diag_init(&diags, argv[1]);
    struct mapping *m = mapping_load(a, argv[1], slurp(a, argv[1]), NULL, 0, &diags);
    if (!m) {
        diag_render(&diags, &b);
        fputs(b.p, stderr);
        return 1;
    }
    if (!json_parse(a, slurp(a, argv[2]), &issue, &err)) {
        fprintf(stderr, "%s: %s\n", argv[2], err.what);
        return 1;
    }
    if (argc == 4) {
        printf("%.0f\n", measure(m, issue, strtol(argv[3], NULL, 10)));
        return 0;
    }
    mapping_ticket(m, a, issue, &r);
    json_begin(&out, &b);
    put(&out, m, a, &r);
    printf("%s\n", b.p);
    return 0;
}
