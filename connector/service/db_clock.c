/* db_clock.c: the database's time, as it was told last and counted on since. */
#include "base/clock.h"
#include "service/service.h"

void service_saw_db_time(struct service *svc, int64_t db_now_ms)
{
    svc->db_now_ms = db_now_ms;
    svc->db_seen_mono_ms = clock_mono_ms(&CLOCK_SYSTEM);
}

/* Reads are stamped in the database's time: that is the clock claims are stamped with. */
static int64_t db_clock_wall_ms(void *self)
{
    struct service *svc = self;
    if (!svc->db_now_ms)
        return clock_wall_ms(&CLOCK_SYSTEM);
    return svc->db_now_ms + clock_mono_ms(&CLOCK_SYSTEM) - svc->db_seen_mono_ms;
}

static int64_t db_clock_mono_ms(void *self)
{
    (void)self;
    return clock_mono_ms(&CLOCK_SYSTEM);
}

void service_clock(struct service *svc)
{
    svc->db_clock = (struct clock){db_clock_wall_ms, db_clock_mono_ms, svc};
}
