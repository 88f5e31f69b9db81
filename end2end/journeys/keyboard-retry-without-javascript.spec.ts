import { badge, expect, expectAfterReloads, failText, inviteStaff, signInAndLookUp, tabTo, test, texts } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, a text is retried with the keyboard alone', async ({ visitor: page, browser, usher }) => {
  const body = 'The keyboard finds you without a script.';
  await failText(browser, usher, body);
  const staff = await inviteStaff(browser, usher);
  await signInAndLookUp(page, staff, 'tanaka', 'Mei Tanaka', 'No Edges');
  await tabTo(texts(page).first().getByRole('button', { name: 'Retry now' }));
  await page.keyboard.press('Enter');
  await expect(page.locator('#flash').getByRole('status')).toContainText('A second text is recorded');
  await expectAfterReloads(badge(texts(page).first()), 'Status: Delivered');
});
