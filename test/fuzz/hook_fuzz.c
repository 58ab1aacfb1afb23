/* Bodies of webhooks and tokens: whatever they are, they are taken or refused with a reason. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "jsm/jsm_hook.h"
#include "jsm/jsm_marker.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct str text = str_n((const char *)data, size);
    struct hmac *key = hmac_new(STR("a secret nobody knows"));
    struct jsm_hook hook;
    struct err err = {0};

    if (jsm_hook_read(arena, text, &hook, &err)) {
        bool numbers = (!hook.issue_id.len || jsm_is_id(hook.issue_id)) &&
                       (!hook.other_id.len || jsm_is_id(hook.other_id));
        if (!numbers || hook.event_ms < 0)
            abort();
    } else if (!err.what[0]) {
        abort();
    }
    if (jsm_hook_token_holds(&key, 1, text, STR("/webhook/jira/acme"), STR_NONE, 1777142400000))
        abort();
    hmac_free(key);
    return 0;
}
