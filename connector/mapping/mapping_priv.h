/* mapping_priv.h: values on their way from a field to a target. Private to mapping/. */
#ifndef COUNTERSIGN_MAPPING_PRIV_H
#define COUNTERSIGN_MAPPING_PRIV_H

#include "mapping/mapping.h"
#include "mapping/mapping_pattern.h"

/* A file being read. */
struct loader {
    struct mapping *m;
    struct arena *arena;
    struct diag_list *diags;
    const struct str *sources;
    size_t source_count;
};
struct str text_of(const struct loader *l, const struct yaml *map, const char *key,
                   const char *otherwise);
void refuse_unknown(const struct loader *l, const struct yaml *map, const char *const *known,
                    const char *where);
const struct yaml *list_of(const struct loader *l, const struct yaml *v, const char *what);

enum value_kind {
    VALUE_MISSING, /* empty, null, absent, blank */
    VALUE_TEXT,
    VALUE_PERSON, /* json: a user; becomes text by email or account only, because Jira may hide one
                     of them any day */
    VALUE_LIST,   /* json: more than one element */
    VALUE_WRONG,  /* cannot be taken as it stands; `wrong` says why. json, when there is one: a
                     function may take a part of it */
};

struct value {
    enum value_kind kind;
    struct str text;
    const struct json *json;
    const char *wrong;
};

struct value value_of_field(const struct json *v);
struct value value_step(struct arena *arena, enum mapping_step step,
                        const struct step_argument *argument, struct value in);
/* All of the binding's functions, or those from `from` on. */
struct value value_steps(struct arena *arena, const struct binding *b, size_t from,
                         struct value in);
/* The same of a binding that says `many`: each value of the field by itself; those that are empty
 * are left out, but for the last. Returns how many there are, of which the first MAPPING_VALUES_MAX
 * are in ret; at least one. */
size_t value_each(struct arena *arena, const struct binding *b, struct value in, struct value *ret);
/* Is there more than one? */
bool value_is_list(struct arena *arena, const struct binding *b, struct value in);
struct value text_value(struct str s);
struct value wrong_value(const char *why);
/* mapping_shape.c: those of kind SHAPE, and number and date, of a text. */
struct value shape_text(struct arena *arena, enum mapping_step step,
                        const struct step_argument *argument, struct str s);
/* mapping_steps.c: `then` of a binding. */
void load_steps(const struct loader *l, const struct yaml *list, struct binding *b);
/* How a person writes it: "part 2". */
struct str mapping_step_text(struct arena *arena, const struct binding *b, size_t i);
/* mapping_eval.c: the request type of a ticket, and its rule. */
struct str request_type_of(const struct mapping *m, struct arena *arena, const struct json *issue);
enum step_kind { STEP_TIDY, STEP_TAKE, STEP_SHAPE };
enum step_kind step_kind(enum mapping_step step);
/* mapping_ticket.c: `ticket` of the file and of a rule, and how kinds are called. */
void load_ticket_head(const struct loader *l, const struct yaml *ticket);
void load_ticket_rule(const struct loader *l, const struct yaml *ticket, struct mapping_rule *r);
void load_kind(const struct loader *l, const struct yaml *v, struct binding *b);
/* mapping_form.c: `form` of a rule, after its bindings. */
void load_form_of(const struct loader *l, const struct yaml *rule, struct mapping_rule *r);
/* Why a question has no answer that counts, for people; empty: the form is the one that is meant,
 * and submitted, or nothing is said of it (a test). */
struct str form_trouble(const struct json *issue, struct str form);
bool is_field_id(struct str s);
bool is_question(struct str id); /* "form.12" */
/* mapping_template.c: `templates` and `approvers` of the file, and what a rule that names one
 * lacks. */
void load_templates(const struct loader *l, const struct yaml *root);
void load_template_of(const struct loader *l, const struct yaml *rule, struct mapping_rule *r);
void check_template(const struct loader *l, const struct yaml *rule, const struct mapping_rule *r);
/* mapping_load.c: `sla` of a rule or of a template that it names. */
void load_sla(const struct loader *l, const struct yaml *sla, struct mapping_rule *r);
/* mapping_terms.c: what the rule's template wants of this ticket, and who has to approve it. Holds
 * where a fact is missing or wrong. */
void take_terms(const struct mapping *m, struct arena *arena, const struct json *issue,
                struct mapped *r);
/* What `access_until` says, as epoch milliseconds; a day ends in UTC. False: it is no time. */
MUST_CHECK bool end_of_access(struct str text, int64_t *ret_ms);
/* mapping_many.c: sorts names that stand one a line, each once, into the arena. */
struct str names_in_order(struct arena *arena, struct str names);
/* `many` of a binding. */
void load_many(const struct loader *l, const struct yaml *map, const char *name, struct binding *b);
size_t names_count(struct str names);
/* mapping_eval.c: the first reason is the one shown. */
void mapped_hold(struct mapped *r, const char *code, const struct binding *b, struct str text);
/* mapping_reverse.c: the value of "$requester" and its like; false when there is no such word. */
bool wish_word(struct arena *arena, const struct wanted *w, struct str word, struct str *ret);
struct json_out;
/* mapping_terms.c: member "approval"; `all`: with what does not change what was approved. */
void put_terms(struct json_out *out, const struct mapped *r, bool all);
void put_yaml(struct json_out *out,
              const struct yaml *v); /* unquoted null, true, false and numbers as such */

#endif
