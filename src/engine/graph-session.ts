/** How sessions run their graphs: TensorFlow's ConfigProto for this process. */

let rewriting = true;

/** Whether graphs may be rewritten from now on: what is recorded fused, and by sessions constants folded and more fused. */
export function setGraphRewriting(on: boolean): void {
  rewriting = on;
}

/** Whether sessions may rewrite their graphs. */
export function graphRewriting(): boolean {
  return rewriting;
}

/**
 * The serialized ConfigProto of a session. Threads are left to the process (see load.ts). Without rewriting a graph runs
 * as it was recorded, operation for operation: no optimization of the old kind (graph_options.optimizer_options.opt_level
 * L0) and no meta-optimizer (graph_options.rewrite_options.disable_meta_optimizer). oneDNN has a pass of its own that no
 * config ends; bias.ts keeps apart what it would merge with other bits.
 */
export function sessionConfig(): Uint8Array {
  if (rewriting) return new Uint8Array();
  const optimizerOptions = message(3, field(3, -1));
  const rewriteOptions = message(10, field(19, 1));
  return Uint8Array.from(message(10, [...optimizerOptions, ...rewriteOptions]));
}

/** A whole number as protocol buffers write it. */
function field(number: number, value: number): number[] {
  return [...varint(BigInt(number << 3)), ...varint(BigInt.asUintN(64, BigInt(value)))];
}

/** A nested message as protocol buffers write it. */
function message(number: number, body: readonly number[]): number[] {
  return [...varint(BigInt((number << 3) | 2)), ...varint(BigInt(body.length)), ...body];
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
