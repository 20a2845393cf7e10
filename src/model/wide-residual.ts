/** Wide residual networks: pre-activation blocks of two 3x3 convolutions, with dropout between them. */
import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { averagePool } from '../engine/operations/pool.js';
import { tf } from '../engine/tensorflow.js';
import type { ModelSettings } from '../suite/cell.js';
import {
  beginPass,
  convolution,
  convolutionParameters,
  dense,
  denseParameters,
  dropout,
  endPass,
  normalizationParameters,
  normalize,
  normalizedConvolution,
  type Pass,
} from './layers.js';
import type { Network, NetworkShape, ParameterSpec } from './network.js';
import { convolutionalOptions, optionsOf } from './options.js';

/** Channels after the first convolution, and of the three groups before they are widened. */
const stemWidth = 16;
const groupWidths = [16, 32, 64] as const;

interface Block {
  name: string;
  inputs: number;
  outputs: number;
  stride: number;
}

/** Throws a RangeError for a depth that is not 6 n + 4. */
function blocksOf({ depth, width }: ModelSettings): Block[] {
  const perGroup = (Number(depth) - 4) / 6;
  if (!Number.isInteger(perGroup) || perGroup < 1)
    throw new RangeError(`depth ${depth} is not 6 n + 4, as 10, 16, 22, 28 and 40 are`);
  let inputs = stemWidth;
  return groupWidths.flatMap((base, group) =>
    Array.from({ length: perGroup }, (_, position) => {
      const outputs = base * Number(width);
      const block = {
        name: `g${group}b${position}`,
        inputs,
        outputs,
        stride: group > 0 && position === 0 ? 2 : 1,
      };
      inputs = outputs;
      return block;
    }),
  );
}

const projects = ({ inputs, outputs, stride }: Block) => inputs !== outputs || stride !== 1;

function describe(
  settings: ModelSettings,
  image: readonly [number, number, number],
  classes: number,
): NetworkShape {
  const { useBias } = optionsOf(settings);
  let [height, width] = image;
  const parameters: ParameterSpec[] = convolutionParameters('stem', 3, image[2], stemWidth, useBias);
  let multiplyAdds = height * width * 9 * image[2] * stemWidth;
  let channels = stemWidth;
  for (const block of blocksOf(settings)) {
    const { name, inputs, outputs, stride } = block;
    height = Math.ceil(height / stride);
    width = Math.ceil(width / stride);
    parameters.push(
      ...normalizationParameters(`${name}_bn0`, inputs),
      ...convolutionParameters(`${name}_c0`, 3, inputs, outputs, useBias),
      ...normalizationParameters(`${name}_bn1`, outputs),
      ...convolutionParameters(`${name}_c1`, 3, outputs, outputs, useBias),
      ...(projects(block) ? convolutionParameters(`${name}_skip`, 1, inputs, outputs, useBias) : []),
    );
    const weights = 9 * inputs * outputs + 9 * outputs * outputs + (projects(block) ? inputs * outputs : 0);
    multiplyAdds += height * width * weights;
    channels = outputs;
  }
  parameters.push(
    ...normalizationParameters('head_bn', channels),
    ...denseParameters('dense', channels, classes),
  );
  return { parameters, multiplyAdds: multiplyAdds + channels * classes };
}

/** The projection takes the activated input, the identity the input itself. */
function runBlock(pass: Pass, x: Tensor4D, block: Block, rate: number): Tensor4D {
  const { name, stride } = block;
  const active = normalize(pass, x, `${name}_bn0`, { rectify: true });
  const inner = normalizedConvolution(pass, active, `${name}_c0`, `${name}_bn1`, stride, { rectify: true });
  const main = convolution(pass, dropout(pass, inner, rate), `${name}_c1`, 1);
  const shortcut = projects(block) ? convolution(pass, active, `${name}_skip`, stride) : x;
  return tf().add(main, shortcut);
}

/** WRN-depth-width. */
export const wrn: Network = {
  name: 'wrn',
  title: 'Wide residual network',
  source: 'Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 1',
  settings: Type.Object({
    depth: Type.Integer({ minimum: 10, maximum: 400, description: 'Layers, 6 n + 4: 16, 22, 28, 40 …' }),
    width: Type.Integer({ minimum: 1, maximum: 64, description: 'How many times wider than a ResNet.' }),
    dropout: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      description: 'Probability that a value between the convolutions of a block is dropped.',
    }),
    ...convolutionalOptions,
  }),
  describe,
  drops: ({ dropout: rate }) => Number(rate ?? 0) > 0,
  forward(images, weights, mode, settings, dropoutSeed) {
    const pass = beginPass(weights, mode, settings, dropoutSeed);
    const rate = Number(settings.dropout ?? 0);
    let x = convolution(pass, images, 'stem', 1);
    for (const block of blocksOf(settings)) x = runBlock(pass, x, block, rate);
    const features = averagePool(normalize(pass, x, 'head_bn', { rectify: true }));
    return endPass(pass, dense(pass, features, 'dense'));
  },
};
