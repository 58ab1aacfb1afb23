/* init_text.h: a first configuration and a first mapping as text, of the templates in schemas/init:
 * `@NAME@` becomes the value as YAML writes it; `#if WORD` to `#end` stays where the word holds,
 * `#each KIND` to `#end` once for each source of the kind. Pure. Private to cli/. */
#ifndef COUNTERSIGN_CLI_INIT_TEXT_H
#define COUNTERSIGN_CLI_INIT_TEXT_H

#include <stdbool.h>

#include "base/buf.h"

enum { INIT_PROJECTS_MAX = 16, INIT_SOURCES_MAX = 16 };

struct init_source {
    struct str name, kind;
    struct str secret; /* reference, as all secrets here */
};

/* What is known of a site before anything is configured. All borrowed. */
struct init_site {
    struct str name, url, email;
    bool datacenter;
    struct str database; /* libpq's connection string */
    struct str database_password, token, webhook_secret, api_token;
    struct str projects[INIT_PROJECTS_MAX];
    size_t project_count; /* one at least */
    struct init_source sources[INIT_SOURCES_MAX];
    size_t source_count; /* one at least */
};

/* The templates, from schemas/init. */
extern const char INIT_CONFIG[], INIT_MAPPING[];

/* Is there a template for a source of this kind? */
bool init_knows_kind(struct str kind);
/* The template filled in, at the end of `out`. */
void init_text(const char *template, const struct init_site *site, struct buf *out);

#endif
