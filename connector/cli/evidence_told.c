#include "cli/evidence_told.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/codecs.h"
#include "base/digest.h"
#include "base/limits.h"
#include "domain/request.h"

enum {
    FIRST_SLOTS = 1024,
    SOURCE_BYTES = 64,
    SOURCES_BYTES = 32 * 1024,
    /* entry and row are written within one transaction, and retained entries leave the row's time
     */
    NEAR_US = 60 * 1000000,
};

#define SEPARATOR "; " /* between the items of a request, as the database joins them */

static const char *const KINDS[] = {"removal", "grant", "modify"};
static const char *const CAUSES[] = {"asked", "drift", "expiry", "ahead"};

struct told_item {
    int64_t number;
    char source[SOURCE_BYTES];
    char entitlement[SHA256_HEX_SIZE]; /* its hash */
    bool is_replaced;
    size_t next; /* the one before of the same request, + 1 */
};

struct told_book {
    struct told_request *slots; /* open addressing; an id of "" is free */
    size_t size, count;
    struct told_item *items;
    size_t item_count, item_room;
    int64_t *months; /* of which entries were retained away, as month_of counts them */
    size_t month_count;
    struct arena *arena; /* of an entry */
    bool by_changes;
    int64_t since_us, until_us;
};

/* --- the book --- */

struct told_book *told_new(bool by_changes, int64_t since_us, int64_t until_us)
{
    struct told_book *b = calloc(1, sizeof *b);

    if (!b || !(b->slots = calloc(FIRST_SLOTS, sizeof *b->slots)))
        abort();
    b->size = FIRST_SLOTS;
    b->arena = arena_new(LIMIT_ARENA_VISIT);
    b->by_changes = by_changes;
    b->since_us = since_us;
    b->until_us = until_us;
    return b;
}

void told_free(struct told_book *b)
{
    if (!b)
        return;
    arena_free(b->arena);
    free(b->items);
    free(b->months);
    free(b->slots);
    free(b);
}

/* Of that request, or the free one it would be in. FNV-1a: ids are random already, and whoever
 * makes up a log only slows his own verification. */
static struct told_request *slot_of(struct told_request *slots, size_t size, struct str id)
{
    uint64_t hash = 14695981039346656037U;

    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.p[i]) * 1099511628211U;
    size_t at = hash & (size - 1);
    while (slots[at].id[0] && !str_eq_c(id, slots[at].id))
        at = (at + 1) & (size - 1);
    return &slots[at];
}

static void grow(struct told_book *b)
{
    struct told_request *slots = calloc(b->size * 2, sizeof *slots);

    if (!slots)
        abort();
    for (size_t i = 0; i < b->size; i++)
        if (b->slots[i].id[0])
            *slot_of(slots, b->size * 2, str_of(b->slots[i].id)) = b->slots[i];
    free(b->slots);
    b->slots = slots;
    b->size *= 2;
}

const struct told_request *told_find(const struct told_book *b, struct str id)
{
    const struct told_request *found = slot_of(b->slots, b->size, id);

    return found->id[0] ? found : NULL;
}

/* --- entries --- */

bool told_us(struct str text, int64_t *ret)
{
    int64_t ms, scale = 100;

    if (!clock_parse(text, &ms))
        return false;
    *ret = ms * 1000;
    size_t i = 0;
    while (i < text.len && text.p[i] != '.')
        i++;
    for (size_t digit = 1; i + digit < text.len && digit <= 6; digit++) {
        char c = text.p[i + digit];
        if (c < '0' || c > '9')
            break;
        if (digit > 3) {
            *ret += (c - '0') * scale;
            scale /= 10;
        }
    }
    return true;
}

/* Of a time in UTC, which is how retention takes entries: YYYYMM; 0: it is none. */
static int64_t month_of(struct str at)
{
    int64_t year, month;

    return at.len >= 7 && at.p[4] == '-' && str_to_i64(str_n(at.p, 4), &year) &&
                   str_to_i64(str_n(at.p + 5, 2), &month)
               ? year * 100 + month
               : 0;
}

/* Entries of a month went into a file of their own: what of them is missing in the database was
 * taken out of it with a word. */
static void hear_retained(struct told_book *b, const struct json *detail)
{
    if (!str_eq_c(json_path_str(detail, "kind"), "evidence"))
        return;
    b->months = reallocarray(b->months, b->month_count + 1, sizeof *b->months);
    if (!b->months)
        abort();
    b->months[b->month_count++] = month_of(json_path_str(detail, "month"));
}

static bool was_retained(const struct told_book *b, int64_t at_us)
{
    char at[CLOCK_TEXT_SIZE];

    clock_rfc3339(at_us / 1000, at);
    for (size_t i = 0; i < b->month_count; i++)
        if (b->months[i] && b->months[i] == month_of(str_of(at)))
            return true;
    return false;
}

/* What is frozen by an approval. What does not fit is none of ours: then it is not compared. */
static void hear_frozen(struct told_request *t, const struct json *detail)
{
    const struct json *privileged = json_member(detail, "privileged");

    if (!privileged ||
        !str_copy(t->lifecycle, sizeof t->lifecycle, json_path_str(detail, "lifecycle")) ||
        !str_copy(t->subject, sizeof t->subject, json_path_str(detail, "subject_kind")))
        return;
    (void)str_copy(t->privileged, sizeof t->privileged,
                   json_is_true(privileged) ? STR("true") : STR("false"));
}

/* A move, as the trigger writes it (sql/routine/evidence_write_request.sql). */
static void hear_move(struct told_request *t, const struct json *detail, int64_t at_us)
{
    enum phase phase;

    if (!phase_from(json_path_str(detail, "to"), &phase)) {
        t->phase = -1;
        return;
    }
    t->phase = (int)phase;
    if (phase == PHASE_APPROVED && !t->at.approved_us)
        t->at.approved_us = at_us;
    if (phase == PHASE_APPROVED)
        hear_frozen(t, detail);
    if (phase == PHASE_CLAIMED)
        t->at.claimed_us = at_us;
    if (phase == PHASE_VERIFIED || phase == PHASE_EXCEPTION) {
        t->at.proven_us = at_us;
        t->by_proof = phase == PHASE_VERIFIED;
    }
    if (phase == PHASE_CLOSED)
        t->at.closed_us = at_us;
}

static void hear_received(struct told_request *t, const struct json *detail, int64_t at_us)
{
    struct str cause = json_path_str(detail, "cause");

    if (!json_i64(json_path(detail, "clock/started_us"), &t->at.requested_us))
        t->at.requested_us = at_us;
    t->cause = cause.len ? str_index(cause, CAUSES, sizeof CAUSES / sizeof CAUSES[0]) : 0;
}

static struct told_item *item_of(const struct told_book *b, const struct told_request *t,
                                 int64_t number)
{
    for (size_t i = t->items; i; i = b->items[i - 1].next)
        if (b->items[i - 1].number == number)
            return &b->items[i - 1];
    return NULL;
}

static struct told_item *add_item(struct told_book *b, struct told_request *t)
{
    if (b->item_count == b->item_room) {
        b->item_room = b->item_room ? 2 * b->item_room : FIRST_SLOTS;
        b->items = reallocarray(b->items, b->item_room, sizeof *b->items);
        if (!b->items)
            abort();
    }
    struct told_item *made = &b->items[b->item_count++];
    *made = (struct told_item){.next = t->items};
    t->items = b->item_count;
    return made;
}

/* What an item is about, and whether another one took its place. */
static void hear_item(struct told_book *b, struct told_request *t, struct str kind,
                      const struct json *detail)
{
    int64_t number = 0;
    bool numbered = json_i64(json_member(detail, "item"), &number);
    struct told_item *known = numbered ? item_of(b, t, number) : NULL;

    if (known && str_eq_c(kind, "item.replaced"))
        known->is_replaced = true;
    if (!str_eq_c(kind, "item.wanted"))
        return;
    struct str source = json_path_str(detail, "source");
    struct str hash = json_path_str(detail, "entitlement_sha256");
    if (!numbered || !hash.len || source.len >= SOURCE_BYTES || hash.len >= SHA256_HEX_SIZE) {
        t->items_unsaid = true;
        return;
    }
    struct told_item *made = add_item(b, t);
    made->number = number;
    (void)str_copy(made->source, sizeof made->source, source);
    (void)str_copy(made->entitlement, sizeof made->entitlement, hash);
}

static bool is_within(const struct told_book *b, int64_t us)
{
    return us >= b->since_us && us < b->until_us;
}

bool told_hear(struct told_book *b, int64_t seq, struct str entry, struct err *err)
{
    const struct json *v;

    arena_clear(b->arena);
    if (!json_parse(b->arena, entry, &v, err))
        return FAIL(err, ERR_INPUT, "entry %lld of the log is none", (long long)seq);
    struct str id = json_path_str(v, "request"), kind = json_path_str(v, "kind");
    const struct json *detail = json_member(v, "detail");
    int64_t at_us = 0;
    if (str_eq_c(kind, "records.retained"))
        hear_retained(b, detail);
    if (!id.len)
        return true;
    if (id.len >= sizeof b->slots->id || !told_us(json_path_str(v, "at"), &at_us))
        return FAIL(err, ERR_INPUT, "entry %lld of the log is none", (long long)seq);
    if (b->count * 2 >= b->size)
        grow(b);
    struct told_request *t = slot_of(b->slots, b->size, id);
    if (!t->id[0]) {
        (void)str_copy(t->id, sizeof t->id, id);
        t->first = seq;
        t->first_us = at_us;
        t->kind = t->phase = -1;
        b->count++;
    }
    t->last = seq;
    bool received = str_eq_c(kind, "request.received");
    bool move = received || str_eq_c(kind, "request.moved");
    struct str change = json_path_str(detail, "kind");
    if (change.len && (move || str_eq_c(kind, "request.remapped")))
        t->kind = str_index(change, KINDS, sizeof KINDS / sizeof KINDS[0]);
    if (received)
        hear_received(t, detail, at_us);
    if (move)
        hear_move(t, detail, at_us);
    if (str_starts(kind, STR("item.")))
        hear_item(b, t, kind, detail);
    bool is_in =
        b->by_changes ? move && is_within(b, at_us) : received && is_within(b, t->at.requested_us);
    if (is_in && !t->in_period) {
        t->in_period = true;
        t->in_seq = seq;
    }
    return true;
}

/* --- rows --- */

const char *told_outcome(const struct told_request *t)
{
    switch (t->phase) {
    case PHASE_VERIFIED:
    case PHASE_CLOSED:
        return t->by_proof ? "verified" : "excepted";
    case PHASE_EXCEPTION:
        return "excepted";
    case PHASE_DENIED:
    case PHASE_CANCELLED:
    case PHASE_EXPIRED:
        return "withdrawn";
    default:
        return "";
    }
}

const char *told_phase(const struct told_request *t)
{
    return t->phase < 0 ? NULL : phase_name((enum phase)t->phase);
}

static bool same_word(const struct told_request *t, const struct json *row, const char *name,
                      const char *told, struct err *err)
{
    struct str said = json_path_str(row, name);

    return str_eq_c(said, told) ||
           FAIL(err, ERR_INPUT,
                "request %s is not as its entries tell it: %s is '%.*s', and they say '%s' (entry "
                "%lld is the last)",
                t->id, name, STR_ARG(said), told, (long long)t->last);
}

/* loose: its entries were retained away when it was exported, so the times are those of its row. */
static bool same_time(const struct told_request *t, const struct json *row, const char *name,
                      int64_t told_at_us, bool loose, struct err *err)
{
    struct str said = json_path_str(row, name);
    char told[CLOCK_TEXT_SIZE] = "none";
    int64_t us = 0;

    if (said.len && !told_us(said, &us))
        return FAIL(err, ERR_INPUT, "request %s: %s is no time", t->id, name);
    if (us == told_at_us || (loose && us && told_at_us && llabs(us - told_at_us) <= NEAR_US))
        return true;
    if (told_at_us)
        clock_rfc3339(told_at_us / 1000, told);
    return FAIL(err, ERR_INPUT,
                "request %s is not as its entries tell it: %s is %.*s, and they say %s (entries "
                "%lld to %lld)",
                t->id, name, STR_ARG(said.len ? said : STR("none")), told, (long long)t->first,
                (long long)t->last);
}

static bool same_state(const struct told_request *t, const struct json *row, bool loose,
                       struct err *err)
{
    const char *outcome = told_outcome(t);
    bool ended = t->phase == PHASE_CLOSED;

    return same_word(t, row, "phase", phase_name((enum phase)t->phase), err) &&
           same_word(t, row, "outcome", outcome, err) &&
           same_time(t, row, "verified_at", strcmp(outcome, "verified") == 0 ? t->at.proven_us : 0,
                     loose, err) &&
           same_time(t, row, "closed_at", ended ? t->at.closed_us : 0, loose, err);
}

/* Strata are drawn by it. */
static bool same_frozen(const struct told_request *t, const struct json *row, struct err *err)
{
    const struct json *privileged = json_member(row, "is_privileged");
    bool said = json_is_true(privileged);

    if (!t->privileged[0])
        return true;
    if (json_type(privileged) == JSON_NULL)
        return FAIL(err, ERR_INPUT,
                    "request %s is not as its entries tell it: of is_privileged nothing is said, "
                    "and it was approved as %s",
                    t->id, t->privileged);
    if (said != (strcmp(t->privileged, "true") == 0))
        return FAIL(err, ERR_INPUT,
                    "request %s is not as its entries tell it: is_privileged is %s, and it was "
                    "approved as %s",
                    t->id, said ? "true" : "false", t->privileged);
    return same_word(t, row, "lifecycle", t->lifecycle, err) &&
           same_word(t, row, "subject_kind", t->subject, err);
}

/* The next of its items that is still asked for, by their numbers. */
static const struct told_item *item_after(const struct told_book *b, const struct told_request *t,
                                          int64_t number)
{
    const struct told_item *first = NULL;

    for (size_t i = t->items; i; i = b->items[i - 1].next) {
        const struct told_item *x = &b->items[i - 1];
        if (!x->is_replaced && x->number > number && (!first || x->number < first->number))
            first = x;
    }
    return first;
}

static bool is_hash_of(struct str text, const char *hex)
{
    uint8_t digest[SHA256_BYTES];
    char found[SHA256_HEX_SIZE];

    digest_sha256(text, digest);
    hex_encode(digest, sizeof digest, found);
    return strcmp(found, hex) == 0;
}

/* The front of *rest is this one, up to a separator or its end; one may have separators in it. */
static bool take_entitlement(struct str *rest, const char *hex)
{
    for (size_t n = 0; n <= rest->len; n++) {
        bool ends = n == rest->len;
        if (!ends && (n + 2 > rest->len || memcmp(rest->p + n, SEPARATOR, 2) != 0))
            continue;
        if (!is_hash_of(str_n(rest->p, n), hex))
            continue;
        *rest = ends ? STR("") : str_n(rest->p + n + 2, rest->len - n - 2);
        return true;
    }
    return false;
}

static bool same_items(const struct told_book *b, const struct told_request *t,
                       const struct json *row, struct err *err)
{
    const struct json *sources = json_member(row, "sources");
    struct str entitlements = json_path_str(row, "entitlements");
    AUTO(drop_buf) struct buf told;
    bool same = true;

    if (!sources || t->items_unsaid || json_type(json_member(row, "site")) != JSON_STRING)
        return true; /* an export or entries of before; or only its entries were left */
    buf_init(&told, SOURCES_BYTES);
    for (const struct told_item *x = item_after(b, t, 0); x; x = item_after(b, t, x->number)) {
        buf_printf(&told, "%s%s", told.len ? SEPARATOR : "", x->source);
        same = same && take_entitlement(&entitlements, x->entitlement);
    }
    if (!str_eq(json_str(sources), buf_str(&told)))
        return FAIL(err, ERR_INPUT,
                    "request %s is not as its entries tell it: sources is '%.*s', and they say "
                    "'%.*s'",
                    t->id, STR_ARG(json_str(sources)), STR_ARG(buf_str(&told)));
    return (same && !entitlements.len) ||
           FAIL(err, ERR_INPUT,
                "request %s is not as its entries tell it: its entitlements are other ones than "
                "those whose hashes they say",
                t->id);
}

bool told_check(struct told_book *b, const struct json *row, struct err *err)
{
    struct str id = json_path_str(row, "request_id");
    struct told_request *t = slot_of(b->slots, b->size, id);
    int64_t first = 0, last = 0;

    if (!t->id[0])
        return FAIL(err, ERR_INPUT, "request %.*s is in the population, and in no entry of the log",
                    STR_ARG(id));
    if (t->is_listed)
        return FAIL(err, ERR_INPUT, "request %s is in the population twice", t->id);
    t->is_listed = true;
    bool whole = json_i64(json_member(row, "first_entry"), &first) && first == t->first;
    if (whole && (!json_i64(json_member(row, "last_entry"), &last) || last != t->last))
        return FAIL(err, ERR_INPUT,
                    "request %s ends with entry %lld, and the log with entry %lld of it", t->id,
                    (long long)last, (long long)t->last);
    if (!whole && !was_retained(b, t->first_us))
        return FAIL(err, ERR_INPUT,
                    "request %s begins with entry %lld, and the population says with another: no "
                    "entry says that those of its month were retained away",
                    t->id, (long long)t->first);
    if (!t->in_period && (whole || !b->by_changes))
        return FAIL(err, ERR_INPUT, "request %s is not of the period: see entry %lld of the log",
                    t->id, (long long)t->first);
    return (t->kind < 0 || same_word(t, row, "change_kind", KINDS[t->kind], err)) &&
           (t->cause < 0 || same_word(t, row, "cause", CAUSES[t->cause], err)) &&
           same_frozen(t, row, err) && same_items(b, t, row, err) &&
           same_time(t, row, "requested_at", t->at.requested_us, !whole, err) &&
           same_time(t, row, "approved_at", t->at.approved_us, !whole, err) &&
           same_time(t, row, "claimed_at", t->at.claimed_us, !whole, err) &&
           (t->phase < 0 || same_state(t, row, !whole, err));
}

int64_t told_later(const struct told_book *b, const struct told_request **ret_first)
{
    const struct told_request *first = NULL;
    int64_t missing = 0;

    for (size_t i = 0; i < b->size; i++) {
        const struct told_request *t = &b->slots[i];
        if (!t->id[0] || !t->in_period || t->is_listed)
            continue;
        missing++;
        first = !first || t->in_seq < first->in_seq ? t : first;
    }
    *ret_first = first;
    return missing;
}

bool told_complete(const struct told_book *b, struct err *err)
{
    const struct told_request *first;
    int64_t missing = told_later(b, &first);

    return !missing || FAIL(err, ERR_INPUT,
                            "request %s is of the period, and not in the population: see entry "
                            "%lld of the log; %lld requests are missing",
                            first->id, (long long)first->first, (long long)missing);
}
