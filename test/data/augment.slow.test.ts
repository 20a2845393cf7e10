import { describe, expect, it } from 'vitest';
import { epochBatches } from '../../src/data/batches.js';
import { openDataSet } from '../../src/data/open.js';

describe('preparing batches', () => {
  it('takes less than a second for 40,000 images of 32 × 32, cropped, mirrored and shifted, on one core', async () => {
    const { train } = await openDataSet('synthetic');
    const set = train.select([...Array(train.count).keys()]);
    const augment = { padCrop: 4, flip: true, brightness: 0.5, cutout: 0 };
    const batches = epochBatches(set, { seed: 1, batchSize: 128, augment });
    const buffer = new Uint8Array(128 * 32 * 32 * 3);
    const start = performance.now();
    let images = 0;
    for (let epoch = 1; images < 40_000; epoch++)
      for (let batch = 0; batch < batches.perEpoch; batch++) images += batches.at(epoch, batch, buffer).count;
    expect(((performance.now() - start) / images) * 40_000).toBeLessThan(1000);
  });
});
