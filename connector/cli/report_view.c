#include "cli/report_view.h"

#include "base/clock.h"
#include "json/json_write.h"

enum { KEYS_SHOWN = 20, MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

/* --- JSON --- */

static void put_time(struct json_out *out, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT_SIZE];
    json_str_member(out, name, str_of(clock_rfc3339(ms, text)));
}

static void put_keys(struct json_out *out, const char *name, struct str keys)
{
    json_put_name(out, name);
    json_open_array(out);
    while (keys.len)
        json_put_str(out, str_cut(&keys, ' '));
    json_close_array(out);
}

static void put_tally(struct json_out *out, const struct close_tally *t)
{
    json_i64_member(out, "closed", t->closed);
    json_i64_member(out, "as_asked", t->as_asked);
    json_i64_member(out, "checking", t->checking);
    json_i64_member(out, "unchecked", t->unchecked);
    json_i64_member(out, "would_have_refused", tally_refused(t));
    json_put_name(out, "refused_for");
    json_open_object(out);
    for (int i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
        json_i64_member(out, refusal_name((enum refusal)i), t->refused[i]);
    json_close_object(out);
    json_i64_member(out, "unproven_now", t->unproven);
    json_i64_member(out, "standing", t->standing);
    json_i64_member(out, "held", t->held);
    json_put_name(out, "wait");
    json_open_object(out);
    json_i64_member(out, "proven", t->waited);
    json_i64_member(out, "median_seconds", t->wait_p50_s);
    json_i64_member(out, "p90_seconds", t->wait_p90_s);
    json_close_object(out);
}

static void put_row(struct json_out *out, const struct report_row *row)
{
    struct advice advice = advice_on(&row->tally);

    json_open_object(out);
    json_str_member(out, "site", row->site);
    json_str_member(out, "rule", row->rule);
    json_str_member(out, "request_type", row->request_type);
    json_str_member(out, "mode", str_of(gate_mode_name(row->tally.mode)));
    put_tally(out, &row->tally);
    json_put_name(out, "worth_a_look");
    json_open_object(out);
    put_keys(out, refusal_name(REFUSAL_STILL_PRESENT), row->still_present_keys);
    put_keys(out, refusal_name(REFUSAL_MISSING), row->missing_keys);
    json_close_object(out);
    json_put_name(out, "next");
    json_open_object(out);
    json_str_member(out, "mode", str_of(gate_mode_name(advice.next)));
    json_str_member(out, "why", str_of(advice_why_name(advice.why)));
    json_close_object(out);
    json_close_object(out);
}

void report_json(const struct close_report *r, struct buf *out)
{
    struct json_out json;

    json_begin(&json, out);
    json_open_object(&json);
    json_str_member(&json, "report", STR("observe"));
    json_i64_member(&json, "version", 1);
    json_str_member(&json, "site", r->span.site);
    put_time(&json, "since", r->span.since_ms);
    put_time(&json, "until", r->span.now_ms);
    json_bool_member(&json, "cut", r->cut);
    json_put_name(&json, "types");
    json_open_array(&json);
    for (size_t i = 0; i < r->count; i++)
        put_row(&json, &r->rows[i]);
    json_close_array(&json);
    json_close_object(&json);
}

/* --- for people --- */

/* "40 s", "6 min", "5 h", "3 d": one number, rounded up. */
static void print_span(FILE *to, int64_t s)
{
    static const struct {
        int64_t from, unit;
        const char *name;
    } UNITS[] = {
        {2 * DAY_S, DAY_S, "d"}, {2 * HOUR_S, HOUR_S, "h"}, {2 * MINUTE_S, MINUTE_S, "min"}};

    for (size_t i = 0; i < sizeof UNITS / sizeof UNITS[0]; i++) {
        if (s < UNITS[i].from)
            continue;
        fprintf(to, "%lld %s", (long long)((s + UNITS[i].unit - 1) / UNITS[i].unit), UNITS[i].name);
        return;
    }
    fprintf(to, "%lld s", (long long)s);
}

static size_t count_keys(struct str keys)
{
    size_t n = 0;

    for (; keys.len; n++)
        (void)str_cut(&keys, ' ');
    return n;
}

/* "3 of those 41 were closed but the access is still there: IAM-402, IAM-417, IAM-433" */
static void print_keys(FILE *to, const struct close_tally *t, struct str keys, const char *what)
{
    size_t count = count_keys(keys);

    if (!count)
        return;
    fprintf(to, "  Worth a look: %zu of those %lld %s closed %s:", count, (long long)t->closed,
            count == 1 ? "was" : "were", what);
    for (size_t i = 0; i < count && i < KEYS_SHOWN; i++) {
        struct str key = str_cut(&keys, ' ');
        fprintf(to, "%s %.*s", i ? "," : "", STR_ARG(key));
    }
    if (count > KEYS_SHOWN)
        fprintf(to, " … (%zu more; --json has all)", count - KEYS_SHOWN);
    fprintf(to, "\n");
}

static void print_refused(FILE *to, const struct close_tally *t)
{
    int64_t refused = tally_refused(t);

    if (!refused)
        return;
    fprintf(to, "  %5lld would have been refused:\n", (long long)refused);
    for (int i = REFUSAL_COUNT - 1; i > REFUSAL_NONE; i--)
        if (t->refused[i])
            fprintf(to, "        %5lld  %s\n", (long long)t->refused[i],
                    refusal_words((enum refusal)i));
    if (t->unproven)
        fprintf(to, "        %5lld  of these are not proven to this day\n", (long long)t->unproven);
}

static void print_wait(FILE *to, const struct close_tally *t)
{
    if (!t->waited)
        return;
    fprintf(to, "  A ticket would have waited for its proof: half of them ");
    print_span(to, t->wait_p50_s);
    fprintf(to, " at most, nine of ten ");
    print_span(to, t->wait_p90_s);
    fprintf(to, " (%lld proven)\n", (long long)t->waited);
}

static void print_advice(FILE *to, const struct close_tally *t)
{
    struct advice a = advice_on(t);
    const char *mode = gate_mode_name(a.next);
    long long judged = tally_judged(t);

    switch (a.why) {
    case ADVICE_ENFORCED:
        fprintf(to, "  Next: nothing; it is enforced\n");
        return;
    case ADVICE_TOO_FEW:
        fprintf(to, "  Next: stay in %s; %lld closed %s too few to judge by, wait for %d\n", mode,
                judged, judged == 1 ? "ticket is" : "tickets are", ADVICE_CLOSES_MIN);
        return;
    case ADVICE_CANNOT_TELL:
        fprintf(to,
                "  Next: stay in %s; of %lld closed tickets we could not tell %lld: see to the "
                "source first\n",
                mode, judged, (long long)tally_unknown(t));
        return;
    case ADVICE_CHECKING:
        fprintf(to,
                "  Next: stay in %s; of %lld closed tickets %lld %s still being checked: wait\n",
                mode, judged, (long long)t->checking, t->checking == 1 ? "is" : "are");
        return;
    case ADVICE_NONE_PROVEN:
        fprintf(to,
                "  Next: stay in %s; none of %lld closed tickets was proven: enforced, none would "
                "close\n",
                mode, judged);
        return;
    case ADVICE_WAITS_LONG:
        fprintf(to,
                "  Next: stay in %s; tickets would wait too long for their proof: read the source "
                "more often\n",
                mode);
        return;
    case ADVICE_READY:
        fprintf(to, "  Next: %s; enough was seen, and we could tell for nearly all of them\n",
                mode);
        if (a.next == GATE_ENFORCE && t->standing)
            fprintf(to,
                    "        then what stands closed without proof is reopened, whenever that was "
                    "(%lld)\n",
                    (long long)t->standing);
        return;
    case ADVICE_WHY_COUNT:
        return;
    }
}

static void print_row(FILE *to, const struct report_row *row)
{
    const struct close_tally *t = &row->tally;

    fprintf(to, "\n%.*s (request type %.*s, %.*s) · %s\n", STR_ARG(row->rule),
            STR_ARG(row->request_type), STR_ARG(row->site), gate_mode_name(t->mode));
    if (t->closed)
        fprintf(to, "  %5lld %s closed by people where nobody was held\n", (long long)t->closed,
                t->closed == 1 ? "ticket was" : "tickets were");
    else
        fprintf(to, "  No ticket was closed by people where nobody was held\n");
    if (t->held)
        fprintf(to,
                "  %5lld more %s held by the workflow, whose gate knows of no mode: enforce it, or "
                "take the gate out\n",
                (long long)t->held, t->held == 1 ? "was" : "were");
    if (t->as_asked)
        fprintf(to, "  %5lld %s as asked and would have closed without ado\n",
                (long long)t->as_asked, t->as_asked == 1 ? "was" : "were");
    print_refused(to, t);
    if (t->checking)
        fprintf(to, "  %5lld %s still being checked\n", (long long)t->checking,
                t->checking == 1 ? "is" : "are");
    if (t->unchecked)
        fprintf(to,
                "  %5lld %s reopened, lost or not asked for any more before anything was found\n",
                (long long)t->unchecked, t->unchecked == 1 ? "was" : "were");
    print_wait(to, t);
    print_keys(to, t, row->still_present_keys, "but the access is still there");
    print_keys(to, t, row->missing_keys, "but the access is not there");
    print_advice(to, t);
}

void report_text(const struct close_report *r, FILE *to)
{
    char since[CLOCK_TEXT_SIZE], now[CLOCK_TEXT_SIZE];

    clock_rfc3339(r->span.since_ms, since);
    clock_rfc3339(r->span.now_ms, now);
    fprintf(to, "Closes seen from %.10s %.5s to %.10s %.5s UTC\n", since, since + 11, now,
            now + 11);
    if (!r->count)
        fprintf(to, "\nNothing was closed in this time.\n");
    for (size_t i = 0; i < r->count; i++)
        print_row(to, &r->rows[i]);
    if (r->cut)
        fprintf(to, "\nThere are more request types: ask for one site with --site\n");
}
