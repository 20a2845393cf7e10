/** Epochs as multiples of the suite's own, N. */

/**
 * The epochs that `expression` means: a number as it is, or `aN/b` with `a` and `b` optional, e.g. `N`, `2N`, `N/2`,
 * `5N/3`. The value may be fractional; it is a whole number wherever it is within rounding of one.
 * @throws TypeError for a text of another form, which the schema rules out.
 */
export function epochsOf(expression: number | string, n: number): number {
  if (typeof expression === 'number') return expression;
  const match = /^(\d+(?:\.\d+)?)?N(?:\/(\d+))?$/.exec(expression);
  if (match === null) throw new TypeError(`${JSON.stringify(expression)} is no number of epochs`);
  const epochs = (Number(match[1] ?? 1) * n) / Number(match[2] ?? 1);
  const whole = Math.round(epochs);
  return Math.abs(epochs - whole) < 1e-9 * Math.max(1, whole) ? whole : epochs;
}
