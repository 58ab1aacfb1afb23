/* evidence: where the log of evidence is published. */
#include "config/config_priv.h"
#include "tlog/tlog_note.h"

enum { EVERY_MS = 10 * 1000, EVERY_MAX_MS = 60 * 1000 };

void config_evidence(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"directory", "origin", "key", "every", "anchor_file", NULL};
    const struct yaml *map = value_map(&l->v, root, "evidence");
    struct evidence_config *e = &l->c->evidence;
    struct values v = l->v;

    v.section = NULL;
    e->every_ms = EVERY_MS;
    if (!map)
        return;
    value_refuse_unknown(&v, map, KNOWN, "evidence");
    e->directory = config_beside(l->arena, l->c->file,
                                 value_required(&v, map, "directory", "/var/lib/countersign/log"));
    e->origin = value_required(&v, map, "origin", "evidence.example.com/countersign");
    e->key = value_secret(&v, map, "key", true, 1);
    e->every_ms = value_duration(&v, map, "every", EVERY_MS, SHORTEST_MS);
    e->anchor_file = value_str(&v, map, "anchor_file", "");
    if (e->anchor_file.len)
        e->anchor_file = config_beside(l->arena, l->c->file, e->anchor_file);
    if (e->origin.len && !tlog_origin_ok(e->origin)) {
        value_fault(&v, yaml_member(map, "origin"), "C093", "'%.*s' cannot name a log",
                    STR_ARG(e->origin));
        diag_help(v.diags, "write an address of yours without a scheme, no spaces, no +: "
                           "evidence.example.com/countersign");
    }
    if (e->every_ms > EVERY_MAX_MS) {
        value_fault(&v, yaml_member(map, "every"), "C094",
                    "a checkpoint must leave the database at least once a minute");
        diag_help(v.diags, "write every: 10s");
    }
}
