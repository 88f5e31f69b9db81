import { badge, expect, expectSamePage, markPage, openHistory, openSend, retryButton, sendText, test, texts } from '../harness';

test('a text to a good number is Delivered on the open page within two seconds', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  const text = await sendText(page, 'Doors open at half past six.');
  await markPage(page);
  await expect(badge(text)).toHaveText('Status: Delivered', { timeout: 2_000 });
  await expectSamePage(page);
});

test('a landline says why and offers no Retry', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'Bob Wilson');
  const text = await sendText(page, 'The coat check is on the left.');
  await expect(badge(text)).toHaveText('Status: Undelivered');
  await expect(text).toContainText('Landline');
  await expect(text).toContainText('30006');
  await expect(retryButton(text)).toHaveCount(0);
});

test('an unreachable phone can be retried as a linked second text', async ({ organizer: page }) => {
  const body = 'Your table is the one by the window.';
  await openHistory(page, 'No Edges', 'Mei Tanaka');
  const text = await sendText(page, body);
  await expect(badge(text)).toHaveText('Status: Undelivered');
  await expect(text).toContainText('30003');

  await retryButton(text).first().click();
  const [retry, original] = [texts(page).first(), texts(page).nth(1)];
  await expect(texts(page).filter({ hasText: body })).toHaveCount(2);
  await expect(retry).toContainText(body);
  await expect(original).toContainText(body);
  await expect(original).toContainText('Retried');
  await expect(original.getByRole('link', { name: 'Retried' })).toHaveAttribute('href', `#${await retry.getAttribute('id')}`);
  await expect(retry.getByRole('link', { name: /^Retry/ })).toHaveAttribute('href', `#${await original.getAttribute('id')}`);
  await expect(badge(retry), 'her phone is on again').toHaveText('Status: Delivered');
  await expect(retryButton(original), 'one text is retried once').toHaveCount(0);
});

test('the same words twice are asked about, and go if they are meant', async ({ organizer: page, axe }) => {
  const body = 'The music begins at eight.';
  await openHistory(page, 'No Edges', 'Priya Raman');
  const history = page.url();
  await sendText(page, body);
  await openSend(page);
  await page.getByLabel('Text', { exact: true }).fill(body);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('#again')).toContainText('Priya Raman was sent these words');
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(body);
  await axe(page);
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.waitForURL(history);
  await expect(texts(page).filter({ hasText: body })).toHaveCount(2);
});
