/* /r/{key}: the evidence of one request, where the link on its ticket leads. */
#include "console/evidence_page.h"
#include "service/console_pages.h"
#include "store/store_evidence_page.h"

enum { PAGE_BYTES = 1024 * 1024, NAME_MAX_BYTES = 160 };

struct found {
    const struct json *document;
};

/* A key, an id, or a site and a key: nothing that would have to be decoded. */
static bool is_name(struct str s)
{
    int slashes = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_';
        slashes += c == '/';
        if (!plain && (c != '/' || i == 0))
            return false;
    }
    return s.len && s.len <= NAME_MAX_BYTES && slashes <= 1 && s.p[s.len - 1] != '/';
}

static void show(struct console_visit *visit)
{
    struct arena *arena = serve_arena(visit->request);
    const struct evidence_viewer viewer = {
        .names = visit->role == CONSOLE_AUDITOR,
        .who = visit->who,
        .version = STR("Countersign " COUNTERSIGN_VERSION),
        .statement = str_trim(str_of(store_evidence_facts_sql())),
        .parameter = visit->rest,
    };
    const struct found *found = visit->page;
    struct evidence_page page;
    struct err err = {0};
    AUTO(drop_buf) struct buf out;

    buf_init(&out, PAGE_BYTES);
    bool fits = evidence_page_fill(arena, found->document, &viewer, &page, &err) &&
                evidence_page_render(&out, &page, visit->root);
    console_reply(visit, 200, &out, fits);
}

static void choose(struct console_visit *visit, const struct json *names)
{
    AUTO(drop_buf) struct buf out;

    buf_init(&out, PAGE_BYTES);
    bool fits = evidence_page_choose(&out, visit->rest, names, visit->root);
    console_reply(visit, 300, &out, fits);
}

static void on_facts(void *arg, enum store_outcome outcome, struct str json)
{
    struct console_visit *visit = arg;
    const struct json *document;

    if (!console_document(visit, outcome, json,
                          "There is no governed request of that ticket or id.", &document))
        return;
    const struct json *names = json_member(document, "ambiguous");
    if (names) {
        choose(visit, names);
        return;
    }
    struct found *found = ARENA_NEW(serve_arena(visit->request), struct found);
    if (!found) {
        console_reply(visit, 500, NULL, false);
        return;
    }
    found->document = document;
    visit->page = found;
    console_record(visit, json_path_str(document, "facts/id"), show);
}

void console_evidence(struct console_visit *visit)
{
    if (str_find(visit->rest, '/') >= 0)
        visit->root = "../../";
    if (is_name(visit->rest))
        store_evidence_facts(&visit->svc->store, visit->rest, on_facts, visit);
    else
        console_notice(visit, 404, STR("Not here"),
                       STR("A request is found by its ticket's key, or by its id."),
                       STR("Write /r/IAM-482, or /r/site/IAM-482 where several sites have it."));
}
