import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../src/report/write.js';
import { openStore } from '../../src/results/store.js';
import { launch, noBrowser } from './browser.js';
import { quickstart } from './synthetic.js';

const reason = noBrowser();
if (reason) console.warn(`page tests skipped: ${reason}`);

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sambench-page-'));
  const { suite, cells, results, timing } = quickstart();
  const store = openStore(path.join(folder, 'results'), suite.name);
  for (const result of results) await store.write(result);
  await store.writeTiming(timing);
  const folders = { resultsDir: path.join(folder, 'results'), reportsDir: path.join(folder, 'reports') };
  const report = await writeReport(suite, cells, folders);
  file = report.files.find((name) => name.endsWith('.html')) ?? '';
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the page on disk', () => {
  it('names the settings and their accuracy', async () => {
    const html = await readFile(file, 'utf8');
    expect(html).toContain('adam, 40 epochs');
    expect(html).toMatch(/\d\d\.\d\d ± \d\.\d\d/);
  });

  it('asks for nothing from outside: no address to load in any tag', async () => {
    const html = await readFile(file, 'utf8');
    expect(html).not.toMatch(/<(?:link|script|img|iframe|object|embed)\b/i);
    expect(html).not.toMatch(/\b(?:src|srcset|data|action)\s*=\s*"/i);
    expect(html).not.toMatch(/@import|url\(/i);
  });
});

describe.skipIf(reason)('the page in Chromium, network and scripts off', () => {
  let browser: Browser;
  let page: Page;
  const requests: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    const context = await browser.newContext({ offline: true, javaScriptEnabled: false });
    page = await context.newPage();
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
  });

  it('shows the table of results', async () => {
    expect(await page.locator('#results').isVisible()).toBe(true);
    expect(await page.locator('#results tbody tr').count()).toBe(3);
  });

  it('shows the charts, with lines in them', async () => {
    for (const chart of [
      'training-loss',
      'validation-loss',
      'training-accuracy',
      'validation-accuracy',
      'seeds',
    ]) {
      const svg = page.locator(`#${chart} svg`);
      expect(await svg.isVisible(), chart).toBe(true);
      expect((await svg.boundingBox())?.height, chart).toBeGreaterThan(80);
      expect(await svg.locator('path').count(), chart).toBeGreaterThan(2);
    }
  });

  it('requests nothing but itself', () => {
    expect(requests).toEqual([pathToFileURL(file).href]);
  });
});
