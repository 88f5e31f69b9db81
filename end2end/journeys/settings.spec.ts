import { expect, expectNoSidewaysScrolling, expectRefused, test } from '../harness';

const TABS = ['Organization', 'Texting', 'People', 'API keys', 'My sessions'];

test('every tab of the settings suits everyone, on a phone too', async ({ organizer: page, axe, picture }) => {
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  for (const tab of TABS) {
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: tab }).click();
    await expect(page).toHaveTitle(`${tab}, settings · Usher`);
    await axe(page);
    await picture(page, `settings ${tab}`);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ['', '/texting', '/people', '/keys', '/sessions']) {
    await page.goto(`/settings${path}`);
    await expectNoSidewaysScrolling(page);
  }
});

test('a zone that does not exist is refused at its field, and nothing typed is lost', async ({ organizer: page, axe }) => {
  await page.goto('/settings');
  await page.getByLabel('Name', { exact: true }).fill('The Forge');
  await page.getByLabel('Time zone').fill('Mars/Olympus');
  await page.getByRole('button', { name: 'Save name and zone' }).click();
  await expectRefused(page.getByLabel('Time zone'), /no such time zone/);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('The Forge');
  await axe(page);
});

test('somebody is invited by a link, chooses a password, and sees what their role may', async ({
  organizer: page,
  browser,
  usher,
}) => {
  await page.goto('/settings/people');
  await page.getByLabel('Email').fill('nora@foundry.example');
  await page.getByLabel('Role', { exact: true }).first().selectOption('Staff');
  await page.getByRole('button', { name: 'Make a link' }).click();
  const link = await page.getByLabel('Their link').inputValue();
  await page.reload();
  await expect(page.getByLabel('Their link'), 'it is shown once').toHaveCount(0);

  const theirs = await browser.newContext({ baseURL: usher.address });
  const nora = await theirs.newPage();
  await nora.goto(link);
  await nora.getByLabel('Choose a password').or(nora.getByLabel('Password')).first().fill('a few words in a row');
  await nora.getByRole('button').last().click();
  await expect(nora.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  await nora.goto('/events/new');
  await expect(nora.getByRole('heading', { level: 1 })).toHaveText('Your role does not allow that');
  await expect(nora.getByRole('main')).toContainText('ana@foundry.example');
  await theirs.close();
});

test('a key is shown once and revoked', async ({ organizer: page }) => {
  await page.goto('/settings/keys');
  await page.getByLabel('Program').fill('Booking site');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await expect(page.getByLabel('The new key')).toHaveValue(/^usher_/);
  await page.getByRole('link', { name: 'Revoke… Booking site' }).click();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('row', { name: /Booking site/ })).toContainText('Revoked');
});
