#include "export/oscal.h"

#include "base/codecs.h"
#include "base/digest.h"

enum { NAME_BYTES = 512 };

static const char NS[] =
    "https://countersign.example/ns/oscal"; /* of our properties: a name, no address */

struct seen {
    int64_t seq, item; /* item 0: of the request as a whole */
    struct str request, at, verdict;
    const char *what; /* a sentence */
    bool against;
};

/* --- members --- */

static struct uuid id_of(const struct oscal *o, const char *name, int64_t a, int64_t b)
{
    AUTO(drop_buf) struct buf text;

    buf_init(&text, NAME_BYTES);
    buf_printf(&text, "%s/%lld/%lld", name, (long long)a, (long long)b);
    return uuid5(&o->space, buf_str(&text));
}

/* Of the whole: the same log may be asked for other periods. */
static struct uuid id_of_period(const struct oscal *o, const char *name)
{
    AUTO(drop_buf) struct buf text;

    buf_init(&text, NAME_BYTES);
    buf_printf(&text, "%s/%s/%s", name, o->about.from, o->about.to);
    return uuid5(&o->space, buf_str(&text));
}

static void put_uuid(struct json_out *out, const char *name, struct uuid id)
{
    char text[UUID_TEXT_SIZE];

    json_str_member(out, name, str_of(uuid_text(&id, text)));
}

static void put_prop(struct json_out *out, const char *name, struct str value)
{
    json_open_object(out);
    json_str_member(out, "name", str_of(name));
    json_str_member(out, "ns", str_of(NS));
    json_str_member(out, "value", value);
    json_close_object(out);
}

static void put_number(struct json_out *out, const char *name, int64_t value)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, NAME_BYTES);
    buf_add_i64(&b, value);
    put_prop(out, name, buf_str(&b));
}

/* --- the document --- */

static void put_metadata(struct oscal *o, const char *root)
{
    struct json_out *out = &o->out;
    AUTO(drop_buf) struct buf b;

    buf_init(&b, NAME_BYTES);
    buf_printf(&b, "%lld", (long long)o->about.size);
    json_put_name(out, "metadata");
    json_open_object(out);
    json_str_member(out, "title", STR("Access changes proven in their target systems"));
    json_str_member(out, "last-modified", str_of(o->about.last_at));
    json_str_member(out, "version", buf_str(&b));
    json_str_member(out, "oscal-version", STR(OSCAL_VERSION));
    json_put_name(out, "props");
    json_open_array(out);
    put_prop(out, "log-origin", o->about.origin);
    put_prop(out, "log-root", str_of(root));
    put_number(out, "log-size", o->about.size);
    json_close_array(out);
    json_close_object(out);
}

static void put_plan_reference(struct oscal *o)
{
    AUTO(drop_buf) struct buf b;
    struct uuid plan = id_of(o, "plan", 0, 0);
    char text[UUID_TEXT_SIZE];

    buf_init(&b, NAME_BYTES);
    buf_printf(&b, "#%s", uuid_text(&plan, text));
    json_put_name(&o->out, "import-ap");
    json_open_object(&o->out);
    json_str_member(&o->out, "href", buf_str(&b));
    json_close_object(&o->out);
}

static void put_reviewed(struct json_out *out)
{
    json_put_name(out, "reviewed-controls");
    json_open_object(out);
    json_put_name(out, "control-selections");
    json_open_array(out);
    json_open_object(out);
    json_put_name(out, "include-controls");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "control-id", STR("ac-2"));
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
}

void oscal_begin(struct oscal *o, const struct oscal_about *about, struct buf *out)
{
    AUTO(drop_buf) struct buf name;
    char root[SHA256_HEX_SIZE];

    *o = (struct oscal){.about = *about};
    hex_encode(about->root.bytes, sizeof about->root.bytes, root);
    buf_init(&name, NAME_BYTES);
    buf_printf(&name, "%.*s/%s", STR_ARG(about->origin), root);
    o->space = uuid5(&UUID_NAMESPACE_URL, buf_str(&name));
    json_begin(&o->out, out);
    json_open_object(&o->out);
    json_put_name(&o->out, "assessment-results");
    json_open_object(&o->out);
    put_uuid(&o->out, "uuid", id_of_period(o, "document"));
    put_metadata(o, root);
    put_plan_reference(o);
    json_put_name(&o->out, "results");
    json_open_array(&o->out);
    json_open_object(&o->out);
    put_uuid(&o->out, "uuid", id_of_period(o, "result"));
    json_str_member(&o->out, "title", STR("Access changes of the period"));
    json_str_member(&o->out, "description",
                    STR("Every item of an access request is read in its target system before its "
                        "ticket may close; each proof, and whatever contradicts one, is an "
                        "observation of an entry of the evidence log."));
    json_str_member(&o->out, "start", str_of(about->from));
    json_str_member(&o->out, "end", str_of(about->to));
    put_reviewed(&o->out);
}

/* --- observations --- */

/* In which file of the log the entry stands, by its path in the directory: of the whole one, which
 * stays, and not of its beginning, which goes when the log has grown: so this does not change. */
static void put_evidence(struct oscal *o, int64_t seq)
{
    struct json_out *out = &o->out;
    int64_t index = (seq - 1) / TLOG_WIDTH;
    char path[TLOG_PATH_SIZE];
    AUTO(drop_buf) struct buf b;

    tlog_path(path, TLOG_ENTRIES, index, TLOG_WIDTH);
    buf_init(&b, NAME_BYTES);
    buf_printf(&b, "Entry %lld of the evidence log", (long long)seq);
    json_put_name(out, "relevant-evidence");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "href", str_of(path));
    json_str_member(out, "description", buf_str(&b));
    json_close_object(out);
    json_close_array(out);
}

static void put_subject(struct json_out *out, struct str request)
{
    json_put_name(out, "subjects");
    json_open_array(out);
    json_open_object(out);
    json_str_member(out, "subject-uuid", request);
    json_str_member(out, "type", STR("access-request"));
    json_close_object(out);
    json_close_array(out);
}

static void put_observation(struct oscal *o, const struct seen *seen)
{
    struct json_out *out = &o->out;
    struct uuid id = id_of(o, "entry", seen->seq, seen->item);

    if (!o->observations++) { /* an empty list is none */
        json_put_name(out, "observations");
        json_open_array(out);
    }
    if (seen->against && o->related_count < OSCAL_RELATED_MAX)
        o->related[o->related_count++] = id;
    json_open_object(out);
    put_uuid(out, "uuid", id);
    json_str_member(out, "description", str_of(seen->what));
    json_put_name(out, "props");
    json_open_array(out);
    put_number(out, "entry", seen->seq);
    if (seen->item)
        put_number(out, "item", seen->item);
    put_prop(out, "verdict", seen->verdict);
    json_close_array(out);
    json_put_name(out, "methods");
    json_open_array(out);
    json_put_str(out, STR("TEST"));
    json_close_array(out);
    if (seen->request.len)
        put_subject(out, seen->request);
    put_evidence(o, seen->seq);
    json_str_member(out, "collected", seen->at);
    json_close_object(out);
}

static void on_proof(struct oscal *o, const struct seen *of, const struct json *proof)
{
    static const char PROVEN[] = "The target system shows the item as it was asked for.";
    static const char EXCEPTED[] =
        "The request went on by an approved exception; the item as such is "
        "not proven.";
    JSON_EACH(p, proof)
    {
        struct seen seen = *of;
        seen.verdict = json_path_str(p, "verdict");
        if (!json_i64(json_member(p, "item"), &seen.item) || !seen.verdict.len)
            continue;
        bool proven = str_eq_c(seen.verdict, "verified");
        seen.what = proven ? PROVEN : EXCEPTED;
        o->proven += proven;
        o->excepted += !proven;
        put_observation(o, &seen);
    }
}

/* What contradicts a proof; NULL: the entry does not. */
static const char *against(struct str kind, const struct json *detail, struct str *ret_verdict)
{
    struct str why = json_path_str(detail, "why");

    if (str_eq_c(kind, "drift.found") && str_eq_c(why, "AccessLeft")) {
        *ret_verdict = STR("left");
        return "A request came to nothing, its access is there, and no request explains it.";
    }
    if (str_eq_c(kind, "drift.found")) {
        *ret_verdict = STR("drifted");
        return "Access that was proven has changed, and no request explains it.";
    }
    if (str_eq_c(kind, "item.overgranted")) {
        *ret_verdict = STR("over-granted");
        return "The account got more than was asked for, and no request explains it.";
    }
    if (!str_eq_c(kind, "close.refused") || !json_is_true(json_member(detail, "closed")))
        return NULL;
    *ret_verdict = STR("unproven");
    if (str_eq_c(why, "SourceUnreadable") || str_eq_c(why, "StaleCopy") || str_eq_c(why, "Unclear"))
        *ret_verdict = STR("unknown");
    return "A ticket was closed where nobody was held, and the target system did not prove it.";
}

void oscal_entry(struct oscal *o, const struct json *entry, const struct json *facts)
{
    const struct json *detail = json_member(entry, "detail");
    struct str kind = json_path_str(entry, "kind"), to = json_path_str(detail, "to");
    struct seen seen = {.request = json_path_str(entry, "request"),
                        .at = json_path_str(entry, "at")};

    if (!json_i64(json_member(entry, "seq"), &seen.seq))
        return;
    if (str_eq_c(kind, "request.moved") &&
        (str_eq_c(to, "verified") || str_eq_c(to, "exception"))) {
        on_proof(o, &seen, json_member(detail, "proof"));
        return;
    }
    if (str_eq_c(kind, "item.observed") && str_eq_c(json_path_str(detail, "outcome"), "unknown") &&
        json_is_true(json_member(facts, "latest"))) {
        seen.verdict = STR("unknown");
        seen.what = "The target system could not be read: whether the item is as it was asked for "
                    "is not known.";
    } else {
        seen.what = against(kind, detail, &seen.verdict);
    }
    if (!seen.what)
        return;
    if (!json_i64(json_member(detail, "item"), &seen.item))
        seen.item = 0;
    seen.against = !str_eq_c(seen.verdict, "unknown");
    o->against += seen.against;
    o->unknown += !seen.against;
    put_observation(o, &seen);
}

/* --- the end --- */

static void put_related(struct oscal *o)
{
    if (!o->related_count)
        return;
    json_put_name(&o->out, "related-observations");
    json_open_array(&o->out);
    for (size_t i = 0; i < o->related_count; i++) {
        json_open_object(&o->out);
        put_uuid(&o->out, "observation-uuid", o->related[i]);
        json_close_object(&o->out);
    }
    json_close_array(&o->out);
}

static void put_finding(struct oscal *o)
{
    struct json_out *out = &o->out;
    AUTO(drop_buf) struct buf b;

    buf_init(&b, NAME_BYTES);
    buf_printf(
        &b,
        "%lld proven, %lld by exception, %lld contradicted. %lld could not be told and count "
        "neither way.",
        (long long)o->proven, (long long)o->excepted, (long long)o->against, (long long)o->unknown);
    json_put_name(out, "findings");
    json_open_array(out);
    json_open_object(out);
    put_uuid(out, "uuid", id_of_period(o, "finding"));
    json_str_member(out, "title", STR("Access is what approved requests asked for"));
    json_str_member(out, "description", buf_str(&b));
    json_put_name(out, "target");
    json_open_object(out);
    json_str_member(out, "type", STR("objective-id"));
    json_str_member(out, "target-id", STR("ac-2_obj"));
    json_put_name(out, "status");
    json_open_object(out);
    json_str_member(out, "state", o->against ? STR("not-satisfied") : STR("satisfied"));
    json_close_object(out);
    json_close_object(out);
    put_related(o);
    json_close_object(out);
    json_close_array(out);
}

static void put_back_matter(struct oscal *o)
{
    struct json_out *out = &o->out;

    json_put_name(out, "back-matter");
    json_open_object(out);
    json_put_name(out, "resources");
    json_open_array(out);
    json_open_object(out);
    put_uuid(out, "uuid", id_of(o, "plan", 0, 0));
    json_str_member(out, "title", STR("Continuous verification"));
    json_str_member(out, "description",
                    STR("There is no assessment plan beside this: every request is assessed, by "
                        "reading its items in the target system after they were said to be done."));
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
}

void oscal_end(struct oscal *o)
{
    struct json_out *out = &o->out;

    if (o->observations)
        json_close_array(out);
    if (o->proven || o->against)
        put_finding(o);
    json_close_object(out);
    json_close_array(out);
    put_back_matter(o);
    json_close_object(out);
    json_close_object(out);
    buf_add_byte(out->buf, '\n');
}
