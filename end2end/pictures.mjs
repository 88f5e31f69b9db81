// Takes the two pictures of the README from the demo: npm run pictures, after cargo build.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo } from './demo.mjs';

const pictures = join(fileURLToPath(new URL('.', import.meta.url)), 'pictures');
const { browser, signInLink, end } = await startDemo('debug');

try {
  mkdirSync(pictures, { recursive: true });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  await page.goto(signInLink);
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
  await texts.first().filter({ hasText: 'Retry of an earlier text' }).filter({ hasText: 'Delivered' }).waitFor();
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
  await end();
}

async function take(page, name, height) {
  await page.setViewportSize({ width: 1280, height });
  const path = join(pictures, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled' });
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} kB`);
}
