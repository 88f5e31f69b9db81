import { expect, lookUp, optOut, test } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, somebody is looked up and opted out', async ({ organizer: page }) => {
  await lookUp(page, 'ada acosta');
  await page.getByRole('link', { name: 'Ada Acosta' }).click();
  await optOut(page, 'asked us by phone');
  await expect(page.getByText('Your organization opted them out')).toBeVisible();
});
