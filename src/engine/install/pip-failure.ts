/** Tells why pip failed, from what it wrote, in words that say what to do. */
import { type ErrorCode, SambenchError } from '../../errors.js';

interface Reason {
  code: ErrorCode;
  problem: string;
  fix: string;
}

const installPip = 'Install Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip)';

/** Reasons by what pip writes, the first that fits; pip says "No matching distribution" for several of them. */
const reasons: readonly [RegExp, Reason][] = [
  [/No module named ['"]?pip/, { code: 'engine-missing', problem: 'python3 has no pip', fix: installPip }],
  [
    /No space left on device|Disk quota exceeded/,
    {
      code: 'disk-failed',
      problem: 'the disk is full',
      fix: 'Make room or set SAMBENCH_CACHE to a folder on another disk',
    },
  ],
  [
    /DO NOT MATCH THE HASHES|HashMismatch/,
    {
      code: 'engine-failed',
      problem: 'the file that pip downloaded is not the pinned one (its SHA-256 differs)',
      fix: 'Look at the package index or proxy that pip is set up with, and try again',
    },
  ],
  [
    /Retrying \(Retry|Connection ?Error|NewConnectionError|ProxyError|SSLError|Temporary failure in name|Read ?Timed? ?[Oo]ut|Max retries exceeded/,
    {
      code: 'engine-missing',
      problem: 'the Python package index cannot be reached',
      fix: 'Connect this machine to the network, or set pip up with a proxy or an index that it can reach',
    },
  ],
  [
    /No matching distribution/,
    {
      code: 'engine-missing',
      problem: 'the package index that pip asks does not have this file',
      fix: 'Let pip ask the public Python package index',
    },
  ],
];

/**
 * The error for a failed download. `output` is all that pip wrote, `startError` why python3 did not start, `byHand` how
 * to do without pip.
 */
export function pipFailure(output: string, startError: string | null, byHand: string): SambenchError {
  const { code, problem, fix } = startError === null ? reasonOf(output) : noPython;
  return new SambenchError(code, {
    problem: `the engine cannot be fetched: ${problem}`,
    // On a full disk the file would not fit either.
    fix: code === 'disk-failed' ? `${fix}.` : `${fix}. ${byHand}`,
  });
}

const noPython: Reason = { code: 'engine-missing', problem: 'there is no python3', fix: installPip };

function reasonOf(output: string): Reason {
  const known = reasons.find(([pattern]) => pattern.test(output));
  if (known) return known[1];
  const lines = output.split('\n').filter((line) => /\S/.test(line));
  const last = lines.findLast((line) => line.startsWith('ERROR')) ?? lines.at(-1) ?? 'it wrote nothing';
  const told = last.replace(/^ERROR:\s*/, '').trim();
  return { code: 'engine-failed', problem: `pip failed (${told})`, fix: 'Mend that and try again' };
}
