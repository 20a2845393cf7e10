/** A fully connected network, small enough for tests. */
import type { Tensor2D } from '@tensorflow/tfjs-node-gpu';
import Type from 'typebox';
import { rectify } from '../engine/operations/rectify.js';
import { tf } from '../engine/tensorflow.js';
import { beginPass, dense, denseParameters, endPass } from './layers.js';
import type { Network } from './network.js';

const settings = Type.Object({
  width: Type.Integer({ minimum: 1, maximum: 65536, description: 'Units of the hidden layer.' }),
});

/** Image, flattened, to a hidden layer with a rectifier, to the logits. */
export const mlp: Network = {
  name: 'mlp',
  title: 'One hidden layer',
  source: 'For tests',
  settings,
  describe({ width }, [height, imageWidth, channels], classes) {
    const inputs = height * imageWidth * channels;
    return {
      parameters: [
        ...denseParameters('hidden', inputs, Number(width)),
        ...denseParameters('dense', Number(width), classes),
      ],
      multiplyAdds: Number(width) * (inputs + classes),
    };
  },
  forward(images, weights, mode) {
    const pass = beginPass(weights, mode);
    const flat = tf().reshape(images, [images.shape[0], -1]) as Tensor2D;
    return endPass(pass, dense(pass, rectify(dense(pass, flat, 'hidden')), 'dense'));
  },
};
