import { describe, expect, it } from 'vitest';
import { flatLayout, lengthOf } from '../../src/model/flat.js';
import { networks } from '../../src/model/registry.js';
import type { ModelSettings } from '../../src/suite/cell.js';

function shapeOf(settings: ModelSettings) {
  const network = networks[settings.name];
  if (!network) throw new Error(`there is no network ${settings.name}`);
  const shape = network.describe(settings, [32, 32, 3], 10);
  return { ...shape, layout: flatLayout(shape.parameters) };
}

describe('resnet20', () => {
  const { parameters, layout, multiplyAdds } = shapeOf({ name: 'resnet20' });
  const named = (ending: string) => parameters.filter(({ name }) => name.endsWith(ending));

  it('has 575,114 values, 571,114 of them in 86 trainable arrays', () => {
    expect(lengthOf(layout.trainable)).toBe(571_114);
    expect(lengthOf(layout.statistics)).toBe(4_000);
    expect(layout.trainable).toHaveLength(86);
  });

  it('has 22 convolutions with biases and 20 batch normalizations', () => {
    expect(named('.kernel').filter(({ shape }) => shape.length === 4)).toHaveLength(22);
    expect(named('.bias')).toHaveLength(23);
    expect(named('.gamma')).toHaveLength(20);
  });

  it('costs 72.5 million multiply-adds an image', () => {
    expect(multiplyAdds / 1e6).toBeCloseTo(72.5, 1);
  });
});

describe('resnet8', () => {
  it('costs at most 15 million multiply-adds an image', () => {
    expect(shapeOf({ name: 'resnet8' }).multiplyAdds).toBeLessThanOrEqual(15e6);
  });

  it('counts what its layers multiply: the stem, two blocks with a 1x1 shortcut, the dense layer', () => {
    const stem = 32 * 32 * 9 * 3 * 16;
    const first = 32 * 32 * (16 * 16 + 9 * 16 * 16 + 16 * 64 + 16 * 64);
    const second = 32 * 32 * 64 * 32 + 16 * 16 * (9 * 32 * 32 + 32 * 128 + 64 * 128);
    expect(shapeOf({ name: 'resnet8' }).multiplyAdds).toBe(stem + first + second + 128 * 10);
  });
});

describe('mlp', () => {
  it('has a hidden layer of the given width', () => {
    const { layout, multiplyAdds } = shapeOf({ name: 'mlp', width: 7 });
    expect(lengthOf(layout.trainable)).toBe(3072 * 7 + 7 + 7 * 10 + 10);
    expect(layout.statistics).toEqual([]);
    expect(multiplyAdds).toBe(7 * (3072 + 10));
  });
});

describe.each(Object.keys(networks))('the parameters of %s', (name) => {
  const depth = name === 'wrn' ? 16 : 20;
  const { parameters, layout } = shapeOf({ name, width: 8, depth });

  it('have names of their own', () => {
    expect(new Set(parameters.map((parameter) => parameter.name)).size).toBe(parameters.length);
  });

  it('lie end to end in the flat vectors', () => {
    for (const part of [layout.trainable, layout.statistics]) {
      let end = 0;
      for (const { offset, size, shape } of part) {
        expect(offset).toBe(end);
        expect(size).toBe(shape.reduce((product, length) => product * length, 1));
        end += size;
      }
      expect(end).toBe(lengthOf(part));
    }
  });
});
