#include "cli/init_text.h"

#include "yaml/diag.h"

enum { WORDS_MAX = 14 };

struct word {
    const char *name;
    struct str value;
};

/* What stands for words in one part of a template. */
struct filling {
    const struct init_site *site;
    const struct init_source *source; /* within #each; NULL */
};

bool init_knows_kind(struct str kind)
{
    static const char *const KINDS[] = {"ldap", "sql", "scim", "rest", "csv"};
    return str_index(kind, KINDS, sizeof KINDS / sizeof KINDS[0]) >= 0;
}

static bool holds(struct str word, const struct init_site *site)
{
    if (str_eq(word, STR("plain")))
        return str_starts(site->url, STR("http://"));
    return str_eq(word, site->datacenter ? STR("datacenter") : STR("cloud"));
}

static void add_projects(const struct init_site *site, struct buf *out)
{
    for (size_t i = 0; i < site->project_count; i++) {
        buf_add_c(out, i ? ", " : "[");
        diag_word(out, site->projects[i], false);
    }
    buf_add_c(out, "]");
}

/* False: there is no such word, and the template is wrong. */
static bool add_word(struct str name, const struct filling *f, struct buf *out)
{
    const struct init_site *s = f->site;
    const struct word words[WORDS_MAX] = {
        {"NAME", s->name},
        {"URL", s->url},
        {"EMAIL", s->email},
        {"TOKEN", s->token},
        {"WEBHOOK_SECRET", s->webhook_secret},
        {"API_TOKEN", s->api_token},
        {"DATABASE", s->database},
        {"DATABASE_PASSWORD", s->database_password},
        {"PROJECT", s->projects[0]},
        {"APPLICATION", s->sources[0].name},
        {"SOURCE", f->source ? f->source->name : STR_NONE},
        {"SOURCE_SECRET", f->source ? f->source->secret : STR_NONE},
    };

    if (str_eq(name, STR("PROJECTS"))) {
        add_projects(s, out);
        return true;
    }
    for (size_t i = 0; i < WORDS_MAX && words[i].name; i++) {
        if (!str_eq_c(name, words[i].name))
            continue;
        diag_word(out, words[i].value, false);
        return true;
    }
    return false;
}

static void add_line(struct str line, const struct filling *f, struct buf *out)
{
    while (line.len) {
        struct str rest = line, before = str_cut(&rest, '@'), name = str_cut(&rest, '@');
        buf_add_str(out, before);
        if (before.len == line.len)
            break;
        if (!add_word(name, f, out)) { /* an @ of an address */
            buf_add_c(out, "@");
            rest = str_n(line.p + before.len + 1, line.len - before.len - 1);
        }
        line = rest;
    }
    buf_add_c(out, "\n");
}

static void add_block(struct str block, const struct filling *f, struct buf *out)
{
    while (block.len)
        add_line(str_cut(&block, '\n'), f, out);
}

/* The lines up to #end, taken off. */
static struct str cut_block(struct str *text)
{
    struct str block = *text;

    while (text->len) {
        size_t len = (size_t)(text->p - block.p);
        if (str_eq(str_cut(text, '\n'), STR("#end")))
            return str_n(block.p, len);
    }
    return block;
}

void init_text(const char *template, const struct init_site *site, struct buf *out)
{
    struct str text = str_of(template);

    while (text.len) {
        struct filling f = {.site = site};
        struct str line = str_cut(&text, '\n'), word = line, verb = str_cut(&word, ' ');
        if (str_eq(verb, STR("#if"))) {
            struct str block = cut_block(&text);
            if (holds(word, site))
                add_block(block, &f, out);
        } else if (str_eq(verb, STR("#each"))) {
            struct str block = cut_block(&text);
            for (size_t i = 0; i < site->source_count; i++) {
                f.source = &site->sources[i];
                if (str_eq(f.source->kind, word))
                    add_block(block, &f, out);
            }
        } else {
            add_line(line, &f, out);
        }
    }
}
