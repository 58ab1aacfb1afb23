/* write_export: entries in the formats of others.
 *
 *     write_export ocsf|oscal < LINES > DOCUMENT
 *
 * A line is {"entry": ..., "facts": ...}. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/ocsf.h"
#include "export/oscal.h"

enum { LINE_BYTES = 64 * 1024, TEXT_BYTES = 4 * 1024 * 1024, ARENA_BYTES = 16 * 1024 * 1024 };

int main(int argc, char **argv)
{
    static char line[LINE_BYTES];
    AUTO(drop_arena) struct arena *arena = arena_new(ARENA_BYTES);
    AUTO(drop_buf) struct buf out;
    struct oscal oscal;
    struct oscal_about about = {.origin = STR("evidence.example.com/acme"),
                                .size = 300,
                                .root = {{7}},
                                .last_at = "2026-11-24T12:00:00.000000Z",
                                .from = "2026-11-01T00:00:00.000Z",
                                .to = "2026-12-01T00:00:00.000Z"};

    if (argc != 2)
        return EXIT_FAILURE;
    bool ocsf = strcmp(argv[1], "ocsf") == 0;
    buf_init(&out, TEXT_BYTES);
    if (!ocsf)
        oscal_begin(&oscal, &about, &out);
    while (fgets(line, sizeof line, stdin)) {
        const struct json *v;
        struct err err = {0};
        if (!json_parse(arena, str_of(line), &v, &err)) {
            fprintf(stderr, "%s\n", err.what);
            return EXIT_FAILURE;
        }
        if (ocsf)
            ocsf_write(json_member(v, "entry"), json_member(v, "facts"), "1.0.0", &out);
        else
            oscal_entry(&oscal, json_member(v, "entry"), json_member(v, "facts"));
    }
    if (!ocsf)
        oscal_end(&oscal);
    fwrite(out.p, 1, out.len, stdout);
    return out.over ? EXIT_FAILURE : EXIT_SUCCESS;
}
