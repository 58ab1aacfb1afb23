/* Any status and any body into the judge of replies: three digits, then the body. Whatever comes, a
 * write that may have been done is never told as not done, a failure says why in a sentence that
 * ends, and only a success has a document. */
#include "base/assert.h"
#include "jsm/jsm_judge.h"

enum { ROOM = 4 * 1024 * 1024, NOW = 1000000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct jsm_http *http, enum jsm_effect effect)
{
    AUTO(drop_arena) struct arena *a = arena_new(ROOM);
    struct jsm_answer r;

    jsm_judge(a, http, effect, NOW, &r);
    struct str why = str_of(r.why);
    ASSERT(why.len < sizeof r.why);
    ASSERT(r.verdict == JSM_OK || why.len > 0);
    ASSERT(r.verdict == JSM_OK || !r.body);
    bool done = http->status / 100 == 2 || http->status / 100 == 5 || http->status == 408;
    bool sure = r.verdict == JSM_REFUSED || r.verdict == JSM_UNREACHED ||
                r.verdict == JSM_MISSING || r.verdict == JSM_LATER || r.verdict == JSM_DENIED;
    ASSERT(effect == JSM_READ || !done || !sure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jsm_http http = {.sent = JSM_REPLIED, .status = 0};

    if (size < 3)
        return 0;
    for (size_t i = 0; i < 3; i++)
        http.status = http.status * 10 + data[i] % 10;
    http.body = str_n((const char *)data + 3, size - 3);
    judge(&http, JSM_READ);
    judge(&http, JSM_ONCE);
    return 0;
}
