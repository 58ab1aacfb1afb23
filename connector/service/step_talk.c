/* step_talk.c: what a ticket's comments tell a step, of however many pages: one at a time, in
 * memory of its own.
 */
#include "base/limits.h"
#include "jsm/jsm_saga.h"
#include "service/payload.h"
#include "service/step_priv.h"

enum { PAGES_MAX = 100 }; /* of a hundred comments; Jira Cloud lets a ticket have 5,000 */

static void read_page(struct prep *p, int64_t start_at);

/* The line that tells somebody; empty when the words cannot be read, which their builder says. */
static struct str line_of(struct prep *p)
{
    struct payload words;

    if (!payload_read(p->arena, p->flow->payload, &words))
        return STR_NONE;
    return words.notice.head.len ? words.notice.head : words.notice.line;
}

struct str step_time(const struct prep *p)
{
    return arena_printf(p->arena, "%lld", (long long)p->flow->id);
}

static void look_through(struct prep *p, const struct json *page)
{
    struct talk *t = &p->talk;
    struct str us = p->site->view.our_account;

    if (!t->comment_id.len)
        t->comment_id = arena_str(p->arena, jsm_comment_find(t->arena, page, us));
    if (p->step == STEP_TELL)
        t->told |= jsm_told_is_said(t->arena, page, us, step_time(p), line_of(p));
    if (p->step == STEP_REMIND)
        t->told |= jsm_told_is_said(t->arena, page, us, step_time(p), step_reminder_line(p));
    if (p->step == STEP_SAY_SECOND)
        t->second |= jsm_second_is_said(t->arena, page, us);
}

/* Nothing that may stand on a later page changes what is written. */
static bool is_enough(const struct prep *p)
{
    return p->talk.told || p->talk.second || (p->step == STEP_COMMENT && p->talk.comment_id.len);
}

static void end(struct prep *p, enum read_outcome outcome, int64_t told_ms, const char *why)
{
    struct str said = arena_str(p->arena, str_of(why));

    arena_free(p->talk.arena);
    p->talk.arena = NULL;
    if (outcome == READ_OK)
        prep_next(p);
    else
        prep_fail(p, outcome, told_ms, said);
}

static void on_page(void *arg, const struct jsm_answer *answer)
{
    struct prep *p = arg;
    enum read_outcome outcome = site_read_outcome(answer);

    if (outcome != READ_OK) {
        end(p, outcome, answer->verdict == JSM_LATER ? answer->told_ms : 0, answer->why);
        return;
    }
    if (json_type(json_member(answer->body, "comments")) != JSON_ARRAY) {
        end(p, READ_FAILED, 0, "a page of comments without comments");
        return;
    }
    look_through(p, answer->body);
    int64_t next = is_enough(p) ? 0 : jsm_comments_next(answer->body);
    if (!next)
        end(p, READ_OK, 0, "");
    else if (++p->talk.pages == PAGES_MAX)
        end(p, READ_REFUSED, 0, "the ticket has more comments than we look through for our own");
    else
        read_page(p, next);
}

static void read_page(struct prep *p, int64_t start_at)
{
    struct jsm_call call = jsm_call_comments(p->arena, p->flow->issue_id, start_at);

    arena_clear(p->talk.arena);
    site_send(p->site, p->talk.arena, &call, on_page, p);
}

void step_read_comments(struct prep *p)
{
    p->talk = (struct talk){.arena = arena_new(LIMIT_ARENA_VISIT)};
    read_page(p, 0);
}
