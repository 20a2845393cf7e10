/** Times the same training step in this project and in its peers, after a check that all compute the same. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Agreement, checkedSteps, demandAgreement } from '../../src/bench/agree.js';
import { type CheckAnswer, type Contestant, quitAll, startContestant } from '../../src/bench/contestant.js';
import { describeMachine, type Machine } from '../../src/bench/machine.js';
import { playRounds, type RoundSettings } from '../../src/bench/rounds.js';
import { summarizeTimes, type TimeRatio, type TimeSummary, timeRatio } from '../../src/bench/summarize.js';
import { type BenchOptimizer, startFile } from '../../src/bench/workload.js';
import { type PeerName, type PeerSettings, peerProgram, peerTitles } from './peers.js';

/** Which peers are timed with which optimizers, and how often. */
export interface PeerBenchSettings extends PeerSettings, RoundSettings {
  peers: readonly PeerName[];
  optimizers: readonly BenchOptimizer[];
}

/** The times of one peer with one optimizer, in milliseconds a step. */
export interface PeerRow extends TimeSummary {
  peer: PeerName;
  title: string;
  optimizer: BenchOptimizer;
  /** Steps of this peer in steps of sambench: above 1, sambench is faster. */
  overSambench: TimeRatio | null;
  /** Peak resident memory of its process; null where the system does not tell. */
  peakRssBytes: number | null;
  /** Whether oneDNN's kernels were in use; null where the peer does not tell. */
  oneDnn: boolean | null;
  versions: Record<string, string>;
  /** Relative differences of its losses from those of the first row. */
  agreement: Agreement;
}

/** All that was measured. */
export interface PeerBench {
  machine: Machine;
  settings: PeerBenchSettings;
  /** Whether TensorFlow uses oneDNN here unasked; null where no peer as installed ran. */
  oneDnnByDefault: boolean | null;
  rows: PeerRow[];
  /** The fastest of the peers, by optimizer, in steps of sambench. */
  fastestPeer: Partial<Record<BenchOptimizer, { peer: PeerName } & TimeRatio>>;
}

/** Measures with the Python at `python`; `tell` hears what is being done. */
export async function measurePeers(
  settings: PeerBenchSettings,
  python: string,
  tell: (line: string) => void,
): Promise<PeerBench> {
  const machine = describeMachine();
  const folder = await mkdtemp(join(tmpdir(), 'sambench-peers-'));
  const start = join(folder, 'start.safetensors');
  const rows: PeerRow[] = [];
  try {
    await writeFile(start, startFile(settings.batch));
    // One optimizer after the other: all peers at once would not fit into 16 GB twice.
    for (const optimizer of settings.optimizers) {
      rows.push(...(await measureOptimizer(optimizer, settings, { python, start }, tell)));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const oneDnnByDefault = rows.find(({ peer }) => peer === 'keras')?.oneDnn ?? null;
  return { machine, settings, oneDnnByDefault, rows, fastestPeer: fastestPeers(rows) };
}

async function measureOptimizer(
  optimizer: BenchOptimizer,
  settings: PeerBenchSettings,
  files: { python: string; start: string },
  tell: (line: string) => void,
): Promise<PeerRow[]> {
  const running: { peer: PeerName; contestant: Contestant; agreement: Agreement }[] = [];
  const started: Contestant[] = [];
  let reference: { name: string; answer: CheckAnswer } | null = null;
  try {
    for (const peer of settings.peers) {
      tell(`${optimizer}: start and check ${peer}`);
      const contestant = await startContestant(peerProgram(peer, optimizer, settings, files));
      started.push(contestant);
      const answer = await contestant.check(checkedSteps);
      reference ??= { name: peer, answer };
      running.push({ peer, contestant, agreement: demandAgreement(peer, answer, reference) });
    }
    await setTimeout(500);
    const times = await playRounds(started, settings, (round, name) =>
      tell(`${optimizer}: round ${round + 1} of ${settings.rounds}: ${name}`),
    );
    const ours = times.get('sambench');
    return running.map(({ peer, contestant, agreement }) => {
      const own = times.get(peer) ?? [];
      return {
        peer,
        title: peerTitles[peer],
        optimizer,
        ...summarizeTimes(own),
        overSambench: ours ? timeRatio(own, ours) : null,
        peakRssBytes: contestant.peakRssBytes(),
        oneDnn: (contestant.facts.oneDnn as boolean | null | undefined) ?? null,
        versions: contestant.facts.versions as Record<string, string>,
        agreement,
      };
    });
  } finally {
    await quitAll(started);
  }
}

function fastestPeers(rows: readonly PeerRow[]): PeerBench['fastestPeer'] {
  const found: PeerBench['fastestPeer'] = {};
  for (const { peer, optimizer, overSambench } of rows) {
    if (peer === 'sambench' || overSambench === null) continue;
    if (overSambench.ratio < (found[optimizer]?.ratio ?? Number.POSITIVE_INFINITY)) {
      found[optimizer] = { peer, ...overSambench };
    }
  }
  return found;
}
