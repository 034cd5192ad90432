-- Sends the requests given after `--` in turn and prints the figures as JSON.
-- An argument is a path to GET, or `METHOD path body` with a JSON body.
local requests, turn = {}, 0

function init(args)
  for _, word in ipairs(args) do
    local method, path, body = word:match("^(%u+) (%S+) (.*)$")
    local headers = body and { ["Content-Type"] = "application/json" }
    if headers then
      for name, value in pairs(wrk.headers) do headers[name] = value end
    end
    requests[#requests + 1] = wrk.format(method or "GET", path or word, headers, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50_ms": %f, "p95_ms": %f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
