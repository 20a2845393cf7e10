/** What is fetched, to the byte: versions, wheels and their hashes, and which of their files the engine needs. */

export type Variant = 'cpu' | 'gpu';

/** One wheel of the Python package index: the requirement that pip is given, and the file that must come of it. */
export interface PinnedWheel {
  requirement: string;
  file: string;
  sha256: string;
  bytes: number;
}

/** Version of the TensorFlow library. */
export const tensorflowVersion = '2.21.0';

/** Version of Node-API that the addon is compiled for; binary-compatible over Node 20, 22 and 24. */
export const nodeApiVersion = 8;

/** Raised when the way of compiling changes, so that old addons are not reused. */
export const recipeVersion = 1;

/** The Python that the wheels are for. They are not run by it, so it need not be the machine's own. */
export const wheelPython = '3.12';

/** Platform tags under which pip looks for the wheels; it does not add the compatible ones by itself. */
export const wheelPlatforms = ['manylinux_2_27_x86_64'];

/** The wheels of each variant. */
export const wheels: Record<Variant, readonly PinnedWheel[]> = {
  cpu: [
    {
      requirement: 'tensorflow-cpu==2.21.0',
      file: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
      sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
      bytes: 274_000_871,
    },
  ],
  gpu: [],
};

/** The two shared libraries of TensorFlow. */
export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The C headers that the addon's sources include, below `include/`. */
export const headers = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
] as const;

/** Whether a member of a wheel is unpacked. */
export function isNeeded(member: string): boolean {
  if (member.startsWith('nvidia/')) return /^nvidia\/[^/]+\/lib\/[^/]+\.so(\.\d+)*$/.test(member);
  const inside = member.startsWith('tensorflow/') ? member.slice('tensorflow/'.length) : '';
  return (
    (libraries as readonly string[]).includes(inside) ||
    (inside.startsWith('include/') &&
      (headers as readonly string[]).includes(inside.slice('include/'.length)))
  );
}
