-- wrk script: a fresh wish with a fresh key for every request.
local thread_no, sent = 0, 0
local threads = {}
answered_201 = 0 -- of this thread; read by done

function setup(thread)
  thread_no = thread_no + 1
  thread:set("thread_no", thread_no)
  threads[thread_no] = thread
end

function response(status)
  if status == 201 then
    answered_201 = answered_201 + 1
  end
end

function init(args)
  run_id, token = args[1], args[2]
end

function request()
  sent = sent + 1
  local name = run_id .. "-" .. thread_no .. "-" .. sent
  return wrk.format("POST", "/v1/access-requests", {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = name,
  }, '{"kind":"grant","beneficiary":"' .. name .. '","source":"sap-fin","entitlement":"fin-viewer","requester":"hr-system","justification":"joins the team"}')
end

function done(summary, latency, requests)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  local made = 0
  for _, thread in ipairs(threads) do
    made = made + thread:get("answered_201")
  end
  print(string.format('{"requests":%d,"answered_201":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"not_2xx":%d,"socket_errors":%d}',
    summary.requests, made, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status, errors))
end
