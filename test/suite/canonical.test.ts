/** Canonical JSON: one text for one value. */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../src/suite/canonical.js';

describe('canonical JSON', () => {
  it('does not depend on the order of keys, at any depth', () => {
    const left = { b: [{ y: 1, x: 2 }], a: { d: null, c: true } };
    const right = { a: { c: true, d: null }, b: [{ x: 2, y: 1 }] };
    expect(canonicalJson(left)).toBe('{"a":{"c":true,"d":null},"b":[{"x":2,"y":1}]}');
    expect(canonicalJson(right)).toBe(canonicalJson(left));
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson([2, 1])).not.toBe(canonicalJson([1, 2]));
  });

  it('sorts by code unit, so that digits come as text', () => {
    expect(canonicalJson({ 10: 1, 9: 2, B: 3, a: 4 })).toBe('{"10":1,"9":2,"B":3,"a":4}');
  });

  it('leaves undefined members out and writes numbers as JSON does', () => {
    expect(canonicalJson({ a: undefined, b: 1e-7, c: 1e21, d: -0 })).toBe('{"b":1e-7,"c":1e+21,"d":0}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n, undefined, () => 1])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('is hashed as UTF-8', () => {
    // printf 'abc' | sha256sum; printf 'ρ' | sha256sum
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('ρ')).toBe(sha256(Uint8Array.of(0xcf, 0x81)));
  });
});
