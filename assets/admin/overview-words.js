// Figures as people read them.

/** whole is a number without a fraction. */
export function whole(value) {
  return value === null || value === undefined ? '–' : Math.round(value).toLocaleString('en');
}

/** ms is a time in milliseconds. */
export function ms(value) {
  if (value === null || value === undefined) return '–';
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
}

/** bytes is a size in the unit that suits it. */
export function bytes(value) {
  if (value === null || value === undefined) return '–';
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
