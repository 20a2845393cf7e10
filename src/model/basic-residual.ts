/** Residual networks of basic blocks for small images: ResNet-20, 32, 44, 56, 110 of He et al. */
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { averagePool } from '../engine/operations/pool.js';
import { tf } from '../engine/tensorflow.js';
import type { ModelSettings } from '../suite/cell.js';
import {
  beginPass,
  convolutionParameters,
  dense,
  denseParameters,
  endPass,
  normalizationParameters,
  normalizedConvolution,
  type Pass,
} from './layers.js';
import type { Network, NetworkShape, ParameterSpec } from './network.js';
import { convolutionalOptions, optionsOf } from './options.js';

const groupWidths = [16, 32, 64] as const;

interface Block {
  name: string;
  inputs: number;
  outputs: number;
  stride: number;
}

/** Throws a RangeError for a depth that is not 6 n + 2. */
function blocksOf({ depth }: ModelSettings): Block[] {
  const perGroup = (Number(depth) - 2) / 6;
  if (!Number.isInteger(perGroup) || perGroup < 1)
    throw new RangeError(`depth ${depth} is not 6 n + 2, as 20, 32, 44, 56 and 110 are`);
  return groupWidths.flatMap((outputs, group) =>
    Array.from({ length: perGroup }, (_, position) => {
      const first = group > 0 && position === 0;
      return {
        name: `g${group}b${position}`,
        inputs: first ? outputs / 2 : outputs,
        outputs,
        stride: first ? 2 : 1,
      };
    }),
  );
}

function describe(
  settings: ModelSettings,
  image: readonly [number, number, number],
  classes: number,
): NetworkShape {
  const { useBias } = optionsOf(settings);
  let [height, width] = image;
  if (height % 4 !== 0 || width % 4 !== 0)
    throw new RangeError('the sides of the images are not multiples of 4, which its shortcuts need');
  const [stemWidth] = groupWidths;
  const parameters: ParameterSpec[] = [
    ...convolutionParameters('stem', 3, image[2], stemWidth, useBias),
    ...normalizationParameters('stem_bn', stemWidth),
  ];
  let multiplyAdds = height * width * 9 * image[2] * stemWidth;
  let channels: number = stemWidth;
  for (const { name, inputs, outputs, stride } of blocksOf(settings)) {
    height /= stride;
    width /= stride;
    parameters.push(
      ...convolutionParameters(`${name}_c0`, 3, inputs, outputs, useBias),
      ...normalizationParameters(`${name}_bn0`, outputs),
      ...convolutionParameters(`${name}_c1`, 3, outputs, outputs, useBias),
      ...normalizationParameters(`${name}_bn1`, outputs),
    );
    multiplyAdds += height * width * 9 * (inputs * outputs + outputs * outputs);
    channels = outputs;
  }
  parameters.push(...denseParameters('dense', channels, classes));
  return { parameters, multiplyAdds: multiplyAdds + channels * classes };
}

function runBlock(pass: Pass, x: Tensor4D, { name, inputs, outputs, stride }: Block): Tensor4D {
  const inner = normalizedConvolution(pass, x, `${name}_c0`, `${name}_bn0`, stride, { rectify: true });
  const shortcut = stride === 1 ? x : widened(everySecond(x), outputs - inputs);
  return normalizedConvolution(pass, inner, `${name}_c1`, `${name}_bn1`, 1, { rectify: true, shortcut });
}

/** Rows and columns 0, 2, 4 …: by slices of matrices, whose gradients are slices and paddings again. */
function everySecond(x: Tensor4D): Tensor4D {
  const { reshape, slice } = tf();
  const [batch, height, width, channels] = x.shape;
  const pairsOfRows: Tensor2D = reshape(x, [(batch * height) / 2, 2 * width * channels]);
  const rows = slice(pairsOfRows, [0, 0], [-1, width * channels]);
  const pairsOfPixels: Tensor2D = reshape(rows, [(batch * height * width) / 4, 2 * channels]);
  const pixels = slice(pairsOfPixels, [0, 0], [-1, channels]);
  return reshape(pixels, [batch, height / 2, width / 2, channels]);
}

/** `more` channels of zeros after those of `x`. */
function widened(x: Tensor4D, more: number): Tensor4D {
  return tf().pad(x, [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, more],
  ]);
}

/** ResNet-depth, 6 n + 2 layers, with shortcuts without parameters (option A). */
export const resnet: Network = {
  name: 'resnet',
  title: 'Residual network of basic blocks',
  source: 'He et al. 2016, arXiv:1512.03385, section 4.2, shortcuts of option A',
  settings: Type.Object({
    depth: Type.Integer({ minimum: 8, maximum: 1202, description: 'Layers, 6 n + 2: 20, 32, 44, 56, 110 …' }),
    ...convolutionalOptions,
  }),
  describe,
  forward(images, weights, mode, settings) {
    const pass = beginPass(weights, mode, settings);
    let x = normalizedConvolution(pass, images, 'stem', 'stem_bn', 1, { rectify: true });
    for (const block of blocksOf(settings)) x = runBlock(pass, x, block);
    return endPass(pass, dense(pass, averagePool(x), 'dense'));
  },
};
