/** Compiles the addon of TensorFlow.js against TensorFlow's headers, and those of our own. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import { commandLine } from '../../command-line.js';
import { SambenchError } from '../../errors.js';
import { type EngineLocation, nativeFolder, tfjsFolder } from './location.js';
import { type EngineProbe, probeEngine } from './probe.js';
import { type ProgramResult, runProgram } from './program.js';
import { arithmetic, arithmeticFlags, commonFlags, operationFlags, variants } from './recipe.js';
import type { StageContext } from './stage.js';

const nodeHeaders = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string })
  .include_dir;

/** Whether the engine's addons are compiled. */
export function hasAddons({
  binding,
  standardError,
  graph,
  operations,
  facts,
  addons,
}: EngineLocation): boolean {
  const files = [binding, standardError, graph, operations, facts, join(addons, 'tensorflow')];
  return files.every((file) => existsSync(file));
}

/** The words of the C++ compiler's command: `$CXX`, else g++, else clang++; null when there is none. */
export async function findCompiler(environment: NodeJS.ProcessEnv = process.env): Promise<string[] | null> {
  const own = environment.CXX?.trim().split(/\s+/);
  const candidates = own?.[0] ? [own] : [['g++'], ['clang++']];
  for (const words of candidates) {
    const [command = '', ...rest] = words;
    if ((await runProgram(command, [...rest, '--version'], { env: environment })).code === 0) return words;
  }
  return null;
}

/**
 * Compiles the engine's addons with `compiler`, tries that they load, and moves them into place. Throws
 * `engine-failed` with the compiler's or the loader's own words.
 */
export async function installAddons(
  location: EngineLocation,
  compiler: readonly string[],
  context: StageContext,
): Promise<void> {
  // Beside its place, for a rename and so that the relative link holds in both.
  const target = join(location.folder, '.new');
  await rm(target, { recursive: true, force: true });
  try {
    await compileInto(target, location, compiler, context);
    const facts = await tryAddons(target, location, context.signal);
    await writeFile(join(target, basename(location.facts)), `${JSON.stringify(facts)}\n`);
    await rm(location.addons, { recursive: true, force: true });
    await rename(target, location.addons);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  context.report({ stage: 'compile', fraction: 1 });
}

async function compileInto(
  target: string,
  location: EngineLocation,
  compiler: readonly string[],
  { report, signal }: StageContext,
): Promise<void> {
  report({ stage: 'compile', fraction: 0 });
  const scratch = join(target, 'scratch');
  await mkdir(scratch, { recursive: true });
  const run = async (...args: string[]) => {
    const [command = '', ...words] = compiler;
    const all = [...words, ...commonFlags, '-I', nodeHeaders, ...args];
    const result = await runProgram(command, all, { signal, cwd: scratch });
    if (result.code !== 0) throw compilerFailed(command, result);
  };
  const compile = async (source: string, object: string, ...flags: string[]) => {
    await run('-I', location.headers, ...flags, '-c', source, '-o', object);
  };
  const native = (name: string) => join(nativeFolder, name);
  await run('-shared', native('standard_error.cc'), '-o', join(target, 'standard_error.node'));
  report({ stage: 'compile', fraction: 0.1 });
  await compile(native('graph.cc'), 'graph.o');
  report({ stage: 'compile', fraction: 0.3 });
  const operations: string[] = [];
  for (const name of [
    'operations',
    'normalize',
    'convolve',
    'convolve_gradient',
    'project',
    'project_gradient',
    'pool',
    'elementwise',
  ]) {
    await compile(native(`${name}.cc`), `${name}.o`, ...operationFlags);
    operations.push(`${name}.o`);
  }
  for (const { name, flags } of arithmetic) {
    for (const [variant, instructions] of Object.entries(variants)) {
      const object = `${name}-${variant}.o`;
      await compile(native(`${name}.cc`), object, ...arithmeticFlags, ...flags, ...instructions);
      operations.push(object);
    }
  }
  report({ stage: 'compile', fraction: 0.5 });
  for (const [index, name] of ['tfjs_backend', 'tfjs_binding'].entries()) {
    await compile(join(tfjsFolder(), 'binding', `${name}.cc`), `${name}.o`);
    report({ stage: 'compile', fraction: 0.7 + 0.1 * index });
  }
  // Empty libraries of the same names stand in for the real ones, whose symbols take the linker many seconds.
  await writeFile(join(scratch, 'stub.cc'), '');
  for (const name of location.libraryNames)
    await run('-shared', 'stub.cc', `-Wl,-soname,${name}`, '-o', name);
  const libraries = ['-Wl,--no-as-needed', ...location.libraryNames, '-Wl,-rpath,$ORIGIN/tensorflow'];
  await run('-shared', 'graph.o', ...libraries, '-o', join(target, 'graph.node'));
  await run('-shared', ...operations, ...libraries, '-o', join(target, 'operations.node'));
  const objects = ['tfjs_backend.o', 'tfjs_binding.o'];
  await run('-shared', ...objects, ...libraries, '-o', join(target, 'tfjs_binding.node'));
  await rm(scratch, { recursive: true });
  await symlink(relative(location.addons, location.libraries), join(target, 'tensorflow'));
  report({ stage: 'compile', fraction: 0.9 });
}

/** Loads the addons in `folder` and returns what they say; throws `engine-failed` when they do not load. */
async function tryAddons(
  folder: string,
  location: EngineLocation,
  signal: AbortSignal | undefined,
): Promise<EngineProbe> {
  const here = (path: string) => join(folder, basename(path));
  const { binding, standardError, graph, operations } = location;
  const addons = {
    binding: here(binding),
    standardError: here(standardError),
    graph: here(graph),
    operations: here(operations),
  };
  const result = await probeEngine(addons, signal);
  if (!('failure' in result)) return result;
  throw new SambenchError('engine-failed', {
    file: addons.binding,
    problem: `the compiled addon does not load: ${result.failure}`,
    fix: `See what this machine lacks with ${commandLine('doctor')}.`,
  });
}

function compilerFailed(command: string, { stderr, code }: ProgramResult): SambenchError {
  const lines = stderr.split('\n').filter((line) => /\S/.test(line));
  const told =
    lines.find((line) => /error|not found|cannot/i.test(line)) ?? lines.at(-1) ?? 'it wrote nothing';
  return new SambenchError('engine-failed', {
    problem: `the C++ compiler ${command} failed with ${code ?? 'a signal'}: ${told.trim()}`,
    fix: 'Install a complete g++ (Debian, Ubuntu: apt-get install g++), or name another compiler in CXX.',
  });
}
