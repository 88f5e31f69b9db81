import { expect, expectNoSidewaysScrolling, expectRefused, test } from '../harness';

test('an event is made, changed, made again and archived', async ({ organizer: page, axe, picture }) => {
  await page.goto('/events/new');
  await page.getByLabel('Name', { exact: true }).fill('Rooftop supper');
  await page.getByLabel('Kind').selectOption('Table');
  await page.getByLabel('Starts').fill('2027-05-01T19:00');
  await page.getByLabel('Ends').fill('2027-05-01T18:00');
  await page.getByLabel('Where').fill('Roof');
  await page.getByRole('button', { name: 'Make the event' }).click();
  await expectRefused(page.getByLabel('Ends'), /ends after it starts/);
  await expect(page.getByLabel('Where')).toHaveValue('Roof');
  await axe(page);
  await page.getByLabel('Ends').fill('2027-05-01T23:00');
  await page.getByRole('button', { name: 'Make the event' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('The event is made.');

  await page.goto('/events?find=rooftop');
  await page.getByRole('main').getByRole('link', { name: 'Rooftop supper' }).click();
  const event = new URL(page.url()).pathname;
  await page.goto(`${event}/edit`);
  await axe(page);
  await picture(page, 'Edit event');
  await page.getByLabel('New name').fill('Rooftop supper II');
  await page.getByLabel('Starts then').fill('2027-06-01T19:00');
  await page.getByLabel('Invite the same people').check();
  await page.getByRole('button', { name: 'Make it again' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('The new event is made');

  await page.goto(`${event}/edit`);
  await page.getByRole('button', { name: 'Archive the event' }).click();
  await expect(page.getByRole('main').getByRole('link', { name: 'Rooftop supper', exact: true })).toHaveCount(0);
  await page.getByRole('link', { name: 'Archived events' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Rooftop supper', exact: true }).click();
  await page.goto(`${event}/edit`);
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('is back');
});

test('the list of events fits a phone', async ({ organizer: page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/events');
  await expectNoSidewaysScrolling(page);
  await page.goto('/events/new');
  await expectNoSidewaysScrolling(page);
});
