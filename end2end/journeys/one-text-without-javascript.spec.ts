import { badge, expect, expectAfterReloads, openHistory, openSend, retryButton, sendText, test, texts } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, a text to a good number is Delivered after a reload', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  const text = await sendText(page, 'Doors open at half past six.');
  await expectAfterReloads(badge(text), 'Status: Delivered');
});

test('without JavaScript, a landline says why and offers no Retry', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'Bob Wilson');
  const text = await sendText(page, 'The coat check is on the left.');
  await expectAfterReloads(badge(text), 'Status: Undelivered');
  await expect(text).toContainText('Landline');
  await expect(text).toContainText('30006');
  await expect(retryButton(text)).toHaveCount(0);
});

test('without JavaScript, an unreachable phone can be retried as a linked second text', async ({ organizer: page }) => {
  const body = 'Your table is the one by the window.';
  await openHistory(page, 'No Edges', 'Mei Tanaka');
  const text = await sendText(page, body);
  await expectAfterReloads(badge(text), 'Status: Undelivered');
  await expect(text).toContainText('30003');

  await retryButton(text).first().click();
  await expect(texts(page).filter({ hasText: body })).toHaveCount(2);
  await expect(texts(page).nth(1)).toContainText(body);
  await expect(texts(page).nth(1)).toContainText('Retried');
  await expectAfterReloads(badge(texts(page).first()), 'Status: Delivered');
});

test('without JavaScript, the same words twice are asked about, and go if they are meant', async ({ organizer: page }) => {
  const body = 'The music begins at eight.';
  await openHistory(page, 'No Edges', 'Priya Raman');
  const history = page.url();
  await sendText(page, body);
  await openSend(page);
  await page.getByLabel('Text', { exact: true }).fill(body);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('#again')).toContainText('Priya Raman was sent these words');
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(body);
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.waitForURL(history);
  await expect(texts(page).filter({ hasText: body })).toHaveCount(2);
});
