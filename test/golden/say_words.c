/* say_words: what a ticket is told in every state, of people and things with plain names and with
 * hostile ones: {"state","names","line","comment","told"} a line. */
#include <stdio.h>

#include "../unit/domain/dossiers.h"
#include "json/json_write.h"
#include "service/payload.h"

enum { LINE_BYTES = 256 * 1024 };

static const char *const NAMES[] = {
    "Okafor",
    "<script>alert(1)</script> [~admin] {panel}*b*{panel} |x| h1. \"q\\\" @all \xE2\x80\xAEgnp.exe "
    "\xF0\x9F\x92\xA3 https://evil.example/?a=b&c",
};

static void dress(struct dossier *d, struct item items[2], enum notice_state s, struct str name)
{
    for (size_t i = 0; i < 2; i++)
        items[i].account = items[i].entitlement = items[i].source_label = items[i].exception_owner =
            items[i].superseded_by = name;
    items[0].excepted_until_ms = NOW + HOUR;
    d->items = items;
    d->item_count = 2;
    d->hold_text = name;
    d->ticket.awaited = name;
    d->superseded = items;
    d->superseded_count = s == NOTICE_SUPERSEDED;
    d->after.follow_key = name;
    d->ticket.plea =
        (struct plea){.reason = name, .answer = PLEA_NO, .by_approver = true, .decided_by = name};
}

static void say(enum notice_state s, size_t names, enum outcome outcome)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LINE_BYTES * 16);
    AUTO(drop_buf) struct buf b;
    struct observation o = seen(outcome, 0);
    struct item items[2] = {item_of(DESIRED_ABSENT, &o, 1), item_of(DESIRED_PRESENT, &o, 1)};
    struct dossier d = claimed_of(items);
    struct json_out out;
    struct payload payload;
    struct notice n;

    dress(&d, items, s, str_of(NAMES[names]));
    words_for(&d, NOW + 7 * MINUTE, s, &n);
    if (!payload_read(arena, payload_write(arena, &n, 0), &payload)) {
        fprintf(stderr, "%s: not read back\n", notice_state_name(s));
        return;
    }
    buf_init(&b, LINE_BYTES);
    json_begin(&out, &b);
    json_open_object(&out);
    json_str_member(&out, "state", str_of(notice_state_name(s)));
    json_i64_member(&out, "names", (int64_t)names);
    json_str_member(&out, "line", payload.notice.line);
    json_put_name(&out, "comment");
    json_put_raw(&out, jsm_adf_notice(arena, &payload.notice));
    json_put_name(&out, "told");
    json_put_raw(&out, jsm_adf_told(arena, payload.notice.line));
    json_close_object(&out);
    printf("%.*s\n", STR_ARG(buf_str(&b)));
}

int main(void)
{
    for (int s = NOTICE_NONE + 1; s < NOTICE_COUNT; s++)
        for (size_t names = 0; names < sizeof NAMES / sizeof NAMES[0]; names++) {
            say((enum notice_state)s, names, OUTCOME_PRESENT);
            say((enum notice_state)s, names, OUTCOME_ABSENT);
        }
    return 0;
}
