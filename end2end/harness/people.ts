import { expect, type Page } from '@playwright/test';
import { openAttendees } from './steps';

/** From the list of events to the form that takes in a list. */
export async function openImport(page: Page, event: string): Promise<void> {
  await openAttendees(page, event);
  await page.getByRole('main').getByRole('link', { name: 'Import a list' }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: 'Import people' })).toBeVisible();
}

/** Chooses a file with these words in it and looks at what it would change. */
export async function uploadList(page: Page, name: string, words: string): Promise<void> {
  await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(words) });
  await page.getByRole('button', { name: 'Look at it' }).click();
}

/** On the list of attendees: who is shown. */
export function people(page: Page) {
  return page.locator('table.people tbody tr');
}
