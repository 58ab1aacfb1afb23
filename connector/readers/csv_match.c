#include "readers/csv_match.h"

#include <string.h>

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Of the name in small letters: the same for all that may be the same. */
static uint64_t hash_of(struct str name)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a, as str_hash */

    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)lower(name.p[i])) * 1099511628211U;
    return h;
}

/* 0: another name; 1: the same but for upper and lower case, and nobody said whether that matters;
 * 2: the same. */
static int sameness(const struct csv_place *place, struct str a, struct str b)
{
    if (str_eq(a, b))
        return 2;
    if (place->names == CSV_CASE_EXACT || !str_eq_nocase(a, b))
        return 0;
    return place->names == CSV_CASE_IGNORE ? 2 : 1;
}

/* --- the header --- */

static bool find_column(struct str name, const struct str *cells, size_t count, int *ret,
                        struct err *err)
{
    *ret = -1;
    if (!name.len)
        return true;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(str_trim(cells[i]), name))
            continue;
        if (*ret >= 0)
            return FAIL(err, ERR_INPUT, "the column '%.*s' stands twice", STR_ARG(name));
        *ret = (int)i;
    }
    return *ret >= 0 ||
           FAIL(err, ERR_INPUT, "there is no column '%.*s' among %zu", STR_ARG(name), count);
}

bool csv_columns_find(struct csv_columns *ret, const struct csv_place *place,
                      const struct str *cells, size_t count, struct err *err)
{
    ret->count = count;
    return find_column(place->account, cells, count, &ret->account, err) &&
           find_column(place->entitlement, cells, count, &ret->entitlement, err) &&
           find_column(place->native_id, cells, count, &ret->native_id, err) &&
           find_column(place->active, cells, count, &ret->active, err);
}

/* --- rows --- */

void csv_match_begin(struct csv_scan *s)
{
    for (size_t i = 0; i < s->count; i++) {
        struct csv_question *q = &s->questions[i];
        q->account_hash = hash_of(q->account);
        q->entitlement_hash = hash_of(q->entitlement);
    }
}

/* The row as far as it matters to whoever is asked about. */
struct row {
    struct str account, native_id;
    uint64_t account_hash;
    enum account_state state;
};

static bool read_state(const struct csv_place *place, struct str cell, enum account_state *ret)
{
    bool yes = str_eq_nocase(cell, STR("true")) || str_eq_c(cell, "1");

    if (place->active_is.len) {
        *ret = str_eq(cell, place->active_is) ? ACCOUNT_ACTIVE : ACCOUNT_DISABLED;
        return cell.len > 0;
    }
    *ret = yes ? ACCOUNT_ACTIVE : ACCOUNT_DISABLED;
    return yes || str_eq_nocase(cell, STR("false")) || str_eq_c(cell, "0");
}

/* Somebody who is asked about has this row, whatever it gives him. */
static void note_account(struct csv_question *q, const struct row *row)
{
    char id[ANSWER_ID_BYTES];

    (void)str_copy(id, sizeof id, row->native_id);
    q->ids_differ |= q->listed && strcmp(id, q->native_id) != 0;
    q->states_differ |= q->listed && row->state != q->state;
    (void)str_copy(q->native_id, sizeof q->native_id, row->native_id);
    q->state = row->state;
    q->listed = true;
}

/* Is the row about who is asked about? 2: by the name, or by the id that the name is pinned to; 1:
 * by another case. */
static int person_of(const struct csv_place *place, const struct csv_question *q,
                     const struct row *row)
{
    if (q->account_id.len && str_eq(q->account_id, row->native_id))
        return 2;
    return q->account_hash == row->account_hash ? sameness(place, q->account, row->account) : 0;
}

static void match_account(struct csv_scan *s, const struct row *row)
{
    for (size_t i = 0; i < s->count; i++) {
        struct csv_question *q = &s->questions[i];
        int same = person_of(s->place, q, row);
        if (same == 2)
            note_account(q, row);
        q->near_account |= same == 1;
    }
}

static void match_entitlement(struct csv_scan *s, const struct row *row, struct str entitlement)
{
    uint64_t hash = hash_of(entitlement);

    for (size_t i = 0; i < s->count; i++) {
        struct csv_question *q = &s->questions[i];
        if (q->entitlement_hash != hash)
            continue;
        int right = sameness(s->place, q->entitlement, entitlement);
        int person = person_of(s->place, q, row);
        q->known |= right == 2;
        q->held |= right == 2 && person == 2;
        q->near |= right && person && right + person < 4;
    }
}

const char *csv_match_row(struct csv_scan *s, const struct csv_columns *columns,
                          const struct str *cells)
{
    const struct csv_place *place = s->place;
    struct row row = {.account = str_trim(cells[columns->account]), .state = ACCOUNT_ACTIVE};
    struct str rest = str_trim(cells[columns->entitlement]);

    if (!row.account.len && !rest.len)
        return "neither an account nor an entitlement";
    if (columns->native_id >= 0)
        row.native_id = str_trim(cells[columns->native_id]);
    if (row.native_id.len >= ANSWER_ID_BYTES)
        return "an id of more than 255 bytes";
    if (row.account.len) { /* a row without names an entitlement that nobody need hold */
        if (columns->active >= 0 &&
            !read_state(place, str_trim(cells[columns->active]), &row.state))
            return "the cell that says whether the account is active says neither";
        row.account_hash = hash_of(row.account);
        s->id_hidden |= !row.native_id.len;
        match_account(s, &row);
    }
    while (rest.p) {
        struct str one = rest;
        if (place->separator)
            one = str_cut(&rest, place->separator);
        else
            rest = STR_NONE;
        one = str_trim(one);
        if (one.len)
            match_entitlement(s, &row, one);
    }
    return NULL;
}

void csv_match_named(struct csv_scan *s, const struct json *names)
{
    JSON_EACH(it, names)
    {
        for (size_t i = 0; i < s->count; i++)
            s->questions[i].known |=
                sameness(s->place, s->questions[i].entitlement, json_str(it)) == 2;
    }
}

/* --- the end --- */

static struct answer absent(const struct csv_place *place, const struct csv_question *q)
{
    struct answer a = {.complete = true, .outcome = OUTCOME_ABSENT, .reason = "Ok"};

    if (q->near || (!q->listed && q->near_account))
        return answer_unknown("NameInAnotherCase");
    if (q->listed) {
        a.account = q->state;
    } else if (!name_is_ascii(q->account)) { /* the same letters can be written in several ways */
        return answer_unknown("NameNotComparable");
    } else if (place->all_accounts) {
        a.account = ACCOUNT_MISSING;
        a.reason = "AccountMissing";
    } else {
        a.reason = "AccountNotListed";
    }
    return a;
}

static struct answer answer_of(const struct csv_scan *s, const struct csv_question *q)
{
    struct answer a;

    if (!q->account.len || !q->entitlement.len || !q->known)
        return answer_unknown("EntitlementNotFound");
    if (q->ids_differ)
        return answer_unknown("AccountAmbiguous");
    if (q->states_differ)
        return answer_unknown("SourceContradicts");
    if (q->held)
        a = (struct answer){.complete = true,
                            .outcome = OUTCOME_PRESENT,
                            .account = q->state,
                            .via = VIA_DIRECT,
                            .reason = "Ok"};
    else
        a = absent(s->place, q);
    if (a.outcome == OUTCOME_UNKNOWN)
        return a;
    a.as_of_ms = s->as_of_ms;
    (void)str_copy(a.native_id, sizeof a.native_id, str_of(q->native_id));
    answer_raw(&a, "feed %s\nrows %lld\n%.*s\n%.*s\n%d %d %s\n", s->sha256, (long long)s->rows,
               STR_ARG(q->account), STR_ARG(q->entitlement), q->listed, q->held, q->native_id);
    return a;
}

void csv_match_end(struct csv_scan *s)
{
    for (size_t i = 0; i < s->count; i++)
        s->questions[i].answer = answer_of(s, &s->questions[i]);
}
