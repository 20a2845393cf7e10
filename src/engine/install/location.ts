/** Where the parts of an engine lie: pure functions from versions and variant to folders of the cache. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../../cache.js';
import { nodeApiVersion, recipeVersion, tensorflowVersion, type Variant } from './pins.js';

const require = createRequire(import.meta.url);

/** An engine in its place. */
export interface EngineLocation {
  variant: Variant;
  /** Version of the fetched TensorFlow; null for a library of the user's own. */
  tensorflow: string | null;
  /** Folder with the shared libraries. */
  libraries: string;
  /** Folder with TensorFlow's C headers. */
  headers: string;
  /** Folder of the compiled addons; the libraries are reached through its entry `tensorflow`. */
  addons: string;
  /** The addon that TensorFlow.js loads. */
  binding: string;
  /** The addon that takes standard error away from TensorFlow while it loads. */
  standardError: string;
}

/** Folder of the npm package whose JavaScript and addon sources are used. */
export function tfjsFolder(): string {
  return dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

/** Version of the TensorFlow.js packages. */
export function tfjsVersion(): string {
  return (require('@tensorflow/tfjs-node-gpu/package.json') as { version: string }).version;
}

/** Folder of all engines, in the cache. */
export function enginesFolder(): string {
  return join(cacheFolder(), 'engine');
}

/** Folder into which wheels may be put by hand. */
export function wheelsFolder(): string {
  return join(cacheFolder(), 'wheels');
}

/** Folder of one fetched library, keyed by version, variant and architecture. */
export function libraryFolder(variant: Variant): string {
  return join(
    enginesFolder(),
    `tensorflow-${tensorflowVersion}-${variant}-${process.platform}-${process.arch}`,
  );
}

/** Name of an addon folder, keyed by all that the compiled addon depends on besides the library. */
export function addonKey(): string {
  return `addon-tfjs${tfjsVersion()}-napi${nodeApiVersion}-r${recipeVersion}`;
}

/** Where the engine of `variant` lies, or will lie. */
export function engineLocation(variant: Variant): EngineLocation {
  const folder = libraryFolder(variant);
  const addons = join(folder, addonKey());
  return {
    variant,
    tensorflow: tensorflowVersion,
    libraries: join(folder, 'tensorflow'),
    headers: join(folder, 'tensorflow', 'include'),
    addons,
    binding: join(addons, 'tfjs_binding.node'),
    standardError: join(addons, 'standard_error.node'),
  };
}

/** Where TensorFlow.js looks for its addon. */
export function linkPath(): string {
  return join(tfjsFolder(), 'lib', `napi-v${nodeApiVersion}`, 'tfjs_binding.node');
}
