/* main.c: schedules by seed. One seed draws the fault rates, then everything else.
 *
 * sim [--schedules N] [--seed FIRST] [--jobs N] [--trace] [--heal] [--plant NAME] [--list-plants]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

#ifdef COUNTERSIGN_PLANTS
enum plant plant_on;
#endif

char SIM_CYCLES[CYCLES_MAX][8];

enum {
    ENOUGH_TO_SEE_ALL = 5000,
    LOST_AT_LEAST = 5000, /* of creates, for --heal */
    LATE_AT_LEAST = 500,
    HEALED_WITHIN_MS = 300000,
};

_Static_assert((int)SIM_FAULT_COUNT <= (int)COUNTED_MAX, "each is counted");
static bool healing; /* --heal: the answers of creates are lost, or they come late; nothing else */

struct plant_row {
    const char *name, *what;
};
static const struct plant_row PLANT_ROWS[] = {{"NONE", "nothing"},
#define X(name, what) {#name, what},
                                              PLANTS(X)
#undef X
};

struct options {
    uint64_t schedules, seed;
    int jobs;
    bool trace;
};

/* What the workers of one run share. */
struct totals {
    uint64_t schedules, events, sim_ms;
    uint64_t faults[COUNTED_MAX], rules[COUNTED_MAX], phases[COUNTED_MAX];
    uint64_t failed_seed, failed_count;
    struct sim_told told;
    char invariant[64], detail[200];
};

static void draw(struct sim *s)
{
    /* most of what can go wrong goes wrong where we act */
    static const enum gate_mode MODES[] = {GATE_ENFORCE, GATE_ENFORCE, GATE_WARN, GATE_OBSERVE};
    struct rates *r = &s->rates;
    uint32_t *rate = (uint32_t *)(void *)r;

    /* swarm: each class of faults is off half of the time, else as likely as drawn */
    for (size_t i = 0; i < SIM_FAULT_bulk_refused; i++) /* those of bulk.c are drawn there */
        rate[i] = rng_below(&s->rng, 2) ? (uint32_t)rng_range(&s->rng, 10000, 400000) : 0;
    r->poll_fails *= 2;
    r->crash /= 40; /* asked at every operation */
    r->pause /= 80;
    r->save_unknown /= 8;
    r->very_late /= 2;
    r->refused /= 4;
    r->look_refused /= 8;
    /* asked every minute of every ticket or request */
    r->withdrawn /= 20;
    r->ticket_cancelled /= 20;
    r->ticket_declined /= 20;
    r->ticket_gone /= 20;
    r->edited /= 8;
    r->emptied /= 16;
    r->cancel_taken_back /= 4;
    r->closed_after_cancel /= 4;
    r->cloned /= 20;
    r->words_forged /= 4;
    r->fields_renamed /= 8;
    r->mode_changed /= 20;
    r->remapped /= 10;
    r->drifted /= 2;
    if (s->seed % 16 == 3) { /* polling alone tells, and it often stops half way */
        r->hook_lost = 1000000;
        r->poll_fails = 800000;
    }
    if (s->seed % 16 == 11) /* processes that often sleep, just where it hurts */
        r->pause = 20000;
    if (healing)
        *r = (struct rates){.lost_reply = 300000, .late = 100000, .very_late = 150000};
    s->index_lag_ms = rng_range(&s->rng, 0, 120000);
    s->lateness_ms = 65000;
    s->source_lag_ms = rng_range(&s->rng, 1000, 600000);
    s->direct_road = rng_below(&s->rng, 4) == 0;
    s->bare = rng_below(&s->rng, 2);
    s->has_link = rng_below(&s->rng, 2);
    s->has_participants = rng_below(&s->rng, 2);
    s->links_evidence = s->seed % 2;
    s->slow_sources = s->seed % 16 == 10;
    s->mode = MODES[rng_below(&s->rng, sizeof MODES / sizeof MODES[0])];
    s->policy = POLICY_DEFAULT;
    after_draw(s);
    policy_draw(s);
    if (!healing)
        bulk_draw(s);
    s->policy.compares = s->seed % 8 == 5; /* sources are read before work, too */
    if (rng_below(&s->rng, 2))             /* hardly longer than a call may take */
        s->policy.times.lease_ms = s->policy.times.call_timeout_ms + s->policy.times.safety_ms +
                                   rng_range(&s->rng, 1000, 10000);
    s->cursor = (struct cursor){.watermark_ms = 0, .overlap_ms = 150000};
}

static void say_stuck(struct sim *s)
{
    for (int i = 0; i < s->request_count; i++)
        if (s->requests[i].phase != PHASE_CLOSED && !phase_is_terminal(s->requests[i].phase))
            sim_violate(s, "INV20 liveness", "request %d is still in %s", i,
                        phase_name(s->requests[i].phase));
    for (int i = 0; i < s->flow_count; i++)
        if (!flow_state_is_final(s->flows[i].f.state))
            sim_violate(s, "INV20 liveness", "a %s is still %s", flow_kind_name(s->flows[i].f.kind),
                        flow_state_name(s->flows[i].f.state));
    for (int i = 0; i < s->ticket_count; i++)
        if (s->tickets[i].request < 0)
            sim_violate(s, "INV20 liveness", "ticket %d was never seen", i);
    for (int i = 0; i < s->request_count; i++)
        if (!after_settled(s, &s->requests[i]))
            sim_violate(s, "INV20 liveness", "nothing follows request %d", i);
    if (!second_settled(s))
        sim_violate(s, "INV-B2 one live ticket", "a second ticket was left alone");
    for (int i = 0; i < s->request_count; i++)
        if (s->requests[i].ticket >= 0 && !words_settled(s, &s->requests[i]))
            sim_violate(s, "INV-D9 words", "ticket %d does not say what we said",
                        s->requests[i].ticket);
    sim_violate(s, "INV11 approved tuple", "an edit after approval was never recorded");
}

static bool play(struct sim *s)
{
    if (setjmp(s->stop))
        return false;
    publish_play(s);
    replicas_start(s);
    people_start(s);
    while (s->now_ms < SAFETY_MS + LIVENESS_MS && sim_step(s)) {
        check_event(s);
        if (!s->calm && s->now_ms > SAFETY_MS) {
            s->calm = true;
            sim_trace(s, "faults end", 0, 0);
            jira_unhide(s);
        }
        if (s->calm && check_settled(s))
            return true;
    }
    say_stuck(s);
    return false;
}

static struct sim *schedule(uint64_t seed, bool trace, bool *ret_ok)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->seed = seed;
    s->trace = trace;
    rng_seed(&s->rng, seed);
    draw(s);
    *ret_ok = play(s);
    return s;
}

static void release(struct sim *s)
{
    sim_end(s);
    free(s->log);
    while (s->all_boots) {
        struct boot *b = s->all_boots;
        s->all_boots = b->next;
        free(b);
    }
    free(s);
}

static void work(const struct options *o, int job, struct totals *t)
{
    for (uint64_t i = (uint64_t)job; i < o->schedules; i += (uint64_t)o->jobs) {
        bool ok;
        struct sim *s = schedule(o->seed + i, o->trace, &ok);
        t->schedules++;
        t->events += s->events;
        t->sim_ms += (uint64_t)s->now_ms;
        if (ok && (o->seed + i) % 100 == 0) { /* the same seed is the same run */
            bool again_ok;
            struct sim *again = schedule(o->seed + i, false, &again_ok);
            if (again->trace_hash != s->trace_hash) {
                s->violated = "INV19 determinism";
                ok = false;
            }
            release(again);
        }
        if (!ok) {
            if (!t->failed_count++) {
                t->failed_seed = o->seed + i;
                snprintf(t->invariant, sizeof t->invariant, "%s", s->violated);
                snprintf(t->detail, sizeof t->detail, "%s", s->detail);
            }
            release(s);
            break;
        }
        release(s);
    }
    memcpy(t->faults, sim_fault_count, sizeof t->faults);
    memcpy(t->rules, sim_rule_count, sizeof t->rules);
    memcpy(t->phases, sim_phase_count, sizeof t->phases);
    t->told = sim_told;
}

static void print_count(const char *what, const char *more, uint64_t count)
{
    printf(" %s%s%s=%llu%s", what, *more ? "/" : "", more, (unsigned long long)count,
           count ? "" : " NEVER");
}

/* reliability B1, B2: counted, so that nobody takes a blind run for a proof. */
static bool print_healed(const struct totals *t)
{
    const struct sim_told *x = &t->told;

    printf("creates: %llu sent, %llu answers lost, %llu carried out late, %llu sent again after "
           "the grace; %llu blind, %llu told of by a delivery\n",
           (unsigned long long)x->posts, (unsigned long long)x->posts_lost,
           (unsigned long long)x->posts_late, (unsigned long long)x->reposts,
           (unsigned long long)(x->posts - x->proper), (unsigned long long)x->told_by_hint);
    printf("second tickets: %llu cancelled, of these %llu after the request went over to the other "
           "one, slowest %llu ms after it could be found; %llu with people on both: told\n",
           (unsigned long long)x->retired, (unsigned long long)x->swapped,
           (unsigned long long)x->slowest_ms, (unsigned long long)x->contested);
    return x->posts_lost >= LOST_AT_LEAST && x->posts_late >= LATE_AT_LEAST &&
           x->posts == x->proper && x->retired > 0 && x->slowest_ms <= HEALED_WITHIN_MS;
}

/* How often each fault happened, each rule fired and each phase was entered. All must have: else
 * the simulation is blind. */
static bool print_sometimes(const struct totals *t)
{
    size_t rules;
    const struct flow_rule *table = flow_rules(&rules);
    bool blind = false;

    printf("faults:");
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        print_count(SIM_FAULT_NAMES[i], "", t->faults[i]);
        blind |= !t->faults[i];
    }
    printf("\nrules:");
    for (size_t i = 0; i < rules; i++) {
        print_count(flow_state_name(table[i].from), flow_event_name(table[i].on), t->rules[i]);
        blind |= !t->rules[i];
    }
    printf("\nphases:");
    for (int i = PHASE_RECEIVED + 1; i < PHASE_COUNT; i++) {
        print_count(phase_name((enum phase)i), "", t->phases[i]);
        blind |= !t->phases[i];
    }
    printf("\n");
    return blind;
}

static void add_told(struct sim_told *sum, const struct sim_told *x)
{
    sum->posts += x->posts;
    sum->posts_lost += x->posts_lost;
    sum->posts_late += x->posts_late;
    sum->reposts += x->reposts;
    sum->proper += x->proper;
    sum->told_by_hint += x->told_by_hint;
    sum->retired += x->retired;
    sum->swapped += x->swapped;
    sum->contested += x->contested;
    sum->foreign += x->foreign;
    if (x->slowest_ms > sum->slowest_ms)
        sum->slowest_ms = x->slowest_ms;
}

static int report(const struct options *o, const struct totals *all, double seconds,
                  const char *argv0)
{
    struct totals sum = {0};

    for (int j = 0; j < o->jobs; j++) {
        sum.schedules += all[j].schedules;
        sum.events += all[j].events;
        sum.sim_ms += all[j].sim_ms;
        for (int i = 0; i < COUNTED_MAX; i++)
            sum.faults[i] += all[j].faults[i];
        for (int i = 0; i < COUNTED_MAX; i++) {
            sum.rules[i] += all[j].rules[i];
            sum.phases[i] += all[j].phases[i];
        }
        add_told(&sum.told, &all[j].told);
        if (all[j].failed_count && (!sum.failed_count || all[j].failed_seed < sum.failed_seed)) {
            sum.failed_count = 1;
            sum.failed_seed = all[j].failed_seed;
            memcpy(sum.invariant, all[j].invariant, sizeof sum.invariant);
            memcpy(sum.detail, all[j].detail, sizeof sum.detail);
        }
    }
    printf("%llu schedules, %llu events (%.0f a schedule), %.1f simulated days, "
           "%.0f schedules/s, %.2f M events/s\n",
           (unsigned long long)sum.schedules, (unsigned long long)sum.events,
           (double)sum.events / (double)sum.schedules, (double)sum.sim_ms / 86400000.0,
           (double)sum.schedules / seconds, (double)sum.events / seconds / 1e6);
    if (sum.failed_count) {
        printf("BROKEN: %s: %s\nreplay: %s --seed %llu --schedules 1 --trace\n", sum.invariant,
               sum.detail, argv0, (unsigned long long)sum.failed_seed);
        return 1;
    }
    if (healing) {
        bool healed = print_healed(&sum);
        printf(healed ? "" : "NOT HEALED: too few, or too slow\n");
        return !healed;
    }
    if (print_sometimes(&sum) && o->schedules >= ENOUGH_TO_SEE_ALL) {
        printf("BLIND: a fault, a rule or a phase never happened\n");
        return 1;
    }
    return 0;
}

static bool set_plant(const char *name)
{
#ifdef COUNTERSIGN_PLANTS
    for (int i = 0; i < PLANT_COUNT; i++) {
        if (strcmp(PLANT_ROWS[i].name, name) == 0) {
            plant_on = (enum plant)i;
            return true;
        }
    }
#endif
    fprintf(stderr, "sim: no planted bug '%s' in this build\n", name);
    return false;
}

static bool read_options(int argc, char **argv, struct options *o)
{
    *o = (struct options){.schedules = 1000, .seed = 1, .jobs = 1};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--trace") == 0) {
            o->trace = true;
        } else if (strcmp(argv[i], "--heal") == 0) {
            healing = true;
        } else if (strcmp(argv[i], "--list-plants") == 0) {
            for (size_t k = 1; k < sizeof PLANT_ROWS / sizeof PLANT_ROWS[0]; k++)
                printf("%-24s %s\n", PLANT_ROWS[k].name, PLANT_ROWS[k].what);
            exit(0);
        } else if (strcmp(argv[i], "--plant") == 0 && set_plant(value)) {
            i++;
        } else if (strcmp(argv[i], "--schedules") == 0) {
            o->schedules = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seed") == 0) {
            o->seed = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--jobs") == 0) {
            o->jobs = (int)strtol(argv[++i], NULL, 10);
        } else {
            fprintf(stderr,
                    "usage: sim [--schedules N] [--seed N] [--jobs N] [--trace] [--heal] [--plant "
                    "NAME] [--list-plants]\n");
            return false;
        }
    }
    return o->schedules > 0 && o->jobs > 0 && o->jobs <= 64;
}

int main(int argc, char **argv)
{
    struct options o;
    struct timespec from, to;

    if (!read_options(argc, argv, &o))
        return 64;
    for (int i = 0; i < CYCLES_MAX; i++)
        snprintf(SIM_CYCLES[i], sizeof SIM_CYCLES[i], "%d", i);
    struct totals *all = mmap(NULL, sizeof *all * (size_t)o.jobs, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        return 70;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int j = 1; j < o.jobs; j++) {
        if (fork() == 0) {
            work(&o, j, &all[j]);
            _exit(0);
        }
    }
    work(&o, 0, &all[0]);
    while (wait(NULL) > 0)
        continue;
    clock_gettime(CLOCK_MONOTONIC, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    return report(&o, all, seconds, argv[0]);
}
