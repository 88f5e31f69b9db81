import { expect, type Locator, type Page } from '@playwright/test';

/** The row of one reason among the failures. */
export function reason(page: Page, title: string): Locator {
  return page.getByRole('main').getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) });
}

export async function openFailures(page: Page): Promise<void> {
  await page.goto('/failures');
  await expect(page.getByRole('heading', { level: 1, name: 'Failures' })).toBeVisible();
}

/** The number beside Failures or Inbox, as it is seen; nothing for none. */
export async function numberBeside(page: Page, link: string): Promise<number> {
  const badge = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: link }).locator('[aria-hidden]');
  return (await badge.count()) === 0 ? 0 : Number((await badge.textContent())?.replace(/[,+]/g, ''));
}
