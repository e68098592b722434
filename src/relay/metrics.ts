/** Upper bounds of the histogram, seconds. */
const bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

export type Metrics = {
  begin(): void
  /** Counts a request that has its answer. `seconds` is how long it took; labels are closed words. */
  end(labels: { route: string; provider?: string; code?: string }, status: number, seconds: number): void
  /** In the text format of Prometheus, version 0.0.4. */
  text(): string
}

/** Makes the counters of one instance. */
export function createMetrics(): Metrics {
  const requests = new Map<string, number>()
  const buckets = new Map<string, { counts: number[]; sum: number; count: number }>()
  let inFlight = 0
  return {
    begin: () => {
      inFlight += 1
    },
    end: ({ route, provider = '', code = '' }, status, seconds) => {
      inFlight -= 1
      const labels = `route="${route}",provider="${provider}",status="${status}",code="${code}"`
      requests.set(labels, (requests.get(labels) ?? 0) + 1)
      const histogram = buckets.get(route) ?? { counts: bounds.map(() => 0), sum: 0, count: 0 }
      buckets.set(route, histogram)
      for (const [index, bound] of bounds.entries())
        if (seconds <= bound) histogram.counts[index] = (histogram.counts[index] ?? 0) + 1
      histogram.sum += seconds
      histogram.count += 1
    },
    text: () =>
      [
        '# HELP dealpass_relay_requests_total Requests that were answered.',
        '# TYPE dealpass_relay_requests_total counter',
        ...[...requests].map(([labels, count]) => `dealpass_relay_requests_total{${labels}} ${count}`),
        '# HELP dealpass_relay_in_flight Requests that wait for their answer.',
        '# TYPE dealpass_relay_in_flight gauge',
        `dealpass_relay_in_flight ${inFlight}`,
        '# HELP dealpass_relay_request_seconds How long an answer took.',
        '# TYPE dealpass_relay_request_seconds histogram',
        ...[...buckets].flatMap(([route, { counts, sum, count }]) => [
          ...bounds.map(
            (bound, index) =>
              `dealpass_relay_request_seconds_bucket{route="${route}",le="${bound}"} ${counts[index]}`,
          ),
          `dealpass_relay_request_seconds_bucket{route="${route}",le="+Inf"} ${count}`,
          `dealpass_relay_request_seconds_sum{route="${route}"} ${sum}`,
          `dealpass_relay_request_seconds_count{route="${route}"} ${count}`,
        ]),
        '',
      ].join('\n'),
  }
}
