/** Finds the programs that an install needs, before anything is downloaded. */
import { SambenchError } from '../../errors.js';
import { findCompiler, hasAddons } from './compile.js';
import { byHand, wheelsToDownload } from './fetch.js';
import { hasLibrary } from './library.js';
import type { EngineLocation } from './location.js';
import type { PinnedWheel } from './pins.js';
import { runProgram } from './program.js';

/** What the machine has of the programs that an install uses: null where one is missing. */
export interface Tools {
  /** First line of `python3 --version`. */
  python: string | null;
  /** Version of pip. */
  pip: string | null;
  compiler: string[] | null;
}

/** Looks for all of them. */
export async function findTools(environment: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const [python, pip, compiler] = await Promise.all([
    runProgram('python3', ['--version'], { env: environment }),
    runProgram('python3', ['-m', 'pip', '--version'], { env: environment }),
    findCompiler(environment),
  ]);
  return {
    python: python.code === 0 ? (/[\d.]+/.exec(python.stdout)?.[0] ?? '') : null,
    pip: pip.code === 0 ? (/[\d.]+/.exec(pip.stdout)?.[0] ?? '') : null,
    compiler,
  };
}

/** Throws `engine-missing`, naming every program that installing `location` needs and that is not there. */
export async function demandTools(location: EngineLocation, wheels: readonly PinnedWheel[]): Promise<Tools> {
  const tools = await findTools();
  const missing: string[] = [];
  const packages: string[] = [];
  const downloads = hasLibrary(location) ? [] : wheelsToDownload(wheels);
  if (downloads.length > 0 && tools.pip === null) {
    missing.push(tools.python === null ? 'python3' : 'pip for python3');
    packages.push('python3-pip');
  }
  if (!hasAddons(location) && tools.compiler === null) {
    missing.push(process.env.CXX ? `C++ compiler ${process.env.CXX} (from CXX)` : 'C++ compiler');
    packages.push('g++');
  }
  if (missing.length === 0) return tools;
  const install = `Install what is missing (Debian, Ubuntu: apt-get install ${packages.join(' ')}).`;
  throw new SambenchError('engine-missing', {
    problem: `the engine cannot be installed: there is no ${missing.join(' and no ')}`,
    fix: packages.includes('python3-pip') ? `${install} ${byHand(downloads)}` : install,
  });
}
