/** Installs the plan in the first argument, in a process of its own, and prints the stages that it went through. */
import { type InstallPlan, installEngine } from '../../../src/engine/install/install.js';

const plan = JSON.parse(process.argv[2] ?? '') as InstallPlan;
const stages = new Set<string>();
await installEngine(plan, { onProgress: ({ stage }) => stages.add(stage) });
console.log([...stages].join(' '));
