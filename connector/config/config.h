/* config.h: countersign.yaml as plain structs. Precedence: command line, environment
 * (COUNTERSIGN_...), file; the first two only for options of the whole program, not for those of
 * one site or source. Secrets are references only: file:/path, credential:NAME, env:NAME. Every
 * fault is listed with its place and remedy. Reference: schemas/README.md. */
#ifndef COUNTERSIGN_CONFIG_H
#define COUNTERSIGN_CONFIG_H

#include "base/arena.h"
#include "base/log.h"
#include "domain/calendar.h"
#include "domain/decide.h"
#include "domain/roads.h"
#include "domain/schedule.h"
#include "domain/sla.h"
#include "jsm/jsm_auth.h"
#include "mapping/mapping.h"
#include "policy/policy_call.h"
#include "policy/policy_rules.h"
#include "readers/reader.h"
#include "yaml/yaml.h"

enum {
    CONFIG_SITES_MAX = 16,
    CONFIG_SOURCES_MAX = 64,
    CONFIG_PROJECTS_MAX = 32,
    CONFIG_PEOPLE_MAX = 256,
    CONFIG_AUTOMATION_MAX = 32, /* accounts of automation that one site names */
    CONFIG_TOKENS_MAX = 32,
    CONFIG_EVENTS_MAX = 16,
    CONFIG_DUTIES_MAX = 128,
    CONFIG_CALENDARS_MAX = 16,
    CONFIG_TOKEN_CHARS_MIN = 16, /* of a secret: below, guessing pays */
    CONFIG_HOOK_SECRET_CHARS_MIN = 8,
    CONFIG_READS_MAX = 256, /* of one source at once: each holds memory while it waits */
    CONFIG_PER_MINUTE_MAX = 100000,
    CONFIG_TOKEN_PER_MINUTE = 6000,
    CONFIG_TOKEN_PER_MINUTE_MAX = 10000000,
    CONFIG_CONCURRENCY = 10,
    CONFIG_CONCURRENCY_MAX = 32, /* of each site; Jira's buckets hold back before that */
};

/* Senders of webhooks beside the signed ones, and how we look after them. */
struct hook_config {
    struct str app, app_old;       /* secret references: client secret of an app; empty: none */
    struct str shared, shared_old; /* secret references: what automation rules send; empty: none */
    struct str header;             /* the header they send it in */
    int64_t check_every_ms;        /* dynamic webhooks are looked at so often */
    int64_t late_after_ms;         /* a change no delivery told of for so long counts as lost */
};

/* How tickets are kept from closing without proof; reopening is always on underneath. */
struct gate_config {
    enum gate_kind strongest;            /* not stronger than this one */
    bool chosen;                         /* by the file; else the strongest that is possible */
    struct str group;                    /* whose only member is the connector */
    int64_t reprove_ms;                  /* the service proves it so often */
    struct str agent_email, agent_token; /* an ordinary agent, for trying it out; token: a secret
                                            reference, empty: nobody */
};

struct site_config {
    struct str name, flavour, url;
    enum jsm_auth auth;
    struct str email;
    struct str token;              /* secret reference: token, or secret of client_id */
    struct str client_id;          /* service account */
    struct str token_url, gateway; /* where its tokens come from; where calls by cloud id go */
    struct str cloud_id;           /* empty: the site is asked */
    struct str webhook_secret,
        webhook_secret_old; /* secret references; old is empty unless one is being replaced */
    struct hook_config hook;
    struct gate_config gate;
    struct str request_url;  /* where people see a request, "{id}" in it; empty: no link is made */
    struct str evidence_url; /* base address of where people see evidence; empty: no link is made */
    struct str projects[CONFIG_PROJECTS_MAX];
    size_t project_count;
    int64_t poll_interval_ms;
    int64_t poll_slow_interval_ms; /* while webhooks announce all that polling finds */
    int concurrency;         /* calls on their way at once: so many that write, so many that read */
    struct str mapping_file; /* of this site, by default the configuration's */
    const struct mapping *mapping;
    /* of its file, where that has some and the mapping is what the database knows as live; NULL */
    const struct diag_list *mapping_faults;
    enum gate_mode mode;              /* of rules that say none */
    const struct lookup_pair *people; /* person key: its account or address on this site */
    size_t people_count;
    /* accounts that are no people though Jira shows them as such: ids or user names */
    struct str automation[CONFIG_AUTOMATION_MAX];
    size_t automation_count;
    bool insecure_http; /* plain http to loopback: tests and demos */
    struct diag_pos pos;
};

struct source_config {
    struct str name, label, kind;
    const struct reader_kind *reader;
    struct source_rule rule;
    struct str secret; /* reference, may be empty */
    struct str canary_account, canary_entitlement;
    int64_t timeout_ms;
    struct schedule_limits limits; /* of its reads; rest_max_ms is the service's to say */
    const struct reader_setting *settings;
    size_t setting_count;
    struct diag_pos pos;
};

/* What somebody may see of the console: numbers, or people's names and words, too. */
enum console_role { CONSOLE_NOBODY, CONSOLE_VIEWER, CONSOLE_AUDITOR };

enum { CONFIG_PROXIES_MAX = 16, CONFIG_GROUPS_MAX = 32 };

/* Who sees the console without a token of his own. */
struct console_config {
    bool off;
    enum console_role here; /* whoever comes from this machine, by no proxy */
    /* Addresses whose word counts: they say who it is, and which groups he is in. */
    struct str proxies[CONFIG_PROXIES_MAX];
    size_t proxy_count;
    struct str user_header, groups_header; /* lower case */
    struct str viewers[CONFIG_GROUPS_MAX], auditors[CONFIG_GROUPS_MAX];
    size_t viewer_count, auditor_count;
    bool all_view; /* no groups are named for viewers: whoever the proxy names is one */
};

/* submit, read, approve, audit and view as a set of letters "srpa" would hide meaning: plain flags
 */
struct token_config {
    struct str name, token; /* token: a secret reference */
    bool may_submit, may_read, may_approve, may_audit, may_view;
    int32_t per_minute; /* calls of each replica */
};

/* Somebody who is told what happens. */
struct event_config {
    struct str name, url;
    struct str secret,
        secret_old; /* secret references; old is empty unless one is being replaced */
    uint32_t types; /* bit i: event i of domain/event.h */
    int64_t timeout_ms, give_up_ms;
    bool insecure_http; /* plain http to this machine: tests and demos */
};

/* Where the log of evidence is published. */
struct evidence_config {
    struct str directory;    /* empty: nowhere */
    struct str origin, key;  /* key: a secret reference, Ed25519 in PEM */
    struct str previous_key; /* the one it replaces, which signs as well; empty: none */
    struct str anchor_file;  /* checkpoints are appended to it, too; empty: to none */
    int64_t every_ms;
    /* checkpoints are also left as a property of this ticket; empty: of none */
    struct str issue_site, issue_key;
    int64_t issue_every_ms;
    /* and stamped by this authority (RFC 3161), whose answers are kept there; empty: by none */
    struct str stamp_url, stamp_ca, stamp_directory;
    int64_t stamp_every_ms;
};

/* How long records are kept (cli/db_retain.h); what is not named is kept for good. */
enum {
    RETENTION_DELIVERIES,
    RETENTION_OBSERVATIONS,
    RETENTION_FLOWS,
    RETENTION_DECISIONS,
    RETENTION_EVIDENCE,
    RETENTION_COUNT
};
extern const char *const RETENTION_KINDS[RETENTION_COUNT];
struct retention_config {
    struct str directory;          /* where they go before they are dropped; empty: nothing is */
    int64_t days[RETENTION_COUNT]; /* 0: for good */
    struct str holds; /* JSON: [{"name", "people", "tickets", "requests"}], what must stay */
};

/* Break-glass (domain/emergency.h). */
struct emergency_config {
    int64_t longest_ms;  /* its access ends so long after it was asked for, at the latest */
    int64_t approval_ms; /* owed so long after it was asked for */
    int64_t review_ms;   /* owed so long after its access ended */
};

/* Duties to be kept apart (domain/sod.h). */
struct duty_member {
    struct str source, entitlement;
};
struct duty_set {
    struct str name;
    int32_t n;
    const char
        *unlinked; /* unknown, beneficiary or none: of whom no account in a source is known */
    const struct duty_member *members;
    size_t member_count;
};

/* Who is asked whether a grant may be. */
struct policy_config {
    struct str pdp;   /* as the evidence names it; empty: nobody is asked */
    struct str url;   /* of a decision point, no / at the end; empty: none */
    struct str token; /* secret reference, may be empty */
    struct policy_style style;
    int64_t timeout_ms;
    int concurrency; /* questions on their way at once */
    bool insecure_http;
    struct str rules_file;            /* as it is written; empty: none */
    const struct policy_rules *rules; /* NULL: none, or it was not read */
    struct duty_set duties[CONFIG_DUTIES_MAX];
    size_t duty_count;
};

/* Where values come from. */
struct config_input {
    const char *file;
    const char *const *set; /* --set listen.port=8480 gives "listen.port=8480"; the last one wins */
    size_t set_count;
    const char *(*environment)(const char *name); /* NULL: the environment does not count */
    bool without_mappings; /* mapping files are named, not read: sites have no mapping; nor is the
                              policy's rule file */
    bool with_rules;       /* but that one is */
    bool secrets; /* read every secret referred to, and say which cannot be; their values are not
                     kept */
};

struct config {
    const char *file;
    struct config_input input;              /* where its values came from; borrowed */
    struct str database, database_password; /* conninfo; secret reference or empty */
    int database_connections;
    bool database_pooled; /* a proxy that pools transactions stands between */
    struct str listen_address, ops_address;
    int listen_port, ops_port;
    struct str tls_cert, tls_key;
    struct str public_url; /* where Jira reaches us, no / at the end; empty: not said */
    struct str mapping_file;
    struct site_config sites[CONFIG_SITES_MAX];
    size_t site_count;
    struct source_config sources[CONFIG_SOURCES_MAX];
    size_t source_count;
    struct token_config tokens[CONFIG_TOKENS_MAX];
    size_t token_count;
    struct event_config events[CONFIG_EVENTS_MAX];
    size_t event_count;
    struct policy policy; /* times, waits, allowances */
    struct evidence_config evidence;
    struct retention_config retention;
    struct policy_config access_policy;
    struct emergency_config emergency;
    struct console_config console;
    const struct calendar *calendars[CONFIG_CALENDARS_MAX];
    size_t calendar_count;
    int64_t calendars_from_s, calendars_until_s;     /* what their zones are known for */
    const struct sla_policy *slas[SLA_POLICIES_MAX]; /* the first that fits counts */
    size_t sla_count;
    enum log_level log_level;
    /* The default of sites without one of their own; NULL when it has faults. For what serves a
     * site its own counts: sites[i].mapping. */
    struct mapping *mapping;
};

/* Load and check everything, the mapping and its tests included. NULL when there is any error; both
 * lists say what. mapping_diags is filled only when the configuration names a mapping file.
 * Everything lives in the arena. */
struct config *config_load_from(struct arena *arena, const struct config_input *input,
                                struct diag_list *diags, struct diag_list *mapping_diags);

/* `policy` and its rule file as they stand now, for a configuration that is in use: its sources are
 * those there are. NULL when that section has faults; what else is in the file is not looked at.
 * Lives in the arena. */
const struct policy_config *config_policy_again(const struct config *c, struct arena *arena,
                                                struct diag_list *diags,
                                                struct diag_list *rules_diags);

/* A mapping file's text against this configuration: its sources must be there. Tests are not run.
 * diags: initialised with `file`. NULL when it has faults. */
struct mapping *config_mapping(const struct config *c, struct arena *arena, const char *file,
                               struct str text, struct diag_list *diags);

/* By name; NULL: there is none. */
const struct calendar *config_calendar(const struct config *c, struct str name);
const struct sla_policy *config_sla_of(const struct config *c, struct str name);

/* The open spans of a calendar, as far as its zone is known; 0: no memory, or too many. */
size_t config_calendar_spans(const struct config *c, struct arena *arena,
                             const struct calendar *one, const struct calendar_span **ret);
/* Calendars with their spans, and policies, as governance.sla_put takes them (JSON). The same
 * configuration gives the same text all through a year. False: no memory, or too much of it. */
MUST_CHECK bool config_sla_text(const struct config *c, struct arena *arena, struct str *ret);

/* Run a mapping's tests; tickets in files are read beside the mapping file. Returns how many ran.
 */
size_t config_run_mapping_tests(const struct mapping *m, struct arena *arena,
                                struct diag_list *diags);

#endif
