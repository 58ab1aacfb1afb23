#include "service/gate_graph.h"

static struct str category_name(enum status_category category)
{
    switch (category) {
    case CATEGORY_NEW:
        return STR("new");
    case CATEGORY_INDETERMINATE:
        return STR("indeterminate");
    case CATEGORY_DONE:
        return STR("done");
    case CATEGORY_UNKNOWN:
    default:
        return STR("unknown");
    }
}

static struct str part_name(enum status_role role)
{
    switch (role) {
    case STATUS_VERIFY:
        return STR("verify");
    case STATUS_DONE:
        return STR("done");
    case STATUS_CANCELLED:
        return STR("cancelled");
    case STATUS_DECLINED:
        return STR("declined");
    case STATUS_OPEN:
    default:
        return STR("open");
    }
}

static struct str type_name(enum road_type type)
{
    switch (type) {
    case ROAD_INITIAL:
        return STR("initial");
    case ROAD_GLOBAL:
        return STR("global");
    case ROAD_DIRECTED:
        return STR("directed");
    case ROAD_UNKNOWN:
    default:
        return STR("unknown");
    }
}

static void put_transition(struct json_out *out, const struct workflow *w, const struct road *road)
{
    json_open_object(out);
    json_str_member(out, "id", road->id);
    json_str_member(out, "name", road->name);
    json_str_member(out, "type", type_name(road->type));
    json_put_name(out, "from");
    json_open_array(out);
    for (size_t i = 0; i < road->from_count; i++)
        if (road->from[i] < w->status_count)
            json_put_i64(out, (int64_t)road->from[i]);
    json_close_array(out);
    json_i64_member(out, "to", (int64_t)road->to);
    json_close_object(out);
}

void gate_graph_put(struct json_out *out, const struct workflow *w)
{
    json_put_name(out, "statuses");
    json_open_array(out);
    for (size_t i = 0; i < w->status_count; i++) {
        json_open_object(out);
        json_str_member(out, "name", w->statuses[i].name);
        json_str_member(out, "category", category_name(w->statuses[i].category));
        json_str_member(out, "part", part_name(w->statuses[i].role));
        json_close_object(out);
    }
    json_close_array(out);
    json_put_name(out, "transitions");
    json_open_array(out);
    for (size_t i = 0; i < w->road_count; i++)
        if (w->roads[i].to < w->status_count && !w->roads[i].records)
            put_transition(out, w, &w->roads[i]);
    json_close_array(out);
}
