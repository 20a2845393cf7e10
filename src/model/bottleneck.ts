/** Residual networks of bottleneck blocks: the blog post's `resnet20`, and `resnet8`, a small one of the same family. */
import type { Tensor4D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { averagePool } from '../engine/operations/pool.js';
import {
  beginPass,
  branchingConvolution,
  convolutionParameters,
  dense,
  denseParameters,
  endPass,
  joiningConvolution,
  normalizationParameters,
  normalize,
  normalizedConvolution,
  type Pass,
} from './layers.js';
import type { Network, NetworkShape, ParameterSpec } from './network.js';
import { convolutionalOptions, optionsOf } from './options.js';

/** A group of blocks of one width: the inner width, the outer width as a multiple of it, the first block's stride. */
interface Group {
  width: number;
  expansion: number;
  stride: number;
  blocks: number;
}

/** Channels after the first convolution. */
const stemWidth = 16;

const resnet20Groups: readonly Group[] = [
  { width: 16, expansion: 4, stride: 1, blocks: 2 },
  { width: 64, expansion: 2, stride: 2, blocks: 2 },
  { width: 128, expansion: 2, stride: 2, blocks: 2 },
];

const resnet8Groups: readonly Group[] = [
  { width: 16, expansion: 4, stride: 1, blocks: 1 },
  { width: 32, expansion: 4, stride: 2, blocks: 1 },
];

/** One block with the sizes that follow from its place. */
interface Block {
  name: string;
  inputs: number;
  width: number;
  outputs: number;
  stride: number;
  /** Whether the shortcut is a 1x1 convolution (the first block of a group) or the identity. */
  projects: boolean;
}

function blocksOf(groups: readonly Group[]): Block[] {
  const blocks: Block[] = [];
  let inputs = stemWidth;
  groups.forEach((group, index) => {
    for (let position = 0; position < group.blocks; position++) {
      const outputs = group.width * group.expansion;
      const first = position === 0;
      const stride = first ? group.stride : 1;
      blocks.push({
        name: `g${index}b${position}`,
        inputs,
        width: group.width,
        outputs,
        stride,
        projects: first,
      });
      inputs = outputs;
    }
  });
  return blocks;
}

function describe(
  blocks: readonly Block[],
  image: readonly [number, number, number],
  classes: number,
  useBias: boolean,
): NetworkShape {
  let [height, width] = image;
  const parameters: ParameterSpec[] = [
    ...convolutionParameters('stem', 3, image[2], stemWidth, useBias),
    ...normalizationParameters('stem_bn', stemWidth),
  ];
  let multiplyAdds = height * width * 9 * image[2] * stemWidth;
  let channels = stemWidth;
  for (const block of blocks) {
    const area = height * width;
    height = Math.ceil(height / block.stride);
    width = Math.ceil(width / block.stride);
    const reduced = height * width;
    const { name } = block;
    parameters.push(
      ...convolutionParameters(`${name}_c0`, 1, block.inputs, block.width, useBias),
      ...normalizationParameters(`${name}_bn0`, block.width),
      ...convolutionParameters(`${name}_c1`, 3, block.width, block.width, useBias),
      ...normalizationParameters(`${name}_bn1`, block.width),
      ...convolutionParameters(`${name}_c2`, 1, block.width, block.outputs, useBias),
      ...(block.projects
        ? convolutionParameters(`${name}_skip`, 1, block.inputs, block.outputs, useBias)
        : []),
      ...normalizationParameters(`${name}_bn2`, block.outputs),
    );
    multiplyAdds += area * block.inputs * block.width;
    multiplyAdds += reduced * (9 * block.width * block.width + block.width * block.outputs);
    if (block.projects) multiplyAdds += reduced * block.inputs * block.outputs;
    channels = block.outputs;
  }
  parameters.push(
    ...normalizationParameters('head_bn', channels),
    ...denseParameters('dense', channels, classes),
  );
  return { parameters, multiplyAdds: multiplyAdds + channels * classes };
}

function runBlock(pass: Pass, x: Tensor4D, block: Block): Tensor4D {
  const { name, stride, projects } = block;
  const { y: narrow, x: around } = branchingConvolution(pass, x, `${name}_c0`, `${name}_bn0`, stride);
  const middle = normalizedConvolution(pass, narrow, `${name}_c1`, `${name}_bn1`, stride, { rectify: true });
  const [last, normalization] = [`${name}_c2`, `${name}_bn2`];
  return projects
    ? joiningConvolution(pass, middle, last, normalization, { x: around, name: `${name}_skip` })
    : normalizedConvolution(pass, middle, last, normalization, 1, { rectify: true, shortcut: around });
}

function network(name: string, title: string, source: string, groups: readonly Group[]): Network {
  const blocks = blocksOf(groups);
  return {
    name,
    title,
    source,
    settings: Type.Object(convolutionalOptions),
    describe: (settings, image, classes) => describe(blocks, image, classes, optionsOf(settings).useBias),
    forward(images, weights, mode, settings) {
      const pass = beginPass(weights, mode, settings);
      let x = normalizedConvolution(pass, images, 'stem', 'stem_bn', 1, { rectify: true });
      for (const block of blocks) x = runBlock(pass, x, block);
      const features = averagePool(normalize(pass, x, 'head_bn', { rectify: true }));
      return endPass(pass, dense(pass, features, 'dense'));
    },
  };
}

export const resnet20 = network(
  'resnet20',
  'ResNet-20 of bottleneck blocks (575,114 values)',
  'The network of the blog post that this project began with; blocks of He et al. 2016, arXiv:1512.03385',
  resnet20Groups,
);

export const resnet8 = network(
  'resnet8',
  'ResNet-8 of the same bottleneck blocks, 12.8 M multiply-adds for a 32x32 image',
  'Two projection blocks of the family of resnet20, for machines without a GPU',
  resnet8Groups,
);
