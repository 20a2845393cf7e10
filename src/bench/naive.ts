/** The step as a newcomer to TensorFlow.js writes it: layers, `compile`, `trainOnBatch`. Adam only. */
import type { LayersModel, SymbolicTensor, Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../engine/tensorflow.js';
import type { StoredTensor } from '../safetensors.js';
import { benchBatch, firstWeights, workload } from './workload.js';

const strides = [1, 2, 2];

/** A function that runs one step and returns its loss. */
export function naiveStep(batch: number): () => Promise<number> {
  const model = buildModel(firstWeights());
  model.compile({
    optimizer: tf().train.adam(workload.learningRate),
    loss: 'sparseCategoricalCrossentropy',
  });
  const { images, labels } = benchBatch(batch);
  const pixels = Int32Array.from(images);
  return async () => {
    const x = tf().tidy(
      () =>
        tf()
          .tensor(pixels, [batch, ...workload.image], 'int32')
          .toFloat()
          .div(255) as Tensor4D,
    );
    const y = tf().tensor1d(labels, 'float32') as Tensor1D;
    const loss = await model.trainOnBatch(x, y);
    x.dispose();
    y.dispose();
    return Number(loss);
  };
}

/** The network of `model/bottleneck.ts` out of tf.layers, with the given weights. */
function buildModel(weights: ReadonlyMap<string, StoredTensor>): LayersModel {
  const { layers, input, model } = tf();
  const stored = (name: string): StoredTensor => {
    const found = weights.get(name);
    if (!found) throw new Error(`no parameter is called ${name}`);
    return found;
  };
  const convolution = (x: SymbolicTensor, name: string, stride: number) => {
    const [kernelSize = 1, , , filters = 1] = stored(`${name}.kernel`).shape;
    const options = { name, filters, kernelSize, strides: stride, padding: 'same' as const };
    return layers.conv2d(options).apply(x) as SymbolicTensor;
  };
  const normalization = (x: SymbolicTensor, name: string) =>
    layers.batchNormalization({ name, momentum: 0.99, epsilon: 1e-3 }).apply(x) as SymbolicTensor;
  const rectified = (x: SymbolicTensor) => layers.reLU().apply(x) as SymbolicTensor;

  const images = input({ shape: [...workload.image] });
  let x = rectified(normalization(convolution(images, 'stem', 1), 'stem_bn'));
  for (const [group, stride] of strides.entries()) {
    for (const block of [0, 1]) {
      const name = `g${group}b${block}`;
      const step = block === 0 ? stride : 1;
      let y = rectified(normalization(convolution(x, `${name}_c0`, 1), `${name}_bn0`));
      y = rectified(normalization(convolution(y, `${name}_c1`, step), `${name}_bn1`));
      y = normalization(convolution(y, `${name}_c2`, 1), `${name}_bn2`);
      const shortcut = block === 0 ? convolution(x, `${name}_skip`, step) : x;
      x = rectified(layers.add().apply([y, shortcut]) as SymbolicTensor);
    }
  }
  x = rectified(normalization(x, 'head_bn'));
  x = layers.flatten().apply(layers.averagePooling2d({ poolSize: 8 }).apply(x)) as SymbolicTensor;
  const dense = layers.dense({ name: 'dense', units: workload.classes, activation: 'softmax' });
  const network = model({ inputs: images, outputs: dense.apply(x) as SymbolicTensor });
  for (const layer of network.layers) {
    const tensors: Tensor[] = ['kernel', 'gamma', 'bias', 'beta', 'moving_mean', 'moving_variance']
      .map((part) => weights.get(`${layer.name}.${part}`))
      .filter((tensor) => tensor !== undefined)
      .map(({ values, shape }) => tf().tensor(values, [...shape], 'float32'));
    if (tensors.length > 0) layer.setWeights(tensors);
    for (const tensor of tensors) tensor.dispose();
  }
  return network;
}
