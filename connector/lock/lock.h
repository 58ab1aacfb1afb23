/* lock.h: a service desk as it was when its mapping was written: request types and their forms,
 * fields, options, statuses, resolutions, and roads where they could be read. Kept beside the
 * mapping in a file that people commit with it, so that a mapping is checked against the real desk
 * without asking it, and what changed there is told.
 *
 * The file is JSON, members by name and lists by id, one line for each small thing, so that a
 * change at the desk is a change of the lines that say it. When nothing changed but the time it is
 * not written again. Sites of one folder share it, each with a section of its own.
 */
#ifndef COUNTERSIGN_LOCK_LOCK_H
#define COUNTERSIGN_LOCK_LOCK_H

#include "base/buf.h"
#include "jsm/jsm_field.h"

#define LOCK_FILE "fields.lock.json"

enum {
    LOCK_BYTES = 8 * 1024 * 1024, /* of a file */
    LOCK_SITES_MAX = 16,
    LOCK_PROJECTS_MAX = 32,
    LOCK_TYPES_MAX = 256, /* request types of one desk */
    LOCK_FIELDS_MAX = 8192,
    LOCK_NAMED_MAX = 512, /* statuses of a project, resolutions, roads */
};

/* A field of the site, wherever it is shown. */
struct lock_field {
    struct str id, name;
    struct str type;      /* as Jira calls it: "select", "string", "vp-origin" */
    enum field_kind kind; /* with is_known */
    bool is_known;
};

struct lock_named {
    struct str id, name;
};

struct lock_status {
    struct str id, name, category; /* category: new, indeterminate, done */
};

/* A transition of a workflow. */
struct lock_road {
    struct str workflow, id, name;
    struct str from, to; /* names of statuses, "A, B"; from empty: any; to empty: it stays */
};

struct lock_type {
    struct str id, name, issue_type; /* issue_type: its id */
    bool known;                      /* its form was read */
    struct jsm_form form;
};

struct lock_project {
    struct str key, desk; /* desk: number of the service desk; empty: it has none that we may use */
    const struct lock_type *types;
    size_t type_count;
    const struct lock_status *statuses;
    size_t status_count;
    struct str screen_type; /* name of the issue type whose create screen follows */
    bool screen_known;
    struct jsm_form screen;
    bool roads_known; /* whoever looked may read workflows */
    const struct lock_road *roads;
    size_t road_count;
};

struct lock_site {
    struct str site, url, flavour;
    struct str mapping;     /* name of the file, without its folder */
    struct str captured_at; /* RFC 3339, UTC: first seen so */
    const struct lock_field *fields;
    size_t field_count;
    const struct lock_named *resolutions;
    size_t resolution_count;
    const struct lock_project *projects;
    size_t project_count;
};

struct lock {
    struct lock_site sites[LOCK_SITES_MAX];
    size_t count;
};

/* A file as lock_write made it. ERR_INPUT, with the place, when it is another. Everything lives in
 * the arena. */
MUST_CHECK bool lock_read(struct arena *a, struct str text, struct lock *ret, struct err *err);
/* The file; empty when it would be longer than LOCK_BYTES. */
struct str lock_write(struct arena *a, const struct lock *lock);
/* Compact JSON in lines, what has nothing inside on one. */
void lock_in_lines(struct str json, struct buf *out);
/* Are two sections the same but for the time? */
bool lock_is_same(struct arena *a, const struct lock_site *x, const struct lock_site *y);
/* Put a section in the place of the one of that site and mapping, or behind the others. What is the
 * same but for the time stays as it is, time and all: *ret_changed false. False: there are too many
 * sites. */
MUST_CHECK bool lock_put(struct arena *a, struct lock *lock, const struct lock_site *site,
                         bool *ret_changed);

/* Those sections that speak of this mapping file (by the name without folder); where none does, all
 * of them. At most LOCK_SITES_MAX; returns how many. */
size_t lock_sites_of(const struct lock *lock, struct str mapping, const struct lock_site **ret);

/* NULL: there is none. */
const struct lock_site *lock_section(const struct lock *lock, struct str site, struct str mapping);
const struct lock_field *lock_field_of(const struct lock_site *site, struct str id);
const struct lock_project *lock_project_of(const struct lock_site *site, struct str key);
const struct lock_type *lock_type_in(const struct lock_project *project, struct str id);
const struct lock_type *lock_type_of(const struct lock_site *site, struct str id,
                                     const struct lock_project **ret_project);
const struct lock_status *lock_status_of(const struct lock_project *project, struct str name);

/* As Jira calls the type of a field, from its schema: the end of `custom`, else type. */
struct str lock_type_name(struct arena *a, const struct json *schema);
/* "2026-11-22 09:12" of a section's time. */
struct str lock_seen(struct arena *a, const struct lock_site *site);

#endif
