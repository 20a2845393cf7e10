/** Every optimizer that a suite can name: one line each. */
import { adam, adamw } from './base/adam.js';
import { sgd } from './base/sgd.js';
import type { BaseRule, SharpnessRule } from './rule.js';
import { asam } from './sharpness/asam.js';
import { esam } from './sharpness/esam.js';
import { fsam } from './sharpness/fsam.js';
import { gsam } from './sharpness/gsam.js';
import { looksam } from './sharpness/looksam.js';
import { msam } from './sharpness/msam.js';
import { random } from './sharpness/random.js';
import { sam } from './sharpness/sam.js';
import { samAsPublished } from './sharpness/sam-as-published.js';

/** Base updates by name. */
export const bases: Readonly<Record<string, BaseRule>> = { sgd, adam, adamw };

/** Sharpness-aware gradients by name. */
export const sharpness: Readonly<Record<string, SharpnessRule>> = {
  sam,
  asam,
  gsam,
  fsam,
  msam,
  looksam,
  esam,
  random,
  'sam-as-published': samAsPublished,
};
