#include "cli/diag_view.h"

#include <stdio.h>

#include "base/codecs.h"
#include "cli/cli.h"
#include "cli/explain.h"
#include "json/json_write.h"

enum { SHOWN_BYTES = 4 * 1024 * 1024 };

enum { FILES_MAX = 32 }; /* a mapping each, and its lock */

/* All faults of all files, in order. */
struct faults {
    struct fault {
        const struct diag_list *list;
        const struct diag *d;
    } at[FILES_MAX * DIAG_MAX];
    size_t count, errors;
};

static void gather(const struct diag_list *const *lists, size_t count, struct faults *ret)
{
    ret->count = ret->errors = 0;
    for (size_t i = 0; i < count && i < FILES_MAX; i++) {
        ret->errors += lists[i]->errors;
        for (size_t k = 0; k < lists[i]->count && k < DIAG_MAX; k++)
            ret->at[ret->count++] = (struct fault){lists[i], &lists[i]->items[k]};
    }
}

bool diag_format_option(struct cli *cli, enum diag_format *ret)
{
    static const char *const NAMES[] = {"text", "json", "sarif", "github"};
    const char *word = cli_option(cli, "format");
    int i = word ? str_index(str_of(word), NAMES, 4) : cli->json ? DIAG_JSON : DIAG_TEXT;

    if (i >= 0)
        *ret = (enum diag_format)i;
    return i >= 0;
}

static int width_of(struct diag_pos pos)
{
    return pos.width > 0 ? pos.width : 1;
}

/* --- JSON --- */

static void put_fault(struct json_out *out, const struct diag_list *list, const struct diag *d)
{
    json_open_object(out);
    json_str_member(out, "file", str_of(list->file));
    json_i64_member(out, "line", d->pos.line);
    json_i64_member(out, "column", d->pos.column);
    json_str_member(out, "code", str_of(d->code));
    json_str_member(out, "severity", d->warning ? STR("warning") : STR("error"));
    json_str_member(out, "text", str_of(d->text));
    json_str_member(out, "note", str_of(d->note));
    json_str_member(out, "help", str_of(d->help));
    if (d->fix_at.line) {
        json_put_name(out, "fix");
        json_open_object(out);
        json_i64_member(out, "line", d->fix_at.line);
        json_i64_member(out, "column", d->fix_at.column);
        json_i64_member(out, "width", d->fix_at.width);
        json_str_member(out, "text", str_of(d->fix));
        json_close_object(out);
    }
    json_close_object(out);
}

static void write_json(struct json_out *out, const struct faults *all)
{
    json_open_object(out);
    json_i64_member(out, "errors", (int64_t)all->errors);
    json_put_name(out, "faults");
    json_open_array(out);
    for (size_t i = 0; i < all->count; i++)
        put_fault(out, all->at[i].list, all->at[i].d);
    json_close_array(out);
    json_close_object(out);
}

/* --- SARIF --- */

static void put_text(struct json_out *out, const char *name, struct str text)
{
    json_put_name(out, name);
    json_open_object(out);
    json_str_member(out, "text", text);
    json_close_object(out);
}

static bool is_first(const struct faults *all, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_eq_c(str_of(all->at[i].d->code), all->at[at].d->code))
            return false;
    return true;
}

static void put_rules(struct json_out *out, const struct faults *all)
{
    json_put_name(out, "rules");
    json_open_array(out);
    for (size_t i = 0; i < all->count; i++) {
        struct str code = str_of(all->at[i].d->code), title = explain_title(code);
        if (!is_first(all, i))
            continue;
        json_open_object(out);
        json_str_member(out, "id", code);
        put_text(out, "shortDescription", title.len ? title : code);
        if (explain_page(code))
            put_text(out, "help", str_of(explain_page(code)));
        json_close_object(out);
    }
    json_close_array(out);
}

static void put_region(struct json_out *out, const char *name, struct diag_pos pos, int width)
{
    json_put_name(out, name);
    json_open_object(out);
    json_i64_member(out, "startLine", pos.line);
    json_i64_member(out, "startColumn", pos.column);
    json_i64_member(out, "endColumn", pos.column + width);
    json_close_object(out);
}

/* A relative URI reference: the folders of a path stay folders. */
static void put_artifact(struct json_out *out, const struct diag_list *list)
{
    AUTO(drop_buf) struct buf b;
    struct str path = str_of(list->file);

    buf_init(&b, 16 * 1024);
    while (path.len) {
        url_encode(&b, str_cut(&path, '/'));
        if (path.p)
            buf_add_c(&b, "/");
    }
    json_put_name(out, "artifactLocation");
    json_open_object(out);
    json_str_member(out, "uri", buf_str(&b));
    json_close_object(out);
}

static void put_fix(struct json_out *out, const struct diag_list *list, const struct diag *d)
{
    json_put_name(out, "fixes");
    json_open_array(out);
    json_open_object(out);
    put_text(out, "description", str_of(d->help));
    json_put_name(out, "artifactChanges");
    json_open_array(out);
    json_open_object(out);
    put_artifact(out, list);
    json_put_name(out, "replacements");
    json_open_array(out);
    json_open_object(out);
    put_region(out, "deletedRegion", d->fix_at, d->fix_at.width);
    put_text(out, "insertedContent", str_of(d->fix));
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
    json_close_array(out);
}

static void put_result(struct json_out *out, const struct diag_list *list, const struct diag *d)
{
    AUTO(drop_buf) struct buf b;

    buf_init(&b, 1024);
    buf_printf(&b, "%s%s%s%s%s", d->text, d->note[0] ? "; " : "", d->note, d->help[0] ? "; " : "",
               d->help);
    json_open_object(out);
    json_str_member(out, "ruleId", str_of(d->code));
    json_str_member(out, "level", d->warning ? STR("warning") : STR("error"));
    put_text(out, "message", buf_str(&b));
    json_put_name(out, "locations");
    json_open_array(out);
    json_open_object(out);
    json_put_name(out, "physicalLocation");
    json_open_object(out);
    put_artifact(out, list);
    if (d->pos.line)
        put_region(out, "region", d->pos, width_of(d->pos));
    json_close_object(out);
    json_close_object(out);
    json_close_array(out);
    if (d->fix_at.line)
        put_fix(out, list, d);
    json_close_object(out);
}

static void write_sarif(struct json_out *out, const struct faults *all)
{
    json_open_object(out);
    json_str_member(out, "$schema", STR("https://json.schemastore.org/sarif-2.1.0.json"));
    json_str_member(out, "version", STR("2.1.0"));
    json_put_name(out, "runs");
    json_open_array(out);
    json_open_object(out);
    json_put_name(out, "tool");
    json_open_object(out);
    json_put_name(out, "driver");
    json_open_object(out);
    json_str_member(out, "name", STR("countersign"));
    json_str_member(out, "version", STR(COUNTERSIGN_VERSION));
    put_rules(out, all);
    json_close_object(out);
    json_close_object(out);
    json_str_member(out, "columnKind", STR("unicodeCodePoints"));
    json_put_name(out, "results");
    json_open_array(out);
    for (size_t i = 0; i < all->count; i++)
        put_result(out, all->at[i].list, all->at[i].d);
    json_close_array(out);
    json_close_object(out);
    json_close_array(out);
    json_close_object(out);
}

/* --- workflow commands of GitHub Actions --- */

static void put_escaped(struct buf *b, const char *text, bool property)
{
    for (const char *p = text; *p; p++) {
        bool control = (unsigned char)*p < 0x20;
        if (*p == '%' || control || (property && (*p == ':' || *p == ',')))
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*p);
        else
            buf_add_byte(b, *p);
    }
}

static void write_github(struct buf *b, const struct faults *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct diag_list *list = all->at[i].list;
        const struct diag *d = all->at[i].d;
        buf_printf(b, "::%s file=", d->warning ? "warning" : "error");
        put_escaped(b, list->file, true);
        if (d->pos.line)
            buf_printf(b, ",line=%d,col=%d,endColumn=%d", d->pos.line, d->pos.column,
                       d->pos.column + width_of(d->pos));
        buf_printf(b, ",title=%s::", d->code);
        put_escaped(b, d->text, false);
        if (d->help[0])
            buf_add_c(b, "; ");
        put_escaped(b, d->help, false);
        buf_add_c(b, "\n");
    }
}

void diag_print(const struct diag_list *const *lists, size_t count, enum diag_format format)
{
    AUTO(drop_buf) struct buf b;
    struct faults all;
    struct json_out out;

    buf_init(&b, SHOWN_BYTES);
    json_begin(&out, &b);
    gather(lists, count, &all);
    switch (format) {
    case DIAG_TEXT:
        for (size_t i = 0; i < count; i++)
            diag_render(lists[i], &b);
        break;
    case DIAG_JSON:
        write_json(&out, &all);
        buf_add_c(&b, "\n");
        break;
    case DIAG_SARIF:
        write_sarif(&out, &all);
        buf_add_c(&b, "\n");
        break;
    case DIAG_GITHUB:
        write_github(&b, &all);
        break;
    }
    if (b.len)
        fwrite(b.p, 1, b.len, format == DIAG_TEXT ? stderr : stdout);
}
