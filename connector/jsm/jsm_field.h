/* jsm_field.h: what a form asks for, and what Jira wants for a text. Pure.
 *
 * A form is told by GET /rest/servicedeskapi/servicedesk/{id}/requesttype/{id}/field
 * (requestTypeFields, with validValues) or by GET
 * /rest/api/3/issue/createmeta/{project}/issuetypes/{id} (fields, with allowedValues, in pages).
 * The form that may be attached to a request type is a page of its own (jsm_answers.h): each of its
 * questions is a field "form.NUMBER", but for those that are linked to a field: that field is
 * asked for. A page that is null says that none is attached.
 * What a field is stands in its schema (type, items, system, custom); how each is written:
 * https://developer.atlassian.com/server/jira/platform/jira-rest-api-examples/ and, for Assets,
 * objects by {"id":"workspace:object"}.
 */
#ifndef COUNTERSIGN_JSM_FIELD_H
#define COUNTERSIGN_JSM_FIELD_H

#include "base/arena.h"
#include "domain/field.h"
#include "json/json_write.h"

enum { JSM_FORM_FIELDS_MAX = 512 };

/* One of the values that a field offers. */
struct jsm_choice {
    struct str id, text;
    struct str parent; /* id of the upper level, empty for one of that level */
};

struct jsm_field {
    struct str id, name;
    enum field_kind kind;
    bool writable;       /* it is of a kind we can write */
    bool required;       /* and Jira fills in nothing by itself */
    bool by_key;         /* of Assets at a Data Center: written by key, and not read again */
    struct str question; /* its number, when the form that is attached asks for it; else empty */
    const struct jsm_choice *choices;
    size_t choice_count; /* 0: anything is taken, or Jira does not tell */
};

struct jsm_form {
    const struct jsm_field *fields;
    size_t count;
    bool may_behalf, may_participants; /* of a request type, for whoever asked */
    struct str template;               /* id of the form that is attached; empty: none is */
    bool template_known;               /* it was asked for */
};

/* What a field holds, by its schema (type, items, system, custom). False: of a kind we cannot
 * write. */
bool jsm_field_kind(const struct json *schema, enum field_kind *ret);
/* pages: an array of the answers, in order. False with the reason when they are no form. */
MUST_CHECK bool jsm_form_read(struct arena *a, const struct json *pages, struct jsm_form *ret,
                              struct err *err);
/* NULL when it is not on the form. */
const struct jsm_field *jsm_form_field(const struct jsm_form *form, struct str id);
/* Does it hold several values? */
bool jsm_field_is_list(enum field_kind kind);

/* Write the value that Jira wants for these texts (count > 0). Persons are account ids here. False,
 * nothing written, with a sentence that names field, value and remedy: "customfield_10050 'Start
 * date': '31.12.2026' is not a date; write 2026-12-31". */
MUST_CHECK bool jsm_field_put(struct arena *a, struct json_out *out, const struct jsm_field *f,
                              const struct str *values, size_t count, struct err *err);
/* Whether they could be written; the same sentence. */
MUST_CHECK bool jsm_field_check(struct arena *a, const struct jsm_field *f,
                                const struct str *values, size_t count, struct err *err);
/* {"accountId":"…"}: the one place that knows how a person is named. */
void jsm_person_put(struct json_out *out, struct str account);
/* Who a text means among the answers of user search: the account of the one active person with
 * exactly this address (letters of any case). *ret_count: how many have it. */
struct str jsm_person_pick(const struct json *users, struct str address, size_t *ret_count);
/* The account of a user of a Data Center who was asked for by name; empty when it is not that one
 * (letters of any case), or not active. */
struct str jsm_person_named(const struct json *user, struct str name);

#endif
