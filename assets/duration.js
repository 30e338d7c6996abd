// Durations as Go writes them, "1ms" or "1m0.5s", in the unit of the pages' fields.

const units = {ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000};
const part = '(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h)';
const whole = new RegExp(`^(?:${part})+$`);

/** milliseconds answers how long a duration is, NaN if it is none. */
export function milliseconds(duration) {
  if (!whole.test(duration)) return NaN;
  let sum = 0;
  for (const [, number, unit] of duration.matchAll(new RegExp(part, 'g'))) sum += number * units[unit];
  return sum;
}
