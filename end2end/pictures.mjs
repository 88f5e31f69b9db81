// Takes the two pictures of the README from the demo: npm run pictures, after cargo build.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const here = fileURLToPath(new URL('.', import.meta.url));
const program = process.env.USHER_BIN ?? join(here, '..', process.env.CARGO_TARGET_DIR ?? 'target', 'debug/usher');
const pictures = join(here, 'pictures');
const data = mkdtempSync(join(tmpdir(), 'usher-pictures-'));
const demo = spawn(program, ['demo', '--bind', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});

try {
  mkdirSync(pictures, { recursive: true });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(await signInLink());
  const main = page.getByRole('main');
  await open(/Makers’ Market/);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await take(page, 'dashboard', 800);

  await page.goto(new URL('/events', page.url()).href);
  await open(/No Edges/);
  await main.getByRole('link', { name: 'Attendees' }).click();
  await main.getByRole('link', { name: 'Mei Tanaka', exact: true }).click();
  await main.getByRole('link', { name: 'Send a text' }).click();
  await page.getByLabel('Text', { exact: true }).fill('Your table is the one by the window. See you on Sunday!');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('article').first().filter({ hasText: 'Undelivered' }).waitFor();
  await page.getByRole('button', { name: 'Retry now' }).first().click();
  const texts = page.getByRole('article');
  await texts.first().filter({ hasText: 'Retry of an earlier text' }).filter({ hasText: 'Undelivered' }).waitFor();
  await page.reload(); // what was said once is not part of the picture
  await page.getByText('Live', { exact: true }).waitFor();
  await texts.first().locator('summary').first().click();
  await page.mouse.move(0, 0);
  await take(page, 'history', 940);

  async function open(event) {
    const home = page.url();
    await main.getByRole('link', { name: event }).click();
    await page.waitForURL((url) => url.href !== home);
  }
} finally {
  await browser.close();
  const gone = new Promise((resolve) => demo.once('exit', resolve));
  demo.kill('SIGTERM');
  await gone;
  rmSync(data, { recursive: true, force: true });
}

function signInLink() {
  return new Promise((resolve, reject) => {
    let printed = '';
    demo.stdout.on('data', (chunk) => {
      printed += chunk;
      const link = /one click: (\S+)\s*\n/.exec(printed)?.[1];
      if (link) resolve(link);
    });
    demo.once('error', reject);
    demo.once('exit', () => reject(new Error(`usher demo ended early:\n${printed}`)));
  });
}

async function take(page, name, height) {
  await page.setViewportSize({ width: 1280, height });
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} kB`);
}
