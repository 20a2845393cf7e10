/** Reports, comparisons and statistics run where TensorFlow is not installed. */
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

const run = promisify(execFile);
const suite = fileURLToPath(new URL('../../suites/quickstart.json', import.meta.url));
const address = (module: string) => JSON.stringify(new URL(module, import.meta.url).href);

/** Runs `body` in a process in which asking for TensorFlow is an error, and returns what it prints. */
async function withoutTensorflow(body: string): Promise<string> {
  const program = `
    import Module from 'node:module';
    const load = Module._load;
    Module._load = function (name, ...rest) {
      if (name.startsWith('@tensorflow')) throw new Error('asked for ' + name);
      return load.call(this, name, ...rest);
    };
    ${body}`;
  return (await run(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])).stdout;
}

describe('without TensorFlow', () => {
  it('a report is made from results', async () => {
    const body = `
      const { quickstart } = await import(${address('./synthetic.ts')});
      const { filesOf } = await import(${address('./render.ts')});
      await import(${address('../../src/commands/report.ts')});
      await import(${address('../../src/commands/compare.ts')});
      const { files } = await filesOf(quickstart());
      process.stdout.write([...files.keys()].filter((name) => !name.includes('/')).join());`;
    expect(await withoutTensorflow(body)).toBe(
      'quickstart.html,quickstart.md,quickstart.tex,quickstart.csv,quickstart.json',
    );
  });

  it('a suite is loaded, planned and reported on', async () => {
    const body = `
      const { mkdtempSync } = await import('node:fs');
      const { report } = await import(${address('../../src/report/report.ts')});
      const folder = mkdtempSync(${JSON.stringify(path.join(tmpdir(), 'sambench-no-tensorflow-'))});
      const { summary } = await report(${JSON.stringify(suite)}, { resultsDir: folder, reportsDir: folder });
      process.stdout.write(summary.verdict.outcome);`;
    expect(await withoutTensorflow(body)).toBe('none');
  });

  it('which the process would notice', async () => {
    const body = `Module.createRequire(${address('../../package.json')})('@tensorflow/tfjs-node-gpu');`;
    await expect(withoutTensorflow(body)).rejects.toThrow(/Error: asked for @tensorflow/);
  });
});
