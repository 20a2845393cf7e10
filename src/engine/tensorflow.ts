/** The one place where the rest of the code gets TensorFlow.js from, once `loadEngine` has put it here. */

export type Tensorflow = typeof import('@tensorflow/tfjs-node-gpu');

let loaded: Tensorflow | null = null;

/** TensorFlow.js. Throws when `loadEngine` has not been awaited: a mistake of the program, not of its user. */
export function tf(): Tensorflow {
  if (loaded === null) throw new Error('tf() was called before loadEngine() had finished');
  return loaded;
}

/** Puts the loaded module in place; only `loadEngine` does this. */
export function setTensorflow(module: Tensorflow): void {
  loaded = module;
}
