-- wrk script: signed 4 KB deliveries, a fresh delivery id for every request. Bodies and signatures come from a file
-- made by bodies.py: one "signature<TAB>body" a line.
local bodies, count, thread_no = {}, 0, 0
local sent = 0
local threads = {}
answered_200 = 0 -- of this thread; read by done

function setup(thread)
  thread_no = thread_no + 1
  thread:set("thread_no", thread_no)
  threads[thread_no] = thread
end

function response(status)
  if status == 200 then
    answered_200 = answered_200 + 1
  end
end

function init(args)
  for line in io.lines(args[1]) do
    local tab = line:find("\t", 1, true)
    count = count + 1
    bodies[count] = { line:sub(1, tab - 1), line:sub(tab + 1) }
  end
  run_id = args[2] or "0"
  path = args[3] or "/webhook/jira/bench"
end

function request()
  sent = sent + 1
  local pick = bodies[sent % count + 1]
  return wrk.format("POST", path, {
    ["Content-Type"] = "application/json; charset=utf-8",
    ["X-Hub-Signature"] = pick[1],
    ["X-Atlassian-Webhook-Identifier"] = run_id .. "-" .. thread_no .. "-" .. sent,
  }, pick[2])
end

function done(summary, latency, requests)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  local ok = 0
  for _, thread in ipairs(threads) do
    ok = ok + thread:get("answered_200")
  end
  print(string.format('{"requests":%d,"answered_200":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"not_2xx":%d,"socket_errors":%d}',
    summary.requests, ok, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status, errors))
end
