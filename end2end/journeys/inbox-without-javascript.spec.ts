import { expect, openInbox, test, textFrom } from '../harness';

const JOHN = '+15551234567';

test.use({ javaScript: false });

test('without JavaScript, a reply is read, and marked as handled', async ({ organizer: page, usher }) => {
  await textFrom(usher, JOHN, 'Thank you all');
  await openInbox(page);
  await page.getByRole('listitem').filter({ hasText: 'Thank you all' }).getByRole('link').click();
  await page.getByRole('button', { name: 'Mark as handled' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('Marked as handled');
});
