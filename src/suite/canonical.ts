/** One text for one value, whatever the order of its keys, and its hash: what makes ids and file hashes stable. */
import { createHash } from 'node:crypto';

/**
 * JSON without white space and with the keys of every object sorted by code unit. Keys whose value is undefined are left
 * out, as JSON does.
 * @throws TypeError for what JSON cannot hold: a number that is not finite, a function, a bigint, undefined itself.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no JSON form`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** SHA-256 of bytes, or of a text's UTF-8 bytes, in 64 hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
