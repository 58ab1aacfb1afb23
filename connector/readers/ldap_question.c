#include "readers/ldap_question.h"

#include <stdio.h>
#include <string.h>

#include <ldap.h>

#include "base/buf.h"
#include "readers/ldap_filter.h"
#include "readers/ldap_nested.h"
#include "readers/ldap_others.h"
#include "readers/ldap_primary.h"

enum { FILTER_BYTES = 2048, DN_BYTES = 1024, ID_BYTES = 128 };

/* An entry that was looked for by a filter. */
struct entry {
    int found;           /* 0, 1, or 2 for "more than one" */
    const char *trouble; /* reason when the search itself failed */
    char dn[DN_BYTES];
    char id[ID_BYTES]; /* entryUUID or objectGUID */
    bool in_ad;        /* it was objectGUID */
    bool by_guid;      /* found by it, wherever it is: perhaps not below the base */
    bool disabled;
    struct ldap_sam sam; /* of Active Directory's accounts and groups */
};

/* The directory stopped answering: the connection is of no use any more, or nothing came in time. A
 * directory that says of one search that it is busy, or that it took too long, answers, and goes on
 * to: the same words, told apart by their address. */
static const char GONE[] = "SourceDown", SILENT[] = "Timeout";

static const char *reason_of(int rc)
{
    switch (rc) {
    case LDAP_SERVER_DOWN:
    case LDAP_DECODING_ERROR:
        return GONE;
    case LDAP_TIMEOUT:
        return SILENT;
    case LDAP_INVALID_CREDENTIALS:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_INAPPROPRIATE_AUTH:
        return "AuthFailed";
    case LDAP_INSUFFICIENT_ACCESS:
        return "RightsLost";
    case LDAP_TIMELIMIT_EXCEEDED:
        return "Timeout";
    case LDAP_SIZELIMIT_EXCEEDED:
    case LDAP_ADMINLIMIT_EXCEEDED:
        return "PartialResult";
    case LDAP_REFERRAL:
        return "Referral";
    case LDAP_NO_SUCH_OBJECT:
        return "NotVisible";
    case LDAP_FILTER_ERROR:
    case LDAP_UNDEFINED_TYPE:
    case LDAP_INAPPROPRIATE_MATCHING:
    case LDAP_INVALID_SYNTAX:
    case LDAP_INVALID_DN_SYNTAX:
        return "QueryRefused";
    default:
        return "SourceDown";
    }
}

static void read_id(LDAP *ld, LDAPMessage *e, struct entry *entry)
{
    static const char *const NAMES[] = {"entryUUID", "objectGUID"};

    for (size_t i = 0; i < 2 && !entry->id[0]; i++) {
        struct berval **values = ldap_get_values_len(ld, e, NAMES[i]);
        if (!values)
            continue;
        for (size_t k = 0; values[0] && k < values[0]->bv_len && 2 * k + 2 < sizeof entry->id;
             k++) {
            if (i == 0)
                entry->id[k] = values[0]->bv_val[k];
            else
                snprintf(entry->id + 2 * k, 3, "%02x",
                         (unsigned)(unsigned char)values[0]->bv_val[k]);
        }
        entry->in_ad = i == 1;
        ldap_value_free_len(values);
    }
}

/* AD: bit 2 of userAccountControl. OpenLDAP ppolicy: pwdAccountLockedTime 000001010000Z is for
 * ever. */
static bool is_disabled(LDAP *ld, LDAPMessage *e)
{
    bool disabled = false;
    struct berval **values = ldap_get_values_len(ld, e, "userAccountControl");
    int64_t bits;

    if (values && values[0] && str_to_i64(str_n(values[0]->bv_val, values[0]->bv_len), &bits))
        disabled = (bits & 2) != 0;
    ldap_value_free_len(values);
    values = ldap_get_values_len(ld, e, "pwdAccountLockedTime");
    if (values && values[0])
        disabled |= str_eq(str_n(values[0]->bv_val, values[0]->bv_len), STR("000001010000Z"));
    ldap_value_free_len(values);
    return disabled;
}

static void read_sam(LDAP *ld, LDAPMessage *e, struct ldap_sam *ret)
{
    struct berval **sid = ldap_get_values_len(ld, e, "objectSid"),
                  **group = ldap_get_values_len(ld, e, "primaryGroupID"),
                  **control = ldap_get_values_len(ld, e, "userAccountControl");

    ret->is_account = control != NULL;
    if (sid && sid[0] && sid[0]->bv_len <= sizeof ret->sid) {
        ret->sid_len = sid[0]->bv_len;
        memcpy(ret->sid, sid[0]->bv_val, ret->sid_len);
    }
    ret->has_primary =
        group && group[0] && str_to_i64(str_n(group[0]->bv_val, group[0]->bv_len), &ret->primary);
    ldap_value_free_len(sid);
    ldap_value_free_len(group);
    ldap_value_free_len(control);
}

/* A search on its way; its reply is taken once. rc: what became of sending it. */
struct sent {
    int rc, id;
};

static struct sent send_search(LDAP *ld, const char *base, int scope, const char *filter,
                               char **attrs, int64_t timeout_ms)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    struct sent sent = {0};

    sent.rc = ldap_search_ext(ld, base, scope, filter, attrs, 0, NULL, NULL, &timeout, 2, &sent.id);
    return sent;
}

/* The result code that came; LDAP_SERVER_DOWN, LDAP_DECODING_ERROR, LDAP_TIMEOUT: none did. */
static int take_search(LDAP *ld, struct sent sent, int64_t timeout_ms, LDAPMessage **ret)
{
    struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    int rc = sent.rc;

    *ret = NULL;
    if (rc != LDAP_SUCCESS)
        return rc;
    int kind = ldap_result(ld, sent.id, LDAP_MSG_ALL, &timeout, ret);
    if (kind == 0) {
        ldap_abandon_ext(ld, sent.id, NULL, NULL);
        return LDAP_TIMEOUT;
    }
    if (kind < 0)
        return LDAP_SERVER_DOWN;
    if (ldap_parse_result(ld, *ret, &rc, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS)
        return LDAP_DECODING_ERROR;
    return rc;
}

static struct sent send_find(LDAP *ld, const char *base, int scope, const char *filter,
                             int64_t timeout_ms)
{
    char id1[] = "entryUUID", id2[] = "objectGUID", uac[] = "userAccountControl",
         lock[] = "pwdAccountLockedTime", sid[] = "objectSid", primary[] = "primaryGroupID";
    char *attrs[] = {id1, id2, uac, lock, sid, primary, NULL};

    return send_search(ld, base, scope, filter, attrs, timeout_ms);
}

static void take_find(LDAP *ld, struct sent sent, int64_t timeout_ms, struct entry *ret)
{
    LDAPMessage *reply;

    *ret = (struct entry){0};
    int rc = take_search(ld, sent, timeout_ms, &reply);
    if (rc == LDAP_SIZELIMIT_EXCEEDED && ldap_count_entries(ld, reply) > 1) {
        ret->found = 2;
    } else if (rc != LDAP_SUCCESS) {
        ret->trouble = reason_of(rc);
    } else if (ldap_count_references(ld, reply) > 0) {
        ret->trouble = "Referral";
    } else {
        int count = ldap_count_entries(ld, reply);
        ret->found = count > 1 ? 2 : count;
    }
    LDAPMessage *e = ret->found == 1 ? ldap_first_entry(ld, reply) : NULL;
    char *dn = e ? ldap_get_dn(ld, e) : NULL;
    if (dn) {
        if (!str_copy(ret->dn, sizeof ret->dn, str_of(dn)))
            ret->trouble = "NameTooLong";
        read_id(ld, e, ret);
        ret->disabled = is_disabled(ld, e);
        read_sam(ld, e, &ret->sam);
        ldap_memfree(dn);
    }
    ldap_msgfree(reply);
}

/* False: the value does not fit into a filter. */
static bool send_find_one(LDAP *ld, const char *base, const char *pattern, struct str value,
                          int64_t timeout_ms, struct sent *ret)
{
    char filter[FILTER_BYTES];

    if (!ldap_filter_fill(filter, sizeof filter, pattern, value))
        return false;
    *ret = send_find(ld, base, LDAP_SCOPE_SUBTREE, filter, timeout_ms);
    return true;
}

static void take_find_one(LDAP *ld, bool fits, struct sent sent, int64_t timeout_ms,
                          struct entry *ret)
{
    if (fits)
        take_find(ld, sent, timeout_ms, ret);
    else
        *ret = (struct entry){.trouble = "KeyTooLong"};
}

static bool is_guid(struct str id)
{
    size_t n = 0;

    while (n < id.len && id.p[n] && strchr("0123456789abcdef", id.p[n]))
        n++;
    return n == 32 && id.len == 32;
}

/* Does the group itself match? Base search without attributes: works on any server and any size. */
static struct sent send_matches(LDAP *ld, const struct ldap_place *place, const struct entry *group,
                                const char *filter)
{
    char none[] = LDAP_NO_ATTRS;
    char *attrs[] = {none, NULL};
    return send_search(ld, group->dn, LDAP_SCOPE_BASE, filter, attrs, place->timeout_ms);
}

/* 1, 0, or -1 with a reason. */
static int take_matches(LDAP *ld, const struct ldap_place *place, struct sent sent,
                        const char **ret_trouble)
{
    LDAPMessage *reply;
    int rc = take_search(ld, sent, place->timeout_ms, &reply);
    int count = rc == LDAP_SUCCESS ? ldap_count_entries(ld, reply) : -1;

    ldap_msgfree(reply);
    if (count < 0)
        *ret_trouble = reason_of(rc);
    return count;
}

/* A member list we may not see matches nothing, just as an empty one does; and the canary's group
 * may have other rights. A groupOfNames is never empty (RFC 4519 section 3.5), so there nothing
 * means hidden. Active Directory has empty groups. */
static bool sees_members(LDAP *ld, const struct ldap_place *place, const struct entry *group,
                         const char **ret_trouble)
{
    char filter[FILTER_BYTES];

    if (group->in_ad)
        return true;
    snprintf(filter, sizeof filter, "(%s=*)", place->member);
    int count = take_matches(ld, place, send_matches(ld, place, group, filter), ret_trouble);
    if (count == 0)
        *ret_trouble = "MembersNotVisible";
    return count == 1;
}

/* One question on its way: first the group and the user are looked for, then whether he is in it.
 * What several want is sent before any reply is waited for: a directory far away takes as long for
 * all of them as for one. */
struct walk {
    struct asked_for wanted;
    struct answer answer;
    struct entry group, user;
    bool group_fits, user_fits, tests; /* tests: membership is asked */
    struct sent for_group, for_user, for_member;
    int matches;               /* of for_member */
    const char *match_trouble; /* why that is not known, else NULL */
};

/* By entryUUID (RFC 4530), wherever it is below the base; or by objectGUID, as a name of its own
 * (MS-ADTS section 3.1.1.3.1.2.4): a search of a whole domain ends in references. */
static bool send_find_id(LDAP *ld, const struct ldap_place *place, struct str id, struct sent *ret)
{
    char name[ID_BYTES + 16];

    if (!is_guid(id))
        return send_find_one(ld, place->base, "(entryUUID=%s)", id, place->timeout_ms, ret);
    snprintf(name, sizeof name, "<GUID=%.*s>", STR_ARG(id));
    *ret = send_find(ld, name, LDAP_SCOPE_BASE, "(objectClass=*)", place->timeout_ms);
    return true;
}

static void take_find_id(LDAP *ld, const struct ldap_place *place, struct str id, bool fits,
                         struct sent sent, struct entry *ret)
{
    take_find_one(ld, fits, sent, place->timeout_ms, ret);
    if (is_guid(id) && ret->trouble && strcmp(ret->trouble, "NotVisible") == 0)
        *ret = (struct entry){0}; /* nobody has that name */
    ret->by_guid = is_guid(id);
}

static void walk_find(LDAP *ld, const struct ldap_place *place, struct walk *w)
{
    struct str who = w->wanted.account;

    w->group_fits = send_find_one(ld, place->group_base, place->group_filter, w->wanted.entitlement,
                                  place->timeout_ms, &w->for_group);
    w->user_fits = w->wanted.by_id ? send_find_id(ld, place, who, &w->for_user)
                                   : send_find_one(ld, place->people_base, place->people_filter,
                                                   who, place->timeout_ms, &w->for_user);
}

/* Who they are called, or what ids they have. */
static void walk_take(LDAP *ld, const struct ldap_place *place, struct walk *w)
{
    struct str id = w->wanted.entitlement_id;
    struct entry *group = &w->group;

    take_find_one(ld, w->group_fits, w->for_group, place->timeout_ms, group);
    if (w->wanted.by_id)
        take_find_id(ld, place, w->wanted.account, w->user_fits, w->for_user, &w->user);
    else
        take_find_one(ld, w->user_fits, w->for_user, place->timeout_ms, &w->user);
    if (group->trouble || group->found || !id.len)
        return;
    bool fits = send_find_id(ld, place, id, &w->for_group); /* renamed: waited for at once, it is
                                                               rare */
    take_find_id(ld, place, id, fits, w->for_group, group);
}

/* Who they are; false: that is the answer. */
static bool walk_found(LDAP *ld, const struct ldap_place *place, struct walk *w)
{
    struct entry *group = &w->group, *user = &w->user;

    walk_take(ld, place, w);
    if (group->trouble) {
        w->answer = answer_unknown(group->trouble);
    } else if (group->found != 1) { /* gone, or hidden from us: not for us to tell apart */
        w->answer = answer_unknown(group->found ? "EntitlementAmbiguous" : "EntitlementNotFound");
    } else if (user->trouble) {
        w->answer = answer_unknown(user->trouble);
    } else if (user->found > 1) {
        w->answer = answer_unknown("AccountAmbiguous");
        w->answer.account = ACCOUNT_AMBIGUOUS;
    } else if (!user->found) {
        w->answer = (struct answer){.outcome = OUTCOME_ABSENT,
                                    .account = ACCOUNT_MISSING,
                                    .complete = true,
                                    .reason = "AccountMissing"};
        str_copy(w->answer.entitlement_id, sizeof w->answer.entitlement_id, str_of(group->id));
        answer_raw(&w->answer, "group %s %s\nuser none %d\n", group->dn, group->id,
                   w->wanted.by_id);
    } else {
        return true;
    }
    return false;
}

static void walk_test(LDAP *ld, const struct ldap_place *place, struct walk *w)
{
    char filter[FILTER_BYTES];
    size_t len = 0;

    w->tests = ldap_filter_match(filter, sizeof filter, &len, place->member, str_of(w->user.dn));
    if (w->tests)
        w->for_member = send_matches(ld, place, &w->group, filter);
    else
        w->answer = answer_unknown("KeyTooLong");
}

/* Is he in it through other groups? Asked of whoever is not in it himself; and of the canary, who
 * is: whether this way shows anybody. 1, 0, or -1 with a reason. */
static int is_nested(struct ldap_session *session, const struct ldap_place *place,
                     const struct walk *w, bool direct, const char **ret_trouble)
{
    struct ldap_nesting asked = {.user_dn = w->user.dn,
                                 .group_dn = w->group.dn,
                                 .user = &w->user.sam,
                                 .in_ad = session->dc.in_ad,
                                 .clock = session->clock,
                                 .until_ms = clock_mono_ms(session->clock) + place->timeout_ms};
    const char *trouble;
    bool held;

    if (!place->nested || (direct && !w->wanted.of_canary))
        return 0;
    int rc = ldap_nested(session->ld, place, &asked, &held, &trouble);
    if (!held && !trouble && w->group.by_guid && !session->dc.in_ad)
        trouble = "NestedNotVisible"; /* a search below the base may never meet it */
    if (rc != LDAP_SUCCESS || trouble)
        *ret_trouble = trouble ? trouble : reason_of(rc);
    else if (direct && !held)
        *ret_trouble = trouble = "NestedNotVisible";
    return rc != LDAP_SUCCESS || trouble ? -1 : held;
}

/* How does he hold it? VIA_NONE: not at all; or it is not known, for a reason. */
static enum via walk_via(struct ldap_session *session, const struct ldap_place *place,
                         const struct walk *w, const char **ret_trouble)
{
    const struct entry *group = &w->group;
    const char *trouble = w->match_trouble;
    int count = w->matches;
    enum ldap_primary primary =
        count == 0 ? ldap_primary_of(&w->user.sam, &group->sam) : LDAP_NOT_PRIMARY;
    if (primary == LDAP_PRIMARY_HIDDEN && (group->in_ad || session->dc.in_ad))
        trouble = "PrimaryGroupHidden";
    bool held = count == 1 || primary == LDAP_IS_PRIMARY;
    if (!trouble && !held)
        (void)sees_members(session->ld, place, group, &trouble);
    int nested = trouble ? -1 : is_nested(session, place, w, held, &trouble);
    *ret_trouble = trouble;
    return count == 1 ? VIA_DIRECT : held ? VIA_PRIMARY_GROUP : nested == 1 ? VIA_NESTED : VIA_NONE;
}

static struct answer walk_judge(struct ldap_session *session, const struct ldap_place *place,
                                const struct walk *w)
{
    const struct entry *group = &w->group, *user = &w->user;
    struct answer a = {.complete = true, .reason = "Ok"};
    const char *trouble;

    a.via = walk_via(session, place, w, &trouble);
    if (trouble)
        return answer_unknown(trouble);
    a.account = user->disabled ? ACCOUNT_DISABLED : ACCOUNT_ACTIVE;
    a.outcome = a.via == VIA_NONE ? OUTCOME_ABSENT : OUTCOME_PRESENT;
    str_copy(a.native_id, sizeof a.native_id, str_of(user->id));
    str_copy(a.entitlement_id, sizeof a.entitlement_id, str_of(group->id));
    answer_raw(&a, "group %s %s\nuser %s %s\nvia %s\ndisabled %d\nnested %d\n", group->dn,
               group->id, user->dn, user->id, via_name(a.via), user->disabled, place->nested);
    return a;
}

static void walk_end(struct ldap_session *session, const struct ldap_place *place, struct walk *w)
{
    w->answer = walk_judge(session, place, w);
    if (place->others && w->answer.outcome != OUTCOME_UNKNOWN && !w->wanted.of_canary)
        ldap_list_others(session->ld, place, w->user.dn, &w->answer);
    if (w->wanted.asks_within && w->answer.outcome != OUTCOME_UNKNOWN)
        ldap_list_within(session, place, w->group.dn, w->group.id, &w->answer);
}

static bool is_unanswered(const struct answer *a)
{
    return a->outcome == OUTCOME_UNKNOWN && (a->reason == GONE || a->reason == SILENT);
}

static void take_tests(struct ldap_session *session, const struct ldap_place *place, struct walk *w)
{
    w->matches = take_matches(session->ld, place, w->for_member, &w->match_trouble);
    if (w->match_trouble)
        w->answer = answer_unknown(w->match_trouble);
}

/* NULL: so many are answered, each for itself; else the directory stopped answering: GONE or
 * SILENT. Climbs through groups go one after the other, each with its own end: once half the time
 * of one has passed no other is begun, so that the canary is soon behind them. The rest is put off.
 */
static const char *ask_some(struct ldap_session *session, const struct ldap_place *place,
                            struct walk *walks, size_t count, size_t *ret_answered)
{
    LDAP *ld = session->ld;

    for (size_t i = 0; i < count; i++)
        walk_find(ld, place, &walks[i]);
    for (size_t i = 0; i < count; i++) {
        if (walk_found(ld, place, &walks[i]))
            walk_test(ld, place, &walks[i]);
        else if (is_unanswered(&walks[i].answer))
            return walks[i].answer.reason;
    }
    for (size_t i = 0; i < count; i++) {
        if (walks[i].tests)
            take_tests(session, place, &walks[i]);
        if (is_unanswered(&walks[i].answer))
            return walks[i].answer.reason;
    }
    int64_t began_ms = clock_mono_ms(session->clock);
    for (*ret_answered = 0; *ret_answered < count; ++*ret_answered) {
        struct walk *w = &walks[*ret_answered];
        int64_t took_ms = clock_mono_ms(session->clock) - began_ms;
        if (*ret_answered && w->tests && took_ms >= place->timeout_ms / 2)
            return NULL;
        if (w->tests)
            walk_end(session, place, w);
        if (is_unanswered(&w->answer))
            return w->answer.reason;
    }
    return NULL;
}

static int prepare(LDAP *ld, const struct ldap_place *place)
{
    struct timeval timeout = {.tv_sec = place->timeout_ms / 1000,
                              .tv_usec = place->timeout_ms % 1000 * 1000};
    int version = LDAP_VERSION3, hard = LDAP_OPT_X_TLS_HARD, client = 0;

    ldap_set_option(ld, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    ldap_set_option(ld, LDAP_OPT_TIMEOUT, &timeout);
    ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &hard);
    if (place->ca_file && place->ca_file[0])
        ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE, place->ca_file);
    ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
    return place->starttls ? ldap_start_tls_s(ld, NULL, NULL) : LDAP_SUCCESS;
}

static int bind_as(LDAP *ld, const struct ldap_place *place, struct str password)
{
    char copy[ANSWER_ID_BYTES];
    if (!str_copy(copy, sizeof copy, password))
        return LDAP_INVALID_CREDENTIALS;
    struct berval credential = {.bv_len = strlen(copy), .bv_val = copy};
    int rc = ldap_sasl_bind_s(ld, place->bind_dn[0] ? place->bind_dn : NULL, LDAP_SASL_SIMPLE,
                              &credential, NULL, NULL, NULL);
    explicit_bzero(copy, sizeof copy);
    return rc;
}

void ldap_session_end(struct ldap_session *session)
{
    if (session->ld)
        ldap_unbind_ext_s(session->ld, NULL, NULL);
    session->ld = NULL;
}

/* The kept connection, or a new one; NULL: it may be used, else why not. */
static const char *session_begin(struct ldap_session *session, const struct ldap_place *place,
                                 const struct reader_config *config, bool *ret_kept)
{
    int64_t now_ms = clock_mono_ms(config->clock);

    session->clock = config->clock;
    if (now_ms - session->bound_ms >= LDAP_SESSION_LASTS_MS ||
        now_ms - session->used_ms >= LDAP_SESSION_IDLE_MS)
        ldap_session_end(session);
    *ret_kept = session->ld != NULL;
    if (session->ld)
        return NULL;
    int rc = ldap_initialize(&session->ld, place->uri);
    if (rc == LDAP_SUCCESS)
        rc = prepare(session->ld, place);
    if (rc == LDAP_SUCCESS)
        rc = bind_as(session->ld, place, secret_reveal(config->secret));
    session->dc = (struct ldap_dc){0};
    if (rc == LDAP_SUCCESS && place->nested) /* refused, it may be one all the same */
        rc = ldap_dc_read(session->ld, place->timeout_ms, &session->dc);
    if (rc == LDAP_SUCCESS && !session->dc.is_behind) {
        session->bound_ms = clock_mono_ms(config->clock);
        return NULL;
    }
    ldap_session_end(session);
    return rc == LDAP_SUCCESS ? "NotSynchronized" : reason_of(rc);
}

/* Nothing was asked, or nothing of it counts. */
static void forget(struct ldap_question *const *questions, size_t count)
{
    for (size_t i = 0; i < count; i++)
        questions[i]->answers = (struct answers){.tracing = questions[i]->answers.tracing};
}

/* That question of those who have to ask it now, at most LDAP_WINDOW_MAX, all at once. NULL, or why
 * the directory stopped answering; also of ask_canary. *count becomes how many of them, from the
 * front, were answered in time: the others ask in another run. */
static const char *ask_items(struct ldap_session *session, const struct ldap_place *place,
                             const struct reader_config *config,
                             struct ldap_question *const *questions, size_t *count, enum ask ask)
{
    struct walk walks[LDAP_WINDOW_MAX] = {0};
    size_t who[LDAP_WINDOW_MAX], n = 0, answered = 0, all = *count;

    for (size_t i = 0; i < all; i++) {
        struct ldap_question *q = questions[i];
        if (answers_next(&q->answers, &q->item) != ask)
            continue;
        walks[n].wanted = answers_asked_for(&q->answers, &q->item, config, ask);
        who[n++] = i;
    }
    const char *trouble = ask_some(session, place, walks, n, &answered);
    for (size_t i = 0; i < answered && !trouble; i++) {
        ldap_dc_sign(&session->dc, &walks[i].answer);
        answers_take(&questions[who[i]]->answers, ask, &walks[i].answer);
    }
    if (!trouble && answered < n)
        *count = who[answered];
    forget(questions + *count, all - *count);
    return trouble;
}

/* That question about the canary, once for all who have to ask it now. */
static const char *ask_canary(struct ldap_session *session, const struct ldap_place *place,
                              const struct reader_config *config,
                              struct ldap_question *const *questions, size_t count, enum ask ask)
{
    struct walk walk = {0};
    bool asked = false;
    size_t answered;

    for (size_t i = 0; i < count; i++) {
        struct ldap_question *q = questions[i];
        if (answers_next(&q->answers, &q->item) != ask)
            continue;
        walk.wanted = answers_asked_for(&q->answers, &q->item, config, ask);
        const char *trouble = asked ? NULL : ask_some(session, place, &walk, 1, &answered);
        if (trouble)
            return trouble;
        if (!asked)
            ldap_dc_sign(&session->dc, &walk.answer);
        asked = true;
        answers_take(&q->answers, ask, &walk.answer);
    }
    return NULL;
}

/* Asks them, ever more at a time while it answers promptly, and the canary. How many; 0: the
 * directory stopped answering, for this reason. */
static size_t ask_run(struct ldap_session *session, const struct ldap_place *place,
                      const struct reader_config *config, struct ldap_question *const *questions,
                      size_t count, const char **ret_trouble)
{
    int64_t began_ms = clock_mono_ms(config->clock), now_ms = began_ms;
    const char *trouble = NULL;
    size_t n = 0;

    while (!trouble && n < count && now_ms - began_ms < place->timeout_ms / 2) {
        size_t most = session->window ? session->window : 1;
        size_t some = count - n < most ? count - n : most;
        for (enum ask ask = ASK_ITEM; ask < ASK_CANARY && !trouble; ask++)
            trouble = ask_items(session, place, config, questions + n, &some, ask);
        n += some;
        bool prompt = clock_mono_ms(config->clock) - now_ms < place->timeout_ms / 8;
        session->window = !prompt ? 1 : most < LDAP_WINDOW_MAX ? most * 2 : most;
        now_ms = clock_mono_ms(config->clock);
    }
    for (enum ask ask = ASK_CANARY; ask < ASKS && !trouble; ask++)
        trouble = ask_canary(session, place, config, questions, n, ask);
    *ret_trouble = trouble;
    return trouble ? 0 : n;
}

/* Nothing came when one was asked about alone: does the directory answer about the canary? Then it
 * is that one it does not answer about. */
static bool canary_answers(struct ldap_session *session, const struct ldap_place *place,
                           const struct reader_config *config, const struct ldap_question *q)
{
    struct walk walk = {.wanted = answers_asked_for(&q->answers, &q->item, config, ASK_CANARY)};
    bool kept;
    size_t answered;
    bool answers = !session_begin(session, place, config, &kept) &&
                   !ask_some(session, place, &walk, 1, &answered);

    session->used_ms = clock_mono_ms(config->clock);
    if (!answers)
        ldap_session_end(session);
    return answers;
}

/* How many of them did not answer: one alone, or nobody knows which of them all it is. */
static size_t silent_count(struct ldap_session *session, const struct ldap_place *place,
                           const struct reader_config *config,
                           struct ldap_question *const *questions, size_t count)
{
    if (!session->alone && count > 1)
        session->alone = count;
    else if (session->alone && canary_answers(session, place, config, questions[0]))
        return 1;
    return count;
}

size_t ldap_ask(const struct ldap_place *place, const struct reader_config *config,
                struct ldap_session *session, struct ldap_question *const *questions, size_t count)
{
    size_t most = session->alone ? 1 : count, failed = count;
    bool kept = true;
    const char *trouble = GONE;

    /* a kept one may have been closed at any time; a new one says what is so */
    while (kept && trouble == GONE) {
        const char *why = session_begin(session, place, config, &kept);
        size_t n = why ? 0 : ask_run(session, place, config, questions, most, &trouble);
        session->used_ms = clock_mono_ms(config->clock);
        session->alone -= n && session->alone;
        if (n)
            return n;
        ldap_session_end(session);
        forget(questions, count);
        if (!why && trouble == SILENT)
            failed = silent_count(session, place, config, questions, count);
        trouble = why ? why : trouble;
    }
    for (size_t i = 0; i < failed; i++)
        answers_fail(&questions[i]->answers, &questions[i]->item, trouble);
    return failed;
}
