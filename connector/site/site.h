/* site.h: one configured Jira at run time: its credential, its manners (waits it asked for), its
 * calls. */
#ifndef COUNTERSIGN_SITE_SITE_H
#define COUNTERSIGN_SITE_SITE_H

#include "config/config.h"
#include "io/io_http.h"
#include "jsm/jsm_call.h"
#include "jsm/jsm_issue.h"
#include "jsm/jsm_judge.h"
#include "mapping/mapping.h"

/* Borrowed for the site's life. The loop and the client are shared by all sites. */
struct site_options {
    const struct site_config *config;
    const struct mapping *mapping;
    const struct flow_times *times;
    struct io_loop *loop;
    struct http *http; /* taken away (NULL) when the service ends: calls are then UNREACHED */
};

/* What happened since the start; read by /metrics. */
struct site_counters {
    uint64_t calls;
    uint64_t limited; /* turned away for now */
    uint64_t lost;    /* outcome unknown */
    uint64_t denied;  /* refused for want of a valid credential */
};

struct site {
    struct site_options o;
    struct site_counters counters;
    const struct site_config *config;
    struct str authorization; /* header value, in `secrets` */
    struct arena *secrets;    /* wiped with the process; never logged */
    struct hmac *keys[2];     /* live webhook secrets */
    size_t key_count;
    struct jsm_status_role statuses[MAPPING_STATUSES_MAX];
    struct jsm_view view;  /* our_account is known after the first GET myself */
    int64_t not_before_ms; /* monotonic: Jira told us to wait */
    int denied;            /* consecutive refusals of the credential */
};

/* Reads the secrets; NULL with the reason when one cannot be read. */
MUST_CHECK struct site *site_new(const struct site_options *options, struct err *err);
/* After its calls have ended. NULL is fine. */
void site_free(struct site *site);

typedef void site_answer_fn(void *arg, const struct jsm_answer *answer);
/* Send one call and judge the reply into `arena`. Never calls inside the time Jira told us to wait:
 * then the answer is LATER at once (in the next turn), and nothing was sent. Calls back exactly
 * once. */
void site_send(struct site *site, struct arena *arena, const struct jsm_call *call,
               site_answer_fn *fn, void *arg);
/* Learn who we are; needed before the first ticket is judged. */
void site_learn(struct site *site, void (*fn)(void *arg, bool known), void *arg);

/* A fresh read of one ticket and what the mapping makes of it. */
struct site_ticket {
    struct ticket ticket;
    struct mapped mapped;
    int64_t created_ms;
};
typedef void site_ticket_fn(void *arg, enum read_outcome outcome, int64_t told_ms,
                            const struct site_ticket *t);
void site_ticket_read(struct site *site, struct arena *arena, struct str issue_id,
                      site_ticket_fn *fn, void *arg);

#endif
