import { badge, expect, failText, inviteStaff, signInAndLookUp, tabTo, test, texts } from '../harness';

test('a text is retried with the keyboard alone, from the sign-in to its outcome', async ({ visitor: page, browser, usher, axe }) => {
  const body = 'The keyboard will find you.';
  await failText(browser, usher, body);
  const staff = await inviteStaff(browser, usher);
  await signInAndLookUp(page, staff, 'tanaka', 'Mei Tanaka', 'No Edges');

  await expect(texts(page).first()).toContainText(body);
  await tabTo(texts(page).first().getByRole('button', { name: 'Retry now' }));
  await page.keyboard.press('Enter');
  await expect(page.locator('#flash').getByRole('status')).toContainText('A second text is recorded');
  await expect(texts(page).filter({ hasText: body })).toHaveCount(2);
  const retry = texts(page).first();
  await expect(badge(retry)).toHaveText('Status: Delivered');
  await axe(page);
  const happened = retry.locator('summary').first();
  await tabTo(happened);
  await page.keyboard.press('Enter');
  await expect(retry.getByRole('link', { name: 'Everything about this text' })).toBeVisible();
  await tabTo(retry.getByRole('link', { name: 'Everything about this text' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toContainText('Tried 2 times');
});
