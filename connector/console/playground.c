#include "console/playground.h"

#include "console/say.h"

enum { SHOWN = 200, TEXT_ROWS = 18 };

/* --- what is tried --- */

static void put_field(struct markup *m, const char *id, struct str label, struct str hint,
                      struct str text)
{
    HTML (m, DIV, A(CLASS, "card")) {
        HTML (m, P)
            HTML_LEAF(m, LABEL, label, A_STR(FOR, str_of(id)));
        HTML_LEAF(m, P, hint, A(CLASS, "lead"));
        HTML (m, TEXTAREA, A_STR(ID, str_of(id)), A_STR(NAME, str_of(id)), A_NUM(ROWS, TEXT_ROWS),
              A(SPELLCHECK, "false"), A(AUTOCOMPLETE, "off")) {
            if (text.len && text.p[0] == '\n')
                markup_text(m, STR("\n")); /* the first one is not counted */
            markup_text(m, text);
        }
    }
}

static void put_form(struct markup *m, const struct playground *p)
{
    HTML (m, FORM, A(METHOD, "post"), A(ACTION, "./playground"), A(CLASS, "stack")) {
        HTML (m, DIV, A(CLASS, "pair")) {
            put_field(m, "ticket", STR("Ticket"),
                      STR("An issue as Jira gives it, JSON: GET /rest/api/3/issue/KEY. Answers of "
                          "an attached form stand among its fields, as \"form.12\"."),
                      p->ticket);
            put_field(m, "mapping", STR("Mapping"),
                      p->mapping_is.len ? p->mapping_is : STR("A mapping file, YAML."), p->mapping);
        }
        HTML (m, P)
            HTML_LEAF(m, BUTTON, STR("Try"), A(TYPE, "submit"));
    }
}

/* --- what is wrong --- */

static void put_fault(struct markup *m, const struct playground_fault *f)
{
    HTML (m, LI) {
        HTML (m, P) {
            say_put_mark(m, f->warning ? MARK_WARN : MARK_BAD,
                         f->code.len ? f->code : STR("ticket"));
            markup_text(m, STR(" "));
            markup_said(m, f->text, SHOWN);
            if (f->line)
                markup_printf(m, " (line %d, column %d)", f->line, f->column);
        }
        if (f->note.len)
            HTML (m, P, A(CLASS, "soft"))
                markup_said(m, f->note, SHOWN);
        if (f->help.len)
            HTML (m, P, A(CLASS, "soft")) {
                markup_text(m, STR("Help: "));
                markup_said(m, f->help, SHOWN);
            }
    }
}

static void put_faults(struct markup *m, const struct playground *p)
{
    HTML (m, SECTION, A(CLASS, "card")) {
        HTML_LEAF(m, H2, p->outcome == PLAYED_FAULTS ? STR("Not tried") : STR("Worth a look"));
        HTML (m, UL, A(CLASS, "stack"))
            for (size_t i = 0; i < p->fault_count; i++)
                put_fault(m, &p->faults[i]);
        if (p->more_faults)
            HTML (m, P, A(CLASS, "soft"))
                markup_printf(m, "and %zu more: countersign mapping validate", p->more_faults);
    }
}

/* --- what becomes of it --- */

static void put_outcome(struct markup *m, const struct playground *p)
{
    static const struct {
        enum say_mark mark;
        struct str words;
    } MARKS[PLAYED_OUTCOME_COUNT] = {
        [PLAYED_NOTHING] = {MARK_NOTE, STR("")},
        [PLAYED_FAULTS] = {MARK_BAD, STR("")},
        [PLAYED_NO_RULE] = {MARK_UNKNOWN, STR("Not governed")},
        [PLAYED_HELD] = {MARK_WARN, STR("Held")},
        [PLAYED_MAPPED] = {MARK_GOOD, STR("Mapped")},
    };

    HTML (m, SECTION, A(CLASS, "card"), A(ID, "outcome")) {
        HTML_LEAF(m, H2, STR("What becomes of it"));
        HTML (m, P) {
            say_put_mark(m, MARKS[p->outcome].mark, MARKS[p->outcome].words);
            markup_text(m, STR(" request type "));
            markup_said(m, p->request_type.len ? p->request_type : STR("none"), SHOWN);
            if (p->rule.len) {
                markup_text(m, STR(", rule "));
                markup_said(m, p->rule, SHOWN);
                markup_printf(m, " (line %d)", p->rule_line);
            } else {
                markup_text(m, STR(": no rule is for it"));
            }
        }
        if (p->outcome == PLAYED_HELD)
            HTML (m, P) {
                HTML_LEAF(m, CODE, p->hold_code);
                markup_text(m, STR(" The ticket would say: On hold: "));
                markup_said(m, p->hold_text, SHOWN);
            }
        HTML (m, DL, A(CLASS, "facts"))
            for (size_t i = 0; i < p->fact_count; i++) {
                HTML_LEAF(m, DT, str_of(p->facts[i].name));
                HTML (m, DD)
                    markup_said(m, p->facts[i].value, SHOWN);
            }
    }
}

static void put_step(struct markup *m, const struct playground_step *s)
{
    HTML (m, LI) {
        HTML_LEAF(m, CODE, s->name);
        markup_text(m, STR(" "));
        markup_said(m, s->value, SHOWN);
        if (s->stops) {
            markup_text(m, STR(" "));
            say_put_mark(m, MARK_WARN, STR("held here"));
        }
    }
}

static void put_target(struct markup *m, const struct playground_target *t)
{
    HTML (m, TR) {
        HTML_LEAF(m, TH, t->name, A(SCOPE, "row"));
        HTML (m, TD) {
            if (t->field.len) {
                HTML_LEAF(m, CODE, t->field);
                markup_text(m, STR(" "));
                markup_said(m, t->label, SHOWN);
            } else {
                markup_text(m, STR("always"));
            }
        }
        HTML (m, TD)
            markup_said(m, t->raw, SHOWN);
        HTML (m, TD) {
            if (t->step_count)
                HTML (m, OL)
                    for (size_t i = 0; i < t->step_count; i++)
                        put_step(m, &t->steps[i]);
            else
                markup_text(m, STR("as it is"));
        }
        HTML (m, TD, A(CLASS, "num"))
            markup_printf(m, "%d", t->line);
    }
}

static void put_trace(struct markup *m, const struct playground *p)
{
    static const struct str HEADS[] = {STR("Target"), STR("Field"), STR("Holds"),
                                       STR("Function by function"), STR("Line")};

    HTML (m, SECTION, A(CLASS, "card")) {
        HTML_LEAF(m, H2, STR("How it came to that"));
        HTML (m, P, A(CLASS, "lead"))
            markup_printf(m, "%zu steps of %d at most; nothing was asked of anybody.", p->steps,
                          PLAYGROUND_STEPS);
        HTML (m, DIV, A(CLASS, "scroll"), A(TABINDEX, "0"), A(ROLE, "region"),
              A(ARIA_LABEL, "Function by function")) {
            HTML (m, TABLE) {
                HTML (m, THEAD)
                    HTML (m, TR)
                        for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++)
                            HTML_LEAF(m, TH, HEADS[i], A(SCOPE, "col"));
                HTML (m, TBODY)
                    for (size_t i = 0; i < p->target_count; i++)
                        put_target(m, &p->targets[i]);
            }
        }
    }
}

static void body(struct markup *m, const void *arg)
{
    const struct playground *p = arg;

    HTML (m, DIV) {
        HTML_LEAF(m, H1, STR("Playground"));
        HTML_LEAF(
            m, P,
            STR("What a mapping makes of a ticket, step by step. Nothing is kept, and nothing "
                "is asked of Jira or of the database. In a terminal: countersign mapping "
                "try."),
            A(CLASS, "lead"));
    }
    if (p->fault_count)
        put_faults(m, p);
    if (p->outcome > PLAYED_FAULTS)
        put_outcome(m, p);
    if (p->target_count)
        put_trace(m, p);
    put_form(m, p);
}

bool playground_render(struct buf *out, const struct playground *p)
{
    const struct frame frame = {.title = STR("Playground"),
                                .place = FRAME_PLAYGROUND,
                                .class = "wide",
                                .visitor = p->visitor};

    return frame_render(out, &frame, body, p);
}
