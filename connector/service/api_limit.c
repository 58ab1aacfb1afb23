#include "service/api_limit.h"

enum { MINUTE_MS = 60000, HOLDS_S = 10, LEAST = 10, SECOND_MS = 1000 };

/* One call costs a minute's milliseconds; each millisecond gives back per_minute. */
int32_t api_limit_take(struct api_limit *limit, int32_t per_minute, int64_t now_ms)
{
    int64_t calls = (int64_t)per_minute * HOLDS_S / 60;
    int64_t room = (calls > LEAST ? calls : LEAST) * MINUTE_MS;
    int64_t back = (now_ms - limit->at_ms) * per_minute;

    limit->at_ms = now_ms;
    limit->spent = limit->spent > back ? limit->spent - back : 0;
    int64_t lacking = limit->spent + MINUTE_MS - room;
    if (lacking > 0)
        return (int32_t)((lacking + (int64_t)per_minute * SECOND_MS - 1) /
                         ((int64_t)per_minute * SECOND_MS));
    limit->spent += MINUTE_MS;
    return 0;
}
