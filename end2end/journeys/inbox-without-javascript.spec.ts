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

test('without JavaScript, a long conversation opens at its newest text too', async ({ organizer: page, usher }) => {
  for (let n = 1; n <= 20; n++) await textFrom(usher, '+15552227799', `Question ${n}: where do I sit?`);
  await openInbox(page);
  await page.getByRole('listitem').filter({ hasText: 'Question 20' }).getByRole('link').click();
  await expect(page.locator('.bubble').last()).toBeInViewport();
  await expect(page.getByLabel('Answer')).toBeInViewport();
});
