/** Runs a program operation by operation: slow, and easy to look into. */
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { checkSize, type HostTensor, type Program, type ProgramDefinition, type Tensors } from './program.js';
import { tf } from './tensorflow.js';

/** The program of `definition`, run operation by operation. */
export function runEagerly<Name extends string>(definition: ProgramDefinition<Name>): Program<Name> {
  const state: Tensors = {};
  const replace = (name: string, tensor: Tensor) => {
    state[name]?.dispose();
    state[name] = tensor;
  };
  const checkEntry = (name: string) => {
    if (!Object.hasOwn(definition.state, name)) throw new Error(`the program's state has no entry ${name}`);
  };
  const write = (entries: Record<string, HostTensor>) => {
    for (const [name, { shape, values }] of Object.entries(entries)) {
      checkEntry(name);
      checkSize(name, definition.state[name]?.shape ?? [], values);
      checkSize(name, shape, values);
    }
    for (const [name, { shape, values }] of Object.entries(entries)) {
      replace(name, tf().keep(hostTensor(shape, values)));
    }
  };
  write(definition.state);
  return {
    run(name, inputs) {
      const { inputs: specs, call } = definition.functions[name];
      const read: Record<string, Float32Array> = {};
      tf().tidy(() => {
        const fed: Tensors = {};
        for (const [input, { shape }] of Object.entries(specs)) {
          const values = inputs[input];
          if (!values) throw new Error(`${name} needs the input ${input}`);
          checkSize(input, shape, values);
          fed[input] = hostTensor(shape, values);
        }
        const result = call({ ...state }, fed);
        for (const [output, tensor] of Object.entries(result.outputs)) {
          read[output] = Float32Array.from(tensor.dataSync());
        }
        Object.keys(result.state).forEach(checkEntry);
        // A new entry may be an old one handed on: a copy of the handle keeps the two lives apart.
        const renewed = Object.entries(result.state).map(
          ([entry, tensor]) => [entry, tf().keep(tensor.clone())] as const,
        );
        for (const [entry, tensor] of renewed) replace(entry, tensor);
      });
      return read;
    },
    read() {
      const entries = Object.entries(state).map(([name, tensor]) => [name, onHost(tensor)] as const);
      return Object.fromEntries(entries);
    },
    write,
    dispose() {
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
