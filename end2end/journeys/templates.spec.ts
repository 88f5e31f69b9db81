import { expect, expectNoSidewaysScrolling, openEvent, test } from '../harness';

test('a template is written with a preview, used for an event, changed, and put out of use', async ({
  organizer: page,
  axe,
  picture,
}) => {
  await page.goto('/templates');
  await axe(page);
  await page.getByRole('main').getByRole('link', { name: 'New template' }).click();
  await page.getByLabel('Name', { exact: true }).fill('A day ahead');
  await page.getByLabel('Type', { exact: true }).selectOption('Event reminder');
  await page.getByLabel('Text', { exact: true }).fill('Hi {{first_name}}, {{event}} is tomorrow. Reply STOP to opt out.');
  await expect(page.locator('.bubble')).toHaveText('Hi John, Summer Dinner is tomorrow. Reply STOP to opt out.');
  await axe(page);
  await page.getByRole('button', { name: 'Make the template' }).last().click();
  await expect(page.getByRole('status').filter({ hasText: 'The template is made.' })).toBeVisible();
  await axe(page);
  await picture(page, 'template');

  await page.getByRole('main').getByRole('link', { name: 'No Edges' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/is tomorrow/);
  await expect(page.getByLabel('Type', { exact: true }).locator('option:checked')).toHaveText('Event reminder');

  await page.goto('/templates');
  await picture(page, 'templates');
  await page.getByRole('link', { name: 'A day ahead' }).first().click();
  await page.getByLabel('Text', { exact: true }).fill('See you tomorrow!');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved as version 2.' })).toBeVisible();
  await page.getByText('Version 1', { exact: true }).click();
  await expect(page.getByText('{{event}} is tomorrow')).toBeVisible();

  await page.getByRole('button', { name: 'Put out of use' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'A day ahead' })).toBeVisible();
  await expect(page.getByText('Out of use', { exact: true })).toBeVisible();
  await openEvent(page, 'No Edges');
  await page.goto(`${new URL(page.url()).pathname}/send`);
  await expect(page.getByRole('option', { name: 'A day ahead' })).toHaveCount(0);
});

test('the pages of templates fit a phone', async ({ organizer: page, axe }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto('/templates/new');
  await expectNoSidewaysScrolling(page);
  await axe(page);
  await page.goto('/templates');
  await expectNoSidewaysScrolling(page);
});
