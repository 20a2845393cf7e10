/** The workflows of docs/ci.md are complete files, so they are checked as such. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = readFileSync(path.join(root, 'docs', 'ci.md'), 'utf8');
const folder = mkdtempSync(path.join(tmpdir(), 'sambench-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of one language, without the fence. */
function blocks(language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body]) => body ?? '',
  );
}

/** The linter on the path, or where Go installs programs; null where there is none. */
function findActionlint(): string | null {
  const places = [
    'actionlint',
    path.join(process.env.GOPATH ?? path.join(homedir(), 'go'), 'bin', 'actionlint'),
  ];
  return places.find((place) => spawnSync(place, ['-version']).status === 0) ?? null;
}

describe('docs/ci.md', () => {
  it('has two workflows without a complaint of actionlint', (context) => {
    const actionlint = findActionlint();
    if (actionlint === null) {
      const reason =
        'actionlint is not installed: go install github.com/rhysd/actionlint/cmd/actionlint@latest';
      console.warn(reason);
      context.skip(reason);
      return;
    }
    const workflows = blocks('yaml');
    expect(workflows).toHaveLength(2);
    const target = path.join(folder, '.github', 'workflows');
    mkdirSync(target, { recursive: true });
    const files = workflows.map((workflow, index) => {
      const file = path.join(target, `${index}.yml`);
      writeFileSync(file, workflow);
      return file;
    });
    const lint = (names: readonly string[]) =>
      spawnSync(actionlint, ['-no-color', ...names], { encoding: 'utf8', cwd: folder });
    expect(lint(files).stdout).toBe('');
    // A workflow that is wrong is refused, so the silence above means something.
    const wrong = path.join(target, 'wrong.yml');
    writeFileSync(wrong, (workflows[0] ?? '').replace('runs-on: ubuntu-24.04', 'runs-on-typo: ubuntu-24.04'));
    expect(lint([wrong]).status).toBe(1);
  });

  it('has a shell script that a shell can read', () => {
    const [script] = blocks('sh');
    const file = path.join(folder, 'gate.sh');
    writeFileSync(file, script ?? '');
    execFileSync('sh', ['-n', file]);
    expect(script).toContain('npm run gate');
  });

  it('names no flag that the commands do not have', () => {
    const source = readFileSync(path.join(root, 'src', 'commands', 'flags.ts'), 'utf8');
    const known = new Set([...source.matchAll(/'--([a-z-]+)/g)].map(([, flag]) => flag));
    known.add('json');
    const commands = [...blocks('yaml'), ...blocks('sh')]
      .join('\n')
      .split('\n')
      .filter((line) => !line.includes('gh api') && !/^\s*#/.test(line));
    const used = commands.flatMap((line) => [...line.matchAll(/ --([a-z-]+)/g)].map(([, flag]) => flag));
    expect(used.length).toBeGreaterThan(5);
    expect(used.filter((flag) => !known.has(flag))).toEqual([]);
  });
});
