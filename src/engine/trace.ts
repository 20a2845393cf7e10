/** Where the time of a traced run went, by kind of operation: read from TensorFlow's RunMetadata. */
import { fieldsOf } from './protocol-buffer.js';

/** All operations of one type in one run. */
export interface OperationTime {
  /** The type that ran, e.g. `_MklNativeConv2D` where TensorFlow put a kernel of oneDNN in place of `Conv2D`. */
  operation: string;
  /** From the start to the end of their kernels, added up; work that waits for a thread counts nothing. */
  microseconds: number;
  count: number;
}

/** Outputs of a traced run, and its times. */
export interface TracedRun {
  outputs: Record<string, Float32Array>;
  operations: OperationTime[];
}

/** Field numbers of TensorFlow's messages, outermost first: RunMetadata, StepStats, DeviceStepStats and NodeExecStats. */
const stepStatsField = 1;
const deviceField = 1;
const nodeField = 2;
const node = { name: 1, label: 8, startNanoseconds: 14, endNanoseconds: 15 };

/** The times of `metadata`, a serialized RunMetadata of a full trace, in the order in which each type first ran. */
export function operationTimes(metadata: Uint8Array): OperationTime[] {
  const times = new Map<string, OperationTime>();
  const devices = nested(nested([metadata], stepStatsField), deviceField);
  for (const { operation, microseconds } of nested(devices, nodeField).map(nodeTime)) {
    const sofar = times.get(operation) ?? { operation, microseconds: 0, count: 0 };
    times.set(operation, {
      operation,
      microseconds: sofar.microseconds + microseconds,
      count: sofar.count + 1,
    });
  }
  return [...times.values()];
}

/** The bodies of the fields `number` of all `messages`. */
function nested(messages: readonly Uint8Array[], number: number): Uint8Array[] {
  return messages.flatMap((message) =>
    fieldsOf(message).flatMap((field) => (field.number === number && field.body ? [field.body] : [])),
  );
}

/** Type and time of one node; numbers that are 0 are left out of the message, text that is empty as well. */
function nodeTime(stats: Uint8Array): { operation: string; microseconds: number } {
  const fields = new Map(fieldsOf(stats).map((field) => [field.number, field]));
  const text = (number: number) => new TextDecoder().decode(fields.get(number)?.body ?? undefined);
  const nanoseconds = (number: number) => fields.get(number)?.value ?? 0;
  // The label is `[memory] NAME = TYPE(INPUTS)`; a name alone is `NUMBER_TYPE`, as graphs here have it.
  const operation = / = (\w+)\(/.exec(text(node.label))?.[1] ?? text(node.name).replace(/^\d+_/, '');
  return {
    operation,
    microseconds: (nanoseconds(node.endNanoseconds) - nanoseconds(node.startNanoseconds)) / 1000,
  };
}
