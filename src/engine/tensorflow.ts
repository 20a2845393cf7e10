/** Holds the loaded TensorFlow module, so that code can refer to it without loading it. */
export type Tensorflow = typeof import('@tensorflow/tfjs-node-gpu');

let loaded: Tensorflow | undefined;

/** The TensorFlow module; throws when `loadEngine` has not run yet, which is a mistake in this program. */
export function tf(): Tensorflow {
  if (!loaded) throw new Error('TensorFlow is not loaded: call loadEngine() first');
  return loaded;
}

/** Keeps the module that `loadEngine` loaded. */
export function setTensorflow(module: Tensorflow): void {
  loaded = module;
}
