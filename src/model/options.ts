/** Options that the convolutional networks share: biases and batch normalization. */
import Type from 'typebox';
import { defaults } from '../defaults.js';
import type { ModelSettings } from '../suite/cell.js';

/** Schema of the options, for a network's settings. */
export const convolutionalOptions = {
  useBias: Type.Boolean({
    description: 'Whether convolutions have biases. Those in front of a batch normalization have no effect.',
  }),
  bnMomentum: Type.Number({
    minimum: 0,
    exclusiveMaximum: 1,
    description: 'Share of the moving statistics that a step keeps.',
  }),
  bnEpsilon: Type.Number({
    exclusiveMinimum: 0,
    description: 'Added to the variance in batch normalization.',
  }),
};

export interface ConvolutionalOptions {
  useBias: boolean;
  bnMomentum: number;
  bnEpsilon: number;
}

/** The options in `settings`; what they leave out is as in a suite that leaves it out. */
export function optionsOf(settings: ModelSettings): ConvolutionalOptions {
  const { useBias, bnMomentum, bnEpsilon } = { ...defaults.model[settings.name], ...settings };
  return { useBias: useBias === true, bnMomentum: Number(bnMomentum), bnEpsilon: Number(bnEpsilon) };
}
