/** An engine over a TensorFlow library of the user's own, named by `$SAMBENCH_LIBTENSORFLOW`. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SambenchError } from '../../errors.js';
import { addonsIn, type EngineLocation, enginesFolder } from './location.js';

const framework = 'libtensorflow_framework.so.2';

/** The library proper: as the wheels and as the archives of the C library name it. */
const mainNames = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'];

/** The headers that the addon's sources name; what these include in turn differs between versions of TensorFlow. */
const headers = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/core/platform/ctstring_internal.h',
];

/**
 * Where the engine over the library in `directory` lies. `directory` is an unpacked archive of the C library (with
 * `lib` and `include`), or the folder `tensorflow` of an installed Python package. Throws `engine-missing`, naming what
 * is not there. The folder in the cache is keyed by the files, so that another library gets another addon.
 */
export function ownEngine(directory: string): EngineLocation {
  const root = resolve(directory);
  if (!existsSync(root)) throw lacking(root, 'there is no such folder');
  const libraries = [root, join(root, 'lib'), join(root, 'tensorflow')].find((folder) =>
    mainNames.some((name) => existsSync(join(folder, name))),
  );
  if (libraries === undefined) throw lacking(root, `neither ${mainNames.join(' nor ')} is in it`);
  const main = mainNames.filter((name) => existsSync(join(libraries, name))).slice(0, 1);
  if (!existsSync(join(libraries, framework))) throw lacking(libraries, `${framework} is not in it`);
  const include = [join(libraries, 'include'), join(libraries, '..', 'include')];
  const found = include.find((folder) => headers.every((name) => existsSync(join(folder, name))));
  if (found === undefined) {
    const closest = include.find((folder) => existsSync(folder)) ?? join(root, 'include');
    throw lacking(closest, `${headers.find((name) => !existsSync(join(closest, name)))} is not in it`);
  }
  const names = [...main, framework];
  const folder = join(enginesFolder(), `own-${keyOf(libraries, names)}`);
  return { variant: 'own', folder, libraries, libraryNames: names, headers: found, ...addonsIn(folder) };
}

function keyOf(libraries: string, names: readonly string[]): string {
  const files = names.map((name) => {
    const path = realpathSync(join(libraries, name));
    const { size, mtimeMs } = statSync(path);
    return [path, size, mtimeMs];
  });
  return createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
}

function lacking(file: string, problem: string): SambenchError {
  return new SambenchError('engine-missing', {
    file,
    problem: `SAMBENCH_LIBTENSORFLOW leads here, but ${problem}`,
    fix: 'Name a folder with TensorFlow 2.16 to 2.21 and its headers in include/, or unset the variable.',
  });
}
