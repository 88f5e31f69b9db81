import { expect, type Browser, type Page } from '@playwright/test';
import { openHistory, sendText, tabTo } from './steps';
import type { Usher } from './usher';

export const PASSWORD = 'a few words in a row';

/** Ana lets a staff member in, who has chosen a password; answers their email. */
export async function inviteStaff(browser: Browser, usher: Usher): Promise<string> {
  const email = `staff-${Date.now()}@foundry.example`;
  const context = await browser.newContext({ baseURL: usher.address, javaScriptEnabled: true });
  const ana = await context.newPage();
  await usher.signIn(ana);
  await ana.goto('/settings/people');
  await ana.getByLabel('Email').fill(email);
  await ana.getByLabel('Role', { exact: true }).first().selectOption('Staff');
  await ana.getByRole('button', { name: 'Make a link' }).click();
  const link = await ana.getByLabel('Their link').inputValue();
  await context.clearCookies();
  await ana.goto(link);
  await ana.getByLabel('Password').first().fill(PASSWORD);
  await ana.getByRole('button').last().click();
  await expect(ana.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await context.close();
  return email;
}

/** A text to a phone that is off, which fails. */
export async function failText(browser: Browser, usher: Usher, body: string): Promise<void> {
  const context = await browser.newContext({ baseURL: usher.address, javaScriptEnabled: true });
  const ana = await context.newPage();
  await usher.signIn(ana);
  await openHistory(ana, 'No Edges', 'Mei Tanaka');
  const text = await sendText(ana, body);
  await expect(text.locator('.badge[data-status]').first()).toHaveText('Status: Undelivered');
  await context.close();
}

/** With Tab, Enter and typing alone: from the sign-in page to the history of whom the words find. */
export async function signInAndLookUp(page: Page, email: string, words: string, person: string, event: string): Promise<void> {
  await page.goto('/sign-in');
  await tabTo(page.getByLabel('Email'));
  await page.keyboard.type(email);
  await tabTo(page.getByLabel('Password'));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await tabTo(page.getByRole('searchbox', { name: 'Look somebody up' }));
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  const row = page.getByRole('row').filter({ hasText: person });
  await tabTo(row.getByRole('link', { name: event }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: person })).toBeVisible();
}
