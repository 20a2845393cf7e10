/**
 * Trains a small network compiled, in a process of its own, and tells the hashes of its graph and of its weights. The
 * first argument is the number of steps, the second how many of them come before the state is carried over to a program
 * made anew (0: none).
 */
import { compileProgram } from '../../src/engine/compile.js';
import { loadEngine } from '../../src/engine/load.js';
import { runStep } from '../../src/train/run-step.js';
import { weightsOf, weightsSha256 } from '../../src/train/weights.js';
import { aware, base, randomBatch, smallStep } from '../train/small-step.js';

const steps = Number(process.argv[2]);
const carryAt = Number(process.argv[3]);
const threads = Number(process.argv[4] ?? 1);

await loadEngine({ threads });
const step = smallStep(aware('sam', base('adam')));
let program = compileProgram(step.program(1));
program.prepare('step');
program.prepare('evaluate');
for (let index = 0; index < steps; index++) {
  if (index === carryAt && carryAt > 0) {
    const state = program.read();
    program.dispose();
    program = compileProgram(step.program(2));
    program.write(state);
    program.prepare('step');
    program.prepare('evaluate');
  }
  runStep(program, step, randomBatch(index), 0.001);
}
console.log(JSON.stringify({ ...program.graph(), weights: weightsSha256(weightsOf(program.read())) }));
