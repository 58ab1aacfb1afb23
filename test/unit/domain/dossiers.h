/* dossiers.h: the dossier the domain's tests start from: a removal with one item, ticket here and
 * open, in enforce mode. Each test changes what it is about. */
#ifndef COUNTERSIGN_TEST_DOSSIERS_H
#define COUNTERSIGN_TEST_DOSSIERS_H

#include "domain/decide.h"
#include "domain/gate.h"

enum {
    SECOND = 1000,
    MINUTE = 60 * SECOND,
    HOUR = 60 * MINUTE,
    ASKED = 10 * HOUR, /* requested */
    CLAIM = 11 * HOUR, /* claimed */
    NOW = CLAIM + 10 * MINUTE,
};

#define RULE \
    ((struct source_rule){.settle_ms = MINUTE, .confirmations = 2, .max_age_ms = 15 * MINUTE})

/* A believable read, `age` ms old. */
static inline struct observation seen(enum outcome outcome, int64_t age)
{
    return (struct observation){.item_id = 1,
                                .outcome = outcome,
                                .account = ACCOUNT_ACTIVE,
                                .complete = true,
                                .canary_ok = true,
                                .has_raw = true,
                                .as_of_ms = NOW - age,
                                .observed_ms = NOW - age,
                                .reason = STR("Ok")};
}

static inline struct item item_of(enum desired desired, const struct observation *obs, size_t count)
{
    return (struct item){.id = 1,
                         .source = STR("sap"),
                         .source_label = STR("SAP FIN"),
                         .account = STR("M. Okafor"),
                         .entitlement = STR("fin-ledger-admin"),
                         .desired = desired,
                         .rule = RULE,
                         .obs = obs,
                         .obs_count = count};
}

/* On its way to the fulfiller; not claimed. */
static inline struct dossier dossier_of(const struct item *item)
{
    struct dossier d = {.request_id = STR("r"),
                        .version = 1,
                        .now_ms = NOW,
                        .kind = REQUEST_REMOVAL,
                        .phase = PHASE_FULFILLING,
                        .mode = GATE_ENFORCE,
                        .generation = 1,
                        .requested_ms = ASKED,
                        .approved_ms = ASKED + MINUTE,
                        .site = STR("site"),
                        .items = item,
                        .item_count = 1};
    d.ticket = (struct ticket){.presence = TICKET_HERE,
                               .issue_id = STR("10001"),
                               .key = STR("IAM-1"),
                               .role = STATUS_OPEN,
                               .category = CATEGORY_INDETERMINATE,
                               .cycle = STR("0"),
                               .bound_to = STR("r"),
                               .mapped_hash = 7};
    return d;
}

/* The fulfiller pressed Resolve (cycle 100), and we took it up. */
static inline struct dossier claimed_of(const struct item *item)
{
    struct dossier d = dossier_of(item);
    d.phase = PHASE_VERIFYING;
    d.generation = 2;
    d.claimed_ms = CLAIM;
    d.claim_cycle = STR("100");
    d.ticket.role = STATUS_VERIFY;
    d.ticket.cycle = STR("100");
    d.reads_since_claim = (int32_t)item->obs_count;
    d.last_read_ms = item->obs_count ? item->obs[0].observed_ms : 0;
    return d;
}

#endif
