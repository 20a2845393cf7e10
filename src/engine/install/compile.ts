/** Compiles the addon of TensorFlow.js against TensorFlow's headers, and a small one of our own. */
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { SambenchError } from '../../errors.js';
import { tfjsFolder } from './location.js';
import { nodeApiVersion } from './pins.js';
import { type ProgramResult, runProgram } from './program.js';
import { sessionSource, standardErrorSource } from './sources.js';
import type { StageContext } from './stage.js';

const nodeHeaders = (createRequire(import.meta.url)('node-api-headers') as { include_dir: string })
  .include_dir;

/** The command words of the C++ compiler: `$CXX`, else g++, else clang++; null when there is none. */
export async function findCompiler(environment: NodeJS.ProcessEnv = process.env): Promise<string[] | null> {
  const own = environment.CXX?.trim().split(/\s+/);
  const candidates = own?.[0] ? [own] : [['g++'], ['clang++']];
  for (const words of candidates) {
    const [command = '', ...rest] = words;
    if ((await runProgram(command, [...rest, '--version'])).code === 0) return words;
  }
  return null;
}

/**
 * Fills the new folder `target` with both addons and an entry `tensorflow` that leads to `libraries`. `names` are the
 * shared libraries to link with; `finalFolder` is where `target` will be moved.
 */
export async function compileAddons(
  target: string,
  finalFolder: string,
  library: { folder: string; headers: string; names: readonly string[] },
  { report, signal }: StageContext,
): Promise<void> {
  report({ stage: 'compile', fraction: 0 });
  const compiler = await findCompiler();
  if (compiler === null) {
    throw new SambenchError('engine-missing', {
      problem: 'there is no C++ compiler',
      fix: 'Install g++.',
    });
  }
  const scratch = join(target, 'scratch');
  await mkdir(scratch, { recursive: true });
  const run = async (...args: string[]) => {
    const [command = '', ...words] = compiler;
    const all = [...words, '-O2', '-fPIC', `-DNAPI_VERSION=${nodeApiVersion}`, '-I', nodeHeaders, ...args];
    const result = await runProgram(command, all, { signal, cwd: scratch });
    if (result.code !== 0) throw compilerFailed(result);
  };
  const write = async (name: string, text: string) => {
    const path = join(scratch, name);
    await writeFile(path, text);
    return path;
  };

  const own = await write('standard_error.cc', standardErrorSource);
  await run('-shared', own, '-o', join(target, 'standard_error.node'));
  report({ stage: 'compile', fraction: 0.1 });

  const session = await write('session.cc', sessionSource);
  await run('-I', library.headers, '-c', session, '-o', join(scratch, 'session.o'));
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'];
  for (const [index, source] of sources.entries()) {
    const renamed = '-DTF_NewSessionOptions=sambench_session_options';
    const object = join(scratch, `${source}.o`);
    await run('-I', library.headers, renamed, '-c', join(tfjsFolder(), 'binding', source), '-o', object);
    report({ stage: 'compile', fraction: 0.2 + 0.35 * (index + 1) });
  }
  // Empty libraries of the same names stand in for the real ones, whose symbols take the linker many seconds.
  const stub = await write('stub.cc', '');
  for (const name of library.names)
    await run('-shared', stub, `-Wl,-soname,${name}`, '-o', join(scratch, name));
  const objects = ['session.o', ...sources.map((source) => `${source}.o`)].map((name) => join(scratch, name));
  await run(
    '-shared',
    ...objects,
    '-Wl,--no-as-needed',
    ...library.names.map((name) => join(scratch, name)),
    '-Wl,-rpath,$ORIGIN/tensorflow',
    '-o',
    join(target, 'tfjs_binding.node'),
  );
  await rm(scratch, { recursive: true });
  await symlink(relative(finalFolder, library.folder), join(target, 'tensorflow'));
  report({ stage: 'compile', fraction: 1 });
}

function compilerFailed({ stderr, code }: ProgramResult): SambenchError {
  return new SambenchError('engine-failed', {
    problem: `the C++ compiler failed (exit ${code ?? 'by signal'})`,
    value: stderr.split('\n').find((line) => /error/i.test(line)) ?? stderr.trim().split('\n').at(-1),
  });
}
