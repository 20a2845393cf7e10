import { describe, expect, it } from 'vitest';
import { headers, isNeeded, wheels } from '../../../src/engine/install/pins.js';

describe('pinned wheels', () => {
  it.each(Object.entries(wheels))(
    'of variant %s each have a version, a SHA-256 and a size',
    (_variant, pinned) => {
      for (const wheel of pinned) {
        expect(wheel.requirement).toMatch(/^[a-z0-9-]+==[\d.]+$/);
        expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(wheel.bytes).toBeGreaterThan(1e6);
      }
      expect(new Set(pinned.map(({ sha256 }) => sha256)).size).toBe(pinned.length);
    },
  );

  it('have file names as the package index writes them', () => {
    expect(wheels.cpu[0]?.file).toBe('tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl');
    expect(wheels.gpu.map(({ file }) => file)).toContain(
      'nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
    );
  });
});

describe('a member of a wheel', () => {
  it.each([
    'tensorflow/libtensorflow_cc.so.2',
    `tensorflow/include/${headers[0]}`,
    'nvidia/cudnn/lib/libcudnn_ops.so.9',
    'nvidia/cuda_cupti/lib/libnvperf_host.so',
    'nvidia/cuda_nvcc/bin/ptxas',
    'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
  ])('is unpacked: %s', (member) => {
    expect(isNeeded(member)).toBe(true);
  });

  it.each([
    'tensorflow/python/_pywrap.so',
    'tensorflow/include/tensorflow/c/kernels.h',
    'nvidia/cudnn/include/cudnn.h',
    'nvidia/cudnn/lib/__init__.py',
    'nvidia/../lib/evil.so',
    '../tensorflow/libtensorflow_cc.so.2',
  ])('is left: %s', (member) => {
    expect(isNeeded(member)).toBe(false);
  });
});
