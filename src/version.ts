/** Versions that results carry: of the package, and of the algorithms. */
import { readFileSync } from 'node:fs';

/** Raised when a change can alter the numbers of a training run; old cells are then not reused. */
export const algorithmVersion = 5;

/** Version of this package. */
export const version: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
