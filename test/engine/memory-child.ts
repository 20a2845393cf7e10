/** Runs 500 compiled steps in a process of its own, and tells its resident memory in bytes on the way. */
import { compileProgram } from '../../src/engine/compile.js';
import { loadEngine } from '../../src/engine/load.js';
import { runStep } from '../../src/train/run-step.js';
import { aware, base, randomBatch, smallStep } from '../train/small-step.js';

await loadEngine({ threads: 1 });
const step = smallStep(aware('sam', base('adam')));
const program = compileProgram(step.program(1));
const resident: number[] = [];
const batch = randomBatch(1);
for (let index = 0; index <= 550; index++) {
  runStep(program, step, batch, 1e-4);
  // Collected first, so that the number is of what is held and not of what waits to be collected.
  if (index % 50 === 0) {
    globalThis.gc?.();
    resident.push(process.memoryUsage.rss());
  }
}
console.log(JSON.stringify(resident));
