import { expect, openFailures, reason, test } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, one reason is retried', async ({ organizer: page }) => {
  await openFailures(page);
  await reason(page, 'Phone off or out of range').getByRole('link', { name: /^Retry/ }).click();
  await page.getByRole('link', { name: /^Retry those/ }).click();
  await expect(page.getByRole('link', { name: 'Leave them out' })).toBeVisible();
  await page.getByRole('button', { name: /^Retry/ }).click();
  await page.waitForURL(/\/retries\//);
  await expect(page.getByRole('heading', { level: 1, name: /^Retr(ying|ied) / })).toBeVisible();
});
