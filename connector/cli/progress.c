#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVERY = 256, EVERY_MS = 100, FIRST_MS = 500, WIDTH = 30 };

void progress_begin(struct progress *p, const char *what, int64_t total)
{
    *p = (struct progress){.what = what,
                           .total = total,
                           .next = isatty(STDERR_FILENO) ? EVERY : INT64_MAX,
                           .began_ms = clock_mono_ms(&CLOCK_SYSTEM)};
}

void progress_wait(struct progress *p, const char *what)
{
    *p = (struct progress){.what = what, .next = INT64_MAX, .shown = isatty(STDERR_FILENO)};
    if (p->shown)
        fprintf(stderr, "%s ...", what);
}

static void draw(struct progress *p, int64_t now_ms)
{
    static const char BAR[] = "##############################";
    int64_t taken_ms = now_ms - p->began_ms;
    int64_t rate = p->done * 1000 / (taken_ms ? taken_ms : 1);

    if (p->total > 0) {
        int64_t done = p->done < p->total ? p->done : p->total;
        fprintf(stderr, "\r[%-*.*s] %3lld %%  %lld of %lld %s, %lld a second ", WIDTH,
                (int)(done * WIDTH / p->total), BAR, (long long)(done * 100 / p->total),
                (long long)p->done, (long long)p->total, p->what, (long long)rate);
    } else {
        fprintf(stderr, "\r%lld %s, %lld a second ", (long long)p->done, p->what, (long long)rate);
    }
    fflush(stderr);
    p->shown = true;
    p->drawn_ms = now_ms;
}

void progress_step(struct progress *p)
{
    if (++p->done < p->next)
        return;
    p->next += EVERY;
    int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
    if (now_ms - p->drawn_ms >= EVERY_MS && now_ms - p->began_ms >= FIRST_MS)
        draw(p, now_ms);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fprintf(stderr, "\r\033[K");
    p->shown = false;
}
