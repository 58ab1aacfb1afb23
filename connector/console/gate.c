#include "console/gate.h"

#include <stdio.h>

#include "console/frame.h"
#include "console/gate_picture.h"
#include "console/say.h"

enum { TEXT_BYTES = 256, NAME_CHARS = 80, WORDS_CHARS = 300 };

struct page {
    const struct gate_page *page;
    struct arena *arena;
    size_t picture; /* how many stand on the page */
};

static const struct {
    enum say_mark mark;
    const char *words;
} STATES[GATE_STATE_COUNT] = {[GATE_GATED] = {MARK_GOOD, "gated"},
                              [GATE_OPEN] = {MARK_BAD, "open"},
                              [GATE_LEFT] = {MARK_NOTE, "left alone"},
                              [GATE_NOT_DONE] = {MARK_NOTE, ""}};

/* --- what holds, in one line --- */

static void put_verdict(struct markup *m, const struct gate_project *p)
{
    char text[TEXT_BYTES];

    if (!p->is_known)
        say_put_mark(m, MARK_UNKNOWN, STR("Not known: the last look could not read everything"));
    else if (p->open) {
        snprintf(text, sizeof text,
                 p->open == 1 ? "%lld way to close without proof"
                              : "%lld ways to close without proof",
                 (long long)p->open);
        say_put_mark(m, MARK_BAD, str_of(text));
    } else
        say_put_mark(m, MARK_GOOD, STR("Nobody but the connector closes"));
}

static struct str mode_words(struct str mode)
{
    static const struct {
        const char *name, *words;
    } MODES[] = {{"connector_closes", "only the connector may go the roads into Done"},
                 {"approval_step", "an approval waits for the connector, and closes"},
                 {"validator_field", "the roads demand a field that only the connector fills"},
                 {"reopen", "what is closed without proof is found and reopened"}};

    for (size_t i = 0; i < sizeof MODES / sizeof MODES[0]; i++)
        if (str_eq_c(mode, MODES[i].name))
            return str_of(MODES[i].words);
    return STR("not known");
}

static void put_since(struct markup *m, const char *what, int64_t at_ms)
{
    HTML (m, DIV) {
        HTML_LEAF(m, DT, str_of(what));
        HTML (m, DD) {
            if (at_ms)
                say_put_time(m, at_ms);
            else
                markup_text(m, STR("no"));
        }
    }
}

static void put_facts(struct markup *m, const struct gate_project *p)
{
    HTML (m, DL, A(CLASS, "facts")) {
        HTML (m, DIV) {
            HTML_LEAF(m, DT, STR("Kind of gate"));
            HTML_LEAF(m, DD, mode_words(p->mode));
        }
        put_since(m, "Looked at", p->at_ms);
        put_since(m, "Shows this since", p->since_ms);
        put_since(m, "Installed by us", p->installed_ms);
    }
    if (!p->is_known)
        HTML (m, P) {
            markup_text(m, STR("Not known because "));
            markup_said(m, p->said, WORDS_CHARS);
        }
}

/* --- one workflow --- */

static void put_road(struct markup *m, const struct gate_road *road, size_t number)
{
    char text[SAY_BYTES];

    snprintf(text, sizeof text, "%zu", number);
    HTML (m, TR) {
        HTML_LEAF(m, TD, str_of(text), A(CLASS, "num"));
        HTML (m, TD) {
            HTML (m, STRONG)
                markup_said(m, road->name, NAME_CHARS);
            markup_text(m, STR(" "));
            HTML (m, SPAN, A(CLASS, "soft small")) {
                markup_said(m, road->from_words, WORDS_CHARS);
                markup_text(m, STR(" → "));
                markup_said(m, road->to_words, NAME_CHARS);
            }
        }
        HTML (m, TD)
            say_put_mark(m, STATES[road->state].mark, str_of(STATES[road->state].words));
        HTML (m, TD)
            markup_said(m, road->words, WORDS_CHARS);
    }
}

static void put_roads(struct markup *m, const struct gate_flow *flow)
{
    size_t number = 0;

    HTML (m, TABLE, A(CLASS, "rows roads")) {
        HTML_LEAF(m, CAPTION, STR("Every road into Done"));
        HTML (m, THEAD) {
            HTML (m, TR) {
                HTML_LEAF(m, TH, STR("No."), A(SCOPE, "col"), A(CLASS, "num"));
                HTML_LEAF(m, TH, STR("Road"), A(SCOPE, "col"));
                HTML_LEAF(m, TH, STR("Stands"), A(SCOPE, "col"));
                HTML_LEAF(m, TH, STR("Because"), A(SCOPE, "col"));
            }
        }
        HTML (m, TBODY)
            for (size_t i = 0; i < flow->road_count; i++)
                if (flow->roads[i].state != GATE_NOT_DONE)
                    put_road(m, &flow->roads[i], ++number);
    }
    if (!number)
        HTML_LEAF(m, P, STR("No road leads into Done."), A(CLASS, "empty"));
}

static void put_found(struct markup *m, const struct gate_flow *flow)
{
    if (!flow->found_count)
        return;
    HTML (m, UL, A(CLASS, "found"), A(ARIA_LABEL, "What else was found")) {
        for (size_t i = 0; i < flow->found_count; i++)
            HTML (m, LI) {
                const struct gate_found *f = &flow->found[i];
                say_put_mark(m, f->fails ? MARK_BAD : MARK_WARN,
                             f->fails ? STR("does not hold") : STR("worth a look"));
                markup_text(m, STR(" "));
                markup_said(m, f->what, WORDS_CHARS);
                HTML (m, SPAN, A(CLASS, "soft")) {
                    markup_text(m, STR(" – "));
                    markup_said(m, f->help, WORDS_CHARS);
                }
            }
    }
}

static void put_legend(struct markup *m)
{
    HTML (m, P, A(CLASS, "legend")) {
        for (int i = 0; i < GATE_NOT_DONE; i++) {
            say_put_mark(m, STATES[i].mark, str_of(STATES[i].words));
            markup_text(m, STR(" "));
        }
        markup_text(m,
                    STR("roads into Done, by their number in the list; thin ones lead elsewhere."));
    }
}

static void put_flow(struct markup *m, struct page *page, const struct gate_flow *flow)
{
    HTML (m, H3)
        markup_said(m, flow->name, NAME_CHARS);
    if (flow->is_drawn) {
        bool drawn = true;
        HTML (m, SECTION, A(CLASS, "scroll picture"), A(TABINDEX, "0"),
              A(ARIA_LABEL, "The workflow as a picture"))
            drawn = gate_put_picture(m, page->arena, flow, page->picture++);
        if (drawn)
            put_legend(m);
        else
            HTML_LEAF(m, P, STR("It has more roads than a picture can show; the list has all."),
                      A(CLASS, "soft"));
    } else {
        HTML_LEAF(m, P, STR("The picture comes with the next look at this gate."),
                  A(CLASS, "soft"));
    }
    put_roads(m, flow);
    put_found(m, flow);
}

/* --- what is beside the workflows --- */

static void put_rules(struct markup *m, const struct gate_project *p)
{
    if (!p->rule_count)
        return;
    HTML_LEAF(m, H3, STR("Rules of Jira's automation that bear on a close"));
    HTML (m, UL, A(CLASS, "found")) {
        for (size_t i = 0; i < p->rule_count; i++)
            HTML (m, LI) {
                const struct gate_rule *r = &p->rules[i];
                say_put_mark(m, STATES[r->state].mark, str_of(STATES[r->state].words));
                markup_text(m, STR(" "));
                HTML (m, STRONG)
                    markup_said(m, r->name, NAME_CHARS);
                markup_text(m, STR(": "));
                markup_said(m, r->words, WORDS_CHARS);
            }
    }
}

static void put_strangers(struct markup *m, const struct page *page, const struct gate_project *p)
{
    if (!p->stranger_count)
        return;
    HTML_LEAF(m, H3, STR("Others in the group that may close"));
    if (!page->page->names) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "%zu; an auditor sees their names.", p->stranger_count);
        HTML_LEAF(m, P, str_of(text));
        return;
    }
    HTML (m, UL)
        for (size_t i = 0; i < p->stranger_count; i++)
            HTML (m, LI)
                markup_said(m, p->strangers[i], NAME_CHARS);
}

static void put_unseen(struct markup *m, const struct gate_project *p)
{
    if (!p->unseen_count)
        return;
    HTML (m, DETAILS) {
        HTML_LEAF(m, SUMMARY, STR("What no look of ours shows"));
        HTML (m, UL)
            for (size_t i = 0; i < p->unseen_count; i++)
                HTML (m, LI)
                    markup_said(m, p->unseen[i], WORDS_CHARS);
    }
}

static void put_project(struct markup *m, struct page *page, const struct gate_project *p)
{
    HTML (m, SECTION, A(CLASS, "card stack gate")) {
        HTML (m, DIV, A(CLASS, "head")) {
            HTML (m, H2) {
                markup_said(m, p->project, NAME_CHARS);
                markup_text(m, STR(" at "));
                markup_said(m, p->site, NAME_CHARS);
            }
            put_verdict(m, p);
        }
        put_facts(m, p);
        for (size_t i = 0; i < p->flow_count; i++)
            put_flow(m, page, &p->flows[i]);
        put_rules(m, p);
        put_strangers(m, page, p);
        put_unseen(m, p);
    }
}

static void put_summary(struct markup *m, const struct gate_page *page)
{
    size_t good = 0;
    char text[TEXT_BYTES];

    for (size_t i = 0; i < page->project_count; i++)
        good += page->projects[i].is_known && !page->projects[i].open;
    snprintf(text, sizeof text, "%zu of %zu hold", good, page->project_count);
    if (page->project_count)
        say_put_mark(m, good == page->project_count ? MARK_GOOD : MARK_BAD, str_of(text));
}

static void body(struct markup *m, const void *arg)
{
    struct page page = *(const struct page *)arg;

    HTML (m, DIV, A(CLASS, "head")) {
        HTML_LEAF(m, H1, STR("Can anybody close without proof?"));
        put_summary(m, page.page);
    }
    HTML_LEAF(
        m, P,
        STR("Each project's workflow as the last look at it found it: every road into a status "
            "that means Done, and whether only the connector may go it."),
        A(CLASS, "lead"));
    for (size_t i = 0; i < page.page->project_count; i++)
        put_project(m, &page, &page.page->projects[i]);
    if (!page.page->project_count)
        HTML_LEAF(m, P,
                  STR("No gate was looked at yet: countersign gate prove, or wait for the "
                      "service to look."),
                  A(CLASS, "notice"));
    if (page.page->more)
        HTML_LEAF(m, P,
                  STR("There are more projects than fit here: countersign gate prove lists "
                      "all."),
                  A(CLASS, "soft"));
}

bool gate_render(struct buf *out, struct arena *arena, const struct gate_page *gates)
{
    const struct frame frame = {.title = STR("Gate"),
                                .place = FRAME_GATE,
                                .as_of_ms = gates->now_ms,
                                .visitor = gates->visitor,
                                .class = "wide"};
    const struct page page = {.page = gates, .arena = arena};

    return frame_render(out, &frame, body, &page) && !arena_over(arena);
}
