/* gate.h: /gate, each project's workflow as a picture, every road into Done gated or open, in words
 * and not by colour alone: what the last look at the gate proved, not a look of its own. */
#ifndef COUNTERSIGN_CONSOLE_GATE_H
#define COUNTERSIGN_CONSOLE_GATE_H

#include "base/arena.h"
#include "base/buf.h"

enum { GATE_PAGE_BYTES = 2 * 1024 * 1024, GATE_PROJECTS_MAX = 32 };

enum gate_part { PART_OPEN, PART_VERIFY, PART_DONE, PART_CANCELLED, PART_DECLINED, PART_COUNT };

struct gate_status {
    struct str name, category; /* new, indeterminate, done */
    enum gate_part part;
};

enum gate_state { GATE_GATED, GATE_OPEN, GATE_LEFT, GATE_NOT_DONE, GATE_STATE_COUNT };

/* A transition. state, from_words and words: of those that lead into Done; of the others
 * GATE_NOT_DONE. */
struct gate_road {
    struct str id, name;
    enum gate_state state;
    struct str from_words, to_words, words;
    bool is_global, is_initial;
    const size_t *from; /* indexes of statuses */
    size_t from_count, to;
};

struct gate_found {
    bool fails;
    struct str what, help;
};

struct gate_rule {
    enum gate_state state;
    struct str name, words;
};

struct gate_flow {
    struct str name;
    bool is_drawn; /* statuses and roads are all of them, and so it can be drawn */
    const struct gate_status *statuses;
    size_t status_count;
    const struct gate_road *roads;
    size_t road_count;
    const struct gate_found *found;
    size_t found_count;
};

struct gate_project {
    struct str site, project;
    int64_t at_ms, since_ms; /* of the look; since when it shows this */
    bool is_known;
    struct str said; /* why it is not known */
    int64_t unknown_since_ms;
    int64_t open;         /* roads, and what else makes it worth nothing */
    struct str mode;      /* connector_closes, ... */
    int64_t installed_ms; /* by us; 0: not */
    const struct gate_flow *flows;
    size_t flow_count;
    const struct gate_rule *rules;
    size_t rule_count;
    const struct str *strangers; /* people in the group that may close */
    size_t stranger_count;
    const struct str *unseen; /* what no look of ours shows, in words */
    size_t unseen_count;
};

struct gate_page {
    int64_t now_ms;
    struct str visitor;
    bool names; /* people's names may be shown */
    const struct gate_project *projects;
    size_t project_count;
    bool more; /* there are others that find no place here */
};

/* False: it does not fit into `out`, or the arena is used up. */
MUST_CHECK bool gate_render(struct buf *out, struct arena *arena, const struct gate_page *page);

#endif
