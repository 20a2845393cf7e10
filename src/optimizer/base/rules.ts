/** Every base update that a suite can name: one line each. */
export { adam, adamw } from './adam.js';
export { sgd } from './sgd.js';
