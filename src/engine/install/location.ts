/** Where the parts of an engine lie: pure functions from versions and variant to folders of the cache. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../../cache.js';
import { libraryNames, nodeApiVersion, recipeVersion, tensorflowVersion, type Variant } from './pins.js';
import { recipeText } from './recipe.js';

const require = createRequire(import.meta.url);

/** An engine in its place, or the place where it will be. */
export interface EngineLocation {
  /** `own` is a library that `$SAMBENCH_LIBTENSORFLOW` names. */
  variant: Variant | 'own';
  /** Folder in the cache that holds all of it that is ours. */
  folder: string;
  /** Folder with the shared libraries. */
  libraries: string;
  /** Names of the shared libraries that the addon is linked with. */
  libraryNames: readonly string[];
  /** Folder with TensorFlow's C headers. */
  headers: string;
  /** Folder of the compiled addons; its entry `tensorflow` leads to the libraries. */
  addons: string;
  /** The addon that TensorFlow.js loads. */
  binding: string;
  /** The addon that keeps what TensorFlow writes to standard error while it loads. */
  standardError: string;
  /** The addon that builds and runs graphs. */
  graph: string;
  /** The addon that adds our own operations to TensorFlow. */
  operations: string;
  /** File with what the engine said of itself when it was tried (an `EngineProbe`). */
  facts: string;
}

/** Folder of the npm package whose JavaScript and addon sources are used. */
export function tfjsFolder(): string {
  return dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json'));
}

/** Version of the TensorFlow.js packages. */
export function tfjsVersion(): string {
  return (require('@tensorflow/tfjs-node-gpu/package.json') as { version: string }).version;
}

/** Where TensorFlow.js looks for its addon. */
export function linkPath(): string {
  return join(tfjsFolder(), 'lib', `napi-v${nodeApiVersion}`, 'tfjs_binding.node');
}

/** Folder of all engines, in the cache. */
export function enginesFolder(): string {
  return join(cacheFolder(), 'engine');
}

/** Folder into which wheels may be put by hand. */
export function wheelsFolder(): string {
  return join(cacheFolder(), 'wheels');
}

/** Where the engine of a pinned variant lies; its folder is keyed by version, variant and architecture. */
export function pinnedEngine(variant: Variant): EngineLocation {
  const key = `tensorflow-${tensorflowVersion}-${variant}-${process.platform}-${process.arch}`;
  const folder = join(enginesFolder(), key);
  const libraries = join(folder, 'tensorflow');
  return {
    variant,
    folder,
    libraries,
    libraryNames,
    headers: join(libraries, 'include'),
    ...addonsIn(folder),
  };
}

/** Folder of the C++ sources of our own. */
export const nativeFolder = fileURLToPath(new URL('../native', import.meta.url));

/** The addons of an engine, in a folder keyed by all that they depend on besides the library. */
export function addonsIn(
  folder: string,
): Pick<EngineLocation, 'addons' | 'binding' | 'standardError' | 'graph' | 'operations' | 'facts'> {
  const key = `addon-tfjs${tfjsVersion()}-napi${nodeApiVersion}-r${recipeVersion}-${sourcesHash()}`;
  const addons = join(folder, key);
  return {
    addons,
    binding: join(addons, 'tfjs_binding.node'),
    standardError: join(addons, 'standard_error.node'),
    graph: join(addons, 'graph.node'),
    operations: join(addons, 'operations.node'),
    facts: join(addons, 'engine.json'),
  };
}

/** Eight digits that change with our C++ sources and with the flags that they are compiled with. */
function sourcesHash(): string {
  const hash = createHash('sha256').update(recipeText);
  for (const name of readdirSync(nativeFolder).sort()) hash.update(readFileSync(join(nativeFolder, name)));
  return hash.digest('hex').slice(0, 8);
}
