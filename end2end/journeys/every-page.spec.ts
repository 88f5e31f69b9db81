import type { Page } from '@playwright/test';
import { expect, openAttendees, openEvent, openHistory, openSend, test } from '../harness';

// The harness fails each of these too if the console has anything to say.

test('the sign-in page suits everyone', async ({ visitor: page, axe, picture }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await axe(page);
  await picture(page, 'Sign in');
});

/** Pages that stand at an address of their own. */
const AT = {
  home: '/',
  'past events': '/events?show=past',
  failures: '/failures',
  'failures of one reason': '/failures?open=30003',
  'check before a retry of many': '/failures/retry?code=30003',
  'list of people': '/people',
  'people that are found': '/people?find=an',
  'people without a match': '/people?find=zzzz',
  inbox: '/inbox',
  'list of opt-outs': '/opt-outs',
  'list of unknown numbers': '/unlinked',
  'list of templates': '/templates',
  'form for a template': '/templates/new',
  guide: '/guide',
  'settings of the organization': '/settings',
  'settings of texting': '/settings/texting',
  'settings of people': '/settings/people',
  'settings of keys': '/settings/keys',
  'settings of sessions': '/settings/sessions',
};

for (const [name, path] of Object.entries(AT)) {
  test(`the ${name} suits everyone`, async ({ organizer: page, axe, picture }) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await axe(page);
    await picture(page, name);
  });
}

const PAGES: Record<string, (page: Page) => Promise<unknown>> = {
  'list of events': (page) => page.goto('/events'),
  'form for an event': (page) => page.goto('/events/new'),
  'event dashboard': (page) => openEvent(page, 'No Edges'),
  'event dashboard of what failed': async (page) => {
    await openEvent(page, 'No Edges');
    await page.getByRole('main').getByRole('link', { name: /failed ·/ }).click();
  },
  'event dashboard without a match': async (page) => {
    await openEvent(page, 'Founders’ Supper');
    await page.getByRole('main').getByRole('link', { name: /failed/ }).click();
    await expect(page.getByRole('heading', { name: 'No text failed' })).toBeVisible();
  },
  'list of attendees': (page) => openAttendees(page, 'No Edges'),
  'SMS history': (page) => openHistory(page, 'No Edges', 'John Smith'),
  'event form': async (page) => {
    await openEvent(page, 'Makers’ Market');
    await page.goto(`${page.url()}/edit`);
  },
  'form for a list': async (page) => {
    await openEvent(page, 'Makers’ Market');
    await page.goto(`${page.url()}/import`);
  },
  'form for a send': async (page) => {
    await openEvent(page, 'Makers’ Market');
    await page.goto(`${page.url()}/send`);
  },
  'send and how far it has come': async (page) => {
    await openEvent(page, 'Makers’ Market');
    await page.goto(`${page.url()}/sends`);
    await page.locator('main a[href^="/sends/"]').first().click();
  },
  'page of one text': async (page) => {
    await openEvent(page, 'Makers’ Market');
    await page.goto(`${page.url()}?outcome=failed`);
    await page.locator('main a[href^="/texts/"]').first().click();
  },
  'send form': async (page) => {
    await openHistory(page, 'No Edges', 'John Smith');
    await openSend(page);
  },
};

for (const [name, open] of Object.entries(PAGES)) {
  test(`the ${name} suits everyone`, async ({ organizer: page, axe, picture }) => {
    await open(page);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await axe(page);
    await picture(page, name);
  });
}
