import { expect, expectNoSidewaysScrolling, lookUp, openHistory, optOut, tabTo, test, textFrom } from '../harness';

test('somebody is found from any page by name or number, whatever event they are on', async ({ organizer: page, axe, picture }) => {
  await page.goto('/templates');
  await lookUp(page, 'hannah COHEN');
  const row = page.getByRole('row').filter({ hasText: 'Hannah Cohen' });
  await expect(row.getByRole('link', { name: 'No Edges' })).toBeVisible();
  const number = (await row.locator('.nowrap').textContent()) ?? '';
  await axe(page);
  await picture(page, 'people');
  await row.getByRole('link', { name: 'Hannah Cohen' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Hannah Cohen' })).toBeVisible();

  await lookUp(page, number.replaceAll('-', ' '));
  await expect(page.getByRole('heading', { level: 1, name: 'Hannah Cohen' })).toBeVisible();

  await lookUp(page, 'Nobody of this name');
  await expect(page.getByRole('heading', { name: 'Nobody is found' })).toBeVisible();
  await expect(page.getByLabel('Name or number')).toHaveValue('Nobody of this name');
  await axe(page);
});

test('somebody is looked up with the keyboard alone', async ({ organizer: page }) => {
  await tabTo(page.getByRole('searchbox', { name: 'Look somebody up' }));
  await page.keyboard.type('cohen');
  await page.keyboard.press('Enter');
  await tabTo(page.getByRole('link', { name: 'Hannah Cohen' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Hannah Cohen' })).toBeVisible();
});

test('whoever asks for no more texts is opted out where one hears of it, and an owner finds the way back', async ({ organizer: page, axe, picture }) => {
  await openHistory(page, 'Makers’ Market', 'Ada Chen');
  await page.getByRole('link', { name: 'Opt out' }).click();
  await page.getByRole('button', { name: 'Opt out this person' }).click();
  await expect(page.getByLabel('Why')).toBeFocused(); // the browser's own word: it is required
  await axe(page);
  await optOut(page, 'told Bo at the door');
  await expect(page.getByText('Your organization opted them out')).toBeVisible();
  await axe(page);
  await picture(page, 'opted out');
  await page.getByRole('link', { name: 'Lift it' }).click();
  await page.getByLabel('Why it may be texted again').fill('it was the other Ada');
  await page.getByRole('button', { name: 'Lift the opt-out' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('can be texted again');
});

test('whoever writes that they want no more texts is opted out in the conversation', async ({ organizer: page, usher, axe }) => {
  const from = '+15552223344';
  await textFrom(usher, from, 'No thanks, not for me');
  await page.goto('/inbox');
  await page.getByRole('listitem').filter({ hasText: 'No thanks, not for me' }).getByRole('link').click();
  await optOut(page, 'wrote no thanks');
  await expect(page.getByLabel('Answer')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Mark as handled' })).toHaveCount(0);
  await axe(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('somebody is looked up too', async ({ organizer: page, axe, picture }) => {
    await lookUp(page, 'cohen');
    await expectNoSidewaysScrolling(page);
    await axe(page);
    await picture(page, 'phone people');
    await page.getByRole('link', { name: 'Hannah Cohen' }).click();
    await expectNoSidewaysScrolling(page);
  });
});
