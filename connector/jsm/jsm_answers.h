/* jsm_answers.h: forms that are attached to request types ("Forms", once ProForma), and the answers
 * on a ticket, as fields of that ticket. Pure.
 *
 * Atlassian's Forms REST API (https://developer.atlassian.com/cloud/forms/rest/intro/), at
 * https://api.atlassian.com/jira/forms/cloud/{cloudId} for all ways to sign in:
 *   GET .../servicedesk/{id}/requesttype/{id}/form   the form of a request type: id, design; 404:
 * none GET .../issue/{id}/form                          the forms of a ticket: id, formTemplate.id,
 *                                                    submitted, lock, internal, name, updated
 *   GET .../issue/{id}/form/{id}                     one: design as it was when it was attached,
 * and state: status (o open, s submitted, l locked), answers by number of the question A question
 * has a type of two letters, and in `choices` what it offers; one that is linked to a field of the
 * ticket (`jiraField`) has neither choices nor, surely, the last word: the field has. People in
 * answers are account ids and names, never addresses; times have no zone. A ticket is made with
 * answers by `form` of POST /rest/servicedeskapi/request (Atlassian's OpenAPI file).
 */
#ifndef COUNTERSIGN_JSM_JSM_ANSWERS_H
#define COUNTERSIGN_JSM_JSM_ANSWERS_H

#include "jsm/jsm_call.h"
#include "jsm/jsm_field.h"

/* The path is empty when an id is none. type, desk and issue_id are numbers. */
struct jsm_call jsm_call_type_form(struct arena *a, struct str cloud_id, struct str desk,
                                   struct str type);
struct jsm_call jsm_call_forms(struct arena *a, struct str cloud_id, struct str issue_id);
struct jsm_call jsm_call_form(struct arena *a, struct str cloud_id, struct str issue_id,
                              struct str form_id);

/* Is it the answer to jsm_call_type_form, or null, which stands for none? */
bool jsm_is_type_form(const struct json *page);
/* Its questions, behind the fields that are there: room for each. */
void jsm_questions_read(struct arena *a, const struct json *page, struct jsm_field *fields,
                        struct jsm_form *form);

/* How it is with the answers of a ticket. */
enum jsm_answered {
    ANSWERED,
    ANSWERED_NONE,  /* no such form is attached */
    ANSWERED_OPEN,  /* it is not submitted: what it says is a draft */
    ANSWERED_TWICE, /* more than one was submitted: nobody can tell which counts */
};
/* Which of a ticket's forms was made from this template: its id, when it is ANSWERED. */
enum jsm_answered jsm_forms_pick(const struct json *forms, struct str template, struct str *ret_id);
/* "none", "open", "twice"; NULL for ANSWERED. */
const char *jsm_answered_name(enum jsm_answered answered);
/* Members of the ticket's fields: "form.12" as Jira would give a field of that kind; nothing of a
 * question without an answer. form: the answer to jsm_call_form. *ret_updated_ms: when it was
 * changed last, 0: not said. */
void jsm_answers_put(struct arena *a, const struct json *form, struct json_out *out,
                     int64_t *ret_updated_ms);

/* {"text":"..."} of a question's value, for a create; as jsm_field_put otherwise. */
MUST_CHECK bool jsm_answer_put(struct arena *a, struct json_out *out, const struct jsm_field *f,
                               const struct str *values, size_t count, struct err *err);

#endif
