/* A lock, any bytes. What is read is written, and read again the same; nothing has drifted from
 * itself; a mapping is checked against it; a mapping begun from it has no faults; its schema is
 * JSON. */
#include "base/assert.h"
#include "lock/lock_check.h"
#include "lock/lock_drift.h"
#include "lock/lock_scaffold.h"
#include "lock/lock_schema.h"

enum { ROOM = 64 * 1024 * 1024, OUT = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAPPING                                                                                   \
    "version: 1\nservice_desk: IAM\nticket: { create: request }\n"                                \
    "fields: { request_type: customfield_10 }\n"                                                  \
    "statuses: { Verifying access: verify, Resolved: done }\n"                                    \
    "resolutions: { \"Won't Do\": declined }\nrequests:\n"                                        \
    "  - name: remove\n    request_type: \"31\"\n    change: removal\n"                           \
    "    subject: { from: customfield_61, then: [email, lower], on_missing: hold }\n"             \
    "    application: { from: customfield_50, lookup: { \"SAP FIN\": sap }, on_missing: hold }\n" \
    "    entitlement: { from: customfield_52, then: [lower], on_missing: hold }\n"                \
    "    ticket: { fields: { customfield_98: x } }\n"

static struct diag_list diags, of_lock;

static void check_mapping(struct arena *a, const struct lock *lock)
{
    const struct lock_site *sites[LOCK_SITES_MAX];
    size_t count = lock_sites_of(lock, STR("mapping.yaml"), sites);
    struct lock_changes *changes = ARENA_NEW(a, struct lock_changes);

    diag_init(&diags, "mapping.yaml");
    diag_init(&of_lock, LOCK_FILE);
    const struct mapping *m = mapping_load(a, "mapping.yaml", STR(MAPPING), NULL, 0, &diags);
    ASSERT(m && changes);
    lock_check(m, sites, count, NULL, a, &diags, &of_lock);
    for (size_t i = 0; i < diags.count && i < DIAG_MAX; i++)
        ASSERT(diags.items[i].pos.line && diags.items[i].text[0] && diags.items[i].help[0]);
    for (size_t i = 0; i < lock->count; i++) {
        lock_drift(m, &lock->sites[i], &lock->sites[0], a, changes);
        ASSERT(i || changes->breaking + changes->harmless == 0);
    }
}

static void check_made(struct arena *a, const struct lock_site *site)
{
    AUTO(drop_buf) struct buf schema;
    const struct json *v;
    struct err err = {0};

    buf_init(&schema, OUT);
    if (lock_schema(a, site, &schema, &err))
        ASSERT(!str_is_utf8(buf_str(&schema)) || json_parse(a, buf_str(&schema), &v, &err));
    for (size_t i = 0; i < site->project_count; i++) {
        AUTO(drop_buf) struct buf text;
        bool any = false;
        buf_init(&text, OUT);
        for (size_t k = 0; k < site->projects[i].type_count; k++)
            any |= site->projects[i].types[k].known;
        lock_scaffold_file(a, site, &site->projects[i], NULL, &text);
        diag_init(&diags, "made.yaml");
        bool good = mapping_load(a, "made.yaml", buf_str(&text), NULL, 0, &diags) != NULL;
        ASSERT(!any || text.over || good);
    }
}

/* What no service desk shows, though a file may say it: then only crashes count. */
static bool is_likely(const struct lock_site *site)
{
    for (size_t i = 0; i < site->project_count; i++)
        for (size_t k = 0; k < site->projects[i].type_count; k++) {
            const struct lock_type *t = &site->projects[i].types[k];
            int64_t id;
            if (!str_to_i64(t->id, &id) || lock_type_in(&site->projects[i], t->id) != t)
                return false;
        }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ROOM);
    struct lock *lock = ARENA_NEW(a, struct lock), *again = ARENA_NEW(a, struct lock);
    struct err err = {0};

    if (lock_read(a, str_n((const char *)data, size), lock, &err)) {
        struct str text = lock_write(a, lock);
        ASSERT(lock_read(a, text, again, &err));
        ASSERT(str_eq(text, lock_write(a, again)));
        check_mapping(a, lock);
        for (size_t i = 0; i < lock->count; i++)
            if (is_likely(&lock->sites[i]))
                check_made(a, &lock->sites[i]);
    } else {
        ASSERT(err.what[0]);
    }
    arena_free(a);
    return 0;
}
