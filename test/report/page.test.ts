import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeReport } from '../../src/report/write.js';
import { openStore } from '../../src/results/store.js';
import { launch, noBrowser } from './browser.js';
import { quickstart } from './synthetic.js';

const reason = noBrowser();
if (reason) console.warn(`page tests skipped: ${reason}`);

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

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
    expect(html.includes('adam, 40 epochs')).toBe(true);
    expect(/\d\d\.\d\d±\d\.\d\d/.test(html)).toBe(true);
  });

  it('asks for nothing from outside: no address to load in any tag', async () => {
    const html = await readFile(file, 'utf8');
    expect(/<(?:link|img|iframe|object|embed|base|form)\b|<script[^>]/i.exec(html)?.[0]).toBeUndefined();
    expect(/\s(?:src|srcset|data|action|href)\s*=\s*"(?!#)/i.exec(html)?.[0]).toBeUndefined();
    expect(/@import|url\(/i.exec(html)?.[0]).toBeUndefined();
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

  it('shows the charts, with marks in them', async () => {
    for (const chart of ['curves', 'seeds', 'differences', 'steps', 'diagnostics']) {
      const svgs = await page.locator(`#${chart} .panel svg`).all();
      expect(svgs.length, chart).toBeGreaterThan(0);
      for (const svg of svgs) {
        expect(await svg.isVisible(), chart).toBe(true);
        expect((await svg.boundingBox())?.height, chart).toBeGreaterThan(60);
        expect(await svg.locator('path, line').count(), chart).toBeGreaterThan(2);
      }
    }
  });

  it('requests nothing but itself', () => {
    expect(requests).toEqual([pathToFileURL(file).href]);
  });
});
