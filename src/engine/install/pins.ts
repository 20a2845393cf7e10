/** What is fetched, to the byte: versions, wheels and their hashes, and which of their files the engine needs. */

/** `gpu` is TensorFlow with CUDA 12; it works without a graphics card as well, but is ten times as large. */
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

/** Version of Node-API that the addon is compiled for; it stays binary-compatible over Node 20, 22 and 24. */
export const nodeApiVersion = 8;

/** Raised when the way of compiling changes otherwise than by its flags (recipe.ts), so that old addons are not reused. */
export const recipeVersion = 4;

/** The Python that the wheels are for. They are never run, so it need not be the machine's own. */
export const wheelPython = '3.12';

/** Platform tags of the wheels; pip, told one, does not add the compatible older ones by itself. */
export const wheelPlatforms = [
  'manylinux_2_27_x86_64',
  'manylinux_2_25_x86_64',
  'manylinux_2_17_x86_64',
  'manylinux_2_12_x86_64',
];

/** The wheels of each variant. */
export const wheels: Readonly<Record<Variant, readonly PinnedWheel[]>> = {
  cpu: [
    wheel(
      'tensorflow-cpu==2.21.0',
      'cp312-cp312-manylinux_2_27_x86_64',
      274_000_871,
      'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    ),
  ],
  gpu: [
    wheel(
      'tensorflow==2.21.0',
      'cp312-cp312-manylinux_2_27_x86_64',
      572_611_111,
      'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    ),
    wheel(
      'nvidia-cublas-cu12==12.9.3.13',
      'py3-none-manylinux_2_27_x86_64',
      581_217_458,
      'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    ),
    wheel(
      'nvidia-cuda-cupti-cu12==12.9.79',
      'py3-none-manylinux_2_25_x86_64',
      10_814_997,
      '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    ),
    wheel(
      'nvidia-cuda-nvcc-cu12==12.9.86',
      'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
      40_546_229,
      '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    ),
    wheel(
      'nvidia-cuda-nvrtc-cu12==12.9.86',
      'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
      89_568_129,
      '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    ),
    wheel(
      'nvidia-cuda-runtime-cu12==12.9.79',
      'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
      3_493_179,
      '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    ),
    wheel(
      'nvidia-cudnn-cu12==9.28.0.42',
      'py3-none-manylinux_2_27_x86_64',
      716_538_495,
      '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    ),
    wheel(
      'nvidia-cufft-cu12==11.4.1.4',
      'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
      200_877_592,
      'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    ),
    wheel(
      'nvidia-cusolver-cu12==11.7.5.82',
      'py3-none-manylinux_2_27_x86_64',
      338_117_415,
      '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    ),
    wheel(
      'nvidia-cusparse-cu12==12.5.10.65',
      'py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64',
      366_465_088,
      '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    ),
    wheel(
      'nvidia-nccl-cu12==2.32.3',
      'py3-none-manylinux_2_27_x86_64',
      351_526_311,
      'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    ),
    wheel(
      'nvidia-nvjitlink-cu12==12.9.86',
      'py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64',
      39_748_338,
      'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    ),
  ],
};

function wheel(requirement: string, tags: string, bytes: number, sha256: string): PinnedWheel {
  const file = `${requirement.replaceAll('-', '_').replace('==', '-')}-${tags}.whl`;
  return { requirement, file, bytes, sha256 };
}

/** Bytes that an install needs on the disk at its height: the wheels and all that is unpacked from them. */
export const bytesNeeded: Readonly<Record<Variant, number>> = { cpu: 1_800_000_000, gpu: 10_000_000_000 };

/** TensorFlow's shared libraries, as the wheels hold them. */
export const libraryNames = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

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

const tensorflowMembers = new Set<string>([
  ...libraryNames.map((name) => `tensorflow/${name}`),
  ...headers.map((name) => `tensorflow/include/${name}`),
]);

/** CUDA's libraries, and the two files with which TensorFlow compiles kernels at run time. */
const cudaMember =
  /^nvidia\/(\w+\/lib\/[\w.-]+\.so[.\d]*|cuda_nvcc\/bin\/ptxas|cuda_nvcc\/nvvm\/libdevice\/[\w.-]+)$/;

/** Whether a member of a wheel is unpacked. */
export function isNeeded(member: string): boolean {
  return tensorflowMembers.has(member) || cudaMember.test(member);
}
