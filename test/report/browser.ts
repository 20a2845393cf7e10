/** Chromium for the tests of pages: the system's own, without network. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

const executable = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Why the tests of pages cannot run here, or null when they can. In CI, where Chromium is installed, its absence is a
 * failure: then this is null too, and the launch says what is missing.
 */
export function noBrowser(): string | null {
  if (existsSync(executable) || process.env.CI) return null;
  return `no Chromium at ${executable} (install Debian's package chromium, or name one in $CHROMIUM)`;
}

/** Starts Chromium headless, with everything off that would call home. */
export function launch(): Promise<Browser> {
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath: executable, args });
}
