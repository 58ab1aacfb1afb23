#include "service/front.h"

#include "service/api.h"
#include "service/icon.h"
#include "service/intake.h"
#include "service/problem.h"

void front_serve(void *arg, struct serve_request *request)
{
    const struct str HOOK = STR("/webhook/jira/"), ICON = STR("/icon/");
    struct service *svc = arg;
    struct str path = serve_path(request);

    if (str_starts(path, HOOK))
        intake_take(svc->intake, request, str_n(path.p + HOOK.len, path.len - HOOK.len));
    else if (str_starts(path, STR("/v1/")) || str_eq_c(path, "/openapi.json"))
        api_serve(svc->api, request);
    else if (str_starts(path, ICON))
        icon_serve(request, str_n(path.p + ICON.len, path.len - ICON.len));
    else
        problem_reply(request, 404, "Not found", "see /openapi.json");
}
