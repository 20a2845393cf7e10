/** The peers: what each is, and how it is started. */
import { fileURLToPath } from 'node:url';
import type { ContestantProgram } from '../../src/bench/contestant.js';
import { ownProgram } from '../../src/bench/own-program.js';
import type { BenchOptimizer } from '../../src/bench/workload.js';

/**
 * The allocator setting of the tuned peers: huge pages, and nothing that was freed goes back to the kernel, which is worth
 * some 20 % to PyTorch. TensorFlow with oneDNN pools by itself.
 */
const tunedAllocator =
  'glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=17179869184:glibc.malloc.top_pad=268435456:glibc.malloc.hugetlb=1';

/** The peers, this project the first of them: the others are compared with it. */
export const peerNames = [
  'sambench',
  'keras',
  'keras-onednn',
  'tensorflow-tuned',
  'pytorch',
  'pytorch-tuned',
  'jax',
] as const;
/** One of them. */
export type PeerName = (typeof peerNames)[number];

/** What a peer is, for the table. */
export const peerTitles: Readonly<Record<PeerName, string>> = {
  sambench: 'this project, compiled',
  keras: 'Keras layers, as installed',
  'keras-onednn': 'the same with oneDNN switched on',
  'tensorflow-tuned': 'one tf.function, fused batch norm and Adam, oneDNN, allocator',
  pytorch: 'channels_last, as installed',
  'pytorch-tuned': 'channels_last, fused Adam, allocator',
  jax: 'jit, as installed',
};

/** What is equal for all peers: images a step and threads; and what the tuned ones train. */
export interface PeerSettings {
  batch: number;
  threads: number;
  /** The newest vector instructions that anyone may use; null for all that the processor has. */
  instructions: 'avx2' | null;
  /** Whether the tuned peers train the biases that batch norm cancels. */
  biases: boolean;
}

/** What is started to time `peer`; `python` runs the peers in Python, and `start` is the file that they start from. */
export function peerProgram(
  peer: PeerName,
  optimizer: BenchOptimizer,
  { batch, threads, instructions, biases }: PeerSettings,
  { python, start }: { python: string; start: string },
): ContestantProgram {
  if (peer === 'sambench')
    return ownProgram(peer, { kind: 'compiled', optimizer, batch, threads, instructions });
  const tuned = peer.endsWith('-tuned');
  const program = fileURLToPath(new URL(`./peer_${peer.split('-')[0]}.py`, import.meta.url));
  const flags = [...(tuned ? ['--tuned'] : []), ...(biases ? ['--biases'] : [])];
  return {
    name: peer,
    command: python,
    args: [program, '--start', start, '--optimizer', optimizer, '--threads', String(threads), ...flags],
    env: {
      ...commonVariables(threads),
      ...(instructions === 'avx2' ? olderProcessor : {}),
      ...(tuned ? { GLIBC_TUNABLES: tunedAllocator } : {}),
      ...(peer === 'keras-onednn' || peer === 'tensorflow-tuned' ? { TF_ENABLE_ONEDNN_OPTS: '1' } : {}),
    },
  };
}

/**
 * What makes the peers compute as on a processor without AVX-512: their libraries are told to use AVX2 at most, and
 * TensorFlow, which decides by the processor, to leave oneDNN off as it does there.
 */
const olderProcessor = {
  ONEDNN_MAX_CPU_ISA: 'AVX2',
  TF_ENABLE_ONEDNN_OPTS: '0',
  ATEN_CPU_CAPABILITY: 'avx2',
  MKL_ENABLE_INSTRUCTIONS: 'AVX2',
  XLA_FLAGS: '--xla_cpu_max_isa=AVX2',
};

/** Equal threads for all, no graphics card, and nothing that the user has set for Python. */
function commonVariables(threads: number): Record<string, string> {
  return {
    PYTHONNOUSERSITE: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    CUDA_VISIBLE_DEVICES: '',
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: String(threads),
    OMP_NUM_THREADS: String(threads),
    // Size of the thread pool of JAX.
    NPROC: String(threads),
    JAX_PLATFORMS: 'cpu',
    KERAS_BACKEND: 'tensorflow',
    // A folder without the user's keras.json.
    KERAS_HOME: fileURLToPath(new URL('.', import.meta.url)),
  };
}
