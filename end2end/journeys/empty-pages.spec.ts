import type { Page } from '@playwright/test';
import { expect, test } from '../harness';
import type { Installation } from '../harness/installation';

/** Lists as they are on the first day. */
const LISTS = {
  'what comes first': ['/', '/events', '/events?show=past', '/events?show=archived', '/people', '/people?find=ana'],
  'what people did': ['/failures', '/failures?show=dismissed', '/inbox', '/inbox?show=to-answer', '/inbox?show=opt-outs', '/unlinked'],
  'what is set up': ['/opt-outs', '/opt-outs?shown=lifted', '/templates', '/settings/texting', '/settings/people', '/settings/keys'],
};

for (const [name, paths] of Object.entries(LISTS)) {
  test(`empty, ${name} suits everyone`, async ({ installation, page, axe }) => {
    test.slow();
    await signUp(page, installation);
    for (const path of paths) {
      await page.goto(installation.address + path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await axe(page);
    }
  });
}

test('an event without people and texts suits everyone', async ({ installation, page, axe }) => {
  test.slow();
  await signUp(page, installation);
  await page.goto(`${installation.address}/events/new`);
  await page.getByLabel('Name', { exact: true }).fill('Opening night');
  await page.getByLabel('Starts').fill('2031-05-01T19:00');
  await page.getByRole('button', { name: 'Make the event' }).click();
  await expect(page.getByText('Nobody is on the list yet')).toBeVisible();
  const event = new URL(page.url()).pathname.replace('/attendees', '');
  for (const path of ['', '/attendees', '/sends', '/send', '/import', '/edit']) {
    await page.goto(installation.address + event + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await axe(page);
  }
});

async function signUp(page: Page, installation: Installation): Promise<void> {
  await page.goto(installation.welcomeLink);
  await page.getByLabel('Organization').fill('The Foundry');
  await page.getByLabel('Email').fill('ana@foundry.example');
  await page.getByLabel('Password').fill('a few words in a row');
  await page.getByRole('button', { name: 'Start' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('The Foundry is ready');
}
