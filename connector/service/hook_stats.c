#include "service/hook_stats.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const int64_t BOUNDS_S[HOOK_DELAY_COUNT] = {
#define X(seconds) seconds,
    HOOK_DELAYS(X)
#undef X
};

void hook_stats_delay(struct hook_stats *stats, int64_t delay_ms)
{
    if (delay_ms < 0) /* two clocks */
        delay_ms = 0;
    stats->timed++;
    stats->delay_sum_ms += delay_ms;
    if (delay_ms > stats->delay_max_ms)
        stats->delay_max_ms = delay_ms;
    for (size_t i = 0; i < HOOK_DELAY_COUNT; i++) {
        if (delay_ms <= BOUNDS_S[i] * 1000) {
            stats->delay_count[i]++;
            return;
        }
    }
}

static const struct {
    const char *name, *type, *help;
    size_t offset;
} ROWS[] = {
#define ROW(name, type, help, member)                         \
    {                                                         \
        name, type, help, offsetof(struct hook_stats, member) \
    }
    ROW("webhooks_stored_total", "counter", "Deliveries of the site, committed", stored),
    ROW("webhooks_refused_total", "counter", "Deliveries without proof of the site", refused),
    ROW("webhooks_retried_total", "counter", "Stored deliveries that Jira had to repeat", retried),
    ROW("webhooks_primary_total", "counter", "Stored deliveries of the primary flow", primary),
    ROW("webhooks_secondary_total", "counter", "Stored deliveries of the secondary flow",
        secondary),
    ROW("webhooks_lost_total", "counter", "Changes that polling found and no delivery told of",
        lost),
    ROW("webhooks_awaited", "gauge", "Changes that polling found before a delivery told of them",
        awaited),
#undef ROW
};

static void render_delays(const struct hook_stats *stats, const struct str *names, size_t count,
                          struct buf *out)
{
    const char *name = "countersign_webhook_delay_seconds";

    buf_printf(out, "# HELP %s From the event to its arrival\n# TYPE %s histogram\n", name, name);
    for (size_t s = 0; s < count; s++) {
        uint64_t within = 0;
        for (size_t i = 0; i < HOOK_DELAY_COUNT; i++) {
            within += stats[s].delay_count[i];
            buf_printf(out, "%s_bucket{site=\"%.*s\",le=\"%" PRId64 "\"} %" PRIu64 "\n", name,
                       STR_ARG(names[s]), BOUNDS_S[i], within);
        }
        buf_printf(out, "%s_bucket{site=\"%.*s\",le=\"+Inf\"} %" PRIu64 "\n", name,
                   STR_ARG(names[s]), stats[s].timed);
        buf_printf(out, "%s_sum{site=\"%.*s\"} %.3f\n", name, STR_ARG(names[s]),
                   (double)stats[s].delay_sum_ms / 1000.0);
        buf_printf(out, "%s_count{site=\"%.*s\"} %" PRIu64 "\n", name, STR_ARG(names[s]),
                   stats[s].timed);
    }
    name = "countersign_webhook_delay_max_seconds";
    buf_printf(out, "# HELP %s The longest since the start\n# TYPE %s gauge\n", name, name);
    for (size_t s = 0; s < count; s++)
        buf_printf(out, "%s{site=\"%.*s\"} %.3f\n", name, STR_ARG(names[s]),
                   (double)stats[s].delay_max_ms / 1000.0);
}

void hook_stats_render(const struct hook_stats *stats, const struct str *names, size_t count,
                       struct buf *out)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        buf_printf(out, "# HELP countersign_%s %s\n# TYPE countersign_%s %s\n", ROWS[i].name,
                   ROWS[i].help, ROWS[i].name, ROWS[i].type);
        for (size_t s = 0; s < count; s++) {
            int64_t value;
            memcpy(&value, (const char *)&stats[s] + ROWS[i].offset, sizeof value);
            buf_printf(out, "countersign_%s{site=\"%.*s\"} %" PRId64 "\n", ROWS[i].name,
                       STR_ARG(names[s]), value);
        }
    }
    render_delays(stats, names, count, out);
}
