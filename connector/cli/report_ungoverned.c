#include "cli/report_ungoverned.h"

#include <stdio.h>

#include "json/json_write.h"

enum { ROWS_MAX = 1000, DOCUMENT_BYTES = 8 * 1024 * 1024, ARENA_BYTES = 16 * DOCUMENT_BYTES };

static long long number(const struct json *v, const char *name)
{
    int64_t n;

    return json_i64(json_member(v, name), &n) ? n : 0;
}

/* What others wrote does not move the cursor. */
static void print_text(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        putchar((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f ? '?' : text.p[i]);
}

static void print_change(const struct json *c)
{
    struct str ticket = json_path_str(c, "ticket");

    printf("  %.16s to %.16s  ", json_path_str(c, "not_before").p, json_path_str(c, "not_after").p);
    print_text(json_path_str(c, "account"));
    printf(" %s ", str_eq_c(json_path_str(c, "became"), "present") ? "got" : "lost");
    print_text(json_path_str(c, "entitlement"));
    printf(" in ");
    print_text(json_path_str(c, "source"));
    if (json_is_true(json_member(c, "drift")))
        printf(" (found as drift)");
    if (ticket.len)
        printf(", seen for %.*s", STR_ARG(ticket));
    printf("\n");
}

/* What was compared: the phases of requests as one. Counts that are not there could not be made:
 * entries that they need went into files before it was put down how many of each kind there are. */
static void print_compared(const struct json *counts)
{
    static const char *const NEEDED[] = {"reads of target systems", "approvals"};
    struct str missing[2];
    size_t missed = 0;
    bool phases = false;

    printf("As many as the log tells of:");
    JSON_EACH(c, counts)
    {
        struct str what = json_path_str(c, "what");
        bool phase = str_starts(what, STR("requests in "));
        if (!phase || !phases)
            printf("%s %.*s", c == json_first(counts) ? "" : ",",
                   STR_ARG(phase ? STR("requests by phase") : what));
        phases |= phase;
    }
    printf("\n");
    for (size_t i = 0; i < sizeof NEEDED / sizeof NEEDED[0]; i++) {
        bool found = false;
        JSON_EACH(c, counts)
        found |= str_eq_c(json_path_str(c, "what"), NEEDED[i]);
        if (!found)
            missing[missed++] = str_of(NEEDED[i]);
    }
    for (size_t i = 0; i < missed; i++)
        printf("Not counted: %.*s; the files that their entries went into do not say how many\n",
               STR_ARG(missing[i]));
}

static void print_counts(const struct json *document)
{
    const struct json *counts = json_member(document, "counts");
    long long differ = 0;

    JSON_EACH(c, counts)
    {
        long long difference = number(c, "difference");
        if (!difference)
            continue;
        differ++;
        printf("  %.*s: %lld are there, and the log tells of %lld\n",
               STR_ARG(json_path_str(c, "what")), number(c, "counted"), number(c, "logged"));
    }
    if (differ)
        printf("Requests and log differ: 'countersign db verify' names the rows\n");
    else
        print_compared(counts);
}

static void print_document(const struct json *document)
{
    long long found = number(document, "found"), shown = 0;

    printf("Changes that no request asked for, from %.16s to %.16s UTC: %lld\n",
           json_path_str(document, "since").p, json_path_str(document, "until").p, found);
    JSON_EACH(c, json_member(document, "changes"))
    {
        print_change(c);
        shown++;
    }
    if (shown < found)
        printf("  … (%lld more: ask for a shorter time)\n", found - shown);
    printf("\n");
    print_counts(document);
    printf("\nTickets seen\n");
    JSON_EACH(t, json_member(document, "tickets"))
    {
        printf("  %7lld  ", number(t, "tickets"));
        print_text(json_path_str(t, "what"));
        printf("\n");
    }
    printf(
        "\nWhat is known is what reads show of accounts that a request was ever about; an account "
        "that none was about is not looked at.\n");
}

static bool reconciles(const struct json *document)
{
    JSON_EACH(c, json_member(document, "counts"))
    if (number(c, "difference"))
        return false;
    return true;
}

int report_ungoverned(const struct cli *cli, const struct pg_options *options,
                      const struct report_span *span)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ARENA_BYTES);
    AUTO(drop_buf) struct buf b;
    const struct json *document;
    struct json_out out;
    struct str text;
    struct err err = {0};

    buf_init(&b, DOCUMENT_BYTES);
    if (!store_report_ungoverned(options, span, ROWS_MAX, arena, &text, &err) ||
        !json_parse(arena, text, &document, &err))
        return cli_fail(&err);
    if (cli->json) {
        json_begin(&out, &b);
        json_put_value(&out, document);
        printf("%s\n", b.p);
    } else {
        print_document(document);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "countersign: cannot write the report\n");
        return EXIT_CODE_CANNOT_WRITE;
    }
    return reconciles(document) ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}
