/** Numbers as people read them: one rule for each kind, used by every format, so that all formats agree. */

/** What stands where there is no number. */
export const absent = '–';

/** A fraction as percent with `digits` decimals, without the sign: 0.9731 is `97.31`. */
export function percent(fraction: number | null, digits = 2): string {
  return fraction === null || !Number.isFinite(fraction) ? absent : (fraction * 100).toFixed(digits);
}

/** A number with `digits` decimals, or the dash. */
export function decimal(value: number | null, digits: number): string {
  return value === null || !Number.isFinite(value) ? absent : minus(value.toFixed(digits));
}

/** A whole number with a thin space between groups of three digits: 70400 is `70 400`. */
export function whole(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return absent;
  return minus(
    Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, '\u202f'),
  );
}

/** `value` to three significant digits without an exponent. */
export function significant(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return absent;
  if (value === 0) return '0';
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return decimals > 12 ? minus(value.toExponential(digits - 1)) : decimal(value, Math.min(decimals, 12));
}

/** Seconds as a person would say them: `0.8 s`, `43 s`, `12.5 min`, `3.2 h`. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return absent;
  if (seconds < 10) return `${seconds.toFixed(1)}\u202fs`;
  if (seconds < 120) return `${Math.round(seconds)}\u202fs`;
  if (seconds < 7200) return `${(seconds / 60).toFixed(1)}\u202fmin`;
  return `${(seconds / 3600).toFixed(1)}\u202fh`;
}

/** A count of operations with its prefix: 3.9e15 is `3.90 PFLOP`. */
export function flop(operations: number | null): string {
  if (operations === null || !Number.isFinite(operations) || operations <= 0) return absent;
  const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'];
  const power = Math.min(prefixes.length - 1, Math.floor(Math.log10(operations) / 3));
  return `${significant(operations / 1000 ** power)}\u202f${prefixes[power]}FLOP`;
}

/** Bytes in the decimal units of `ls -h --si`: 1.24e9 is `1.24 GB`. */
export function bytes(count: number | null): string {
  if (count === null || !Number.isFinite(count) || count <= 0) return absent;
  const prefixes = ['', 'k', 'M', 'G', 'T'];
  const power = Math.min(prefixes.length - 1, Math.floor(Math.log10(count) / 3));
  return `${significant(count / 1000 ** power)}\u202f${prefixes[power]}B`;
}

/** A true minus sign, which is as wide as a digit. */
export function minus(text: string): string {
  return text.replace('-', '\u2212');
}
