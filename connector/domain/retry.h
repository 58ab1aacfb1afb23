/* retry.h: when to try again. Exponential with full jitter, never earlier than the other side told
 * us. Pure: the random number is an input. */
#ifndef COUNTERSIGN_DOMAIN_RETRY_H
#define COUNTERSIGN_DOMAIN_RETRY_H

#include <stdint.h>

struct retry_rule {
    int64_t base_ms; /* the first wait is drawn from [base/2, base] */
    int64_t cap_ms;
};

/* failures: consecutive, 1 for the first. told_ms: Retry-After in ms, 0 when none. random: uniform
 * 64 bits. */
int64_t retry_after_ms(const struct retry_rule *rule, int32_t failures, int64_t told_ms,
                       uint64_t random);

#endif
