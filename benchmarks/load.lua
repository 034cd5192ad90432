-- Asks for each path in turn that stands behind the `--`, and tells the figures as JSON.
local paths, turn = {}, 0

function init(args)
  for _, path in ipairs(args) do
    paths[#paths + 1] = wrk.format("GET", path)
  end
end

function request()
  turn = turn % #paths + 1
  return paths[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50_ms": %f, "p95_ms": %f, "failed": %d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
