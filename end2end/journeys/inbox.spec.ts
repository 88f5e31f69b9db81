import { expect, expectNoSidewaysScrolling, markPage, expectSamePage, openInbox, tabTo, test, textFrom } from '../harness';

const JOHN = '+15551234567';
const JANE = '+15559876543';

test('a reply turns up by itself, is answered in place and is settled', async ({ organizer: page, usher, axe, picture }) => {
  await openInbox(page);
  await markPage(page);
  await textFrom(usher, JOHN, 'Is there parking? 🚗');
  const row = page.getByRole('listitem').filter({ hasText: 'Is there parking? 🚗' });
  await expect(row).toContainText('Needs an answer');
  await expectSamePage(page);
  await axe(page);
  await picture(page, 'inbox');

  await row.getByRole('link').click();
  await expect(page.getByRole('heading', { level: 2, name: /John Smith/ })).toBeVisible();
  await axe(page);
  await picture(page, 'conversation');
  await page.getByLabel('Answer').fill('Yes, behind the house.');
  await page.getByRole('button', { name: 'Send the answer' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('on its way');
  const thread = page.locator('.thread');
  await expect(thread.locator('.bubble.ours').last()).toHaveText(/Yes, behind the house\.$/);
  await expect(thread.locator('.badge').last()).toHaveText('Status: Delivered', { timeout: 10_000 });
  await page.goto('/inbox?show=to-answer');
  await expect(page.getByText('Is there parking? 🚗')).toHaveCount(0);
});

test('somebody who may want to opt out is opted out by a person', async ({ organizer: page, usher, axe }) => {
  await textFrom(usher, JANE, 'I cannot come, cancel me please');
  await openInbox(page);
  await page.getByRole('listitem').filter({ hasText: 'I cannot come' }).getByRole('link').click();
  await expect(page.getByText('They may want to opt out')).toBeVisible();
  await axe(page);
  await page.getByRole('button', { name: 'Opt out this person' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('opted out');
  await expect(page.getByLabel('Answer')).toHaveCount(0);
  await textFrom(usher, JANE, 'STOP');
  await page.goto('/opt-outs');
  await expect(page.getByRole('row').filter({ hasText: 'Jane Doe' })).toHaveCount(2);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('list and conversation fit', async ({ organizer: page, usher, picture }) => {
    await textFrom(usher, JOHN, 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6));
    await openInbox(page);
    await expectNoSidewaysScrolling(page);
    await picture(page, 'phone inbox');
    await page.getByRole('listitem').filter({ hasText: 'Wolfe' }).getByRole('link').click();
    await expectNoSidewaysScrolling(page);
    await picture(page, 'phone conversation');
  });
});

test.describe('a long conversation', () => {
  const LONG = '+15552227788';
  const write = async (usher: Parameters<typeof textFrom>[0]) => {
    for (let n = 1; n <= 53; n++) await textFrom(usher, LONG, `Question ${n}: is there parking near the hall?`);
  };

  test('opens at its newest text beside the answer, and earlier ones are a page away', async ({ organizer: page, usher, axe }) => {
    await write(usher);
    await openInbox(page);
    await page.getByRole('listitem').filter({ hasText: 'Question 53' }).getByRole('link').click();
    const bubble = (n: number) => page.locator('.bubble').filter({ hasText: `Question ${n}:` });
    await expect(bubble(53)).toBeInViewport();
    await expect(page.getByLabel('Answer')).toBeInViewport();
    await expect(bubble(4)).not.toBeInViewport();
    await axe(page);

    await textFrom(usher, LONG, 'Question 54: never mind, I found it.');
    await expect(bubble(54)).toBeInViewport();

    await tabTo(page.getByRole('link', { name: 'To the answer' }));
    await page.keyboard.press('Enter');
    await page.keyboard.type('See you there');
    await expect(page.getByLabel('Answer')).toHaveValue('See you there');
    await page.getByRole('link', { name: '← Earlier texts' }).click();
    await expect(bubble(4)).toBeInViewport();
    await expect(page.getByLabel('Answer')).toHaveCount(0);
    await page.getByRole('link', { name: 'To the newest texts' }).click();
    await expect(bubble(54)).toBeInViewport();
  });
});
