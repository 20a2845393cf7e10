import { describe, expect, it } from 'vitest';
import { flatLayout, lengthOf } from '../../src/model/flat.js';
import { networks } from '../../src/model/registry.js';
import type { ModelSettings } from '../../src/suite/cell.js';
import { refusalOf } from '../suite/example.js';

function shapeOf(settings: ModelSettings, image: [number, number, number] = [32, 32, 3]) {
  const network = networks[settings.name];
  if (!network) throw new Error(`there is no network ${settings.name}`);
  const { parameters, multiplyAdds } = network.describe(settings, image, 10);
  return { parameters, multiplyAdds, trainable: lengthOf(flatLayout(parameters).trainable) };
}

describe('wide residual networks', () => {
  // Zagoruyko and Komodakis 2016, tables 4 and 5, in millions.
  it.each([
    [40, 1, 0.6],
    [40, 2, 2.2],
    [40, 4, 8.9],
    [40, 8, 35.7],
    [28, 10, 36.5],
    [28, 12, 52.5],
    [22, 8, 17.2],
    [22, 10, 26.8],
    [16, 8, 11.0],
    [16, 10, 17.1],
    [16, 4, 2.7],
  ])('WRN-%i-%i has the %f million parameters of the paper', (depth, width, millions) => {
    expect(Math.round(shapeOf({ name: 'wrn', depth, width }).trainable / 1e5) / 10).toBeCloseTo(millions, 10);
  });

  it('WRN-10-1 has what a hand counts', () => {
    const stem = 9 * 3 * 16;
    const first = 2 * 16 + 9 * 16 * 16 + 2 * 16 + 9 * 16 * 16;
    const second = 2 * 16 + 9 * 16 * 32 + 2 * 32 + 9 * 32 * 32 + 16 * 32;
    const third = 2 * 32 + 9 * 32 * 64 + 2 * 64 + 9 * 64 * 64 + 32 * 64;
    const head = 2 * 64 + 64 * 10 + 10;
    expect(shapeOf({ name: 'wrn', depth: 10, width: 1 }).trainable).toBe(
      stem + first + second + third + head,
    );
  });

  it('WRN-28-10 costs 5.2 billion multiply-adds an image', () => {
    expect(shapeOf({ name: 'wrn', depth: 28, width: 10 }).multiplyAdds / 1e9).toBeCloseTo(5.2, 1);
  });
});

describe('residual networks of basic blocks', () => {
  // He et al. 2016, table 6, in millions.
  it.each([
    [20, 0.27],
    [32, 0.46],
    [44, 0.66],
    [56, 0.85],
  ])('ResNet-%i has the %f million parameters of the paper', (depth, millions) => {
    expect(Math.round(shapeOf({ name: 'resnet', depth }).trainable / 1e4) / 100).toBeCloseTo(millions, 10);
  });

  it('ResNet-110 has 1.7 million', () => {
    expect(shapeOf({ name: 'resnet', depth: 110 }).trainable / 1e6).toBeCloseTo(1.7, 1);
  });

  it('ResNet-20 costs 41 million multiply-adds an image', () => {
    expect(shapeOf({ name: 'resnet', depth: 20 }).multiplyAdds / 1e6).toBeCloseTo(40.8, 0);
  });
});

describe('biases', () => {
  it.each(['resnet20', 'resnet8'])('can be left out of the convolutions of %s', (name) => {
    const withBias = shapeOf({ name, useBias: true });
    const without = shapeOf({ name, useBias: false });
    expect(shapeOf({ name }).trainable).toBe(withBias.trainable);
    const biases = withBias.parameters.filter(
      ({ name: each }) => /\.bias$/.test(each) && each !== 'dense.bias',
    );
    expect(without.trainable).toBe(
      withBias.trainable - biases.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0),
    );
  });

  it.each([
    { name: 'wrn', depth: 16, width: 1 },
    { name: 'resnet', depth: 20 },
  ])('can be added to the convolutions of $name', (settings) => {
    const [withBias, without] = [
      shapeOf({ ...settings, useBias: true }),
      shapeOf({ ...settings, useBias: false }),
    ];
    expect(withBias.parameters.length).toBeGreaterThan(without.parameters.length);
    expect(shapeOf(settings).trainable).toBe(without.trainable);
  });
});

describe('a suite', () => {
  it.each([
    [{ name: 'wrn', depth: 17, width: 1 }, 'depth 17 is not 6 n + 4'],
    [{ name: 'resnet', depth: 18 }, 'depth 18 is not 6 n + 2'],
  ])('is refused a depth that gives no whole blocks', (model, words) => {
    const error = refusalOf((suite) => {
      suite.model = model;
    });
    expect(error.message).toContain(words);
  });
});
