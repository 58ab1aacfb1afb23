/* roads_unit.h: a workflow of six statuses, and roads added one by one. */
#ifndef COUNTERSIGN_TEST_ROADS_UNIT_H
#define COUNTERSIGN_TEST_ROADS_UNIT_H

#include <string.h>

#include "domain/gate_plan.h"
#include "unit.h"

enum { WAITING, WORK, VERIFYING, RESOLVED, CANCELLED, DECLINED, STATUSES, ROADS_MAX = 16 };

static struct road_status statuses[STATUSES];
static struct road roads[ROADS_MAX];
static size_t froms[ROADS_MAX][STATUSES];
static struct workflow flow;

static struct road_status status_of(const char *name, enum status_category category,
                                    enum status_role role)
{
    return (struct road_status){.ref = str_of(name),
                                .name = str_of(name),
                                .category = category,
                                .role = role,
                                .named = role != STATUS_OPEN};
}

static void begin(void)
{
    statuses[WAITING] = status_of("Waiting", CATEGORY_NEW, STATUS_OPEN);
    statuses[WORK] = status_of("In progress", CATEGORY_INDETERMINATE, STATUS_OPEN);
    statuses[VERIFYING] = status_of("Verifying", CATEGORY_INDETERMINATE, STATUS_VERIFY);
    statuses[RESOLVED] = status_of("Resolved", CATEGORY_DONE, STATUS_DONE);
    statuses[CANCELLED] = status_of("Cancelled", CATEGORY_DONE, STATUS_CANCELLED);
    statuses[DECLINED] = status_of("Declined", CATEGORY_DONE, STATUS_DECLINED);
    flow = (struct workflow){.statuses = statuses, .status_count = STATUSES, .roads = roads};
}

/* A road that begins in the one status, or nowhere; its id is its number. */
static struct road *road(enum road_type type, size_t from, size_t to, const struct guard *guards,
                         size_t guard_count)
{
    static const char *const IDS[ROADS_MAX] = {"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
                                               "8", "9", "10", "11", "12", "13", "14", "15"};
    size_t at = flow.road_count++;

    froms[at][0] = from;
    roads[at] = (struct road){.id = str_of(IDS[at]),
                              .name = str_of(IDS[at]),
                              .type = type,
                              .to = to,
                              .from = froms[at],
                              .from_count = from < STATUSES,
                              .guards = guards,
                              .guard_count = guard_count};
    return &roads[at];
}

static const struct guard ONLY_US[] = {{GUARD_ALL, 2}, {GUARD_US, 1}};
#define US ONLY_US, 2
#define NONE NULL, 0

#endif
