/* site_form.h: what Jira asks for when a ticket is made, read from Jira and kept for a while. */
#ifndef COUNTERSIGN_SITE_SITE_FORM_H
#define COUNTERSIGN_SITE_SITE_FORM_H

#include "jsm/jsm_field.h"
#include "site/site.h"

enum {
    SITE_FORMS_MAX = 128,          /* of one site: a rule needs one; the oldest gives way */
    SITE_FORM_MS = 5 * 60 * 1000,  /* how long one counts */
    SITE_FORM_BYTES = 1024 * 1024, /* kept; a longer one is read each time */
    SITE_FORMS_BYTES = 8 * SITE_FORM_BYTES, /* all of a site; the oldest give way */
    SITE_FORM_PAGES_MAX = 20,
};

/* What a site keeps of forms; the site's, freed with it. NULL is fine to free. */
struct site_forms *site_forms_new(void);
/* See above. */
void site_forms_free(struct site_forms *forms);

/* Keep pages (JSON, an array, copied) under a name, in place of what was kept under it; the oldest
 * give way. One that is too long, or whose name or desk is, is not kept. */
void site_forms_keep(struct site_forms *forms, struct str name, struct str desk, struct str pages,
                     int64_t now_ms);
/* What was kept under a name less than SITE_FORM_MS ago, lent until the next one is kept; false:
 * none. */
bool site_forms_find(const struct site_forms *forms, struct str name, int64_t now_ms,
                     struct str *ret_desk, struct str *ret_pages);

/* Which form. */
struct site_form_name {
    enum create_by by;
    struct str project; /* key */
    struct str type;    /* by request: id of the request type; by issue: name of the issue type */
};

/* The one that a ticket of this rule is made with, on this site. Borrowed from both. */
struct site_form_name site_form_of(const struct site *site, const struct mapping_rule *rule);

struct site_form {
    enum read_outcome outcome; /* REFUSED: there is no such desk, request type or issue type */
    int64_t told_ms;           /* not again before so long, 0 = not said */
    const char *why;
    const struct jsm_form
        *form;       /* in the arena; NULL with OK: Jira does not tell us, try and see */
    struct str desk; /* number of the service desk, by request */
    bool is_kept;    /* not from this moment: ask afresh before anything is refused */
};
typedef void site_form_fn(void *arg, const struct site_form *form);
/* afresh: whatever is kept does not count. At most SITE_FORM_PAGES_MAX + 1 calls, in that lane;
 * none where the same form is being read already in this lane or in one that leaves before it:
 * all who wait share what that read says. Calls back exactly once, never from inside. The name is
 * borrowed until then. */
void site_form_read(struct site *site, struct arena *arena, const struct site_form_name *name,
                    enum traffic_lane lane, bool afresh, site_form_fn *fn, void *arg);

#endif
