import { expect, it } from 'vitest';
import { sameCast } from '../../../src/engine/fusions/same-cast.js';
import { fusedWith, node, value } from './nodes.js';

it('a conversion to the same kind of numbers is left out, one to another stays', () => {
  const x = node('X', {}, [], [[3]]);
  const same = node('Cast', { SrcT: 1, DstT: 1 }, [value(x)], [[3]]);
  const other = node('Cast', { SrcT: 1, DstT: 3 }, [value(same)], [[3]]);
  const { types, results } = fusedWith(sameCast, [value(other), value(same)]);
  expect(types).toEqual(['X', 'Cast']);
  expect(results[1]).toEqual(value(x));
  expect(results[0]?.node.inputs).toEqual([value(x)]);
});
