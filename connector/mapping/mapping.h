/* mapping.h: how a ticket's fields become a governed request, and back. A file of rules, one per
 * request type, compiled into plain data; evaluation is pure, bounded, and cannot fail except as
 * "hold". Format: schemas/mapping.schema.json.
 *
 *   requests:
 *     - name: remove-app-access
 *       request_type: "31"
 *       change: removal
 *       application: { from: customfield_10050, lookup: { "SAP FIN": sap-fin }, on_missing: hold }
 *       entitlement: { from: customfield_10052, then: [trim], on_missing: hold }
 */
#ifndef COUNTERSIGN_MAPPING_H
#define COUNTERSIGN_MAPPING_H

#include "base/digest.h"
#include "domain/approval.h"
#include "domain/field.h"
#include "domain/item.h"
#include "domain/request.h"
#include "domain/ticket.h"
#include "json/json_read.h"
#include "yaml/yaml.h"

enum {
    MAPPING_RULES_MAX = 64,
    MAPPING_STATUSES_MAX = 64,
    MAPPING_LOOKUP_MAX = 256,
    MAPPING_STEPS_MAX = 8,
    MAPPING_STATIC_MAX = 16,
    MAPPING_VALUES_MAX = 16, /* of one field */
    MAPPING_PEOPLE_MAX = 8,  /* participants */
    MAPPING_TEMPLATES_MAX = 32,
    MAPPING_GROUP_MAX = 32,                          /* people who may approve one thing */
    MAPPING_FIELDS_MAX = MAPPING_RULES_MAX * 11 + 3, /* that its rules read */
};

/* X(suffix, name in the file, argument, kind): total functions; the table in mapping_value.c says
 * what each does to which kind of value.
 * argument: NONE, or of { name: argument } TEXT, NUMBER, PAIR of texts, PATTERN.
 * kind: TIDY, what it makes of a text is that text, only tidier, and making it again changes
 * nothing; TAKE, it takes a part of a value, and what is no such value stays; SHAPE, it makes
 * another text. */
#define MAPPING_FUNCTIONS(X)                                                                \
    X(TRIM, "trim", NONE, TIDY)                                                             \
    X(LOWER, "lower", NONE, TIDY) /* ASCII letters */                                       \
    X(UPPER, "upper", NONE, TIDY)                                                           \
    X(EMAIL, "email", NONE, TIDY)      /* a person's address; text that is an address */    \
    X(ACCOUNT, "account", NONE, TAKE)  /* a person's account id */                          \
    X(BOOL, "bool", NONE, TIDY)        /* yes, true, 1 and no, false, 0 */                  \
    X(NUMBER, "number", NONE, TIDY)    /* as people write it: 10 of Jira's 10.0 */          \
    X(DATE, "date", NONE, TIDY)        /* the day of a date or a time */                    \
    X(FIRST, "first", NONE, TAKE)      /* of a list */                                      \
    X(PLAIN, "plain", NONE, TAKE)      /* the words of formatted text */                    \
    X(PARENT, "parent", NONE, TAKE)    /* the upper of a choice in two levels */            \
    X(CHILD, "child", NONE, TAKE)      /* the lower */                                      \
    X(ID, "id", NONE, TAKE)            /* of an object: Assets, organisation, option */     \
    X(SPLIT, "split", TEXT, SHAPE)     /* text into a list, at each of these */             \
    X(PART, "part", NUMBER, SHAPE)     /* one of a list, from 1 */                          \
    X(MATCH, "match", PATTERN, SHAPE)  /* what is in ( ); a text that does not fit holds */ \
    X(REPLACE, "replace", PAIR, SHAPE) /* each of the first by the second */                \
    X(BEFORE, "before", TEXT, SHAPE)   /* put this before it */                             \
    X(AFTER, "after", TEXT, SHAPE)     /* put this behind it */

enum mapping_step {
#define X(suffix, name, argument, kind) STEP_##suffix,
    MAPPING_FUNCTIONS(X)
#undef X
        STEP_COUNT
};
/* What to do when a field is empty. Silence is not on the list. EXCEPTION and FAIL hold as HOLD
 * does, under codes of their own: the request waits for an exception, or for another form. */
enum on_missing { MISSING_HOLD, MISSING_IGNORE, MISSING_EXCEPTION, MISSING_FAIL };

/* What a function was given. */
struct step_argument {
    struct str text, with; /* with: the second of a pair */
    int64_t number;
    const struct pattern *pattern;
};

struct lookup_pair {
    struct str from, to;
};

struct binding {
    bool present;     /* stands in the file */
    struct str from;  /* Jira field id ("customfield_10050", "summary", "reporter"), or a question
                         of the attached form ("form.12"); empty with a constant */
    struct str label; /* what people call the field; empty: its id is shown */
    struct str constant;
    struct str
        fallback; /* `default`: for an empty field, never for one that is not in the lookup */
    bool has_fallback;
    enum mapping_step steps[MAPPING_STEPS_MAX];
    const struct step_argument *arguments[MAPPING_STEPS_MAX]; /* NULL where a function takes none */
    size_t step_count;
    bool many; /* each value of the field is a name of its own (entitlement, instead_of) */
    const struct lookup_pair *lookup; /* after the steps; what is not in it holds the ticket */
    size_t lookup_count;
    enum on_missing on_missing;
    enum field_kind
        type; /* how Jira wants it when we write it; what Jira itself says counts more */
    struct diag_pos pos;
};

/* A field that tickets we make carry, always the same. */
struct mapping_static {
    struct str field;
    const struct yaml *value;
};

/* X(member, required): what a rule can bind */
#define MAPPING_TARGETS(X)                                                            \
    X(subject, true)     /* whose access changes: person key */                       \
    X(account, false)    /* account in the source; the subject when absent */         \
    X(application, true) /* name of the source */                                     \
    X(entitlement, true)                                                              \
    X(privileged, false)                                                              \
    X(requester, false) /* the reporter when absent */                                \
    X(justification, false)                                                           \
    X(instead_of, false)   /* the entitlement that this one takes the place of */     \
    X(access_until, false) /* a day, which ends in UTC, or a time */                  \
    X(sponsor, false)      /* who answers for it: a contractor's sponsor, an owner */ \
    X(manager, false)

/* Facts that a template may want; each is the target of that name. */
#define MAPPING_FACTS(X) \
    X(JUSTIFICATION, justification) X(SPONSOR, sponsor) X(ACCESS_UNTIL, access_until)
enum mapping_fact {
#define X(suffix, member) FACT_##suffix,
    MAPPING_FACTS(X)
#undef X
        FACT_COUNT
};

/* Who has to approve, in a template's words: `manager`, `sponsor`, `anyone`, `application_owner`,
 * `role_owner`, or a group. */
struct mapping_ask {
    struct str who;
    int32_t at_least;
    bool privileged_only; /* `when: privileged` */
    struct diag_pos pos;
};

/* What every request of one kind wants, by the name that rules say. */
struct mapping_template {
    struct str name;
    struct str lifecycle, subject_kind; /* as the database knows them */
    bool privileged;                    /* whatever the form says */
    bool together; /* what a request takes away waits for what it gives (domain/ahead.h) */
    bool wants[FACT_COUNT];
    int64_t access_for_ms; /* longest time from the ticket's creation, 0 = none */
    bool approval_needed;
    uint32_t channels; /* bits of enum approval_channel */
    int32_t at_least;
    int64_t within_ms;
    int32_t remind[LIMIT_REMINDERS];
    struct mapping_ask steps[LIMIT_APPROVAL_STEPS];
    size_t step_count;
    const struct yaml *sla; /* the rule's own `sla` where it names this; NULL: it has faults */
    struct diag_pos pos;
};

/* People of one name: a group, an application's or a role's owners. */
struct mapping_people {
    const char *of; /* "groups", "application_owner", "role_owner" */
    struct str name;
    struct str people[MAPPING_GROUP_MAX];
    size_t count;
};

struct mapping_rule {
    struct str name, request_type;
    struct str form;     /* id of the form that its questions are of; empty: it reads none */
    enum gate_mode mode; /* enforce unless the rule says otherwise */
    bool mode_said;      /* it does; else the site's default counts */
    enum request_kind change;
    enum desired expect;
    bool approval_needed;
    const struct mapping_template *template; /* NULL: it names none */
    int64_t sla_goal_ms, sla_privileged_ms;  /* 0 = none, same */
    int64_t
        emergency_ms; /* break-glass: access ends so long after it was asked for; 0: it is none */
    struct str sla_policy; /* of the configuration, by name; empty: the goals above count */
    struct diag_pos sla_pos;
    struct mapping_static statics[MAPPING_STATIC_MAX]; /* `ticket: fields` */
    size_t static_count;
    struct diag_pos pos;
#define X(member, required) struct binding member;
    MAPPING_TARGETS(X)
#undef X
};

struct mapping_status {
    struct str name;
    enum status_role role;
};

/* What a resolution says of a ticket in a done status: done, or that it ended without being done.
 */
struct mapping_resolution {
    struct str name;
    enum status_role role; /* DONE, CANCELLED, DECLINED */
};

/* How tickets are made: by the platform (any field, our properties) or as the portal does it. */
enum create_by { CREATE_BY_ISSUE, CREATE_BY_REQUEST };

/* Tickets we make, `ticket` of the file. */
struct mapping_ticket {
    enum create_by by;
    struct str marker; /* field that carries our marker: "labels", "description", a text field */
    struct str behalf; /* "requester", "beneficiary"; empty: we are the reporter */
    struct str participants[MAPPING_PEOPLE_MAX]; /* the same words, or a person's key */
    size_t participant_count;
    struct diag_pos pos;
};

/* Where on a ticket an exception is asked for and answered, and by whom it may be, `exception` of
 * the file. */
struct mapping_exception {
    struct str asked, until, owner, control,
        decision;                  /* ids; asked empty: it cannot be asked for there */
    struct str approved, declined; /* options of decision */
    struct str approvers[MAPPING_PEOPLE_MAX];
    size_t approver_count;
};

struct mapping {
    const char *file;
    char sha256[SHA256_HEX_SIZE];
    struct str text;
    struct str project, issue_type, request_type_field; /* for tickets we create */
    struct mapping_ticket ticket;
    struct str check_field,
        reason_field; /* "Access check" and "Access check reason", may be empty */
    struct mapping_exception exception;
    struct mapping_status statuses[MAPPING_STATUSES_MAX];
    size_t status_count;
    struct mapping_resolution resolutions[MAPPING_STATUSES_MAX];
    size_t resolution_count;
    struct mapping_template templates[MAPPING_TEMPLATES_MAX];
    size_t template_count;
    const struct mapping_people *people; /* `approvers` of the file */
    size_t people_count;
    struct mapping_rule rules[MAPPING_RULES_MAX];
    size_t rule_count;
    const struct yaml *tests;
};

/* NULL when there are errors. Lives in the arena. sources: names that may be looked up to; NULL =
 * not checked. */
struct mapping *mapping_load(struct arena *arena, const char *file, struct str text,
                             const struct str *sources, size_t source_count,
                             struct diag_list *diags);

enum mapped_outcome { MAPPED_OK, MAPPED_HOLD, MAPPED_NOT_GOVERNED };

struct mapped {
    enum mapped_outcome outcome;
    const struct mapping_rule *rule;
    struct str request_type; /* as the ticket says; empty: it has none */
    struct str requester, beneficiary, account, source, entitlement, justification;
    const struct json *requester_is, *beneficiary_is; /* what the ticket shows of them; NULL where
                                                       * a word names them */
    bool privileged;
    struct str instead_of; /* goes in the same request, empty: nothing does */
    /* entitlement, instead_of: one a line and in order where the binding says `many` */
    struct str sponsor, manager;
    int64_t access_until_ms; /* 0: the ticket gives no end */
    struct approval_terms
        terms; /* of its template, with the people named; people are of the arena */
    int64_t sla_goal_ms;
    struct str tuple; /* canonical JSON: what is asked, and how it is governed */
    uint64_t hash;    /* of what is approved: kind, beneficiary, items, privileged, and where there
                       * are such the end, the sponsor, and who has to approve. Cut from SHA-256,
                       * because whoever edits a ticket profits from a second tuple with this hash. A
                       * change of mode or goal does not change it. */
    const char *hold_code; /* M2xx, see schemas/README.md */
    struct str hold_field; /* Jira field id */
    struct str hold_text;  /* for the ticket's reader */
};

struct mapped_item {
    struct str entitlement;
    enum desired desired;
};
enum { MAPPED_ITEMS_MAX = 2 * MAPPING_VALUES_MAX };
/* Names that stand one a line, for people: "a, b". */
struct str mapping_names(struct arena *arena, struct str names);
bool mapping_names_have(struct str names, struct str name);
/* It asks for several, by a text that it splits. */
bool mapping_splits(const struct binding *b);
/* What it asks for of its account in its source; returns how many. */
size_t mapping_items(const struct mapped *m, struct mapped_item ret[MAPPED_ITEMS_MAX]);
/* Ids of the fields that decide what a ticket becomes, each once: of all rules, or of one (rule not
 * NULL). ret: room for MAPPING_FIELDS_MAX; borrowed from the mapping. Returns how many. */
size_t mapping_fields(const struct mapping *m, const struct mapping_rule *rule, struct str *ret);
struct mapping_field_list {
    const struct str *fields;
    size_t count;
};
bool mapping_field_is_in(const struct str *list, size_t count, struct str field);
/* What these fields of an issue hold, as a JSON object in the arena; one that it does not have is
 * null. The second list adds what the first has not. Empty: more than LIMIT_KEPT_FIELDS_BYTES. */
struct str mapping_fields_hold(struct arena *arena, const struct json *issue,
                               const struct mapping_field_list *lists, size_t count);
/* Is there a rule for its request type, which is told too (empty: it has none)? issue: as
 * mapping_ticket takes it; that one field suffices. */
bool mapping_governs(const struct mapping *m, struct arena *arena, const struct json *issue,
                     struct str *ret_request_type);
/* The form whose answers are read for this request type; empty: none. */
struct str mapping_form_of(const struct mapping *m, struct str request_type);
/* issue: as Jira's GET gives it; where the rule reads a form, its answers are among the fields
 * ("form.12"), or "form" says why they are not: "none", "open", "twice" (jsm/jsm_answers.h). */
void mapping_ticket(const struct mapping *m, struct arena *arena, const struct json *issue,
                    struct mapped *ret);

const char *mapped_outcome_name(enum mapped_outcome outcome); /* mapped, hold, not_governed */
/* Who has to approve, for people: "manager: boss@example.com; 2 of security: a, b"; empty: nobody.
 */
struct str mapping_approvers(struct arena *arena, const struct mapped *r);
/* A goal as a file says it: "4h"; empty for none. */
struct str mapping_goal(struct arena *arena, int64_t ms);

/* What the functions of a binding make of one value of its field, as Jira gives it; without `all`
 * those before the first that makes another text, which only a real value can tell. The text is
 * empty where the value is; the lookup is not asked. False: the ticket would be held, *ret_why says
 * why ("holds a person; ..."). */
MUST_CHECK bool mapping_reads(struct arena *arena, const struct binding *b,
                              const struct json *value, bool all, struct str *ret,
                              const char **ret_why);

/* A request of the identity platform, for making a ticket. */
struct wanted {
    enum request_kind kind;
    struct str requester, beneficiary, account, source, entitlement, justification;
    struct str instead_of, sponsor, manager;
    /* entitlement, instead_of: one a line, in any order */
    bool privileged;
    struct str request_id;
    int64_t access_until_ms; /* 0 = without end */
};
/* One field of a ticket we make, in words. */
struct mapping_write {
    struct str field;
    const char *target;            /* whose binding it is, "ticket" for `ticket: fields` */
    struct diag_pos pos;           /* in the file */
    const struct binding *binding; /* NULL for `ticket: fields` */
    enum field_kind kind;          /* as the mapping says */
    bool varies;                   /* a part of the request goes into a field of `ticket: fields` */
    struct str values[MAPPING_VALUES_MAX];
    size_t count;
    struct str raw; /* JSON as it stands in the file; with no values it goes as it is */
};
enum { MAPPING_WRITES_MAX = 12 + MAPPING_STATIC_MAX };
/* What the rule writes for this wish, at most MAPPING_WRITES_MAX; returns how many. A field bound
 * twice stands once. An empty value is left out, but for `privileged`. */
size_t mapping_writes(struct arena *arena, const struct mapping_rule *rule, const struct wanted *w,
                      struct mapping_write *ret);
/* "requester" and "beneficiary" as the wish says; other words are themselves. */
struct str mapping_person(const struct wanted *w, struct str word);
/* How the gate treats requests, and whether the rule says so or the site. */
struct mapping_mode {
    enum gate_mode mode;
    bool by_rule;
};
/* otherwise: the site's default. */
struct mapping_mode mapping_mode_of(const struct mapping_rule *rule, enum gate_mode otherwise);
/* Of a request that was made by the rule of that name: that rule's, or where there is none of that
 * name any more the one of its request type. False: neither is there; its mode stays. */
MUST_CHECK bool mapping_mode(const struct mapping *m, struct str rule, struct str request_type,
                             enum gate_mode otherwise, struct mapping_mode *ret);
const char *field_kind_name(enum field_kind kind);
/* The rule that fits (of those of that kind and source the first that can say it), and the members
 * of Jira's "fields" it makes:
 * {"customfield_1":{"value":"SAP FIN"},...}. What is made is mapped forward again and must give the
 * same wish: *ret is that result. False with err->what naming the part that cannot be expressed. */
MUST_CHECK bool mapping_request(const struct mapping *m, struct arena *arena,
                                const struct wanted *w, struct mapped *ret, struct str *ret_fields,
                                struct err *err);
/* Of a wish that no rule can say: the rule of its kind and source, else of its kind, else the one
 * of that name, else any. Never NULL. */
const struct mapping_rule *mapping_nearest(const struct mapping *m, const struct wanted *w,
                                           struct str rule);
/* "application (mapping.yaml:11:18)" for a Jira field id, empty when no binding uses it. */
struct str mapping_blame(const struct mapping *m, struct arena *arena, struct str field);
/* The same within one rule, by its name. */
struct str mapping_blame_rule(const struct mapping *m, struct arena *arena, struct str rule,
                              struct str field);

/* Run the tests that stand in the file. Faults go to diags; returns how many ran. A ticket may be a
 * file, `path` as it stands: `read` fetches it (NULL: such a test is a fault, M053). */
typedef bool mapping_read_fn(void *arg, struct arena *arena, struct str path, struct str *ret_text,
                             struct err *err);
size_t mapping_run_tests(const struct mapping *m, struct arena *arena, struct diag_list *diags);
size_t mapping_run_tests_with(const struct mapping *m, struct arena *arena, mapping_read_fn *read,
                              void *arg, struct diag_list *diags);
/* Only those whose ticket stands in the test itself: where its files are, nobody knows. */
size_t mapping_run_inline_tests(const struct mapping *m, struct arena *arena,
                                struct diag_list *diags);

#endif
