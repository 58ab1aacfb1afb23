/* read_peer: a real reader, asked from a test. One JSON object an observation, in the order they
 * come.
 *
 *   read_peer KIND TIMEOUT_MS CLOSE_AFTER_MS SECRET CANARY_ACCOUNT CANARY_ENTITLEMENT NAME=VALUE...
 * -- ACCOUNT ENTITLEMENT [ACCOUNT ENTITLEMENT...]
 *
 * pin=ID, entitlement_pin=ID among the settings: the accounts, the entitlements are pinned to that
 * immutable id. within=true: what the entitlements lie in is asked, too. at_once=N: not more
 * under way than that; else all reads are asked for at once. word_at=N: the Nth answer is followed
 * by no question before a line came on standard input. CLOSE_AFTER_MS: close while they are
 * under way; 0 = when all are answered. A reader that does not open: its error on standard error,
 * exit code 78. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json_write.h"
#include "readers/reader.h"

enum { SETTINGS_MAX = 24 };

struct peer {
    struct io_loop *loop;
    struct reader *reader;
    struct io_timer *timer;
    char **pairs; /* not asked yet */
    struct str pin, entitlement_pin;
    bool within;
    int asked, left;
    int64_t word_at; /* 0: never */
    bool closing;
};

static void on_closed(void *arg)
{
    struct peer *peer = arg;
    io_timer_free(peer->timer);
    io_loop_stop(peer->loop);
}

static void close_reader(void *arg)
{
    struct peer *peer = arg;

    if (!peer->closing)
        peer->reader->kind->close(peer->reader, on_closed, peer);
    peer->closing = true;
}

static void on_observed(void *arg, const struct observation *o);

/* Whoever reads our answers does something now, and says when it is done. */
static void await_word(void)
{
    while (getchar() != '\n' && !feof(stdin))
        ;
}

static void ask_next(struct peer *peer)
{
    struct item item = {.id = peer->asked,
                        .source = STR("target"),
                        .account = str_of(peer->pairs[0]),
                        .account_id = peer->pin,
                        .entitlement_id = peer->entitlement_pin,
                        .asks_within = peer->within,
                        .entitlement = str_of(peer->pairs[1])};

    peer->asked++;
    peer->pairs += 2;
    peer->reader->kind->read(peer->reader, &item, on_observed, peer);
}

/* What the reader found out, on standard error. */
static void tell_facts(struct reader *reader)
{
    struct reader_fact facts[READER_FACTS_MAX];
    size_t n = reader->kind->facts ? reader->kind->facts(reader, facts) : 0;

    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "%s: %.*s\n", facts[i].name, STR_ARG(facts[i].value));
}

static void on_observed(void *arg, const struct observation *o)
{
    struct peer *peer = arg;
    AUTO(drop_buf) struct buf buf;
    struct json_out out;

    buf_init(&buf, 65536);
    json_begin(&out, &buf);
    json_open_object(&out);
    json_i64_member(&out, "item", o->item_id);
    json_str_member(&out, "outcome", str_of(outcome_name(o->outcome)));
    json_str_member(&out, "account", str_of(account_state_name(o->account)));
    json_str_member(&out, "via", str_of(via_name(o->via)));
    json_bool_member(&out, "complete", o->complete);
    json_bool_member(&out, "canary", o->canary_ok);
    json_bool_member(&out, "raw", o->has_raw);
    json_str_member(&out, "reason", o->reason);
    json_str_member(&out, "id", o->native_id);
    json_str_member(&out, "entitlement_id", o->entitlement_id);
    json_i64_member(&out, "as_of_ms", o->as_of_ms);
    if (o->others_known)
        json_str_member(&out, "others", o->others);
    if (o->within_known)
        json_str_member(&out, "within", o->within);
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&buf)));
    fflush(stdout);
    if (peer->word_at && --peer->word_at == 0)
        await_word();
    if (--peer->left == 0) {
        tell_facts(peer->reader);
        close_reader(peer);
    } else if (peer->pairs[0] && !peer->closing) {
        ask_next(peer);
    }
}

int main(int argc, char **argv)
{
    struct reader_setting settings[SETTINGS_MAX];
    struct peer peer = {0};
    struct err err = {0};
    int64_t timeout_ms = 0, close_ms = 0, at_once = INT64_MAX;
    int i = 7;

    if (argc < 8 || !str_to_i64(str_of(argv[2]), &timeout_ms) ||
        !str_to_i64(str_of(argv[3]), &close_ms))
        return 64;
    struct secret *secret = secret_new(str_of(argv[4]));
    peer.loop = io_loop_new();
    struct reader_config config = {.source = STR("target"),
                                   .settings = settings,
                                   .secret = secret,
                                   .canary_account = str_of(argv[5]),
                                   .canary_entitlement = str_of(argv[6]),
                                   .timeout_ms = timeout_ms,
                                   .loop = peer.loop,
                                   .clock = &CLOCK_SYSTEM};
    for (; i < argc && strcmp(argv[i], "--") != 0 && config.setting_count < SETTINGS_MAX; i++) {
        struct str value = str_of(argv[i]);
        struct str name = str_cut(&value, '=');
        if (str_eq_c(name, "pin")) {
            peer.pin = value;
            continue;
        }
        if (str_eq_c(name, "entitlement_pin")) {
            peer.entitlement_pin = value;
            continue;
        }
        if (str_eq_c(name, "within")) {
            peer.within = str_eq_c(value, "true");
            continue;
        }
        if (str_eq_c(name, "at_once") && str_to_i64(value, &at_once))
            continue;
        if (str_eq_c(name, "word_at") && str_to_i64(value, &peer.word_at))
            continue;
        settings[config.setting_count++] = (struct reader_setting){name, value};
    }
    peer.reader = reader_kind_find(str_of(argv[1]))->open(&config, &err);
    peer.left = (argc - i - 1) / 2;
    peer.timer = io_timer_new(peer.loop, close_reader, &peer);
    if (peer.reader) {
        peer.pairs = argv + i + 1;
        while (peer.asked < at_once && peer.pairs[0])
            ask_next(&peer);
        if (close_ms)
            io_timer_start(peer.timer, close_ms, 0);
    } else {
        fprintf(stderr, "%s\n", err.what);
        io_timer_free(peer.timer);
        io_loop_stop(peer.loop);
    }
    (void)!io_loop_run(peer.loop);
    io_loop_free(peer.loop);
    secret_free(secret);
    return peer.reader ? 0 : 78;
}
