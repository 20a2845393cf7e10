/** Every network that a suite can name: one line each. */
import { resnet } from './basic-residual.js';
import { resnet8, resnet20 } from './bottleneck.js';
import { mlp } from './mlp.js';
import type { Network } from './network.js';
import { wrn } from './wide-residual.js';

/** Networks by name. */
export const networks: Readonly<Record<string, Network>> = { resnet20, resnet8, resnet, wrn, mlp };
