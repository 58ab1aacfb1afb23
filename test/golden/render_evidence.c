/* render_evidence: the evidence page of a document as governance.evidence_page gives it.
 *
 *     render_evidence DOCUMENT auditor|viewer page|file > PAGE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/evidence_page.h"

enum { DOCUMENT_BYTES = 1024 * 1024, PAGE_BYTES = 1024 * 1024, ARENA_BYTES = 16 * 1024 * 1024 };

static struct str read_all(struct arena *arena, const char *path)
{
    static char bytes[DOCUMENT_BYTES];
    FILE *f = fopen(path, "re");
    size_t len = f ? fread(bytes, 1, sizeof bytes, f) : 0;

    if (f)
        fclose(f);
    return arena_str(arena, str_n(bytes, len));
}

int main(int argc, char **argv)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ARENA_BYTES);
    AUTO(drop_buf) struct buf out;
    struct str proof[] = {STR("c/jU2yNQ0KhFOT/k99DgOJWe+5V9cCjCHPTKijT8/EU="),
                          STR("gSqufMrU28dgURdyvb4I+Q/N4RKc/jU2yNQ0KhFOT/k=")};
    const struct json *document;
    struct evidence_page page;
    struct err err = {0};

    if (argc != 4)
        return EXIT_FAILURE;
    bool names = strcmp(argv[2], "auditor") == 0, is_file = strcmp(argv[3], "file") == 0;
    struct evidence_viewer viewer = {
        .names = names,
        .who = names ? STR("token audit-firm") : STR("this machine"),
        .version = STR("Countersign 1.0.0"),
        .statement = STR("select governance.evidence_page($1)"),
        .parameter = STR("IAM-1"),
    };
    if (is_file) {
        viewer.pack_sha256 =
            STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        viewer.proof = (struct page_seal){
            .leaf = STR("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            .proof = proof,
            .proof_count = 2,
            .proven_entry = 29,
        };
    }
    buf_init(&out, PAGE_BYTES);
    if (!json_parse(arena, read_all(arena, argv[1]), &document, &err) ||
        !evidence_page_fill(arena, document, &viewer, &page, &err) ||
        !evidence_page_render(&out, &page, is_file ? NULL : "../")) {
        fprintf(stderr, "%s: %s\n", argv[1], err.what);
        return EXIT_FAILURE;
    }
    fwrite(out.p, 1, out.len, stdout);
    return EXIT_SUCCESS;
}
