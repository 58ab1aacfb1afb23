/* jsm_screen.h: custom fields and screens of Jira Cloud, as far as the gate needs them. Pure.
 *
 * Paths and bodies follow Atlassian's OpenAPI file. All of it needs Administer Jira, and knows
 * company-managed projects only: a team-managed one keeps its fields and screens to itself. */
#ifndef COUNTERSIGN_JSM_JSM_SCREEN_H
#define COUNTERSIGN_JSM_JSM_SCREEN_H

#include "domain/gate_part.h"
#include "jsm/jsm_call.h"

/* --- fields --- */

/* GET /rest/api/3/field/search: custom fields whose name has these words; or those of these ids.
 * GET /rest/api/3/field leaves out what is on no screen. */
struct jsm_call jsm_call_fields_named(struct arena *a, struct str words, int64_t start_at);
struct jsm_call jsm_call_fields_of(struct arena *a, const struct str *ids, size_t count);
/* The id of the custom field of that name and type; empty: there is none. */
struct str jsm_field_named(struct arena *a, const struct json *body, const char *name,
                           const char *type);
/* Is one of this id in the answer? */
bool jsm_field_is_found(const struct json *body, struct str id);
/* POST /rest/api/3/field */
struct jsm_call jsm_call_field_add(struct arena *a, enum gate_field which);
/* POST .../trash: values are kept, an administrator can restore it. */
struct jsm_call jsm_call_field_trash(struct arena *a, struct str field);
/* GET .../context: where the options of a select list hang; the id of the first one. */
struct jsm_call jsm_call_contexts(struct arena *a, struct str field);
struct str jsm_first_id(struct arena *a, const struct json *body);
/* The options of a context, and those that are missing of what is written there, added. The second
 * has no path when none is missing. */
struct jsm_call jsm_call_options(struct arena *a, struct str field, struct str context);
struct jsm_call jsm_call_options_add(struct arena *a, struct str field, struct str context,
                                     const struct json *there);
/* GET .../screens: the screens that carry a field, a hundred from one on; their ids, "1,2". */
struct jsm_call jsm_call_field_screens(struct arena *a, struct str field, int64_t start_at);
/* The same of Jira's own field Resolution. */
struct jsm_call jsm_call_resolution_screens(struct arena *a, int64_t start_at);
struct str jsm_ids(struct arena *a, const struct json *body);

/* --- screens --- */

/* GET /rest/api/3/screens?queryString=, a hundred from one on: those with these words in the name;
 * the id of the one that is called exactly so, or empty. */
struct jsm_call jsm_call_screens(struct arena *a, struct str words, int64_t start_at);
struct str jsm_screen_named(struct arena *a, const struct json *body, struct str name);
/* How our copy of a scheme's screen for viewing is called: how it is found again. */
struct str jsm_view_name(struct arena *a, struct str scheme_name);
struct jsm_call jsm_call_screen_add(struct arena *a, struct str name);
struct jsm_call jsm_call_screen_remove(struct arena *a, struct str screen);
/* A new screen comes with one tab. */
struct jsm_call jsm_call_tabs(struct arena *a, struct str screen);
struct jsm_call jsm_call_tab_add(struct arena *a, struct str screen, struct str name);
struct jsm_call jsm_call_tab_fields(struct arena *a, struct str screen, struct str tab);
struct jsm_call jsm_call_tab_field_add(struct arena *a, struct str screen, struct str tab,
                                       struct str field);
struct jsm_call jsm_call_tab_field_remove(struct arena *a, struct str screen, struct str tab,
                                          struct str field);

/* --- from a project to its screens --- */

/* GET issuetypescreenscheme/project: by which scheme the issue types of a project find screens. */
struct jsm_call jsm_call_scheme_of(struct arena *a, struct str project_id);
/* The id of the issue type screen scheme in the answer; empty: the project has none of its own. */
struct str jsm_scheme_of(struct arena *a, const struct json *body);
/* GET issuetypescreenscheme/mapping: which screen scheme serves which issue type. */
struct jsm_call jsm_call_scheme_types(struct arena *a, struct str scheme, int64_t start_at);
/* Which screen scheme serves an issue type, and which all that have none of their own: kept where a
 * page says so. */
void jsm_scheme_for(struct arena *a, const struct json *body, struct str issue_type,
                    struct str *scheme, struct str *otherwise);
/* Screen schemes by their ids, at most a hundred. */
struct jsm_call jsm_call_schemes(struct arena *a, const struct gate_scheme *schemes, size_t count);
/* What is read of one. */
struct gate_scheme jsm_scheme_read(struct arena *a, const struct json *scheme);
/* PUT: which screen serves for viewing; empty: none of its own. */
struct jsm_call jsm_call_scheme_view(struct arena *a, struct str scheme, struct str view);

#endif
