/** Loads the engine in a process of its own with the options in the first argument, computes, and tells what came of it. */
import { loadEngine } from '../../src/engine/load.js';
import { tf } from '../../src/engine/tensorflow.js';

const engine = await loadEngine(JSON.parse(process.argv[2] ?? '{}'));
const sum = tf().tensor1d([1, 2]).sum().dataSync()[0];
// An operation whose JavaScript needs a function that newer versions of Node lack.
const top = tf()
  .topk(tf().tensor1d([1, 3, 2]), 1)
  .values.dataSync()[0];
const { TF_ENABLE_ONEDNN_OPTS, TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS } = process.env;
const environment = { TF_ENABLE_ONEDNN_OPTS, TF_NUM_INTRAOP_THREADS, TF_NUM_INTEROP_THREADS };
const { ONEDNN_MAX_CPU_ISA = null, ONEDNN_DEFAULT_FPMATH_MODE = null } = process.env;
console.log(
  JSON.stringify({
    engine,
    sum,
    top,
    environment,
    oneDnn: { ONEDNN_MAX_CPU_ISA, ONEDNN_DEFAULT_FPMATH_MODE },
  }),
);
