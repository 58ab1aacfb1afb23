#include "export/ocsf.h"

#include <string.h>

enum class { ACCOUNT = 3001, ENTITY = 3004, ACCESS = 3005, GROUP = 3006, FINDING = 2003 };

enum {
    CREATE = 1, /* of ENTITY */
    READ,
    UPDATE,
    DELETE,
    ENABLE = 2, /* of ACCOUNT */
    DISABLE = 5,
    ASSIGN = 1, /* of ACCESS */
    REVOKE,
    ADD_USER, /* of GROUP */
    REMOVE_USER,
    FOUND = 1, /* of FINDING */
    FOUND_AGAIN,
    SETTLED,
    OTHER = 99, /* of all */
};

enum { INFORMATIONAL = 1, MEDIUM = 3, HIGH = 4 };
enum { PASS = 1, WARNING, FAIL_ = 3 }; /* compliance.status_id */

/* What becomes of an entry; of a kind that is not named here: ENTITY, UPDATE. */
static const struct {
    const char *kind;
    enum class class;
    int activity, severity;
} KINDS[] = {
    {"account.linked", ACCOUNT, OTHER, INFORMATIONAL},
    {"close.refused", FINDING, FOUND, MEDIUM},
    {"decision.refused", ENTITY, OTHER, MEDIUM},
    {"delivery.quarantined", ENTITY, UPDATE, MEDIUM},
    {"drift.changed", FINDING, FOUND_AGAIN, MEDIUM},
    {"drift.found", FINDING, FOUND, HIGH},
    {"evidence.exported", ENTITY, READ, INFORMATIONAL},
    {"evidence.forked", ENTITY, UPDATE, HIGH},
    {"evidence.seen", ENTITY, READ, INFORMATIONAL},
    {"exception.granted", ENTITY, CREATE, INFORMATIONAL},
    {"exception.revoked", ENTITY, DELETE, INFORMATIONAL},
    {"item.observed", FINDING, FOUND_AGAIN, INFORMATIONAL},
    {"item.overgranted", FINDING, FOUND, HIGH},
    {"item.wanted", ENTITY, CREATE, INFORMATIONAL},
    {"person.left", ACCOUNT, DISABLE, INFORMATIONAL},
    {"person.returned", ACCOUNT, ENABLE, INFORMATIONAL},
    {"policy.decided", FINDING, FOUND_AGAIN, INFORMATIONAL},
    {"request.received", ENTITY, CREATE, INFORMATIONAL},
};

/* What people call it, by the word before the dot; else that word. */
static const char *const ENTITIES[][2] = {
    {"clock", "Access Request Clock"},
    {"decision", "Access Decision"},
    {"delivery", "Webhook Delivery"},
    {"emergency", "Emergency Access"},
    {"evidence", "Evidence Log"},
    {"exception", "Access Exception"},
    {"flow", "Ticket Work"},
    {"gate", "Workflow Gate"},
    {"item", "Access Request Item"},
    {"mapping", "Mapping"},
    {"request", "Access Request"},
    {"source", "Entitlement Source"},
    {"ticket", "Ticket"},
};

struct event {
    const struct json *entry, *facts, *item; /* item NULL: of the entry as a whole */
    struct str kind;
    enum class class;
    int activity, severity;
    const char *product;
    struct json_out out;
};

static const char *category_of(enum class class)
{
    return class == FINDING ? "2" : "3";
}

static const struct json *item_of(const struct json *facts, const struct json *number)
{
    int64_t wanted, id;

    JSON_EACH(item, json_member(facts, "items"))
    if (json_i64(number, &wanted) && json_i64(json_member(item, "item"), &id) && id == wanted)
        return item;
    return NULL;
}

/* --- members --- */

static void put_member(struct json_out *out, const char *name, const struct json *value)
{
    if (json_type(value) == JSON_NULL)
        return;
    json_put_name(out, name);
    json_put_value(out, value);
}

static void put_text(struct json_out *out, const char *name, struct str text)
{
    if (text.len)
        json_str_member(out, name, text);
}

/* Entries have neither a name that is global nor one that repeats, but their hash is. */
static void put_uid(struct event *e)
{
    AUTO(drop_buf) struct buf b;
    int64_t id;

    buf_init(&b, 256);
    buf_add_str(&b, json_path_str(e->facts, "hash"));
    if (e->item && json_i64(json_member(e->item, "item"), &id))
        buf_printf(&b, "-%lld", (long long)id);
    json_str_member(&e->out, "uid", buf_str(&b));
}

static void put_metadata(struct event *e)
{
    struct json_out *out = &e->out;
    bool ticket = e->class == FINDING && json_path_str(e->facts, "ticket").len;

    json_put_name(out, "metadata");
    json_open_object(out);
    put_text(out, "correlation_uid", json_path_str(e->entry, "request"));
    json_str_member(out, "event_code", e->kind);
    json_str_member(out, "log_name", STR("evidence"));
    json_put_name(out, "product");
    json_open_object(out);
    json_str_member(out, "name", STR("Countersign"));
    json_str_member(out, "vendor_name", STR("Countersign"));
    json_str_member(out, "version", str_of(e->product));
    json_close_object(out);
    if (ticket) { /* "tickets" is of that profile */
        json_put_name(out, "profiles");
        json_open_array(out);
        json_put_str(out, STR("incident"));
        json_close_array(out);
    }
    put_member(out, "sequence", json_member(e->entry, "seq"));
    put_uid(e);
    json_str_member(out, "version", STR(OCSF_VERSION));
    json_close_object(out);
}

/* By name where we may; else the item that says whose it is. */
static void put_user(struct event *e, const struct json *item)
{
    AUTO(drop_buf) struct buf b;
    struct str account = json_path_str(item, "account"), uid = STR_NONE;
    const struct json *detail = json_member(e->entry, "detail");
    int64_t id = 0;

    buf_init(&b, 256);
    if (json_i64(json_member(item, "item"), &id))
        buf_printf(&b, "item %lld", (long long)id);
    static const char *const PEOPLE[] = {"person_commitment", "person_sha256", "subject_commitment",
                                         "subject_sha256"};
    for (size_t i = 0; !item && !uid.len && i < sizeof PEOPLE / sizeof PEOPLE[0]; i++)
        uid = json_path_str(detail, PEOPLE[i]);
    json_put_name(&e->out, "user");
    json_open_object(&e->out);
    put_text(&e->out, "name", account);
    if (!account.len)
        json_str_member(&e->out, "uid", uid.len ? uid : b.len ? buf_str(&b) : STR("withheld"));
    json_close_object(&e->out);
}

static void put_entity(struct event *e)
{
    struct str word = e->kind;
    struct str type = str_cut(&word, '.'), uid = json_path_str(e->entry, "request");

    for (size_t i = 0; i < sizeof ENTITIES / sizeof ENTITIES[0]; i++)
        if (str_eq_c(type, ENTITIES[i][0])) {
            type = str_of(ENTITIES[i][1]);
            break;
        }
    json_put_name(&e->out, "entity");
    json_open_object(&e->out);
    put_text(&e->out, "name", json_path_str(e->facts, "ticket"));
    json_str_member(&e->out, "type", type);
    json_i64_member(&e->out, "type_id", OTHER);
    json_str_member(&e->out, "uid", uid.len ? uid : json_path_str(e->facts, "hash"));
    json_close_object(&e->out);
}

/* --- findings --- */

static int read_verdict(const struct event *e, const struct json *detail)
{
    struct str outcome = json_path_str(detail, "outcome");
    struct str desired = json_path_str(item_of(e->facts, json_member(detail, "item")), "desired");

    if (!desired.len || str_eq_c(outcome, "unknown") || !outcome.len)
        return WARNING;
    if (str_eq_c(desired, "absent"))
        return str_eq_c(outcome, "absent") ? PASS : FAIL_;
    return str_eq_c(outcome, "present") && str_eq_c(json_path_str(detail, "account"), "active")
               ? PASS
               : FAIL_;
}

static int finding_verdict(struct event *e, const struct json *detail)
{
    if (str_eq_c(e->kind, "item.observed"))
        return read_verdict(e, detail);
    if (str_eq_c(e->kind, "policy.decided"))
        return json_type(json_member(detail, "permitted")) != JSON_BOOL ? WARNING
               : json_is_true(json_member(detail, "permitted"))         ? PASS
                                                                        : FAIL_;
    if (str_eq_c(e->kind, "drift.changed") && json_is_true(json_member(detail, "ended")))
        return PASS;
    if (str_eq_c(e->kind, "close.refused")) { /* nobody could tell is no fault of the close */
        struct str why = json_path_str(detail, "why");
        return str_eq_c(why, "SourceUnreadable") || str_eq_c(why, "StaleCopy") ||
                       str_eq_c(why, "Unclear")
                   ? WARNING
                   : FAIL_;
    }
    return FAIL_;
}

static void put_compliance(struct event *e, const struct json *detail)
{
    static const char *const NAMES[] = {"", "Pass", "Warning", "Fail"};
    struct json_out *out = &e->out;
    int verdict = finding_verdict(e, detail);
    struct str why = json_path_str(detail, "why");

    if (!why.len)
        why = json_path_str(detail, "reason");
    json_put_name(out, "compliance");
    json_open_object(out);
    json_str_member(out, "control", STR("AC-2"));
    json_str_member(out, "desc",
                    STR("Access is what an approved request asked for, as the target system says"));
    json_put_name(out, "standards");
    json_open_array(out);
    json_put_str(out, STR("NIST SP 800-53 Rev. 5"));
    json_close_array(out);
    json_str_member(out, "status", str_of(NAMES[verdict]));
    if (why.len) {
        json_put_name(out, "status_details");
        json_open_array(out);
        json_put_str(out, why);
        json_close_array(out);
    }
    json_i64_member(out, "status_id", verdict);
    json_close_object(out);
}

static void put_finding(struct event *e)
{
    const struct json *detail = json_member(e->entry, "detail");
    struct str ticket = json_path_str(e->facts, "ticket"),
               request = json_path_str(e->entry, "request");
    AUTO(drop_buf) struct buf b;
    int64_t id;

    buf_init(&b, 512);
    buf_add_str(&b, request.len ? request : json_path_str(e->facts, "hash"));
    if (json_i64(json_member(detail, "item"), &id))
        buf_printf(&b, "/%lld", (long long)id);
    put_compliance(e, detail);
    json_put_name(&e->out, "finding_info");
    json_open_object(&e->out);
    json_str_member(&e->out, "title", e->kind);
    json_str_member(&e->out, "uid", buf_str(&b));
    json_close_object(&e->out);
    if (!ticket.len)
        return;
    json_put_name(&e->out, "tickets");
    json_open_array(&e->out);
    json_open_object(&e->out);
    json_str_member(&e->out, "uid", ticket);
    json_close_object(&e->out);
    json_close_array(&e->out);
}

/* --- an event --- */

static void put_of_class(struct event *e)
{
    const struct json *detail = json_member(e->entry, "detail");
    struct str entitlement = json_path_str(e->item, "entitlement");

    switch (e->class) {
    case ENTITY:
        put_entity(e);
        return;
    case FINDING:
        put_finding(e);
        return;
    case ACCOUNT:
        put_user(e, item_of(e->facts, json_member(detail, "item")));
        return;
    case ACCESS:
        json_put_name(&e->out, "privileges");
        json_open_array(&e->out);
        json_put_str(&e->out, entitlement);
        json_close_array(&e->out);
        put_user(e, e->item);
        return;
    case GROUP:
        json_put_name(&e->out, "group");
        json_open_object(&e->out);
        json_str_member(&e->out, "name", entitlement);
        json_close_object(&e->out);
        put_user(e, e->item);
        return;
    }
}

/* What has no place of its own. */
static void put_unmapped(struct event *e)
{
    struct json_out *out = &e->out;

    json_put_name(out, "unmapped");
    json_open_object(out);
    put_member(out, "change", json_member(e->facts, "change"));
    if (!e->item)
        put_member(out, "detail", json_member(e->entry, "detail"));
    else
        put_member(out, "item", json_member(e->item, "item"));
    put_member(out, "privileged", json_member(e->facts, "privileged"));
    put_member(out, "site", json_member(e->facts, "site"));
    if (e->item)
        put_member(out, "source", json_member(e->item, "source"));
    put_member(out, "ticket", json_member(e->facts, "ticket"));
    json_close_object(out);
}

static void write_event(struct event *e, struct buf *to)
{
    struct json_out *out = &e->out;

    json_begin(out, to);
    json_open_object(out);
    json_i64_member(out, "activity_id", e->activity);
    if (e->activity == OTHER) /* it is to be said in words, then */
        json_str_member(out, "activity_name", e->kind);
    json_put_name(out, "category_uid");
    json_put_raw(out, str_of(category_of(e->class)));
    json_i64_member(out, "class_uid", e->class);
    put_of_class(e);
    json_str_member(out, "message", e->kind);
    put_metadata(e);
    json_i64_member(out, "severity_id", e->severity);
    if (e->class != FINDING) /* that it happened; of a finding it would be its own */
        json_i64_member(out, "status_id", 1);
    put_member(out, "time", json_member(e->facts, "at_ms"));
    json_i64_member(out, "type_uid", (int64_t)e->class * 100 + e->activity);
    put_unmapped(e);
    json_close_object(out);
    buf_add_byte(to, '\n');
}

static bool is_group(const struct json *item)
{
    struct str kind = json_path_str(item, "source_kind");

    return str_eq_c(kind, "ldap") || str_eq_c(kind, "scim");
}

/* What a request is proven by: each item is a change in the target system. */
static int write_proven(const struct event *of, struct buf *to)
{
    const struct json *detail = json_member(of->entry, "detail");
    int count = 0;

    if (!str_eq_c(of->kind, "request.moved") || !str_eq_c(json_path_str(detail, "to"), "verified"))
        return 0;
    JSON_EACH(proof, json_member(detail, "proof"))
    {
        struct event e = *of;
        e.item = item_of(of->facts, json_member(proof, "item"));
        if (!e.item || !str_eq_c(json_path_str(proof, "verdict"), "verified"))
            continue;
        bool absent = str_eq_c(json_path_str(e.item, "desired"), "absent");
        e.class = is_group(e.item) ? GROUP : ACCESS;
        if (e.class == GROUP)
            e.activity = absent ? REMOVE_USER : ADD_USER;
        else
            e.activity = absent ? REVOKE : ASSIGN;
        write_event(&e, to);
        count++;
    }
    return count;
}

int ocsf_write(const struct json *entry, const struct json *facts, const char *product,
               struct buf *out)
{
    struct event e = {.entry = entry,
                      .facts = facts,
                      .kind = json_path_str(entry, "kind"),
                      .class = ENTITY,
                      .activity = UPDATE,
                      .severity = INFORMATIONAL,
                      .product = product};

    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++)
        if (str_eq_c(e.kind, KINDS[i].kind)) {
            e.class = KINDS[i].class;
            e.activity = KINDS[i].activity;
            e.severity = KINDS[i].severity;
            break;
        }
    if (str_eq_c(e.kind, "drift.changed") && json_is_true(json_path(entry, "detail/ended")))
        e.activity = SETTLED;
    write_event(&e, out);
    return 1 + write_proven(&e, out);
}
