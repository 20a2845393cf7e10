/** Every sharpness-aware rule that a suite can name: one line each. */
export { asam } from './asam.js';
export { esam } from './esam.js';
export { fsam } from './fsam.js';
export { gsam } from './gsam.js';
export { looksam } from './looksam.js';
export { msam } from './msam.js';
export { random } from './random.js';
export { sam } from './sam.js';
export { samAsPublished } from './sam-as-published.js';
