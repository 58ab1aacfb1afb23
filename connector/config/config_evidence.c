/* evidence: where the log of evidence is published. */
#include "base/limits.h"
#include "config/config_priv.h"
#include "io/io_file.h"
#include "jsm/jsm_anchor.h"
#include "tlog/tlog_note.h"

enum {
    EVERY_MS = 10 * 1000,
    EVERY_MAX_MS = 60 * 1000,
    ANCHOR_MS = 60 * 1000,
    ANCHOR_MAX_MS = 24 * 60 * 60 * 1000, /* the file and the journal have each of them */
};

static int64_t anchor_every(const struct values *v, const struct yaml *map)
{
    int64_t every_ms = value_duration(v, map, "every", ANCHOR_MS, SHORTEST_MS);

    if (every_ms > ANCHOR_MAX_MS) {
        value_fault(v, yaml_member(map, "every"), "C099", "an anchor is left at least once a day");
        diag_help(v->diags, "write every: 60s, or up to 1d");
    }
    return every_ms;
}

static bool has_site(const struct config *c, struct str name)
{
    for (size_t i = 0; i < c->site_count; i++)
        if (str_eq(c->sites[i].name, name))
            return true;
    return false;
}

static void load_issue(struct loader *l, const struct values *v, const struct yaml *map)
{
    static const char *const KNOWN[] = {"site", "key", "every", NULL};
    struct evidence_config *e = &l->c->evidence;

    value_refuse_unknown(v, map, KNOWN, "evidence.issue");
    e->issue_site = value_required(v, map, "site", "acme");
    e->issue_key = value_required(v, map, "key", "AUDIT-1");
    e->issue_every_ms = anchor_every(v, map);
    if (e->issue_site.len && !has_site(l->c, e->issue_site)) {
        value_fault(v, yaml_member(map, "site"), "C096", "there is no site '%.*s'",
                    STR_ARG(e->issue_site));
        diag_help(v->diags, "write the name of one of sites");
    }
    if (e->issue_key.len && !jsm_anchor_key_ok(e->issue_key)) {
        value_fault(v, yaml_member(map, "key"), "C097", "'%.*s' is not the key of a ticket",
                    STR_ARG(e->issue_key));
        diag_help(v->diags, "write the key of a ticket that nobody governs, such as AUDIT-1");
    }
}

static bool is_address(struct str url)
{
    bool good = str_starts(url, STR("https://")) || str_starts(url, STR("http://"));

    for (size_t i = 0; i < url.len; i++)
        good &= (unsigned char)url.p[i] > ' ' && url.p[i] != '@' && url.p[i] != '#';
    return good && url.len > 10;
}

static void load_stamp(struct loader *l, const struct values *v, const struct yaml *map)
{
    static const char *const KNOWN[] = {"url", "ca", "directory", "every", NULL};
    struct evidence_config *e = &l->c->evidence;
    const char *file = l->c->file;
    struct str text;
    struct err err = {0};

    value_refuse_unknown(v, map, KNOWN, "evidence.timestamp");
    e->stamp_url = value_required(v, map, "url", "https://freetsa.org/tsr");
    e->stamp_ca = config_beside(l->arena, file, value_required(v, map, "ca", "tsa-ca.pem"));
    e->stamp_directory =
        config_beside(l->arena, file, value_required(v, map, "directory", "timestamps"));
    e->stamp_every_ms = anchor_every(v, map);
    if (e->stamp_url.len && !is_address(e->stamp_url)) {
        value_fault(v, yaml_member(map, "url"), "C098", "nobody can be asked at this address");
        diag_help(v->diags, "write the http or https address of a time stamping authority (RFC "
                            "3161): its answers are signed");
    }
    if (v->secrets && yaml_member(map, "ca") &&
        !file_read(l->arena, arena_cstr(l->arena, e->stamp_ca), LIMIT_YAML_BYTES, &text, &err)) {
        value_fault(v, yaml_member(map, "ca"), "C098", "%s", err.what);
        diag_help(v->diags, "name a file with the authority's certificates in PEM");
    }
}

static void load_keys(struct loader *l, const struct values *v, const struct yaml *map)
{
    struct evidence_config *e = &l->c->evidence;

    e->key = value_secret(v, map, "key", true, 1);
    e->previous_key = value_secret(v, map, "previous_key", false, 1);
    if (e->previous_key.len && str_eq(e->key, e->previous_key)) {
        value_fault(v, yaml_member(map, "previous_key"), "C095", "a key is not replaced by itself");
        diag_help(v->diags, "name the new one as key and the old one as previous_key, until every "
                            "verifier has the new one");
    }
}

void config_evidence(struct loader *l, const struct yaml *root)
{
    static const char *const KNOWN[] = {"directory",    "origin",    "key",
                                        "previous_key", "every",     "anchor_file",
                                        "issue",        "timestamp", NULL};
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
    load_keys(l, &v, map);
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
    const struct yaml *issue = value_map(&v, map, "issue");
    const struct yaml *stamp = value_map(&v, map, "timestamp");
    if (issue)
        load_issue(l, &v, issue);
    if (stamp)
        load_stamp(l, &v, stamp);
}
