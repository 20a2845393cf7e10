import { useEngine } from '../engine/engine.js';
import { describeEqualities, ways } from './equalities.js';

useEngine({ threads: 1, oneDnn: false, graphRewriting: false });
for (const [way, start] of ways) describeEqualities(`${way}, without oneDNN and rewriting`, start);
