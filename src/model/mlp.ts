/** A fully connected network, small enough for tests. */
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { rectify } from '../engine/operations/rectify.js';
import { tf } from '../engine/tensorflow.js';
import { beginPass, dense, denseParameters, endPass } from './layers.js';
import type { Network } from './network.js';
import { optionsOf } from './options.js';

const settings = Type.Object({
  width: Type.Integer({ minimum: 1, maximum: 65536, description: 'Units of the hidden layer.' }),
  useBias: Type.Boolean({ description: 'Whether the layers have biases.' }),
});

/** Image, flattened, to a hidden layer with a rectifier, to the logits. */
export const mlp: Network = {
  name: 'mlp',
  title: 'One hidden layer',
  source: 'For tests',
  settings,
  describe(chosen, [height, imageWidth, channels], classes) {
    const { width } = chosen;
    const { useBias } = optionsOf(chosen);
    const inputs = height * imageWidth * channels;
    return {
      parameters: [
        ...denseParameters('hidden', inputs, Number(width), useBias),
        ...denseParameters('dense', Number(width), classes, useBias),
      ],
      multiplyAdds: Number(width) * (inputs + classes),
    };
  },
  forward(images, weights, mode, chosen) {
    const pass = beginPass(weights, mode, chosen);
    const { useBias } = pass.options;
    const flat = tf().reshape(images, [images.shape[0], -1]) as Tensor2D;
    return endPass(pass, dense(pass, rectify(dense(pass, flat, 'hidden', useBias)), 'dense', useBias));
  },
};
