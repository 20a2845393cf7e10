/**
 * The bottleneck networks once more, written straight from their description in double precision and plain loops: slow,
 * independent of TensorFlow, and good for images of a few pixels.
 */

/** [batch, height, width, channels], row-major. */
export interface Images {
  batch: number;
  height: number;
  width: number;
  channels: number;
  values: Float64Array;
}

export type Lookup = (name: string) => ArrayLike<number>;

/** One bottleneck block: its inner and outer width, its stride, and whether its shortcut is a convolution. */
export interface Block {
  name: string;
  width: number;
  outputs: number;
  stride: number;
  projects: boolean;
}

export const resnet8Blocks: readonly Block[] = [
  { name: 'g0b0', width: 16, outputs: 64, stride: 1, projects: true },
  { name: 'g1b0', width: 32, outputs: 128, stride: 2, projects: true },
];

export const resnet20Blocks: readonly Block[] = [
  { name: 'g0b0', width: 16, outputs: 64, stride: 1, projects: true },
  { name: 'g0b1', width: 16, outputs: 64, stride: 1, projects: false },
  { name: 'g1b0', width: 64, outputs: 128, stride: 2, projects: true },
  { name: 'g1b1', width: 64, outputs: 128, stride: 1, projects: false },
  { name: 'g2b0', width: 128, outputs: 256, stride: 2, projects: true },
  { name: 'g2b1', width: 128, outputs: 256, stride: 1, projects: false },
];

export interface ReferencePass {
  /** [batch][class] */
  logits: number[][];
  /** Batch means and biased variances by the name of their moving statistic; empty in mode `moving`. */
  statistics: Map<string, Float64Array>;
}

/** Logits and batch statistics of `images`, in [0, 1], by the network of `blocks`. */
export function referenceForward(
  images: Images,
  weights: Lookup,
  mode: 'batch' | 'moving',
  blocks: readonly Block[],
  classes: number,
): ReferencePass {
  const statistics = new Map<string, Float64Array>();
  const normalize = (x: Images, name: string): Images => {
    const { mean, variance } = mode === 'batch' ? moments(x) : stored(weights, name);
    if (mode === 'batch') {
      statistics.set(`${name}.moving_mean`, Float64Array.from(mean));
      statistics.set(`${name}.moving_variance`, Float64Array.from(variance));
    }
    const gamma = weights(`${name}.gamma`);
    const beta = weights(`${name}.beta`);
    return map(x, (value, channel) => {
      const centred = value - at(mean, channel);
      return (at(gamma, channel) * centred) / Math.sqrt(at(variance, channel) + 1e-3) + at(beta, channel);
    });
  };
  const convolve = (x: Images, name: string, size: number, stride: number): Images => {
    const bias = weights(`${name}.bias`);
    return map(
      convolution(x, weights(`${name}.kernel`), size, stride),
      (value, channel) => value + at(bias, channel),
    );
  };
  let x = rectify(normalize(convolve(images, 'stem', 3, 1), 'stem_bn'));
  for (const { name, stride, projects } of blocks) {
    const narrow = rectify(normalize(convolve(x, `${name}_c0`, 1, 1), `${name}_bn0`));
    const middle = rectify(normalize(convolve(narrow, `${name}_c1`, 3, stride), `${name}_bn1`));
    const main = normalize(convolve(middle, `${name}_c2`, 1, 1), `${name}_bn2`);
    const shortcut = projects ? convolve(x, `${name}_skip`, 1, stride) : x;
    x = rectify({ ...main, values: main.values.map((value, index) => value + at(shortcut.values, index)) });
  }
  const features = pool(rectify(normalize(x, 'head_bn')));
  const kernel = weights('dense.kernel');
  const bias = weights('dense.bias');
  const logits = features.map((row) =>
    Array.from({ length: classes }, (_, label) =>
      row.reduce(
        (sum, value, feature) => sum + value * at(kernel, feature * classes + label),
        at(bias, label),
      ),
    ),
  );
  return { logits, statistics };
}

/** The mean cross-entropy of softmax. */
export function referenceLoss(logits: readonly number[][], labels: ArrayLike<number>): number {
  const losses = logits.map((row, example) => {
    const largest = Math.max(...row);
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    return Math.log(sum) + largest - (row[at(labels, example)] as number);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** TensorFlow's padding SAME: as many outputs as inputs / stride, rounded up; an odd pixel of padding goes after. */
function convolution(x: Images, kernel: ArrayLike<number>, size: number, stride: number): Images {
  const height = Math.ceil(x.height / stride);
  const width = Math.ceil(x.width / stride);
  const before = (inputs: number, outputs: number) =>
    Math.floor(Math.max(0, (outputs - 1) * stride + size - inputs) / 2);
  const top = before(x.height, height);
  const left = before(x.width, width);
  const filters = kernel.length / (size * size * x.channels);
  const values = new Float64Array(x.batch * height * width * filters);
  for (let image = 0, target = 0; image < x.batch; image++)
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++, target += filters)
        for (let down = 0; down < size; down++)
          for (let right = 0; right < size; right++) {
            const sourceRow = row * stride + down - top;
            const sourceColumn = column * stride + right - left;
            if (sourceRow < 0 || sourceRow >= x.height || sourceColumn < 0 || sourceColumn >= x.width)
              continue;
            const source = ((image * x.height + sourceRow) * x.width + sourceColumn) * x.channels;
            for (let channel = 0; channel < x.channels; channel++) {
              const value = at(x.values, source + channel);
              const weight = ((down * size + right) * x.channels + channel) * filters;
              for (let filter = 0; filter < filters; filter++)
                values[target + filter] = at(values, target + filter) + value * at(kernel, weight + filter);
            }
          }
  return { batch: x.batch, height, width, channels: filters, values };
}

function moments(x: Images): { mean: Float64Array; variance: Float64Array } {
  const count = x.values.length / x.channels;
  const mean = new Float64Array(x.channels);
  const variance = new Float64Array(x.channels);
  x.values.forEach((value, index) => {
    mean[index % x.channels] = at(mean, index % x.channels) + value / count;
  });
  x.values.forEach((value, index) => {
    const channel = index % x.channels;
    variance[channel] = at(variance, channel) + (value - at(mean, channel)) ** 2 / count;
  });
  return { mean, variance };
}

function stored(weights: Lookup, name: string): { mean: ArrayLike<number>; variance: ArrayLike<number> } {
  return { mean: weights(`${name}.moving_mean`), variance: weights(`${name}.moving_variance`) };
}

function rectify(x: Images): Images {
  return map(x, (value) => Math.max(0, value));
}

function pool(x: Images): number[][] {
  const area = x.height * x.width;
  return Array.from({ length: x.batch }, (_, image) =>
    Array.from({ length: x.channels }, (_, channel) => {
      let sum = 0;
      for (let pixel = 0; pixel < area; pixel++)
        sum += at(x.values, (image * area + pixel) * x.channels + channel);
      return sum / area;
    }),
  );
}

function map(x: Images, change: (value: number, channel: number) => number): Images {
  return { ...x, values: x.values.map((value, index) => change(value, index % x.channels)) };
}

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`there is no entry ${index} among ${values.length}`);
  return value;
}
