import { expect, test } from '../harness';
import { Witness } from '../harness/witness';

test('from an empty database to a first text that says why it was not sent', async ({ installation, context, axe, picture }) => {
  const witness = new Witness(context, installation.address);
  const page = await context.newPage();
  await page.goto(installation.welcomeLink);
  await expect(page.getByRole('heading', { level: 1, name: 'Welcome to Usher' })).toBeVisible();
  await axe(page);
  await picture(page, 'welcome');
  await page.getByLabel('Organization').fill('The Foundry');
  await page.getByLabel('Your name').fill('Ana Lima');
  await page.getByLabel('Email').fill('ana@foundry.example');
  await page.getByLabel('Password').fill('a few words in a row');
  await page.getByRole('button', { name: 'Start' }).click();

  await expect(page.locator('#flash').getByRole('status')).toContainText('The Foundry is ready');
  await expect(page.getByText('Texting is not set up')).toBeVisible();
  await axe(page);
  await page.getByRole('link', { name: 'Make the first event' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Opening night');
  await page.getByLabel('Starts').fill('2031-05-01T19:00');
  await axe(page);
  await page.getByRole('button', { name: 'Make the event' }).click();

  await expect(page.getByText('Nobody is on the list yet')).toBeVisible();
  await axe(page);
  await page.getByText('Add somebody').click();
  await page.getByLabel('Name', { exact: true }).fill('John Smith');
  await page.getByLabel('Mobile number').fill('+1 555 123 4567');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('main').getByRole('link', { name: 'John Smith', exact: true }).click();
  await page.getByRole('link', { name: 'Write the first text' }).click();
  await page.getByLabel('Text', { exact: true }).fill('Hello.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('#flash').getByRole('status')).toHaveText('The text is recorded, but not sent. No Twilio account.');
  await expect(page.getByRole('article')).toContainText('Not sent');
  await expect(page.getByRole('article')).toContainText('No Twilio account');
  await axe(page);
  await picture(page, 'not sent');
  witness.expectSilence();
});

test('somebody invited chooses a password once, and finds nothing of strangers', async ({ installation, browser, axe, picture }) => {
  const ana = await (await browser.newContext()).newPage();
  await ana.goto(installation.welcomeLink);
  await ana.getByLabel('Organization').fill('The Foundry');
  await ana.getByLabel('Email').fill('ana@foundry.example');
  await ana.getByLabel('Password').fill('a few words in a row');
  await ana.getByRole('button', { name: 'Start' }).click();
  await ana.getByRole('link', { name: 'New event' }).click();
  await ana.getByLabel('Name', { exact: true }).fill('Opening night');
  await ana.getByLabel('Starts').fill('2031-05-01T19:00');
  await ana.getByRole('button', { name: 'Make the event' }).click();
  await expect(ana.getByRole('heading', { level: 2, name: 'Attendees' })).toBeVisible();

  const link = await installation.invite('sam@strangers.example');
  const sam = await (await browser.newContext()).newPage();
  await sam.goto(link);
  await expect(sam.getByRole('heading', { level: 1, name: 'Choose a password' })).toBeVisible();
  await axe(sam);
  await picture(sam, 'choose a password');
  await sam.getByLabel('Password').fill('short');
  await sam.getByRole('button', { name: 'Sign in' }).click();
  await expect(sam.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await axe(sam);
  await sam.getByLabel('Password').fill('a long enough password');
  await sam.getByRole('button', { name: 'Sign in' }).click();
  await expect(sam.getByRole('heading', { name: 'To begin with' })).toBeVisible();
  await sam.goto(`${installation.address}/events`);
  await expect(sam.getByText('No events yet')).toBeVisible();

  const answer = await sam.goto(ana.url());
  expect(answer?.status(), 'a stranger’s event').toBe(404);
  expect(await sam.content()).not.toContain('Opening night');

  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByRole('heading', { level: 1, name: 'This link does not work' })).toBeVisible();
  await axe(late);
  await picture(late, 'used link');
});
