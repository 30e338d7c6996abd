// Durations as Go writes them, "1ms" or "1m0.5s"; in the unit of the pages' fields; and in words.

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

/** unfit says why the field holds no interval, '' if it does. A field without anything does. */
export function unfit({validity, value, valueAsNumber}) {
  if (validity.badInput) return 'The interval must be a number of milliseconds.';
  if (value !== '' && !(valueAsNumber > 0)) return 'The interval must be more than 0 milliseconds.';
  return '';
}

/** spoken is a duration for people, as exact as they need it. */
export function spoken(milliseconds) {
  return milliseconds < 9999.5 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
