/* How late webhooks are: every delay is counted once, within its bound, and told cumulatively. */
#include "service/hook_stats.h"

#include <string.h>

#include "unit.h"

static void delays(void **state)
{
    struct hook_stats stats[2] = {{.stored = 7, .retried = 2, .lost = 3}, {.refused = 1}};
    const struct str NAMES[] = {STR("acme"), STR("other")};
    static const char *const LINES[] = {
        "countersign_webhooks_stored_total{site=\"acme\"} 7\n",
        "countersign_webhooks_lost_total{site=\"acme\"} 3\n",
        "countersign_webhooks_refused_total{site=\"other\"} 1\n",
        "countersign_webhook_delay_seconds_bucket{site=\"acme\",le=\"1\"} 3\n",
        "countersign_webhook_delay_seconds_bucket{site=\"acme\",le=\"5\"} 4\n",
        "countersign_webhook_delay_seconds_bucket{site=\"acme\",le=\"900\"} 4\n",
        "countersign_webhook_delay_seconds_bucket{site=\"acme\",le=\"3600\"} 5\n",
        "countersign_webhook_delay_seconds_bucket{site=\"acme\",le=\"+Inf\"} 6\n",
        "countersign_webhook_delay_seconds_sum{site=\"acme\"} 7202.502\n",
        "countersign_webhook_delay_seconds_count{site=\"acme\"} 6\n",
        "countersign_webhook_delay_max_seconds{site=\"acme\"} 3600.001\n",
        "countersign_webhook_delay_seconds_count{site=\"other\"} 0\n",
    };
    struct buf b;
    (void)state;

    hook_stats_delay(&stats[0], -200); /* two clocks: at once */
    hook_stats_delay(&stats[0], 500);
    hook_stats_delay(&stats[0], 1000);
    hook_stats_delay(&stats[0], 1001);
    hook_stats_delay(&stats[0], 3600000); /* the bound itself is within */
    hook_stats_delay(&stats[0], 3600001);
    buf_init(&b, 64 * 1024);
    hook_stats_render(stats, NAMES, 2, &b);
    for (size_t i = 0; i < COUNT(LINES); i++)
        if (!strstr(b.p, LINES[i]))
            fail_msg("%s is not in\n%s", LINES[i], b.p);
    buf_done(&b);
}

UNIT_MAIN(cmocka_unit_test(delays))
