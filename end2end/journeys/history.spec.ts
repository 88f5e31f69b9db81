import { badge, expect, openHistory, sendText, test, texts } from '../harness';

test('an unreachable phone can be tried again tomorrow morning', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'Mei Tanaka');
  const text = await sendText(page, 'The garden door is open too.');
  await expect(badge(text)).toHaveText('Status: Undelivered');
  await text.getByRole('button', { name: /^Retry (today|tomorrow) 9:00 AM/ }).click();
  await expect(page.locator('#flash')).toContainText('goes out');
  await expect(badge(texts(page).first())).toHaveText('Status: Scheduled');
});

test('a landline is fixed and its text goes out again in one step', async ({ organizer: page, axe }) => {
  await openHistory(page, 'No Edges', 'Grace Kim');
  const text = await sendText(page, 'Your seat is on the left.');
  // Two days of failures have made the number a dead one.
  await expect(badge(text)).toHaveText('Status: Not sent');
  await text.getByRole('link', { name: 'Fix number' }).click();
  await axe(page);
  await page.getByLabel('Mobile number').fill('+1 555 997 7155');
  await page.getByRole('button', { name: 'Save and send again' }).click();
  await expect(page.locator('#flash')).toContainText('The text goes out again.');
  await expect(badge(texts(page).first())).toHaveText('Status: Delivered');
});

test('a history is narrowed to one event', async ({ organizer: page, axe }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  await page.getByRole('link', { name: /^Only/ }).click();
  await expect(page).toHaveURL(/scope=event/);
  await axe(page);
});
