#include "cli/evidence_format.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "domain/publish.h"
#include "export/ocsf.h"
#include "export/oscal.h"
#include "store/store_entries.h"

enum { TEXT_BYTES = 1024 * 1024, ENTRY_BYTES = 4 * 1024 * 1024, SMALL = 256 };

struct writing {
    struct arena *arena; /* of one entry */
    struct buf text;
    int64_t count, last; /* what was written; the entry before, 0: it is the first of the period */
    struct err *err;
    struct evidence_log *log; /* of OSCAL */
    struct oscal *oscal;
};

static bool flush(struct writing *w)
{
    bool good = !w->text.over && fwrite(w->text.p, 1, w->text.len, stdout) == w->text.len;

    buf_clear(&w->text);
    return good;
}

static bool parse(struct writing *w, struct str body, struct str facts,
                  const struct json **ret_entry, const struct json **ret_facts)
{
    arena_clear(w->arena);
    return json_parse(w->arena, body, ret_entry, w->err) &&
           json_parse(w->arena, facts, ret_facts, w->err);
}

/* Entries of a period stand side by side, unless some were taken out of the database. */
static bool follows(struct writing *w, int64_t seq, struct err *err)
{
    int64_t before = w->last;

    w->last = seq;
    return !before || seq == before + 1 ||
           FAIL(err, ERR_INPUT, "entries %lld to %lld are not in the database any more",
                (long long)before + 1, (long long)seq - 1);
}

/* --- OCSF --- */

static bool on_ocsf(void *arg, int64_t seq, struct str body, struct str facts)
{
    struct writing *w = arg;
    const struct json *entry, *beside;
    struct err gap = {0};

    if (!follows(w, seq, &gap))
        fprintf(stderr, "countersign: %s: they are no events of this export\n", gap.what);
    if (!parse(w, body, facts, &entry, &beside))
        return false;
    w->count += ocsf_write(entry, beside, COUNTERSIGN_VERSION, &w->text);
    return flush(w);
}

/* --- OSCAL --- */

/* The database must say what was published: else the document would stand for a log that it is not
 * of. */
static bool on_oscal(void *arg, int64_t seq, struct str body, struct str facts)
{
    struct writing *w = arg;
    const struct json *entry, *beside;
    AUTO(drop_buf) struct buf room;

    buf_init(&room, SMALL);
    if (!follows(w, seq, w->err)) /* results without them would say more than they know */
        return false;
    if (!evidence_log_has(w->log, seq, publish_text(body, seq, &room), w->err)) {
        err_while(w->err, "comparing entry %lld with the log", (long long)seq);
        return false;
    }
    if (!parse(w, body, facts, &entry, &beside))
        return false;
    oscal_entry(w->oscal, entry, beside);
    return !w->text.len || flush(w);
}

/* A date is its first moment. */
static bool read_time(const char *text, char ret[CLOCK_TEXT_SIZE], struct err *err)
{
    AUTO(drop_buf) struct buf b;
    int64_t ms;

    buf_init(&b, SMALL);
    buf_printf(&b, "%sT00:00:00Z", text);
    if (!clock_parse(str_of(text), &ms) && !clock_parse(buf_str(&b), &ms))
        return FAIL(err, ERR_INPUT, "'%s' is no time: 2026-11-01, or 2026-11-01T00:00:00Z", text);
    clock_rfc3339(ms, ret);
    return true;
}

/* When an entry was made, as it says itself. */
static bool take_at(void *arg, struct str entry)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ENTRY_BYTES);
    const struct json *v;
    struct err err;

    return !json_parse(arena, entry, &v, &err) ||
           str_copy(arg, CLOCK_TEXT_SIZE, json_path_str(v, "at"));
}

/* What the document says of log and period; without bounds from the first moment there is to the
 * last entry. */
static bool about(const struct evidence_format *f, struct evidence_log *log,
                  struct oscal_about *ret, char last[CLOCK_TEXT_SIZE], char from[CLOCK_TEXT_SIZE],
                  char to[CLOCK_TEXT_SIZE], struct err *err)
{
    int64_t seq, size = evidence_log_size(log);

    last[0] = '\0';
    if (!evidence_log_find(log, size, take_at, last, &seq, err))
        return false;
    if (!last[0])
        return FAIL(err, ERR_INPUT, "the log has no entry that says when it was made");
    *ret = (struct oscal_about){evidence_log_origin(log), size, evidence_log_root(log), last, from,
                                f->to ? to : last};
    return read_time(f->from ? f->from : "1970-01-01", from, err) &&
           (!f->to || read_time(f->to, to, err));
}

/* What stopped it counts for more than that it stopped. */
static bool walk(const struct pg_options *options, const struct store_entries *entries,
                 struct writing *w)
{
    struct err stopped = {0};

    if (store_entries(options, entries, &stopped))
        return true;
    if (!w->err->what[0])
        *w->err = stopped;
    return false;
}

static bool write_oscal(const struct pg_options *options, const struct evidence_format *f,
                        struct writing *w)
{
    char last[CLOCK_TEXT_SIZE], from[CLOCK_TEXT_SIZE], to[CLOCK_TEXT_SIZE];
    struct oscal oscal;
    struct oscal_about of;

    if (!f->log)
        return FAIL(w->err, ERR_INPUT, "OSCAL results are of a published log: --log DIRECTORY");
    if (!evidence_log_open(f->log, f->key, &w->log, w->err) ||
        !about(f, w->log, &of, last, from, to, w->err))
        return false;
    struct store_entries entries = {.from = str_of(from),
                                    .to = str_of(f->to ? to : ""),
                                    .upto = of.size,
                                    .fn = on_oscal,
                                    .arg = w};
    w->oscal = &oscal;
    oscal_begin(&oscal, &of, &w->text);
    if (!walk(options, &entries, w))
        return false;
    oscal_end(&oscal);
    w->count = oscal.observations;
    return flush(w) || FAIL(w->err, ERR_TEMPORARY, "the export cannot be written");
}

static bool write_ocsf(const struct pg_options *options, const struct evidence_format *f,
                       struct writing *w, bool *ret_recorded)
{
    char from[CLOCK_TEXT_SIZE] = "", to[CLOCK_TEXT_SIZE] = "";
    struct store_entries entries = {.names = f->names, .fn = on_ocsf, .arg = w};

    if ((f->from && !read_time(f->from, from, w->err)) || (f->to && !read_time(f->to, to, w->err)))
        return false;
    entries.from = str_of(from);
    entries.to = str_of(to);
    struct err unrecorded = {0};
    *ret_recorded =
        !f->names || store_events_exported(options, entries.from, entries.to, &unrecorded);
    if (!*ret_recorded)
        fprintf(stderr,
                "countersign: that these events are exported with names is not on record: %s\n",
                unrecorded.what);
    return walk(options, &entries, w);
}

bool evidence_format_write(const struct pg_options *options, const struct evidence_format *f,
                           int64_t *ret_count, const char **ret_what, bool *ret_recorded,
                           struct err *err)
{
    AUTO(drop_arena) struct arena *arena = arena_new(ENTRY_BYTES);
    struct writing w = {.arena = arena, .err = err};
    bool ocsf = strcmp(f->name, "ocsf") == 0, good;

    if (!ocsf && strcmp(f->name, "oscal") != 0)
        return FAIL(err, ERR_INPUT, "--format is ocsf or oscal");
    *ret_recorded = true;
    buf_init(&w.text, TEXT_BYTES);
    good = ocsf ? write_ocsf(options, f, &w, ret_recorded) : write_oscal(options, f, &w);
    evidence_log_close(w.log);
    buf_done(&w.text);
    *ret_count = w.count;
    *ret_what = ocsf ? "events" : "observations";
    return good;
}
