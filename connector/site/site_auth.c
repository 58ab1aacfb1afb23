#include "site/site_auth.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/codecs.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/rng.h"
#include "domain/credential.h"
#include "jsm/jsm_auth.h"
#include "jsm/jsm_judge.h"
#include "site/site_secret.h"

enum {
    REREAD_MS = 15 * 1000,
    REREAD_LEAST_MS = 1000,     /* however many ask for it */
    RENEW_AGAIN_MS = 10 * 1000, /* while the old token lives on */
    TURN_AGAIN_MS = 200,        /* another replica asks: it takes a call's time */
    TURN_REST_MS = 5 * 1000, /* nobody asks, when one was turned away and not told for how long */
    TURN_REST_MAX_MS = 30 * 1000, /* so soon a new secret counts everywhere */
    HEADER_BYTES = 24 * 1024,
    BODY_BYTES = 16 * 1024,
    BASE_BYTES = 4 * 1024,
    REPLY_BYTES = 64 * 1024,
    HEAR_MS = 2 * 1000, /* what others were refused: so long we wait to hear it */
    MARK_DIGITS = 4,
};

struct site_auth {
    struct site_auth_options o;
    struct rng rng;
    struct io_timer *timer;
    struct credential credential;
    struct site_secret token;
    char mark[MARK_DIGITS + 1]; /* of its secret: see site_rests */
    struct site_hook_secrets hook;
    int64_t renewed_ms;           /* monotonic: when a delivery last had them read again */
    struct secret *header;        /* the Authorization header; NULL: to be made */
    int64_t renew_ms, expires_ms; /* monotonic; the header is made anew from renew_ms on; 0 = never
                                   */
    char base[BASE_BYTES];        /* empty: the cloud id is not known yet */
    struct list waiting;
    bool asking; /* a question for cloud id or token, or for our turn, is out */
    bool stopped;
    struct io_timer *hear_timer; /* when not to wait for it any more */
    struct io_timer *try_timer;  /* likewise of a try that we asked for, or when to ask again */
    bool try_out;                /* it is asked for */
    bool try_waits;              /* it is asked for again when the timer ends */
    struct io_timer *turn_timer; /* when to ask for our turn again */
    int64_t turn_by_ms;          /* monotonic: and when no more */
    int64_t fence;               /* of our turn; 0 = none */
};

static void go_on(struct site_auth *auth);
static void ended(struct site_auth *auth, const char *why);

/* --- secrets --- */

static void forget_header(struct site_auth *auth)
{
    secret_free(auth->header);
    auth->header = NULL;
    auth->renew_ms = auth->expires_ms = 0;
}

static void set_mark(struct site_auth *auth)
{
    uint8_t digest[SHA256_BYTES];
    char hex[SHA256_HEX_SIZE];

    digest_sha256(secret_reveal(auth->token.value), digest);
    hex_encode(digest, sizeof digest, hex);
    str_copy(auth->mark, sizeof auth->mark, str_n(hex, MARK_DIGITS));
}

static void set_header(struct site_auth *auth, struct str secret)
{
    const struct site_config *c = auth->o.config;
    AUTO(drop_buf) struct buf b;

    buf_init(&b, HEADER_BYTES);
    jsm_auth_header(&b, c->auth, c->email, secret);
    secret_free(auth->header);
    auth->header = secret_new(buf_str(&b));
    explicit_bzero(b.p, b.len);
}

/* Read everything again and use what changed. */
static bool read_secrets(struct site_auth *auth, struct err *err)
{
    bool credential = false;

    bool good = site_secret_read(&auth->token, &credential, err) &&
                site_hook_secrets_read(&auth->hook, err);
    if (!good)
        err_while(err, "reading the secrets of site '%.*s'", STR_ARG(auth->o.config->name));
    if (credential) {
        forget_header(auth);
        set_mark(auth);
        credential_replaced(&auth->credential);
        if (auth->o.config->auth != JSM_AUTH_SERVICE_ACCOUNT)
            set_header(auth, secret_reveal(auth->token.value));
    }
    return good;
}

static void on_timer(void *arg)
{
    struct site_auth *auth = arg;
    struct err err = {0};

    if (!read_secrets(auth, &err)) /* a file being replaced; what we have goes on to count */
        log_warn("site", "secrets could not be read again", LOG_S("site", auth->o.config->name),
                 LOG_C("why", err.what));
}

/* --- passes --- */

static int64_t now_ms(const struct site_auth *auth)
{
    return io_loop_now_ms(auth->o.loop);
}

static struct site_pass refused(const struct site_auth *auth)
{
    int64_t wait = credential_wait_ms(&auth->credential, now_ms(auth));
    return (struct site_pass){
        .state = SITE_PASS_REFUSED,
        .wait_ms = wait > 0 ? wait : 0,
        .why = "Jira does not accept our credential, which is left alone for now: "
               "replace the site's secret file"};
}

static void finish_waiting(struct site_auth *auth, const struct site_pass *pass)
{
    struct list all, *link;

    /* who asks again from a callback waits for the next turn */
    list_init(&all);
    while ((link = list_shift(&auth->waiting)))
        list_push(&all, link);
    while ((link = list_shift(&all))) {
        struct site_wait *wait = container_of(link, struct site_wait, link);
        wait->fn(wait->arg, pass);
    }
}

static void ended(struct site_auth *auth, const char *why)
{
    struct site_pass pass = {.state = SITE_PASS_UNREACHED, .why = why};

    log_warn("site", "no access to the site now", LOG_S("site", auth->o.config->name),
             LOG_C("why", why));
    finish_waiting(auth, &pass);
}

static bool has_pass(const struct site_auth *auth)
{
    bool ends = auth->renew_ms && now_ms(auth) >= auth->renew_ms;
    return auth->header && auth->base[0] && !ends;
}

/* Of the few tries that all replicas together have while the credential is in doubt, one. */
static void ask_try(struct site_auth *auth)
{
    const struct site_rests *rests = auth->o.rests;

    if (auth->stopped) {
        ended(auth, "the service stops");
        return;
    }
    if (auth->try_out || auth->try_waits)
        return;
    auth->try_out = true;
    io_timer_start(auth->try_timer, HEAR_MS, 0);
    rests->wanted(rests->arg, auth->o.config->name, str_of(auth->mark));
}

bool site_auth_pass(struct site_auth *auth, struct site_wait *wait, struct site_pass *ret)
{
    int64_t rest = credential_wait_ms(&auth->credential, now_ms(auth));

    if (rest > 0) {
        *ret = refused(auth);
        return true;
    }
    if (rest == 0 && has_pass(auth)) {
        credential_used(&auth->credential);
        *ret = (struct site_pass){.state = SITE_PASS_READY,
                                  .authorization = secret_reveal(auth->header),
                                  .base = str_of(auth->base)};
        return true;
    }
    list_push(&auth->waiting, &wait->link);
    if (rest == 0 || credential_wants_try(&auth->credential, now_ms(auth)))
        go_on(auth);
    return false;
}

/* --- cloud id and token --- */

/* Everything is there: hand it out, one caller at a time while the credential is in doubt. */
static void serve_waiting(struct site_auth *auth)
{
    struct list *link;

    while (credential_wait_ms(&auth->credential, now_ms(auth)) == 0 && has_pass(auth) &&
           (link = list_shift(&auth->waiting))) {
        struct site_wait *wait = container_of(link, struct site_wait, link);
        struct site_pass pass = {.state = SITE_PASS_READY,
                                 .authorization = secret_reveal(auth->header),
                                 .base = str_of(auth->base)};
        credential_used(&auth->credential);
        wait->fn(wait->arg, &pass);
    }
    if (!list_empty(&auth->waiting) && credential_wait_ms(&auth->credential, now_ms(auth)) > 0) {
        struct site_pass pass = refused(auth);
        finish_waiting(auth, &pass);
    }
}

/* The body of a reply as JSON; NULL when it is none. */
static const struct json *body_of(struct arena *arena, const struct http_reply *reply)
{
    const struct json *v = NULL;
    struct err err;

    return json_parse(arena, reply->body, &v, &err) ? v : NULL;
}

static void accepted(struct site_auth *auth)
{
    const struct site_rests *rests = auth->o.rests;

    if (credential_accepted(&auth->credential, now_ms(auth)) && rests)
        rests->accepted(rests->arg, auth->o.config->name, str_of(auth->mark));
}

/* The call said nothing of the credential: the try is there for whoever is next. */
static void unclear(struct site_auth *auth)
{
    const struct site_rests *rests = auth->o.rests;

    if (credential_unclear(&auth->credential) && rests)
        rests->returned(rests->arg, auth->o.config->name, str_of(auth->mark));
}

/* What became of our question holds for all replicas. */
static void give_turn(struct site_auth *auth, const struct http_reply *reply, bool good)
{
    const struct site_turns *turns = auth->o.turns;
    struct jsm_http http = {.sent = JSM_REPLIED,
                            .status = 429,
                            .retry_after = http_reply_header(reply, "retry-after"),
                            .reset_ms = TURN_REST_MS};
    struct jsm_answer told;

    if (!auth->fence)
        return;
    struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    jsm_judge(arena, &http, JSM_READ, clock_wall_ms(&CLOCK_SYSTEM), &told);
    arena_free(arena);
    int64_t rest = told.told_ms < TURN_REST_MAX_MS ? told.told_ms : TURN_REST_MAX_MS;
    turns->give(turns->arg, auth->o.config->name, auth->fence, good ? 0 : rest);
    auth->fence = 0;
}

static void on_token(void *arg, const struct http_reply *reply)
{
    struct site_auth *auth = arg;
    struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct jsm_token token;
    struct err err = {0};
    bool denied = reply->outcome == HTTP_REPLIED &&
                  (reply->status == 400 || reply->status == 401 || reply->status == 403);

    bool good = reply->outcome == HTTP_REPLIED && reply->status == 200 &&
                jsm_auth_token_read(body_of(arena, reply), &token, &err);
    auth->asking = false;
    give_turn(auth, reply, good);
    if (good) {
        int64_t before = jsm_auth_renew_before_ms(token.lives_ms, rng_next(&auth->rng));
        set_header(auth, token.value);
        auth->expires_ms = now_ms(auth) + token.lives_ms;
        auth->renew_ms = auth->expires_ms - before;
        accepted(auth);
        serve_waiting(auth);
    } else if (auth->header && now_ms(auth) + RENEW_AGAIN_MS < auth->expires_ms) {
        unclear(auth);
        auth->renew_ms = now_ms(auth) + RENEW_AGAIN_MS; /* the old one lives on: no haste */
        serve_waiting(auth);
    } else if (denied) {
        site_auth_heard(auth, SITE_REFUSED);
        struct site_pass pass = refused(auth);
        finish_waiting(auth, &pass);
    } else {
        unclear(auth);
        ended(auth, err.what[0] ? err.what : "the token service did not answer");
    }
    arena_free(arena);
}

static void ask(struct site_auth *auth, const char *method, struct str url, struct str body,
                http_done_fn *fn)
{
    struct http_header headers[] = {
        {STR("Accept"), STR("application/json")},
        {STR("Content-Type"), STR("application/json")},
    };
    struct http_call call = {.method = str_of(method),
                             .url = url,
                             .headers = headers,
                             .header_count = body.len ? 2 : 1,
                             .body = body,
                             .timeout_ms = auth->o.call_timeout_ms,
                             .connect_timeout_ms = auth->o.call_timeout_ms / 2,
                             .reply_max = REPLY_BYTES};

    auth->asking = true;
    http_send(auth->o.http, &call, fn, auth);
}

static void ask_token(struct site_auth *auth)
{
    AUTO(drop_buf) struct buf body;

    buf_init(&body, BODY_BYTES);
    jsm_auth_token_body(&body, auth->o.config->client_id, secret_reveal(auth->token.value));
    credential_used(&auth->credential);
    ask(auth, "POST", auth->o.config->token_url, buf_str(&body), on_token);
    explicit_bzero(body.p, body.len);
}

/* Not now: with the token we have while it lives, else soon again. */
static void wait_for_turn(struct site_auth *auth, const struct site_turn *turn)
{
    int64_t now = now_ms(auth);

    auth->asking = false;
    if (auth->header && now < auth->expires_ms) {
        int64_t again = now + (turn->wait_ms < RENEW_AGAIN_MS ? turn->wait_ms : RENEW_AGAIN_MS);
        auth->renew_ms = again < auth->expires_ms ? again : auth->expires_ms;
        serve_waiting(auth);
        return;
    }
    if (!auth->turn_by_ms)
        auth->turn_by_ms = now + auth->o.call_timeout_ms / 4;
    if (turn->state == SITE_TURN_RESTS || now >= auth->turn_by_ms || auth->stopped) {
        auth->turn_by_ms = 0;
        ended(auth, turn->state == SITE_TURN_RESTS
                        ? "the token service turned a replica away; all wait"
                        : "another replica asks for its token");
        return;
    }
    auth->asking = true; /* until the timer */
    io_timer_start(auth->turn_timer, TURN_AGAIN_MS, 0);
}

static void on_turn(void *arg, const struct site_turn *turn)
{
    struct site_auth *auth = arg;
    bool ours = turn->state == SITE_TURN_OURS || turn->state == SITE_TURN_UNKNOWN;

    if (!ours || auth->stopped) {
        wait_for_turn(auth, turn);
        return;
    }
    auth->fence = turn->fence;
    auth->turn_by_ms = 0;
    ask_token(auth);
}

/* One replica at a time. */
static void take_turn(struct site_auth *auth)
{
    const struct site_turns *turns = auth->o.turns;
    static const struct site_turn ALONE = {.state = SITE_TURN_UNKNOWN};

    auth->asking = true;
    if (turns)
        turns->take(turns->arg, auth->o.config->name, 2 * auth->o.call_timeout_ms, on_turn, auth);
    else
        on_turn(auth, &ALONE);
}

static void on_turn_timer(void *arg)
{
    take_turn(arg);
}

static void set_gateway(struct site_auth *auth, struct arena *arena, struct str cloud_id)
{
    struct str base = jsm_auth_gateway(arena, auth->o.config->gateway, cloud_id);
    if (!str_copy(auth->base, sizeof auth->base, base))
        auth->base[0] = '\0';
}

static void on_tenant(void *arg, const struct http_reply *reply)
{
    struct site_auth *auth = arg;
    struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
    struct str id = reply->outcome == HTTP_REPLIED && reply->status == 200
                        ? jsm_auth_cloud_id(body_of(arena, reply))
                        : STR("");

    auth->asking = false;
    if (id.len)
        set_gateway(auth, arena, id);
    if (auth->base[0])
        go_on(auth);
    else
        ended(auth, "the site does not tell its cloud id; name it: auth: { cloud_id: … }");
    arena_free(arena);
}

static void ask_cloud_id(struct site_auth *auth)
{
    AUTO(drop_buf) struct buf url;

    buf_init(&url, BASE_BYTES);
    buf_add_str(&url, auth->o.config->url);
    buf_add_c(&url, JSM_TENANT_INFO);
    ask(auth, "GET", buf_str(&url), STR_NONE, on_tenant);
}

/* The next thing that is missing for a pass. */
static void go_on(struct site_auth *auth)
{
    if (auth->asking)
        return;
    if (!auth->base[0])
        ask_cloud_id(auth);
    else if (credential_wants_try(&auth->credential, now_ms(auth)))
        ask_try(auth);
    else if (!has_pass(auth)) /* only a service account's ends */
        take_turn(auth);
    else
        serve_waiting(auth);
}

/* --- what calls came back with --- */

static void say_given_up(const struct site_auth *auth)
{
    log_error("site", "Jira does not accept our credential; it is left alone for a while",
              LOG_S("site", auth->o.config->name));
}

/* All replicas hear of it, and we of theirs before we try again. */
static void tell_refused(struct site_auth *auth, bool lent)
{
    const struct site_rests *rests = auth->o.rests;

    if (!rests)
        return;
    if (!auth->stopped) {
        credential_asks(&auth->credential);
        io_timer_start(auth->hear_timer, HEAR_MS, 0);
    }
    rests->refused(rests->arg, auth->o.config->name, str_of(auth->mark), lent);
}

/* Who waits goes on, or hears that it is given up. */
static void go_on_waiting(struct site_auth *auth)
{
    if (list_empty(&auth->waiting))
        return;
    if (credential_wait_ms(&auth->credential, now_ms(auth)) > 0) {
        struct site_pass pass = refused(auth);
        finish_waiting(auth, &pass);
    } else {
        go_on(auth);
    }
}

void site_auth_heard(struct site_auth *auth, enum site_heard heard)
{
    bool lent;

    switch (heard) {
    case SITE_ACCEPTED:
        accepted(auth);
        break;
    case SITE_UNCLEAR:
        unclear(auth);
        break;
    case SITE_REFUSED:
        lent = auth->credential.lent;
        if (credential_refused(&auth->credential, now_ms(auth)))
            say_given_up(auth);
        tell_refused(auth, lent);
        if (auth->o.config->auth == JSM_AUTH_SERVICE_ACCOUNT)
            forget_header(auth); /* it may have been revoked before its time */
        on_timer(auth);          /* perhaps a new secret is there already */
        break;
    }
    go_on_waiting(auth);
}

void site_auth_rest(struct site_auth *auth, struct str mark, int64_t ago_ms, int64_t wait_ms)
{
    if (!str_eq_c(mark, auth->mark) ||
        !credential_rest(&auth->credential, ago_ms, wait_ms, now_ms(auth)))
        return;
    say_given_up(auth);
    struct site_pass pass = refused(auth);
    finish_waiting(auth, &pass);
}

void site_auth_rest_heard(struct site_auth *auth)
{
    credential_heard(&auth->credential);
    go_on_waiting(auth);
}

static void on_hear_timer(void *arg)
{
    site_auth_rest_heard(arg);
}

void site_auth_try_heard(struct site_auth *auth, enum site_try what)
{
    if (!auth->try_out) /* too late: we went on without */
        return;
    auth->try_out = false;
    auth->try_waits = what == SITE_TRY_OUT && !auth->stopped;
    if (auth->try_waits)
        io_timer_start(auth->try_timer, TURN_AGAIN_MS, 0);
    else if (what != SITE_TRY_OUT)
        credential_lend(&auth->credential);
    go_on_waiting(auth);
}

static void on_try_timer(void *arg)
{
    struct site_auth *auth = arg;

    if (auth->try_out) {
        site_auth_try_heard(auth, SITE_TRY_UNKNOWN);
        return;
    }
    auth->try_waits = false;
    go_on_waiting(auth);
}

size_t site_auth_refusals(const struct site_auth *auth)
{
    return auth->credential.refusals;
}

int64_t site_auth_rest_ms(const struct site_auth *auth)
{
    int64_t wait = credential_wait_ms(&auth->credential, now_ms(auth));
    return wait > 0 ? wait : 0;
}

const struct jsm_hook_keys *site_auth_hook_keys(const struct site_auth *auth)
{
    return &auth->hook.keys;
}

bool site_auth_hook_renew(struct site_auth *auth)
{
    uint64_t before = auth->hook.version;

    if (auth->renewed_ms && now_ms(auth) - auth->renewed_ms < REREAD_LEAST_MS)
        return false;
    auth->renewed_ms = now_ms(auth);
    on_timer(auth);
    return auth->hook.version != before;
}

/* --- life --- */

struct site_auth *site_auth_new(const struct site_auth_options *options, struct err *err)
{
    const struct site_config *c = options->config;
    struct site_auth *auth = calloc(1, sizeof *auth);

    if (!auth)
        abort();
    auth->o = *options;
    auth->credential.shared = options->rests != NULL;
    list_init(&auth->waiting);
    rng_seed_system(&auth->rng);
    auth->token.reference = c->token;
    site_hook_secrets_init(&auth->hook, c);
    if (!jsm_auth_at_gateway(c->auth)) {
        bool fits = str_copy(auth->base, sizeof auth->base, c->url);
        ASSERT(fits);
    } else if (c->cloud_id.len) {
        struct arena *arena = arena_new(LIMIT_ARENA_SMALL);
        set_gateway(auth, arena, c->cloud_id);
        arena_free(arena);
    }
    if (!read_secrets(auth, err)) {
        site_auth_free(auth);
        return NULL;
    }
    auth->timer = io_timer_new(options->loop, on_timer, auth);
    auth->turn_timer = io_timer_new(options->loop, on_turn_timer, auth);
    auth->hear_timer = io_timer_new(options->loop, on_hear_timer, auth);
    auth->try_timer = io_timer_new(options->loop, on_try_timer, auth);
    io_timer_start(auth->timer, REREAD_MS, REREAD_MS);
    return auth;
}

void site_auth_stop(struct site_auth *auth)
{
    bool waits = auth->turn_by_ms && auth->asking;

    io_timer_free(auth->timer);
    io_timer_free(auth->turn_timer);
    io_timer_free(auth->hear_timer);
    io_timer_free(auth->try_timer);
    auth->timer = auth->turn_timer = auth->hear_timer = auth->try_timer = NULL;
    if (auth->stopped)
        return;
    auth->stopped = true;
    if (waits) {
        auth->asking = false;
        ended(auth, "the service stops");
    }
    if (auth->credential.asking || auth->try_out || auth->try_waits) {
        auth->try_out = auth->try_waits = false;
        credential_heard(&auth->credential);
        ended(auth, "the service stops");
    }
}

void site_auth_free(struct site_auth *auth)
{
    if (!auth)
        return;
    ASSERT(list_empty(&auth->waiting) && !auth->asking);
    site_auth_stop(auth);
    forget_header(auth);
    secret_free(auth->token.value);
    site_hook_secrets_end(&auth->hook);
    free(auth);
}
