/** What a network is: named parameters with shapes and a pure forward pass over them. */
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import type { TObject } from 'typebox';
import type { ModelSettings } from '../suite/cell.js';

/** How a parameter's first value is made. */
export type Initializer = 'heNormal' | 'glorotUniform' | 'zeros' | 'ones';

/** One named array of a network. Kernels are [height, width, in, out] or [in, out]. */
export interface ParameterSpec {
  name: string;
  shape: readonly number[];
  /** False for moving statistics. */
  trainable: boolean;
  initializer: Initializer;
}

/** What is known of a network without running it. */
export interface NetworkShape {
  parameters: readonly ParameterSpec[];
  /** Multiply-adds of one forward pass of one image. */
  multiplyAdds: number;
}

/** `batch` normalizes by the batch and moves the statistics; `moving` normalizes by the moving statistics. */
export type NormalizationMode = 'batch' | 'moving';

/** Looks a parameter up by its name. */
export type Weights = (name: string) => Tensor;

/** What a forward pass returns. */
export interface ForwardResult {
  /** [batch, classes] */
  logits: Tensor2D;
  /** Means and variances of this batch by the name of their moving statistic; empty in mode `moving`. */
  statistics: Map<string, Tensor1D>;
}

/** One registered network. */
export interface Network {
  name: string;
  title: string;
  source: string;
  /** Schema of its own settings, `name` left out. */
  settings: TObject;
  describe(settings: ModelSettings, image: readonly [number, number, number], classes: number): NetworkShape;
  /** Whether training with these settings drops units at random; absent for a network that never does. */
  drops?(settings: ModelSettings): boolean;
  /**
   * `images` are [batch, height, width, channels] in [0, 1]. `dropoutSeed`, int32 [2], decides which units are dropped;
   * null drops none.
   */
  forward(
    images: Tensor4D,
    weights: Weights,
    mode: NormalizationMode,
    settings: ModelSettings,
    dropoutSeed?: Tensor1D | null,
  ): ForwardResult;
}
