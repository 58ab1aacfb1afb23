/* rest_profile.h: how an access system is asked over HTTP and JSON, as data: a YAML file, shipped
 * (profile/) or the operator's own. README.md describes its members. */
#ifndef COUNTERSIGN_READERS_REST_PROFILE_H
#define COUNTERSIGN_READERS_REST_PROFILE_H

#include "readers/pages.h"
#include "yaml/yaml.h"

enum {
    REST_STEPS_MAX = 6,
    REST_LIST_MAX = 12,
    REST_PAIRS_MAX = 8,
    REST_ERRORS_MAX = 8,
    REST_PROFILE_BYTES = 64 * 1024,
};

struct rest_list {
    struct str of[REST_LIST_MAX];
    size_t count;
};
struct rest_pairs {
    struct {
        struct str name, value;
    } of[REST_PAIRS_MAX];
    size_t count;
};

/* In this order within a profile; several of the last: one yes suffices, all must say no. The first
 * need not be there: as of when the system knows what it tells, which it keeps a copy of. */
enum rest_proves { REST_AS_OF, REST_ENTITLEMENT, REST_ACCOUNT, REST_MEMBERSHIP };
struct rest_step {
    enum rest_proves proves;
    bool post;
    struct str path; /* templates: {account}, {entitlement}, {account.id}, {entitlement.id}, {org},
                        {tenant}, {region}, {instance} */
    struct rest_pairs query, headers;
    const struct yaml *body; /* as JSON, templates in its texts; NULL: none */
    struct {
        int64_t status; /* 0: no status means "not there" */
        struct str at;  /* and the body must say so here; empty: it need not */
        struct rest_list is;
    } absent;
    struct {
        struct str at;
        struct rest_list is;
    } hidden; /* the credential cannot see the members: nothing is known */
    bool lists;
    struct str items; /* pointer to an array */
    bool bare;        /* a list of one stands there without its brackets, none is left out */
    struct {
        struct str at, equals;
    } of; /* the reply is about this */
    struct {
        struct rest_list at;
        struct str equals;
        bool nocase, exact; /* neither: what differs in case alone is not told apart */
        struct str only_at; /* only items that say one of these here; empty: all */
        struct rest_list only;
    } match;
    struct str id, as_of;
    struct str name; /* of a trace: what it is called now; of others: what one is */
    struct {
        struct str at;
        struct rest_list active, disabled;
        bool optional; /* not shown is active */
    } state;
    struct {
        struct str at;
        struct rest_list yes, no, pending;
        struct str nested; /* what is there tells that it is held through another entitlement */
    } held;
    struct {
        enum paging by;
        bool link;   /* by address: of the header Link, rel="next" (RFC 8288); else in the body */
        bool stable; /* by address: a cursor is in it; no page slides when somebody leaves */
        struct str at, param, total, last;
        struct str total_header;
    } next;
};

enum rest_auth { REST_BEARER, REST_BASIC, REST_OAUTH, REST_AWS };

/* A refusal that means something else than its status. */
struct rest_error {
    struct str at, reason;
    struct rest_list is;
};

struct rest_profile {
    struct str url; /* template; empty: the source's own */
    enum rest_auth auth;
    struct str scheme;           /* of the header Authorization */
    struct str token_url, scope; /* of oauth; the first a template */
    struct str service;          /* of aws */
    struct str wait_header;      /* epoch seconds until when to wait; empty: none */
    struct rest_pairs headers;
    struct rest_list needs; /* settings that must be there */
    struct rest_error errors[REST_ERRORS_MAX];
    size_t error_count;
    struct rest_step steps[REST_STEPS_MAX];
    size_t step_count;
    struct rest_step trace; /* instead of the steps that prove the account, where it is looked for
                               by its id: {account.id} */
    bool has_trace;
    /* the same of the entitlement, where nobody has its name: {entitlement.id} */
    struct rest_step trace_entitlement;
    bool has_trace_entitlement;
    struct rest_step others; /* what else the account holds; `name`: pointer to how it is called */
    bool has_others;
};

/* Can an account be looked for by its id? By `trace`, or where the step that proves the account
 * asks for the id as well: it compares {account} with what it keeps as the id. */
bool rest_profile_traces(const struct rest_profile *profile);

/* In the arena; NULL with ERR_CONFIG that names file, line and column of the first fault. */
const struct rest_profile *rest_profile_read(struct arena *arena, struct str text, const char *file,
                                             struct err *err);
/* A profile that is shipped, as text; STR_NONE: there is none of this name. */
struct str rest_profile_shipped(struct str name);
/* "okta, graph, ..." for people. */
struct str rest_profile_names(struct arena *arena);

#endif
