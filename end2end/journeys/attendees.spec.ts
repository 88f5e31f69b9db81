import { expect, openAttendees, people, test } from '../harness';

test('the list is narrowed by choices in its address, and leads to texts for those shown', async ({ organizer: page, axe }) => {
  await openAttendees(page, 'No Edges');
  const all = await people(page).count();
  await page.locator('form.who').getByLabel('RSVP', { exact: true }).selectOption('waitlisted');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page).toHaveURL(/rsvp=waitlisted/);
  expect(await people(page).count()).toBeLessThan(all);
  await expect(page.getByRole('link', { name: /^Text \d+ pe/ })).toHaveAttribute('href', /\/send\?rsvp=waitlisted$/);
  await axe(page);
});

test('a number that somebody else has asks whether the two are one person', async ({ organizer: page, axe }) => {
  await openAttendees(page, 'No Edges');
  const numberOf = async (name: string) => (await people(page).filter({ hasText: name }).locator('.nowrap').first().textContent()) ?? '';
  const taken = await numberOf('Jane Doe');
  await people(page).filter({ hasText: 'John Smith' }).getByRole('link', { name: /^Edit/ }).click();
  await page.getByLabel('Mobile number').fill(taken);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'One person or two?' })).toBeVisible();
  await expect(page.getByRole('table')).toContainText('Jane Doe');
  await axe(page);
  await page.getByRole('button', { name: /^They are two people/ }).click();
  await expect(page.getByLabel('Mobile number')).toHaveValue(taken);
});
