/** The program `npm run bench:peers`: flags in, table or JSON out. */
import { Command, Option } from 'commander';
import { listOf, runTool } from '../../src/bench/tool.js';
import { type BenchOptimizer, benchOptimizers } from '../../src/bench/workload.js';
import { parsePositive } from '../../src/commands/flags.js';
import { ensureEngine } from '../../src/engine/install/install.js';
import { exitCodes } from '../../src/errors.js';
import { peerPython } from './environment.js';
import { measurePeers } from './measure.js';
import { type PeerName, peerNames } from './peers.js';
import { peerTable } from './table.js';

interface Flags {
  rounds: number;
  steps: number;
  batch: number;
  threads: number;
  only: PeerName[];
  optimizers: BenchOptimizer[];
  biases?: boolean;
  instructions?: 'avx2';
  quiet?: boolean;
}

const program = new Command('bench:peers')
  .description(
    'times one training step of resnet20 in this project and in its peers, in balanced rounds of one run',
  )
  .option('--rounds <n>', 'rounds', parsePositive, 6)
  .option('--steps <n>', 'timed steps of each turn', parsePositive, 3)
  .option('--batch <n>', 'images a step', parsePositive, 128)
  .option('--threads <n>', 'threads', parsePositive, 2)
  .addOption(
    new Option('--only <list>', 'peers, e.g. sambench,pytorch')
      .default([...peerNames])
      .argParser(listOf(peerNames)),
  )
  .addOption(
    new Option('--optimizers <list>', 'optimizers')
      .default([...benchOptimizers])
      .argParser(listOf(benchOptimizers)),
  )
  .option('--biases', 'let the tuned peers train the biases that batch norm cancels')
  .addOption(
    new Option('--instructions <name>', 'all compute as on a processor without AVX-512').choices(['avx2']),
  )
  .option('--quiet', 'show no progress');

await runTool(program, async ({ only, quiet, biases = false, instructions, ...flags }: Flags) => {
  const tell = (line: string) => {
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  await ensureEngine({ onProgress: ({ stage }) => tell(`engine: ${stage}`) });
  const python = await peerPython(tell);
  const data = await measurePeers(
    { ...flags, peers: only, biases, instructions: instructions ?? null },
    python,
    tell,
  );
  return { text: peerTable(data), data, exitCode: exitCodes.done };
});
