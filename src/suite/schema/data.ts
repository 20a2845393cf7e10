/** The `data` block of a suite. */
import Type from 'typebox';
import { defaults } from '../../defaults.js';
import { axis, strictObject } from './parts.js';
import { dataNameSchema } from './registered.js';

const preset = defaults.data;

const augment = strictObject('Random changes to training images, seeded per image.', {
  padCrop: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Pixels of zero padding on each side before a random crop to the old size; 0 is off.',
      default: preset.augment.padCrop,
    }),
  ),
  flip: Type.Optional(
    Type.Boolean({
      description: 'Mirror left and right with probability one half.',
      default: preset.augment.flip,
    }),
  ),
  brightness: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'Largest shift of all values on the scale [0, 1], clipped to it; 0 is off.',
      default: preset.augment.brightness,
    }),
  ),
  cutout: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'Side in pixels of a square set to zero at a random place; 0 is off.',
      default: preset.augment.cutout,
    }),
  ),
});

const labelNoise = Type.Number({
  minimum: 0,
  maximum: 1,
  description: 'Fraction of the training labels that is replaced by a wrong one (symmetric noise).',
  default: preset.labelNoise,
});

export const data = strictObject('Which images every cell sees.', {
  name: dataNameSchema(),
  train: Type.Integer({ minimum: 1, description: 'Training images, a stratified subset drawn by the seed.' }),
  validation: Type.Integer({
    minimum: 0,
    description: 'Validation images, drawn from the training set apart from those for training.',
  }),
  test: Type.Integer({
    minimum: 1,
    description: 'Test images, a stratified subset; read once, at the end.',
  }),
  labelNoise: Type.Optional(axis<number>(labelNoise)),
  augment: Type.Optional(augment),
});
