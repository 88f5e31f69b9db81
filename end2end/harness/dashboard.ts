import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';

/** A counter, which is a tab of the list below it. */
export function tab(page: Page, word: RegExp): Locator {
  return page.getByRole('navigation', { name: 'Filter by outcome' }).getByRole('link', { name: word });
}

/** How many texts a tab counts. */
export async function counted(tab: Locator): Promise<number> {
  return Number((await tab.locator('b').innerText()).replaceAll(',', ''));
}

/** The rows of the list, without its head. */
export function listed(page: Page): Locator {
  return page.locator('table.texts tbody tr');
}

/** What somebody chooses in the form over the list. */
export async function filterBy(page: Page, choice: { type?: string; status?: string; find?: string; from?: string }): Promise<void> {
  if (choice.type !== undefined) await page.getByLabel('Type').selectOption({ label: choice.type });
  if (choice.status !== undefined) await page.getByLabel('Status', { exact: true }).selectOption({ label: choice.status });
  if (choice.find !== undefined) await page.getByLabel('Name or number').fill(choice.find);
  if (choice.from !== undefined) await page.getByLabel('From day').fill(choice.from);
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/\?/);
}

/** The lines of the file behind "Download CSV", its head first. */
export async function downloaded(page: Page): Promise<{ name: string; lines: string[] }> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download CSV' }).click();
  const download = await waiting;
  const text = await readFile(await download.path(), 'utf8');
  expect(text.startsWith('\u{feff}'), 'Excel is told that it is UTF-8').toBe(true);
  // No sample text has a line break.
  return { name: download.suggestedFilename(), lines: text.slice(1).trimEnd().split('\r\n') };
}
