import { expect, type Page } from '@playwright/test';

/** From any page, by the field in the navigation or, on a phone, on the page of people. */
export async function lookUp(page: Page, words: string): Promise<void> {
  const rail = page.getByRole('searchbox', { name: 'Look somebody up' });
  if (await rail.isVisible()) {
    await rail.fill(words);
    await rail.press('Enter');
  } else {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).click();
    await page.getByLabel('Name or number').fill(words);
    await page.getByRole('button', { name: 'Find' }).click();
  }
  await page.waitForURL((url) => url.pathname.startsWith('/people'));
}

/** Opts out whoever the page is about, for a reason. */
export async function optOut(page: Page, why: string): Promise<void> {
  const form = page.locator('#opt-out');
  if ((await form.getAttribute('open')) === null) await form.locator('summary').click();
  await form.getByLabel('Why').fill(why);
  await form.getByRole('button', { name: 'Opt out this person' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('They are opted out');
}
