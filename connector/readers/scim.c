/* scim.c: entitlements that are group memberships at a SCIM 2.0 server, over HTTP on the loop. The
 * server is got to know first (scim_server.c), then each read asks about the item and, behind it,
 * about the canary: rights that are lost in between show there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "readers/others.h"
#include "readers/scim_server.h"
#include "readers/web_read.h"

enum {
    PROOF_LASTS_MS = 60 * 60 * 1000, /* servers are updated: what they do is tried again */
    PROOF_TIMES = 3,                 /* some ten calls instead of a read's four */
    PROOF_ARENA_BYTES = 16 * 1024 * 1024,
    CALL_ARENA_BYTES = 64 * 1024 * 1024, /* a reply as a tree */
    GATHER_MS = 5, /* so long whoever looks for a name waits for others who do */
};

extern const struct reader_kind READER_SCIM;

struct scim_reader {
    struct web_reader web;
    struct scim_place place;
    struct str bearer;
    struct scim_server server;
    bool proven, others;
    int64_t proven_ms;
    struct scim_proving *proving;
    struct list seekers; /* reads that are about to look for somebody */
    struct io_timer *gathering;
};

struct scim_proving {
    struct scim_reader *reader;
    struct arena *arena, *call_arena;
    struct scim_proof proof;
    int64_t deadline_ms;
};

struct scim_read {
    struct web_read web;
    struct scim_server server; /* as it was proven when this read began */
    struct scim_question question;
    unsigned used; /* ways that what is known of the item rests on */
    bool gathered; /* it stood aside for others, once */
};

static struct scim_reader *reader_of(const struct web_read *r)
{
    return container_of(r->reader, struct scim_reader, web);
}

static struct scim_read *read_of(struct web_read *r)
{
    return container_of(r, struct scim_read, web);
}

static size_t add_headers(const struct scim_reader *reader, struct http_header *headers)
{
    headers[0] = (struct http_header){STR("Accept"), STR("application/scim+json")};
    headers[1] = (struct http_header){STR("Cache-Control"), STR("no-cache")};
    headers[2] = (struct http_header){STR("Authorization"), reader->bearer};
    return 3;
}

static void judge(struct scim_reader *reader, struct arena *arena, const struct http_reply *http,
                  int64_t timeout_ms, struct scim_reply *ret)
{
    scim_judge(arena, http, timeout_ms, ret);
    ret->reason = web_reader_note(&reader->web, http, ret->wait_ms, ret->reason,
                                  ret->told == SCIM_TOLD ? NULL : ret->why);
}

/* --- a read --- */

/* The canary is asked in all the ways that the item's answer rests on. */
static void read_ask(struct web_read *base, const struct asked_for *wanted)
{
    struct scim_read *r = read_of(base);
    struct scim_reader *reader = reader_of(base);

    if (base->ask == ASK_ITEM)
        r->server = reader->server;
    unsigned ways = r->used ? r->used : 1U << r->server.first;
    scim_question_begin(&r->question, &reader->place, &r->server, base->arena, wanted->account,
                        wanted->entitlement, wanted->of_canary ? ways : 0);
    scim_question_pinned(&r->question, wanted->entitlement_id);
    if (wanted->by_id)
        scim_question_by_id(&r->question);
    if (reader->others && base->ask != ASK_CANARY_BY_ID)
        scim_question_list_others(&r->question);
}

static bool read_next(struct web_read *base, struct web_call *ret)
{
    struct scim_read *r = read_of(base);

    ret->method = STR("GET");
    ret->url = scim_question_next(&r->question, base->call_arena);
    return ret->url.len > 0;
}

static void read_add_headers(struct web_read *base, struct web_call *call)
{
    call->header_count = add_headers(reader_of(base), call->headers);
}

/* --- several people by one filter --- */

/* With several reads under way it waits a moment for those who look for somebody, too. */
static bool read_may_call(struct web_read *base)
{
    struct scim_read *r = read_of(base);
    struct scim_reader *reader = reader_of(base);
    bool seeks = base->ask == ASK_ITEM && r->question.at == SCIM_AT_USER &&
                 scim_find_may_join(&r->question.find);

    if (!seeks || r->gathered || reader->web.open < 2)
        return true;
    r->gathered = true;
    if (list_empty(&reader->seekers))
        io_timer_start(reader->gathering, GATHER_MS, 0);
    list_push(&reader->seekers, &base->link);
    return false;
}

static bool is_named(struct scim_read *const *reads, size_t count, struct str value)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(reads[i]->question.find.value, value))
            return true;
    return false;
}

/* As many as one filter names; they ask in one turn, and so by one call (web_share.h). */
static void seek_together(struct list *seekers)
{
    AUTO(drop_buf) struct buf filter;
    struct scim_read *reads[WEB_READS_MAX];
    size_t count = 0, names = 0;
    struct list *it;

    buf_init(&filter, SCIM_TOGETHER_BYTES);
    while (count < WEB_READS_MAX && (it = list_shift(seekers)) != NULL) {
        struct scim_read *r = read_of(container_of(it, struct web_read, link));
        bool named = is_named(reads, count, r->question.find.value);
        if (!named && !scim_find_add(&r->question.find, &filter) && count) {
            list_push(seekers->next, it); /* first in the next one */
            break;
        }
        names += !named;
        reads[count++] = r;
    }
    for (size_t i = 0; i < count && names > 1; i++)
        scim_find_join(&reads[i]->question.find, arena_str(reads[i]->web.arena, buf_str(&filter)));
    for (size_t i = 0; i < count; i++)
        web_read_go(&reads[i]->web);
}

static void on_gathered(void *arg)
{
    struct scim_reader *reader = arg;
    struct list all, *it;

    list_init(&all);
    while ((it = list_shift(&reader->seekers)) != NULL)
        list_push(&all, it);
    while (!list_empty(&all))
        seek_together(&all);
}

static const struct answer *read_answer(struct web_read *base)
{
    struct scim_read *r = read_of(base);

    if (base->ask < ASK_CANARY)
        r->used |= r->question.used;
    if (base->ask == ASK_CANARY && !r->question.listed) /* the server's lists are not whole */
        for (enum ask ask = ASK_ITEM; ask < ASK_CANARY; ask++)
            others_lost(&base->answers.of[ask]);
    return &r->question.answer;
}

static int64_t read_take(struct web_read *base, const struct http_reply *http, int64_t timeout_ms)
{
    struct scim_reply reply;

    judge(reader_of(base), base->call_arena, http, timeout_ms, &reply);
    scim_question_take(&read_of(base)->question, &reply);
    return reply.age_ms;
}

static void read_ended(struct web_read *base, const struct observation *obs)
{
    if (obs->outcome == OUTCOME_UNKNOWN && !obs->canary_ok)
        reader_of(base)->proven = false; /* perhaps the server has changed: it is tried again */
}

/* --- the proof --- */

static void proof_go(struct scim_proving *p);

static void proof_end(struct scim_proving *p, const char *trouble)
{
    struct scim_reader *reader = p->reader;

    reader->proving = NULL;
    reader->proven = !trouble;
    if (!trouble) {
        reader->server = p->proof.server;
        reader->web.why[0] = '\0'; /* what it took to find out is no trouble */
        reader->proven_ms = web_reader_now_ms(&reader->web);
    }
    web_reader_wake(&reader->web, trouble);
    arena_free(p->call_arena);
    arena_free(p->arena);
    free(p);
    web_reader_release(&reader->web);
}

static bool proof_may_leave(void *arg)
{
    const struct scim_proving *p = arg;
    return web_reader_may_ask(&p->reader->web);
}

static void on_proof_reply(void *arg, const struct http_reply *http)
{
    struct scim_proving *p = arg;
    struct scim_reply reply;

    judge(p->reader, p->call_arena, http, web_reader_timeout_ms(&p->reader->web, p->deadline_ms),
          &reply);
    scim_proof_take(&p->proof, &reply);
    arena_clear(p->call_arena);
    proof_go(p);
}

static void proof_go(struct scim_proving *p)
{
    const char *why = web_reader_barrier(&p->reader->web, p->deadline_ms);
    struct http_header headers[WEB_HEADERS_MAX];
    struct http_call call = {.method = STR("GET"),
                             .url = scim_proof_next(&p->proof, p->call_arena),
                             .headers = headers,
                             .header_count = add_headers(p->reader, headers),
                             .reply_max = WEB_REPLY_BYTES};

    if (!call.url.len)
        proof_end(p, p->proof.trouble);
    else if (why)
        proof_end(p, why);
    else
        web_reader_send(&p->reader->web, &call, p->deadline_ms, proof_may_leave, on_proof_reply, p);
}

static void prove(struct scim_reader *reader)
{
    struct scim_proving *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct scim_proving){.reader = reader,
                               .arena = arena_new(PROOF_ARENA_BYTES),
                               .call_arena = arena_new(CALL_ARENA_BYTES),
                               .deadline_ms = web_reader_now_ms(&reader->web) +
                                              PROOF_TIMES * reader->web.config.timeout_ms};
    reader->proving = p;
    reader->web.open++;
    scim_proof_begin(&p->proof, &reader->place, p->arena);
    proof_go(p);
}

static bool read_may_begin(struct web_read *base)
{
    struct scim_reader *reader = reader_of(base);
    int64_t since_ms = web_reader_now_ms(&reader->web) - reader->proven_ms;

    if (reader->proven && since_ms < PROOF_LASTS_MS)
        return true;
    list_push(&reader->web.waiting, &base->link);
    if (!reader->proving)
        prove(reader);
    return false;
}

static void drop(struct web_reader *web)
{
    io_timer_free(container_of(web, struct scim_reader, web)->gathering);
}

static const struct web_kind WEB = {.read_size = sizeof(struct scim_read),
                                    .may_begin = read_may_begin,
                                    .may_call = read_may_call,
                                    .ask = read_ask,
                                    .next = read_next,
                                    .add_headers = read_add_headers,
                                    .answer = read_answer,
                                    .take = read_take,
                                    .ended = read_ended,
                                    .drop = drop};

/* --- the reader --- */

/* NULL: groups. */
static const char *values_of(const struct reader_config *config)
{
    static const char *const VALUES[] = {"roles", "entitlements"};
    int i = str_index(setting(config, "attribute", "groups"), VALUES, 2);
    return i < 0 ? NULL : VALUES[i];
}

static bool scim_check(const struct reader_config *config, const char **ret_setting,
                       struct err *err)
{
    static const char *const NAMES[] = {"account", "entitlement"};
    bool insecure = str_eq_c(setting(config, "insecure", "false"), "true");

    *ret_setting = "url";
    if (!web_check_url(setting(config, "url", ""), insecure, err))
        return false;
    *ret_setting = "attribute";
    if (!values_of(config) && !str_eq_c(setting(config, "attribute", "groups"), "groups"))
        return FAIL(err, ERR_CONFIG, "write groups, roles or entitlements");
    *ret_setting = "known";
    if (!values_of(config) && setting(config, "known", "").len)
        return FAIL(err, ERR_CONFIG,
                    "groups are looked for: only values of roles or entitlements "
                    "are named here");
    for (size_t i = 0; i < 2; i++) {
        *ret_setting = NAMES[i];
        if (!scim_is_attribute(setting(config, NAMES[i], "x")))
            return FAIL(err, ERR_CONFIG,
                        "write the name of an attribute, such as userName, externalId, "
                        "emails.value or displayName");
    }
    return true;
}

static struct reader *scim_open(const struct reader_config *config, struct err *err)
{
    const char *about;

    if (!scim_check(config, &about, err)) {
        err_while(err, "opening source '%.*s', setting '%s'", STR_ARG(config->source), about);
        return NULL;
    }
    struct scim_reader *reader =
        web_reader_new(sizeof *reader, &READER_SCIM, &WEB, config, LIMIT_ARENA_SMALL);
    struct arena *arena = reader->web.arena;
    struct str url = setting(config, "url", "");
    while (url.p[url.len - 1] == '/')
        url.len--;
    reader->web.base.tracing = TRACES_BY_ID;
    reader->place = (struct scim_place){
        .base = arena_str(arena, url),
        .user_name = arena_str(arena, setting(config, "account", "userName")),
        .group_name = arena_str(arena, setting(config, "entitlement", "displayName")),
        .values = values_of(config),
        .known = arena_str(arena, setting(config, "known", "")),
        .canary_account = config->canary_account,
        .canary_entitlement = config->canary_entitlement,
    };
    list_init(&reader->seekers);
    reader->gathering = io_timer_new(config->loop, on_gathered, reader);
    reader->others = str_eq_c(setting(config, "others", "false"), "true");
    reader->bearer = arena_printf(arena, "Bearer %.*s", STR_ARG(secret_reveal(config->secret)));
    reader->web.http = web_client(arena, config, url, WEB_CONNECTIONS_MAX);
    return &reader->web.base;
}

static struct str way_words(const struct scim_reader *reader, enum scim_way way)
{
    if (!reader->place.values || way == SCIM_NO_WAY)
        return str_of(scim_way_name(way));
    return way == SCIM_BY_USER ? STR("the user's own list of them (D)")
                               : STR("users by filter on its value (F)");
}

static size_t scim_facts(struct reader *base, struct reader_fact *ret)
{
    struct scim_reader *reader = container_of(base, struct scim_reader, web.base);
    const struct scim_server *server = &reader->server;
    size_t n = 0;

    if (server->users[0]) { /* it was proven once */
        if (reader->place.values)
            ret[n++] = (struct reader_fact){"values", server->catalogue[0]
                                                          ? STR("a catalogue says which exist")
                                                          : STR("nothing says which exist")};
        ret[n++] = (struct reader_fact){"members", way_words(reader, server->first)};
        ret[n++] = (struct reader_fact){"second opinion", way_words(reader, server->second)};
        ret[n++] = (struct reader_fact){
            "people", !server->filters ? STR("found by walking the whole list: it takes no filters")
                      : server->user_exact ? STR("found by filter; upper and lower case differ")
                      : server->caseless   ? STR("found by filter, in any case")
                                           : STR("found by filter; who is not is looked for in the "
                                                   "whole list, because it tells cases apart")};
        if (server->any_of)
            ret[n++] = (struct reader_fact){"several people", STR("found by one filter (or)")};
        ret[n++] =
            (struct reader_fact){"pages", server->by_cursor ? STR("by cursor") : STR("by index")};
    }
    return web_reader_facts(&reader->web, ret, n);
}

static const char *const SETTINGS[] = {"!url",   "account",   "entitlement", "ca_file", "insecure",
                                       "others", "attribute", "known",       NULL};
static const char *const PROVES[] = {
    "an account is a member of a group, or is not, asked from two sides where the server can",
    "an account is gone: nobody of that name, in any spelling the server takes for the same",
    "an account is disabled: active is false", NULL};
static const char *const BLIND[] = {
    "membership through another group, where the server does not show indirect groups of a user",
    "members that are hidden on every side that is asked, often but one: a filter that finds "
    "nobody, an empty list of members, a user without groups count as they are. Let the credential "
    "see of each group what it sees of the canary's",
    "a user from a group of the same short id, where members are found by filter and the user's "
    "own "
    "list of groups is not shown",
    "roles and entitlements of a user, unless the source's attribute says so; then nothing else, "
    "and of a value that nobody holds, that no read showed before and no catalogue has, nothing is "
    "proven unless `known` names it",
    "the state of a copy: SCIM vouches for no time, so the moment of the read counts (less the Age "
    "a cache tells)",
    NULL};
const struct reader_kind READER_SCIM = {.name = "scim",
                                        .needs_secret = true,
                                        .check = scim_check,
                                        .open = scim_open,
                                        .read = web_read_item,
                                        .close = web_reader_close,
                                        .at_once = WEB_AT_ONCE,
                                        .held_ms = web_reader_held_ms,
                                        .settings = SETTINGS,
                                        .facts = scim_facts,
                                        .proves = PROVES,
                                        .blind = BLIND};
