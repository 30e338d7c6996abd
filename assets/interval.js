// The interval of a form, in milliseconds.

/** unfit says why the field holds no interval, '' if it does. A field without anything does. */
export function unfit({validity, value, valueAsNumber}) {
  if (validity.badInput) return 'The interval must be a number of milliseconds.';
  if (value !== '' && !(valueAsNumber > 0)) return 'The interval must be more than 0 milliseconds.';
  return '';
}
