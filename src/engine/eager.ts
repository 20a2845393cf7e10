/** Runs a program operation by operation: slow, and easy to look into. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import {
  checkEntries,
  checkResult,
  checkValues,
  type HostTensor,
  type Program,
  type ProgramDefinition,
  stateSpecs,
  type Tensors,
} from './program.js';
import { tf } from './tensorflow.js';

/** The program of `definition`, run operation by operation. */
export function runEagerly<Name extends string>(definition: ProgramDefinition<Name>): Program<Name> {
  const specs = stateSpecs(definition.state);
  const state: Tensors = {};
  let closed = false;
  const checkOpen = () => {
    if (closed) throw new Error('the program is closed');
  };
  const replace = (name: string, tensor: Tensor) => {
    state[name]?.dispose();
    state[name] = tensor;
  };
  const write = (entries: Record<string, HostTensor>) => {
    checkOpen();
    checkEntries(specs, entries);
    for (const [name, { shape, values }] of Object.entries(entries)) {
      replace(name, tf().keep(hostTensor(shape, values)));
    }
  };
  write(definition.state);
  return {
    run(name, inputs) {
      checkOpen();
      const { inputs: inputSpecs, call } = definition.functions[name];
      const read: Record<string, Float32Array> = {};
      tf().tidy(() => {
        const fed: Tensors = {};
        for (const [input, spec] of Object.entries(inputSpecs)) {
          const values = inputs[input];
          if (!values) throw new Error(`${name} needs the input ${input}`);
          checkValues(input, spec, values);
          fed[input] = hostTensor(spec.shape, values);
        }
        const result = call({ ...state }, fed);
        checkResult(specs, result);
        for (const [output, tensor] of Object.entries(result.outputs)) {
          read[output] = Float32Array.from(tensor.dataSync());
        }
        // A new entry may be an old one handed on: a copy of the handle keeps the two lives apart.
        const renewed = Object.entries(result.state).map(
          ([entry, tensor]) => [entry, tf().keep(tensor.clone())] as const,
        );
        for (const [entry, tensor] of renewed) replace(entry, tensor);
      });
      return read;
    },
    read() {
      checkOpen();
      const entries = Object.entries(state).map(([name, tensor]) => [name, onHost(tensor)] as const);
      return Object.fromEntries(entries);
    },
    write,
    dispose() {
      closed = true;
      for (const name of Object.keys(state)) {
        state[name]?.dispose();
        delete state[name];
      }
    },
  };
}

/** tfjs has no eight-bit numbers: they become whole numbers of 32 bits. */
function hostTensor(shape: readonly number[], values: HostTensor['values']): Tensor {
  // tfjs takes a reference to the values it is given; the caller may use them again.
  if (values instanceof Float32Array) return tf().tensor(values.slice(), [...shape], 'float32');
  return tf().tensor(Int32Array.from(values), [...shape], 'int32');
}

function onHost(tensor: Tensor): HostTensor {
  const values = tensor.dataSync();
  return {
    shape: tensor.shape,
    values: tensor.dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values),
  };
}
