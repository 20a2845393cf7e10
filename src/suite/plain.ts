/** Numbers and names as they stand in cell ids. */

/** A number in plain decimal digits, without an exponent, e.g. 0.0000001 for 1e-7. */
export function plainNumber(value: number): string {
  const text = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', first = '', rest = '', power = '0'] = match;
  const digits = first + rest;
  const point = 1 + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** A name with only small letters, digits, dots, plus signs and single hyphens, fit for a file name anywhere. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.+]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
}
