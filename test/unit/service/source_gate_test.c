/* The gate of a source, before a reader that answers when the test says so. */
#include "service/source_gate.h"

#include <string.h>

#include "base/list.h"
#include "unit.h"

enum { PENDING_MAX = 256, TOLD_MAX = 256 };

struct fake {
    struct reader base;
    struct {
        struct str account, entitlement_id;
        reader_done_fn *fn;
        void *arg;
    } pending[PENDING_MAX];
    size_t asked, answered; /* since the start; those between are under way */
    int64_t held_ms;
};

static struct told {
    int64_t item_id;
    bool turned_away;
    enum outcome outcome;
    char reason[32];
} told[TOLD_MAX];
static size_t told_count;
static int backs;
static int64_t wall_ms;

static void fake_read(struct reader *base, const struct item *item, reader_done_fn *fn, void *arg)
{
    struct fake *fake = container_of(base, struct fake, base);

    assert_true(fake->asked < PENDING_MAX);
    fake->pending[fake->asked].account = item->account;
    fake->pending[fake->asked].entitlement_id = item->entitlement_id;
    fake->pending[fake->asked].fn = fn;
    fake->pending[fake->asked++].arg = arg;
}

static int64_t fake_held_ms(struct reader *base)
{
    return container_of(base, struct fake, base)->held_ms;
}

static const struct reader_kind FAKE = {
    .name = "fake", .read = fake_read, .held_ms = fake_held_ms, .at_once = 1};

/* The oldest read ends so. */
static void answer(struct fake *fake, enum outcome outcome, const char *reason)
{
    struct observation obs = {.outcome = outcome, .reason = str_of(reason)};
    size_t n = fake->answered++;

    assert_true(n < fake->asked);
    fake->pending[n].fn(fake->pending[n].arg, &obs);
}

static int64_t wall(void *self)
{
    (void)self;
    return wall_ms;
}

static const struct clock CLOCK = {wall, wall, NULL};

static void on_back(void *arg, struct str source)
{
    (void)arg;
    assert_true(str_eq_c(source, "fake"));
    backs++;
}

static void on_told(void *arg, const struct observation *obs)
{
    struct told *t = &told[told_count++];
    const int64_t *id = arg;

    assert_true(told_count <= TOLD_MAX);
    *t = (struct told){.item_id = *id, .turned_away = !obs};
    if (!obs)
        return;
    assert_int_equal(obs->item_id, *id); /* each hears of its own item */
    t->outcome = obs->outcome;
    assert_true(str_copy(t->reason, sizeof t->reason, obs->reason));
}

/* A gate, its reader and its loop. */
struct scene {
    struct io_loop *loop;
    struct fake fake;
    struct rng rng;
    struct source_gate *gate;
    bool turned;
};

static void scene_begin(struct scene *s, struct schedule_limits limits, int64_t line_ms)
{
    *s = (struct scene){.fake = {.base = {.kind = &FAKE}}};
    told_count = 0;
    backs = 0;
    wall_ms = 1000;
    s->loop = io_loop_new();
    rng_seed(&s->rng, 1);
    struct source_gate_options options = {.source = STR("fake"),
                                          .loop = s->loop,
                                          .reader = &s->fake.base,
                                          .clock = &CLOCK,
                                          .canary_account = STR("canary"),
                                          .canary_entitlement = STR("watch"),
                                          .limits = limits,
                                          .line_ms = line_ms,
                                          .rng = &s->rng,
                                          .on_back = on_back};
    s->gate = source_gate_new(&options);
}

static void stop(void *arg)
{
    struct scene *s = arg;
    io_loop_stop(s->loop);
}

static void scene_end(struct scene *s)
{
    source_gate_close(s->gate);
    io_loop_defer(s->loop, stop, s);
    assert_true(io_loop_run(s->loop)); /* no handle is left over */
    source_gate_free(s->gate);
    io_loop_free(s->loop);
}

static void on_turned(void *arg)
{
    struct scene *s = arg;
    s->turned = true;
}

/* What is to happen by itself happens. */
static void turn(struct scene *s)
{
    for (int i = 0; i < 3; i++) {
        s->turned = false;
        io_loop_defer(s->loop, on_turned, s);
        io_loop_wait(s->loop, &s->turned);
    }
}

/* Waits for a time that comes by itself; a wide bound against hanging is the runner's. */
static void turn_until_asked(struct scene *s, size_t asked)
{
    while (s->fake.asked < asked)
        turn(s);
}

static const int64_t IDS[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                              16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static void ask_as(struct scene *s, size_t id, const char *account, struct source_ask ask)
{
    struct item item = {.id = IDS[id], .account = str_of(account), .entitlement = STR("finance")};
    source_gate_read(s->gate, &item, &ask, on_told, (void *)(uintptr_t)&IDS[id]);
}

static void ask(struct scene *s, size_t id, const char *account, int64_t claimed_ms, bool waits)
{
    ask_as(
        s, id, account,
        (struct source_ask){.claimed_ms = claimed_ms, .rank = SCHEDULE_ORDINARY, .waits = waits});
}

static void ask_ranked(struct scene *s, size_t id, const char *account, enum schedule_rank rank)
{
    ask_as(s, id, account, (struct source_ask){.claimed_ms = 900, .rank = rank});
}

/* That one is under way; behind it the line is full of ordinary reads but for `left`. */
static void fill_line(struct scene *s, const char *running, int left)
{
    char name[16];

    ask(s, 0, running, 900, false);
    turn(s);
    for (int i = 0; i < SCHEDULE_LINE_MAX - left; i++) {
        snprintf(name, sizeof name, "u%d", i);
        ask(s, 1, name, 900, false);
    }
}

static void those_that_ask_the_same_share_one_read(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    ask(&s, 1, "ada", 900, false);
    ask(&s, 2, "ben", 900, false);
    ask(&s, 3, "ada", 900, false); /* neither has begun */
    turn(&s);
    assert_int_equal(s.fake.asked, 1);
    wall_ms = 1100;
    ask(&s, 4, "ada", 950, false);  /* claimed before it began: it counts */
    ask(&s, 5, "ada", 1050, false); /* claimed since: it may have seen what was before */
    turn(&s);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(told_count, 3);
    assert_int_equal(told[0].item_id + told[1].item_id + told[2].item_id, 1 + 3 + 4);
    turn(&s);
    answer(&s.fake, OUTCOME_ABSENT, "Ok");
    turn(&s);
    assert_true(str_eq_c(s.fake.pending[2].account, "ada"));
    answer(&s.fake, OUTCOME_ABSENT, "Ok");
    assert_int_equal(told_count, 5);
    assert_true(told[3].item_id == 2 && told[4].item_id == 5);
    assert_int_equal(told[4].outcome, OUTCOME_ABSENT);
    struct source_gate_stats stats = source_gate_stats(s.gate);
    assert_int_equal(stats.reads, 3);
    assert_int_equal(stats.shared, 2);
    scene_end(&s);
}

/* However many ask the same, so many looks wait for one source at most. */
static void no_more_than_so_many_share_one(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    for (size_t i = 0; i < SCHEDULE_SHARE_MAX + 1; i++)
        ask(&s, 1, "ada", 900, false);
    turn(&s);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(told_count, SCHEDULE_SHARE_MAX);
    turn(&s);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(told_count, SCHEDULE_SHARE_MAX + 1);
    assert_int_equal(source_gate_stats(s.gate).reads, 2);
    scene_end(&s);
}

static void another_entitlement_or_id_is_another_read(void **state)
{
    struct item item = {.account = STR("ada"), .entitlement = STR("other")};
    const struct source_ask ask = {.claimed_ms = 900, .rank = SCHEDULE_ORDINARY};
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 9}, 0);
    ask_as(&s, 0, "ada", ask);
    source_gate_read(s.gate, &item, &ask, on_told, (void *)(uintptr_t)&IDS[0]);
    item =
        (struct item){.account = STR("ada"), .entitlement = STR("finance"), .account_id = STR("7")};
    source_gate_read(s.gate, &item, &ask, on_told, (void *)(uintptr_t)&IDS[0]);
    item = (struct item){
        .account = STR("ada"), .entitlement = STR("finance"), .entitlement_id = STR("9")};
    source_gate_read(s.gate, &item, &ask, on_told, (void *)(uintptr_t)&IDS[0]);
    turn(&s);
    assert_int_equal(s.fake.asked, 4);
    assert_true(str_eq_c(s.fake.pending[3].entitlement_id, "9")); /* it finds what was renamed */
    for (int i = 0; i < 4; i++)
        answer(&s.fake, OUTCOME_ABSENT, "Ok");
    scene_end(&s);
}

static void so_many_at_once_and_in_order(void **state)
{
    static const char *const NAMES[] = {"a", "b", "c", "d", "e"};
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 2}, 0);
    for (size_t i = 0; i < COUNT(NAMES); i++)
        ask(&s, i, NAMES[i], 900, false);
    turn(&s);
    assert_int_equal(s.fake.asked, 2);
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        assert_true(str_eq_c(s.fake.pending[i].account, NAMES[i]));
        answer(&s.fake, OUTCOME_PRESENT, "Ok");
        turn(&s);
        assert_true(s.fake.asked - s.fake.answered <= 2);
    }
    assert_int_equal(told_count, COUNT(NAMES));
    scene_end(&s);
}

static void who_finds_too_many_in_line_comes_again_later(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    fill_line(&s, "first", 0);
    ask(&s, 2, "one-more", 900, false);
    ask(&s, 3, "u5", 900, false);     /* it takes no place of its own */
    ask(&s, 4, "patient", 900, true); /* a request that is read half already */
    assert_int_equal(told_count, 0);  /* never from inside */
    turn(&s);
    assert_int_equal(told_count, 1);
    assert_true(told[0].turned_away && told[0].item_id == 2);
    assert_int_equal(source_gate_stats(s.gate).waiting, SCHEDULE_LINE_MAX + 1);
    source_gate_close(s.gate); /* those in line are told; the one under way ends by itself */
    assert_int_equal(told_count, 1 + SCHEDULE_LINE_MAX + 2);
    assert_string_equal(told[5].reason, "Closing");
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    turn(&s);
    assert_int_equal(s.fake.asked, 1);
    io_loop_defer(s.loop, stop, &s);
    assert_true(io_loop_run(s.loop));
    source_gate_free(s.gate);
    io_loop_free(s.loop);
}

static void nobody_stays_in_line_for_ever(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 20);
    ask(&s, 0, "hangs", 900, false);
    turn(&s);
    ask(&s, 1, "ada", 900, false);
    ask(&s, 2, "ada", 900, true);
    while (told_count < 2)
        turn(&s);
    assert_true(told[0].item_id == 1 && told[0].turned_away);
    assert_true(told[1].item_id == 2 && !told[1].turned_away);
    assert_string_equal(told[1].reason, "Overloaded");
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

/* As one read after the other is answered, those are asked for next. */
static void assert_read_next(struct scene *s, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        answer(&s->fake, OUTCOME_PRESENT, "Ok");
        turn(s);
        assert_int_equal(s->fake.asked, s->fake.answered + 1);
        assert_true(str_eq_c(s->fake.pending[s->fake.answered].account, names[i]));
    }
}

static void removals_are_read_first_and_what_is_closed_last(void **state)
{
    static const char *const ORDER[] = {"gone-1", "gone-2", "shared", "grant-1", "grant-2", "old"};
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    ask(&s, 0, "first", 900, false);
    turn(&s);
    ask_ranked(&s, 1, "old", SCHEDULE_WATCH);
    ask_ranked(&s, 2, "grant-1", SCHEDULE_ORDINARY);
    ask_ranked(&s, 3, "shared", SCHEDULE_WATCH);
    ask_ranked(&s, 4, "gone-1", SCHEDULE_URGENT);
    ask_ranked(&s, 5, "gone-2", SCHEDULE_URGENT);
    ask_ranked(&s, 6, "grant-2", SCHEDULE_ORDINARY);
    ask_ranked(&s, 7, "shared", SCHEDULE_URGENT); /* a removal asks the same */
    assert_read_next(&s, ORDER, COUNT(ORDER));
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(told_count, 8);
    assert_int_equal(source_gate_stats(s.gate).waiting, 0);
    scene_end(&s);
}

static void a_removal_takes_the_place_of_the_newest_grant(void **state)
{
    static const char *const ORDER[] = {"gone", "u0"};
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    fill_line(&s, "first", 2);
    ask(&s, 2, "newest", 900, false);
    ask(&s, 3, "newest", 900, false);
    ask(&s, 4, "half-read", 900, true); /* it was promised to stay */
    ask_ranked(&s, 5, "gone", SCHEDULE_URGENT);
    assert_int_equal(told_count, 0); /* never from inside, whoever asks */
    turn(&s);
    assert_int_equal(told_count, 2);
    assert_true(told[0].turned_away && told[0].item_id == 2);
    assert_true(told[1].turned_away && told[1].item_id == 3);
    assert_int_equal(source_gate_stats(s.gate).turned_away, 2);
    assert_int_equal(source_gate_stats(s.gate).waiting, SCHEDULE_LINE_MAX);
    assert_read_next(&s, ORDER, COUNT(ORDER));
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

static void a_watch_takes_nobodys_place(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    fill_line(&s, "first", 1);
    ask_ranked(&s, 2, "old", SCHEDULE_WATCH);
    ask_ranked(&s, 3, "older", SCHEDULE_WATCH);
    turn(&s);
    assert_int_equal(told_count, 1);
    assert_true(told[0].turned_away && told[0].item_id == 3);
    ask_ranked(&s, 4, "grant", SCHEDULE_ORDINARY);
    turn(&s);
    assert_int_equal(told_count, 2);
    assert_true(told[1].turned_away && told[1].item_id == 2);
    assert_int_equal(source_gate_stats(s.gate).waiting, SCHEDULE_LINE_MAX);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

static void removals_alone_can_fill_the_line(void **state)
{
    struct scene s;
    char name[16];
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    fill_line(&s, "first", 1);
    ask(&s, 2, "half-read", 900, true);
    for (int i = 0; i < SCHEDULE_LINE_MAX; i++) {
        snprintf(name, sizeof name, "gone%d", i);
        ask_ranked(&s, 3, name, SCHEDULE_URGENT);
    }
    ask_ranked(&s, 4, "one-more", SCHEDULE_URGENT);
    turn(&s);
    assert_int_equal(told_count, SCHEDULE_LINE_MAX); /* the others in line, and that one */
    assert_true(told[SCHEDULE_LINE_MAX - 1].item_id == 4);
    for (size_t i = 0; i < told_count; i++)
        assert_true(told[i].turned_away && told[i].item_id != 2 && told[i].item_id != 3);
    assert_int_equal(source_gate_stats(s.gate).waiting, SCHEDULE_LINE_MAX + 1);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

/* A claim does not outlast the stay in line, whoever came later and stands before it. */
static void nobody_stays_longer_behind_a_removal(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 60);
    ask(&s, 0, "hangs", 900, false);
    turn(&s);
    ask_ranked(&s, 1, "grant", SCHEDULE_ORDINARY);
    int64_t began_ms = io_loop_now_ms(s.loop);
    while (io_loop_now_ms(s.loop) < began_ms + 20)
        turn(&s);
    ask_ranked(&s, 2, "gone", SCHEDULE_URGENT);
    while (told_count < 2)
        turn(&s);
    assert_true(told[0].item_id == 1 && told[0].turned_away);
    assert_true(told[1].item_id == 2 && told[1].turned_away);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

static void a_source_that_does_not_answer_is_probed_and_comes_back(void **state)
{
    static const char *const NAMES[] = {"a", "b", "c", "d", "e"};
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 9, .rest_max_ms = 1}, 0);
    for (size_t i = 0; i < COUNT(NAMES); i++)
        ask(&s, i, NAMES[i], 900, false);
    turn(&s);
    for (size_t i = 0; i < COUNT(NAMES); i++)
        answer(&s.fake, OUTCOME_UNKNOWN, "Timeout");
    assert_true(source_gate_stats(s.gate).resting);
    ask(&s, 7, "ada", 900, false);
    turn(&s);
    assert_string_equal(told[5].reason, "SourceResting"); /* at once: it delays nobody */
    assert_int_equal(told[5].outcome, OUTCOME_UNKNOWN);
    turn_until_asked(&s, 6);
    assert_true(str_eq_c(s.fake.pending[5].account, "canary")); /* one probe, of the canary */
    answer(&s.fake, OUTCOME_UNKNOWN, "SourceDown");
    turn_until_asked(&s, 7);
    assert_int_equal(backs, 0);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(backs, 1);
    assert_false(source_gate_stats(s.gate).resting);
    ask(&s, 8, "ada", 900, false);
    turn(&s);
    assert_int_equal(s.fake.asked, 8);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    assert_int_equal(source_gate_stats(s.gate).unasked, 1);
    scene_end(&s);
}

static void what_the_source_told_is_kept(void **state)
{
    struct scene s;
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 9, .rest_max_ms = 1}, 0);
    ask(&s, 0, "a", 900, false);
    turn(&s);
    s.fake.held_ms = 60 * 60 * 1000;
    answer(&s.fake, OUTCOME_UNKNOWN, "RateLimited");
    ask(&s, 1, "b", 900, false);
    for (int i = 0; i < 50; i++)
        turn(&s);
    assert_string_equal(told[1].reason, "RateLimited");
    assert_int_equal(s.fake.asked, 1); /* no probe either */
    scene_end(&s);
}

static void so_many_a_minute(void **state)
{
    static const char *const NAMES[] = {"a", "b", "c"};
    struct scene s;
    (void)state;

    /* one at once, then one every 4.3 s */
    scene_begin(&s, (struct schedule_limits){.at_once = 9, .per_minute = 15}, 0);
    for (size_t i = 0; i < COUNT(NAMES); i++)
        ask(&s, i, NAMES[i], 900, false);
    turn(&s);
    assert_int_equal(s.fake.asked, 1); /* though there is room for more at once */
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    turn(&s);
    assert_int_equal(s.fake.asked, 1);
    scene_end(&s);
    assert_int_equal(told_count, 3);
}

static void it_shows_how_it_stands(void **state)
{
    struct scene s;
    AUTO(drop_buf) struct buf buf;
    struct source_gate *gates[2] = {NULL, NULL};
    (void)state;

    scene_begin(&s, (struct schedule_limits){.at_once = 1}, 0);
    ask(&s, 0, "a", 900, false);
    ask(&s, 1, "b", 900, false);
    turn(&s);
    gates[0] = s.gate;
    buf_init(&buf, 65536);
    source_gates_render(gates, 2, &buf);
    buf_add_c(&buf, "");
    struct str text = buf_str(&buf);
    char *shown = strndup(text.p, text.len);
    assert_non_null(strstr(shown, "countersign_source_asked_total{source=\"fake\"} 1\n"));
    assert_non_null(strstr(shown, "countersign_source_reads_waiting{source=\"fake\"} 1\n"));
    assert_non_null(strstr(shown, "countersign_source_resting{source=\"fake\"} 0\n"));
    free(shown);
    answer(&s.fake, OUTCOME_PRESENT, "Ok");
    scene_end(&s);
}

UNIT_MAIN(cmocka_unit_test(those_that_ask_the_same_share_one_read),
          cmocka_unit_test(no_more_than_so_many_share_one),
          cmocka_unit_test(another_entitlement_or_id_is_another_read),
          cmocka_unit_test(so_many_at_once_and_in_order),
          cmocka_unit_test(who_finds_too_many_in_line_comes_again_later),
          cmocka_unit_test(nobody_stays_in_line_for_ever),
          cmocka_unit_test(removals_are_read_first_and_what_is_closed_last),
          cmocka_unit_test(a_removal_takes_the_place_of_the_newest_grant),
          cmocka_unit_test(a_watch_takes_nobodys_place),
          cmocka_unit_test(removals_alone_can_fill_the_line),
          cmocka_unit_test(nobody_stays_longer_behind_a_removal),
          cmocka_unit_test(a_source_that_does_not_answer_is_probed_and_comes_back),
          cmocka_unit_test(what_the_source_told_is_kept), cmocka_unit_test(so_many_a_minute),
          cmocka_unit_test(it_shows_how_it_stands))
