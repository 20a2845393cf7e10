/** The page in Chromium with its script on: sorting, filtering and copying, accessibility, width, hostile names. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { launch, noBrowser } from './browser.js';
import { hostileSuite } from './hostile.js';
import { filesOf } from './render.js';
import { quickstart } from './synthetic.js';

const reason = noBrowser();
if (reason) console.warn(`page tests skipped: ${reason}`);

vi.setConfig({ testTimeout: 60_000 });

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let folder: string;
let browser: Browser;
const addresses = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-interaction-'));
  const noisy = quickstart([1, 2, 3, 4, 5, 6], [0, 0.4], [0.05, 0.1, 0.2]);
  const lost = { ...noisy, results: noisy.results.filter((_, index) => index % 7 !== 3) };
  for (const [name, made] of [
    ['plain', quickstart()],
    ['noisy', lost],
    ['hostile', hostileSuite()],
  ] as const) {
    const { files } = await filesOf(made);
    const file = path.join(folder, `${name}.html`);
    await writeFile(file, files.get('quickstart.html') ?? '');
    addresses.set(name, pathToFileURL(file).href);
  }
  if (!reason) browser = await launch();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(
  name: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({
    offline: true,
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  });
  const page = await context.newPage();
  await page.goto(addresses.get(name) ?? '');
  return { page, context };
}

const column = (page: Page, place: number) =>
  page.locator(`#results tbody tr:visible > :nth-child(${place})`).allTextContents();
const clipboard = (page: Page) => page.evaluate('navigator.clipboard.readText()') as Promise<string>;

describe.skipIf(reason)('with scripts on', () => {
  it('a click on a head sorts by its numbers, a second one the other way round', async () => {
    const { page, context } = await open('plain');
    const head = page.locator('#results thead th').nth(2);
    await head.locator('button').click();
    expect(await head.getAttribute('aria-sort')).toBe('ascending');
    const up = (await column(page, 3)).map(Number.parseFloat);
    expect(up).toEqual([...up].sort((a, b) => a - b));
    await head.locator('button').click();
    expect((await column(page, 3)).map(Number.parseFloat)).toEqual([...up].reverse());
    await context.close();
  });

  it('the keyboard sorts as well', async () => {
    const { page, context } = await open('plain');
    const button = page.locator('#results thead button').first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    expect(await page.locator('#results thead th').first().getAttribute('aria-sort')).toBe('descending');
    expect((await column(page, 1))[0]).toContain('sam');
    await context.close();
  });

  it('choosing an arm leaves its rows alone, by keyboard too', async () => {
    const { page, context } = await open('plain');
    const select = page.locator('#results-section select').first();
    await select.selectOption('sam');
    expect(await column(page, 1)).toEqual(['sam‡']);
    await select.focus();
    await page.keyboard.press('ArrowUp');
    expect((await column(page, 1)).every((text) => text.startsWith('adam'))).toBe(true);
    await context.close();
  });

  it('copies what is shown as Markdown, LaTeX and CSV', async () => {
    const { page, context } = await open('plain');
    await page.locator('#results-section select').first().selectOption('sam');
    const button = (name: string) =>
      page.locator('#results-section .tools').first().getByRole('button', { name, exact: true });
    await button('Markdown').click();
    const markdown = await clipboard(page);
    expect(markdown.split('\n')).toHaveLength(3);
    expect(markdown).toMatch(/^\| setting \| test error % \|/);
    await button('CSV').focus();
    await page.keyboard.press('Enter');
    await page.locator('[role=status]', { hasText: 'CSV copied' }).waitFor({ state: 'attached' });
    expect(await clipboard(page)).toMatch(/^setting,test error %,.*\r\nsam‡,/);
    await button('LaTeX').click();
    await page.locator('[role=status]', { hasText: 'LaTeX copied' }).waitFor({ state: 'attached' });
    expect(await clipboard(page)).toMatch(
      /^\\begin\{tabular\}\{@\{\}lrrrrrr@\{\}\}\n\\toprule\n {2}setting & test error \\%/,
    );
    await context.close();
  });
});

describe.skipIf(reason)('whatever the window', () => {
  it.each(['plain', 'noisy', 'hostile'])(
    '%s: the page itself does not scroll sideways at 390 and 1280 pixels',
    async (name) => {
      for (const width of [390, 1280]) {
        const { page, context } = await open(name, { viewport: { width, height: 900 } });
        expect(
          await page.evaluate('document.documentElement.scrollWidth'),
          String(width),
        ).toBeLessThanOrEqual(width);
        await context.close();
      }
    },
  );

  it.each([
    ['plain', 'light'],
    ['plain', 'dark'],
    ['noisy', 'light'],
    ['noisy', 'dark'],
    ['hostile', 'light'],
  ] as const)('%s, %s: axe finds nothing to object to', async (name, colorScheme) => {
    const { page, context } = await open(name, { colorScheme, bypassCSP: true });
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    await page.addScriptTag({ content: await readFile(axe, 'utf8') });
    const { violations, passes } = (await page.evaluate(
      `axe.run().then(({ violations, passes }) => ({ passes: passes.length,
          violations: violations.map(({ id, nodes }) => [id, nodes[0].html.slice(0, 200), nodes[0].failureSummary]) }))`,
    )) as { violations: unknown[]; passes: number };
    expect(violations).toEqual([]);
    // It did look: rules for colour contrast, tables, names and more applied.
    expect(passes).toBeGreaterThan(20);
    await context.close();
  });
});

describe.skipIf(reason)('a hostile suite in Chromium', () => {
  it('runs nothing, requests nothing, breaks no policy of its own', async () => {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const events: string[] = [];
    page.on('dialog', (dialog) => {
      events.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== addresses.get('hostile')) events.push(`request ${request.url()}`);
    });
    page.on('pageerror', (error) => events.push(`error ${error.message}`));
    page.on('console', (message) => events.push(`console ${message.text()}`));
    await page.goto(addresses.get('hostile') ?? '');
    await page.locator('#results thead button').first().click();
    await page.getByRole('button', { name: 'LaTeX' }).first().click();
    expect(await page.locator('h1').textContent()).toBe('</script><img src=x onerror=alert(1)>');
    expect(await page.locator('img, iframe').count()).toBe(0);
    expect(events).toEqual([]);
    await context.close();
  });
});
