import { useEngine } from '../engine/engine.js';
import { describeEqualities, ways } from './equalities.js';

// As cells train: oneDNN's kernels, graphs rewritten.
useEngine({ threads: 1 });
for (const [way, start] of ways) describeEqualities(`${way}, with oneDNN and rewriting`, start);
