/* approve.c: who has to approve a request, who says so, and who may not. The store's model knows
 * each of them truly; what the code under test makes of it is checked against that (I5: nobody who
 * asks, gains or does the work; I6: no work before enough of the right people said yes). */
#include "sim.h"

enum { WINDOW_MS = 4 * 60000, AGENTS_OWN = 6 /* of so many claims one is an approver's */ };

static const char *const NAMES[PERSON_COUNT] = {"asker", "someone", "agent", "boss", "deputy"};

static uint32_t mix(uint64_t a, uint64_t b)
{
    uint64_t h = (a + 1) * 0x9e3779b97f4a7c15u ^ (b + 1) * 0xc2b2ae3d27d4eb4fu;

    return (uint32_t)(h >> 33);
}

static bool right_person(const struct srequest *r, int person)
{
    return person == PERSON_BOSS || (person == PERSON_DEPUTY && r->wants != WANTS_BOSS);
}

/* Without drawing from the run's own numbers: those of before stay as they were. */
void approve_begin(struct sim *s, struct srequest *r)
{
    r->wants = (int)(mix((uint64_t)(r - s->requests), (uint64_t)s->now_ms) % WANTS_COUNT);
}

struct sdecision approve_next(struct sim *s, const struct srequest *r, int count)
{
    uint32_t h = mix((uint64_t)(r - s->requests) + 100 * (uint64_t)count, (uint64_t)s->now_ms);
    bool wrong = !s->calm && count < APPROVALS_MAX - 6 && h % 3 == 0;
    struct sdecision d = {.channel = r->from_ticket || r->ticket >= 0 ? CHANNEL_JSM : CHANNEL_API};

    if (wrong && h % 2)
        d.person = (int)(h / 7 % 3); /* who asks, who it is for, who does the work */
    else if (wrong && r->ticket >= 0)
        d.channel = CHANNEL_AUTOMATION;
    if (!wrong || h % 2 == 0)
        d.person = r->wants == WANTS_BOSS || count % 2 == 0 ? PERSON_BOSS : PERSON_DEPUTY;
    return d;
}

int approve_mover(const struct sim *s, int cycle)
{
    return !s->calm && mix((uint64_t)cycle, 7) % AGENTS_OWN == 0 ? PERSON_BOSS : PERSON_AGENT;
}

static uint32_t channels_of(const struct srequest *r)
{
    return r->wants == WANTS_ANY
               ? 0
               : 1u << (r->from_ticket ? CHANNEL_JSM : CHANNEL_API) | 1u << CHANNEL_JSM;
}

static uint32_t hats_of(int person)
{
    return person == PERSON_REQUESTER     ? HAT_REQUESTER
           : person == PERSON_BENEFICIARY ? HAT_BENEFICIARY
           : person == PERSON_AGENT       ? HAT_FULFILLER
                                          : 0;
}

static void fill_terms(const struct srequest *r, struct approvals *ret)
{
    static const size_t STEPS[WANTS_COUNT] = {
        [WANTS_BOSS] = 1, [WANTS_GROUP] = 1, [WANTS_BOTH] = 2};

    *ret = (struct approvals){
        .known = true,
        .asked_ms = r->asked_ms,
        .count = (size_t)r->approval_count,
        .terms = {.channels = channels_of(r),
                  .at_least = r->wants == WANTS_TWO ? 2 : 1,
                  .within_ms = r->wants == WANTS_ANY ? 0 : WINDOW_MS,
                  .remind = {50},
                  .steps = {{STR("manager"), STR("boss"), 1}, {STR("owner"), STR("deputy"), 1}},
                  .step_count = STEPS[r->wants]}};
}

/* Of a group it is one step that both may answer. */
static uint32_t steps_of(const struct srequest *r, int person)
{
    if (!right_person(r, person))
        return 0;
    return r->wants == WANTS_BOTH && person == PERSON_DEPUTY ? 2 : 1;
}

static struct approval_given given_of(const struct srequest *r, const struct sapproval *a)
{
    return (struct approval_given){.approver = str_of(NAMES[a->real.person]),
                                   .person = a->real.person + 1,
                                   .channel = a->real.channel,
                                   .declined = !a->real.approved,
                                   .outdated = !a->counts_for || a->counts_for != r->mapped_hash,
                                   .at_ms = a->real.at_ms,
                                   .hats = hats_of(a->real.person),
                                   .steps = steps_of(r, a->real.person)};
}

void approve_fill(struct arena *arena, const struct srequest *r, struct dossier *d)
{
    struct approval_given *given = arena_array(arena, (size_t)r->approval_count + 1, sizeof *given);

    for (int i = 0; i < r->approval_count; i++)
        given[i] = given_of(r, &r->approvals[i]);
    fill_terms(r, &d->approvals);
    d->approvals.given = given;
    /* the core alone is tried here: the database's own word is held by test/sql */
    d->approval_given = r->approval_count > 0;
    d->claims_own = false;
    for (int i = 0; i < r->approval_count; i++)
        d->claims_own |= right_person(r, r->approvals[i].real.person) && !given[i].declined &&
                         !d->ticket.moved_by_us && str_eq(d->ticket.moved_by, given[i].approver);
}

bool approve_reached(const struct sim *s, const struct srequest *r)
{
    struct approval_given given[APPROVALS_MAX];
    struct approvals all;

    for (int i = 0; i < r->approval_count; i++)
        given[i] = given_of(r, &r->approvals[i]);
    fill_terms(r, &all);
    all.given = given;
    return approval_judge(&all, s->now_ms).answer == APPROVAL_REACHED;
}

/* --- what is true --- */

/* So many people, each once, who may, in time, on a way that is taken, and saw exactly this. */
void check_approvers(struct sim *s, const struct srequest *r)
{
    bool counted[PERSON_COUNT] = {false};
    int people = 0, wanted = r->wants == WANTS_TWO || r->wants == WANTS_BOTH ? 2 : 1;

    if (!r->approval_needed || r->emergency) /* what an emergency owes is paid at once here */
        return;
    for (int i = 0; i < r->approval_count; i++) {
        const struct sdecision *real = &r->approvals[i].real;
        bool taken = real->channel != CHANNEL_AUTOMATION;
        bool early =
            r->wants == WANTS_ANY || !r->asked_ms || real->at_ms <= r->asked_ms + WINDOW_MS;
        bool counts = real->approved && real->saw == r->items_of && taken && early &&
                      right_person(r, real->person);
        people += counts && !counted[real->person];
        counted[real->person] |= counts;
    }
    if (people < wanted)
        sim_violate(s, "I5 approver", "%d of %d who may approve did (%d recorded)", people, wanted,
                    r->approval_count);
}

/* Where a close is refused nobody takes up the work of one who approved it. */
void check_claimant(struct sim *s, const struct srequest *r)
{
    for (int i = 0; i < r->approval_count; i++) {
        const struct sdecision *real = &r->approvals[i].real;
        if (r->mode == GATE_ENFORCE && real->approved && right_person(r, real->person) &&
            !r->seen.moved_by_us && str_eq_c(r->seen.moved_by, NAMES[real->person]))
            sim_violate(s, "I5 approver", "%s approved it and does the work", NAMES[real->person]);
    }
}

struct str approve_name(int person)
{
    return str_of(NAMES[person]);
}
