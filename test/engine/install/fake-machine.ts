/** A machine for install tests: a cache, a node_modules link, a tiny wheel, and python3 and g++ that do as they are told. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import type { InstallPlan } from '../../../src/engine/install/install.js';
import { pinnedEngine } from '../../../src/engine/install/location.js';
import { headers, libraryNames, type PinnedWheel } from '../../../src/engine/install/pins.js';

/** How the fake pip behaves; `lies` ends well without a file. */
export type PipBehaviour =
  | 'ok'
  | 'slow'
  | 'no-pip'
  | 'offline'
  | 'wrong-hash'
  | 'no-file'
  | 'disk-full'
  | 'lies';

/** Every word after `--dest` or `-o` is where the output goes. */
const output = `
while [ $# -gt 0 ]; do
  case "$1" in --dest|-o) out=$2 ;; esac
  shift
done
`;

const python = `
[ "$1" = --version ] && echo Python 3.12.1 && exit
[ "$FAKE_PIP" = no-pip ] && echo "/usr/bin/python3: No module named pip" >&2 && exit 1
[ "$3" = --version ] && echo "pip 24.0 from somewhere (python 3.12)" && exit
echo "pip $3" >> "$FAKE_LOG"
fail() { echo "$1" >&2; exit 1; }
none="ERROR: No matching distribution found for tensorflow-cpu==2.21.0"
case "$FAKE_PIP" in
  offline) fail "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError'
$none" ;;
  no-file) fail "ERROR: Could not find a version that satisfies the requirement (from versions: none)
$none" ;;
  wrong-hash) fail "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE." ;;
  disk-full) fail "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" ;;
  lies) exit ;;
  slow) /bin/sleep 1.5 ;;
esac
${output}
[ -d "$out" ] && /bin/cp "$FAKE_WHEEL" "$out/"
`;

const compiler = `
[ "$1" = --version ] && echo "g++ of a test" && exit
echo g++ >> "$FAKE_LOG"
if [ "$FAKE_COMPILER" = fails ]; then
  echo "In file included from a.cc:1:" >&2
  echo "a.cc:1:10: fatal error: string: No such file or directory" >&2
  exit 1
fi
${output}
if [ "$FAKE_COMPILER" = garbage ]; then echo garbage > "$out"; else /bin/cp "$FAKE_ADDON" "$out"; fi
`;

/** An addon that can stand for each of the engine's: it loads, and has the functions that loading calls. */
const addonSource = `
#include <initializer_list>
#include <node_api.h>
static napi_value Text(napi_env env, napi_callback_info) {
  napi_value text;
  napi_create_string_utf8(env, "", 0, &text);
  return text;
}
static napi_value Init(napi_env env, napi_value exports) {
  for (const char* name : {"take", "give"}) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, Text, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  return exports;
}
NAPI_MODULE(fake, Init)
`;

let materials: { addon: string; wheel: string } | null = null;

/**
 * What the fake programs deliver, made once with the real ones: an addon that loads, which the fake compiler gives for
 * every output, and a wheel of tiny files.
 */
function makeMaterials(): { addon: string; wheel: string } {
  if (materials !== null) return materials;
  const folder = mkdtempSync(join(tmpdir(), 'sambench-materials-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, 'addon.cc');
  writeFileSync(source, addonSource);
  const addon = join(folder, 'addon.node');
  const include = join(import.meta.dirname, '../../../node_modules/node-api-headers/include');
  execFileSync('g++', ['-shared', '-fPIC', '-I', include, source, '-o', addon]);
  materials = { addon, wheel: makeWheel(folder) };
  return materials;
}

export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'sambench-install-'));
  readonly cache = join(this.root, 'cache');
  readonly plan: InstallPlan;
  readonly wheel: PinnedWheel;
  readonly wheelPath: string;
  private readonly bin = join(this.root, 'bin');
  private readonly log = join(this.root, 'log');

  /** Sets the environment of this process until `vi.unstubAllEnvs()`. */
  constructor() {
    const { addon, wheel } = makeMaterials();
    this.wheelPath = wheel;
    const bytes = readFileSync(this.wheelPath);
    this.wheel = {
      requirement: 'tensorflow-cpu==2.21.0',
      file: 'tensorflow_cpu-2.21.0-test.whl',
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
    };
    mkdirSync(this.bin);
    writeFileSync(this.log, '');
    this.addProgram('python3', python);
    this.addProgram('g++', compiler);
    vi.stubEnv('PATH', this.bin);
    vi.stubEnv('SAMBENCH_CACHE', this.cache);
    vi.stubEnv('SAMBENCH_LIBTENSORFLOW', undefined);
    vi.stubEnv('SAMBENCH_VARIANT', 'cpu');
    vi.stubEnv('CXX', undefined);
    vi.stubEnv('FAKE_LOG', this.log);
    vi.stubEnv('FAKE_WHEEL', this.wheelPath);
    vi.stubEnv('FAKE_ADDON', addon);
    vi.stubEnv('FAKE_PIP', 'ok');
    const link = join(this.root, 'package', 'lib', 'napi-v8', 'tfjs_binding.node');
    this.plan = { location: pinnedEngine('cpu'), wheels: [this.wheel], bytes: 1, link };
  }

  /** Makes the fake python3 behave so. */
  pip(behaviour: PipBehaviour): void {
    vi.stubEnv('FAKE_PIP', behaviour);
  }

  /** Makes the fake g++ fail, or deliver files that are no addons. */
  compiler(behaviour: 'fails' | 'garbage'): void {
    vi.stubEnv('FAKE_COMPILER', behaviour);
  }

  /** Puts a shell script on the path. */
  addProgram(name: string, script: string): void {
    writeFileSync(join(this.bin, name), `#!/bin/sh\n${script}`, { mode: 0o755 });
  }

  removeProgram(name: string): void {
    rmSync(join(this.bin, name));
  }

  /** Gives a program another name. */
  renameProgram(from: string, to: string): void {
    renameSync(join(this.bin, from), join(this.bin, to));
  }

  /** Puts `bytes`, or the right wheel, where a person would put it. */
  placeWheel(bytes: Buffer = readFileSync(this.wheelPath), file: string = this.wheel.file): string {
    const path = join(this.cache, 'wheels', file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
    return path;
  }

  /** The programs that worked so far, in order. */
  calls(): string[] {
    return readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
  }

  /** Whether nothing of a half-done install is left in the cache. */
  isTidy(): boolean {
    const { location } = this.plan;
    const scratches = [join(dirname(location.folder), '.new'), join(location.folder, '.new')];
    return scratches.every((path) => !existsSync(path));
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A wheel with all the needed members and one that is not. */
function makeWheel(root: string): string {
  const members = [
    ...libraryNames.map((name) => `tensorflow/${name}`),
    ...headers.map((name) => `tensorflow/include/${name}`),
    'tensorflow/python/not_needed.py',
  ];
  for (const member of members) {
    mkdirSync(join(root, 'content', dirname(member)), { recursive: true });
    writeFileSync(join(root, 'content', member), `// ${member}\n`.repeat(100));
  }
  const wheel = join(root, 'tensorflow_cpu-2.21.0-test.whl');
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'tensorflow'], { cwd: join(root, 'content') });
  return wheel;
}
