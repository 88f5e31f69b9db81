import { badge, expect, tabTo, test, texts } from '../harness';

test('a text is sent with the keyboard alone', async ({ organizer: page }) => {
  const link = (name: string | RegExp) => page.getByRole('main').getByRole('link', { name, exact: true });
  const press = page.keyboard.press.bind(page.keyboard);

  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  for (const next of [link(/No Edges/), link('Attendees'), link('Hannah Cohen'), link('Send a text')]) {
    const here = page.url();
    await tabTo(next);
    await press('Enter');
    await page.waitForURL((url) => url.href !== here);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  await tabTo(page.getByLabel('Type'));
  await page.keyboard.type('Match');
  await tabTo(page.getByLabel('Text', { exact: true }));
  await page.keyboard.type('Typed without a mouse.');
  await tabTo(page.getByRole('button', { name: 'Send', exact: true }));
  await press('Enter');

  const text = texts(page).first();
  await expect(text).toContainText('Typed without a mouse.');
  await expect(text).toContainText('Match reveal');
  await expect(badge(text)).toHaveText('Status: Delivered');
});

test('the menu of whoever is signed in opens inside the window and signs out', async ({ organizer: page }) => {
  await tabTo(page.locator('.me > summary'));
  await page.keyboard.press('Enter');
  const out = page.getByRole('button', { name: 'Sign out' });
  await expect(out).toBeInViewport({ ratio: 1 });
  await tabTo(out);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
});
