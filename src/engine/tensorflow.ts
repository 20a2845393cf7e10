/** The one place where the rest of the code gets TensorFlow.js from, once `loadEngine` has put it here. */

type TensorFlow = typeof import('@tensorflow/tfjs-node-gpu');

let loaded: TensorFlow | null = null;

/** TensorFlow.js. Throws when `loadEngine` has not been awaited: a mistake of the program, not of its user. */
export function tf(): TensorFlow {
  if (loaded === null) throw new Error('tf() was called before loadEngine() had finished');
  return loaded;
}

/** Puts the loaded module in place; only `loadEngine` does this. */
export function setTensorflow(module: TensorFlow): void {
  loaded = module;
}
