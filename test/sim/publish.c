/* publish.c: the log of evidence as it is published (domain/publish.h), against a model of the
 * database, of directories and of a file outside both: three replicas, two of which write one
 * directory, crash, sleep past their turn, lose answers; a failover loses the last entries,
 * directories are lost. A schedule of its own beside the others, with dice of its own.
 *
 * What must hold: whatever was shown, no two checkpoints contradict each other (LOG1); none is
 * shown that was not recorded (LOG2); a fork is told only where there is one (LOG3); when the
 * faults end, all is published, or the fork is told (LOG4). */
#include "domain/publish.h"

#include <stdlib.h>
#include <string.h>

#include "sim.h"

enum {
    WRITERS = 3,
    DIRECTORIES = 2,
    ENTRIES = 192,
    SHOWN = 256,
    PAGE = 16,
    STEPS = 160,
    CALM_STEPS = 1500,
    LEASE_S = 60,
    EVERY_S = 10,
    FAILOVER_S = 30,
    LIKELY = 1000, /* per thousand */
};

/* Entries as numbers that never come again, and what stands for the root of so many. */
struct chain {
    int64_t size;
    uint64_t entries[ENTRIES], roots[ENTRIES + 1];
};

struct checkpoint {
    int64_t size;
    uint64_t root;
};

/* As files are: what was shown. */
struct directory {
    struct chain shown;
    int locked_by; /* one more than the writer; 0: by nobody */
};

struct lease {
    int owner;
    int64_t fence, until_s;
};

struct database {
    struct chain chain;
    struct checkpoint recorded;
    struct lease lease;
    bool forked;
};

struct writer {
    struct publish_turn turn;
    struct chain files;       /* as it has them open */
    struct chain page;        /* what was read, from the entry of `files` on */
    struct checkpoint known;  /* the last one recorded, as it was told */
    struct checkpoint anchor; /* as it was when they were opened */
    int64_t fence, wakes_s, next_s;
};

struct log {
    struct sim *sim;
    struct rng rng;
    bool calm, diverged;
    int64_t now_s, failover_s; /* no failover before that */
    uint64_t last_entry;
    struct database db;
    struct directory dirs[DIRECTORIES];
    struct checkpoint anchor; /* the last in the file that all append to */
    struct writer writers[WRITERS];
    struct checkpoint shown[SHOWN], recorded[SHOWN];
    int shown_count, recorded_count;
};

static bool happens(struct log *l, uint64_t per_thousand)
{
    return rng_below(&l->rng, LIKELY) < per_thousand && !l->calm;
}

/* --- chains --- */

static void add(struct chain *c, uint64_t entry)
{
    if (c->size >= ENTRIES)
        return;
    c->entries[c->size] = entry;
    uint64_t mixed = (c->roots[c->size] ^ entry) * 0x9E3779B97F4A7C15u;
    c->roots[++c->size] = mixed ^ mixed >> 29;
}

static bool agrees(const struct checkpoint *c, const struct chain *chain)
{
    return c->size > chain->size || chain->roots[c->size] == c->root;
}

static struct directory *dir_of(struct log *l, int writer)
{
    return &l->dirs[writer < WRITERS - 1 ? 0 : 1];
}

/* Is there really a fork: does the database contradict what anybody has seen? What was recorded and
 * not shown goes with its entries, and nobody misses it. */
static bool has_diverged(const struct log *l)
{
    const struct chain *c = &l->db.chain;

    for (int i = 0; i < l->shown_count; i++)
        if (l->shown[i].size > c->size || !agrees(&l->shown[i], c))
            return true;
    return false;
}

/* --- what can be done to it --- */

static void failover(struct log *l)
{
    struct database *db = &l->db;
    int64_t lost = rng_range(&l->rng, 1, 6);

    db->chain.size -= lost < db->chain.size ? lost : db->chain.size;
    while (l->recorded_count && db->recorded.size > db->chain.size) {
        /* the row that recorded it went with them; what it said was said */
        db->recorded = (struct checkpoint){0};
        for (int i = 0; i < l->recorded_count; i++)
            if (l->recorded[i].size <= db->chain.size && l->recorded[i].size > db->recorded.size &&
                agrees(&l->recorded[i], &db->chain))
                db->recorded = l->recorded[i];
    }
    if (rng_below(&l->rng, 2)) /* the lease is as it was a while ago */
        db->lease = (struct lease){0, db->lease.fence - 1, 0};
    l->diverged |= has_diverged(l);
    sim_trace(l->sim, "log: failover", db->chain.size, l->diverged);
}

static void crash(struct log *l, int i)
{
    struct directory *d = dir_of(l, i);

    if (d->locked_by == i + 1)
        d->locked_by = 0;
    l->writers[i] = (struct writer){.next_s = l->now_s + EVERY_S};
}

static void misfortune(struct log *l)
{
    /* two of them in two turns of one writer could look like a fork: half a minute lies between
     * them */
    if (happens(l, 15) && !l->diverged && l->now_s >= l->failover_s) {
        l->failover_s = l->now_s + FAILOVER_S;
        failover(l);
    }
    if (happens(l, 10)) /* its anchors are elsewhere */
        l->dirs[rng_below(&l->rng, DIRECTORIES)].shown.size = 0;
    for (int i = 0; i < WRITERS; i++) {
        if (happens(l, 10))
            crash(l, i);
        else if (happens(l, 15))
            l->writers[i].wakes_s = l->now_s + rng_range(&l->rng, 1, 2 * LEASE_S);
    }
    if (l->db.chain.size < ENTRIES && rng_below(&l->rng, 3) == 0 && !l->calm)
        for (uint64_t n = rng_below(&l->rng, 4); n; n--)
            add(&l->db.chain, ++l->last_entry);
}

/* --- the acts --- */

static bool holds(const struct log *l, int i)
{
    const struct lease *x = &l->db.lease;
    return x->owner == i + 1 && x->fence == l->writers[i].fence && x->until_s > l->now_s;
}

static struct publish_done take_lease(struct log *l, int i)
{
    struct lease *x = &l->db.lease;

    if (x->owner && x->owner != i + 1 && x->until_s > l->now_s)
        return (struct publish_done){0};
    *x = (struct lease){i + 1, x->fence + 1, l->now_s + LEASE_S};
    l->writers[i].fence = x->fence;
    return (struct publish_done){.ok = true};
}

static bool root_fits(const struct log *l, int i)
{
    const struct writer *w = &l->writers[i];
    const struct chain *f = &w->files;

    return (f->size != w->known.size || agrees(&w->known, f)) &&
           (f->size != l->anchor.size || agrees(&l->anchor, f));
}

static struct publish_state files_of(struct log *l, int i)
{
    return (struct publish_state){
        .size = l->writers[i].files.size, .anchored = l->anchor.size, .root_fits = root_fits(l, i)};
}

static struct publish_done open_files(struct log *l, int i)
{
    struct directory *d = dir_of(l, i);

    if (d->locked_by && d->locked_by != i + 1)
        return (struct publish_done){0};
    d->locked_by = i + 1;
    l->writers[i].files = d->shown;
    l->writers[i].anchor = l->anchor;
    return (struct publish_done){.ok = true, .state = files_of(l, i)};
}

static struct publish_done read_page(struct log *l, int i)
{
    struct writer *w = &l->writers[i];
    const struct chain *c = &l->db.chain;
    int64_t from = w->files.size ? w->files.size - 1 : 0;
    struct publish_done done = {.ok = true, .page = {.follows = true}};

    w->page.size = 0;
    for (int64_t at = from; at < c->size && w->page.size < PAGE; at++)
        w->page.entries[w->page.size++] = c->entries[at];
    done.page.count = (size_t)w->page.size;
    done.page.first_fits =
        w->page.size && (!w->files.size || w->page.entries[0] == w->files.entries[from]);
    done.last = from + w->page.size;
    return done;
}

static struct publish_done take_page(struct log *l, int i)
{
    struct writer *w = &l->writers[i];
    struct publish_done done = {.ok = true};

    for (int64_t at = w->files.size ? 1 : 0; at < w->page.size && !done.differs; at++) {
        add(&w->files, w->page.entries[at]);
        done.differs = !root_fits(l, i);
    }
    done.state = files_of(l, i);
    return done;
}

/* sql/routine/evidence_log.sql */
static struct publish_done record(struct log *l, int i)
{
    struct database *db = &l->db;
    const struct chain *f = &l->writers[i].files;
    struct checkpoint c = {f->size, f->roots[f->size]};

    bool is_there =
        c.size <= db->chain.size &&
        (!l->writers[i].turn.pages || db->chain.entries[c.size - 1] == f->entries[c.size - 1]);

    if (!holds(l, i) || !is_there)
        return (struct publish_done){.ok = true};
    if (db->forked || db->recorded.size > c.size ||
        (db->recorded.size == c.size && db->recorded.root != c.root))
        return (struct publish_done){.ok = true, .recorded = -1};
    db->recorded = c;
    l->recorded[l->recorded_count++] = c;
    return (struct publish_done){.ok = true, .recorded = 1};
}

static void judge_shown(struct log *l, const struct chain *files)
{
    struct checkpoint now = {files->size, files->roots[files->size]};
    bool is_recorded = false;

    for (int i = 0; i < l->shown_count; i++)
        if (l->shown[i].size <= now.size && !agrees(&l->shown[i], files))
            sim_violate(l->sim, "LOG1 one log", "a checkpoint of %lld contradicts one of %lld",
                        (long long)now.size, (long long)l->shown[i].size);
    for (int i = 0; i < l->recorded_count; i++)
        is_recorded |= l->recorded[i].size == now.size && l->recorded[i].root == now.root;
    if (!is_recorded)
        sim_violate(l->sim, "LOG2 recorded first", "a checkpoint of %lld was shown unrecorded",
                    (long long)now.size);
    l->shown[l->shown_count++] = now;
    l->diverged |= has_diverged(l); /* a failover came after the record */
}

static struct publish_done show(struct log *l, int i)
{
    struct directory *d = dir_of(l, i);
    const struct chain *f = &l->writers[i].files;

    if (l->anchor.size != l->writers[i].anchor.size) /* log_files.c: another one was quicker */
        return (struct publish_done){0};
    judge_shown(l, f);
    l->anchor = (struct checkpoint){f->size, f->roots[f->size]};
    if (happens(l, 20)) /* between the two files */
        return (struct publish_done){0};
    d->shown = *f;
    return (struct publish_done){.ok = true};
}

static struct publish_done tell(struct log *l, int i)
{
    if (!holds(l, i) || l->db.chain.size < l->writers[i].turn.state.head)
        return (struct publish_done){0};
    if (!l->db.forked && !l->diverged)
        sim_violate(l->sim, "LOG3 no false alarm", "a fork is told (%s), and there is none",
                    publish_fork_name(l->writers[i].turn.fork));
    l->db.forked = true;
    return (struct publish_done){.ok = true};
}

static struct publish_done ask(struct log *l, int i)
{
    struct writer *w = &l->writers[i];

    w->known = l->db.recorded;
    return (struct publish_done){
        .ok = true,
        .forked = l->db.forked,
        .state = {.head = l->db.chain.size, .recorded = l->db.recorded.size}};
}

static struct publish_done give(struct log *l, int i)
{
    struct directory *d = dir_of(l, i);

    if (d->locked_by == i + 1)
        d->locked_by = 0;
    if (holds(l, i))
        l->db.lease.until_s = 0;
    return (struct publish_done){.ok = true};
}

static struct publish_done act(struct log *l, int i)
{
    switch (l->writers[i].turn.doing) {
    case PUBLISH_LEASE:
        return take_lease(l, i);
    case PUBLISH_ASK:
        return ask(l, i);
    case PUBLISH_OPEN:
        return open_files(l, i);
    case PUBLISH_READ:
        return read_page(l, i);
    case PUBLISH_TAKE:
        return take_page(l, i);
    case PUBLISH_RECORD:
        return record(l, i);
    case PUBLISH_SHOW:
        return show(l, i);
    case PUBLISH_TELL:
        return tell(l, i);
    case PUBLISH_GIVE:
        return give(l, i);
    case PUBLISH_MAKE:
    case PUBLISH_WAIT:
        break;
    }
    return (struct publish_done){.ok = true};
}

static void step(struct log *l, int i)
{
    struct writer *w = &l->writers[i];

    if (w->wakes_s > l->now_s)
        return;
    if (w->turn.doing == PUBLISH_WAIT) {
        if (w->next_s > l->now_s)
            return;
        w->turn = (struct publish_turn){.doing = PUBLISH_LEASE, .suspects = w->turn.suspects};
        w->next_s = l->now_s + EVERY_S;
    }
    bool of_database = w->turn.doing != PUBLISH_OPEN && w->turn.doing != PUBLISH_TAKE &&
                       w->turn.doing != PUBLISH_MAKE && w->turn.doing != PUBLISH_SHOW;
    struct publish_done done = {0};
    if (!of_database || !happens(l, 30)) /* else it did not get there */
        done = act(l, i);
    if (of_database && happens(l, 40)) /* the answer is lost */
        done = (struct publish_done){0};
    sim_trace(l->sim, "log: act", i, w->turn.doing);
    enum publish_act was = w->turn.doing;
    publish_go_on(&w->turn, &done);
    if (was == PUBLISH_GIVE)
        w->turn.doing = PUBLISH_WAIT;
}

static void play(struct log *l, int steps)
{
    for (int n = 0; n < steps; n++) {
        l->now_s += rng_below(&l->rng, 4) == 0;
        misfortune(l);
        step(l, (int)rng_below(&l->rng, WRITERS));
    }
}

void publish_play(struct sim *s)
{
    struct log *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->sim = s;
    s->log = l; /* freed with it, however it ends */
    rng_seed(&l->rng, s->seed ^ 0x6C6F67);
    play(l, STEPS);
    l->calm = true;
    play(l, CALM_STEPS);
    if (l->db.forked || l->diverged ? !l->db.forked
                                    : l->dirs[0].shown.size != l->db.chain.size &&
                                          l->dirs[1].shown.size != l->db.chain.size)
        sim_violate(s, "LOG4 published", "%lld entries, %lld and %lld published, %s",
                    (long long)l->db.chain.size, (long long)l->dirs[0].shown.size,
                    (long long)l->dirs[1].shown.size,
                    l->diverged ? "and nobody tells of the fork" : "no fork");
}
