import type { Page } from '@playwright/test';
import { expect, openAttendees, openEvent, openHistory, openSend, test } from '../harness';

// The harness fails each of these too if the console has anything to say.

test('the sign-in page suits everyone', async ({ visitor: page, axe, picture }) => {
  await page.goto('/sign-in');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await axe(page);
  await picture(page, 'Sign in');
});

const PAGES: Record<string, (page: Page) => Promise<unknown>> = {
  'list of events': (page) => page.goto('/events'),
  'form for an event': (page) => page.goto('/events/new'),
  'event dashboard': (page) => openEvent(page, 'No Edges'),
  'event dashboard of what failed': async (page) => {
    await openEvent(page, 'No Edges');
    await page.getByRole('link', { name: /failed ·/ }).click();
  },
  'event dashboard without a match': async (page) => {
    await openEvent(page, 'Founders’ Supper');
    await page.getByRole('link', { name: /failed/ }).click();
    await expect(page.getByRole('heading', { name: 'No text failed' })).toBeVisible();
  },
  'list of attendees': (page) => openAttendees(page, 'No Edges'),
  'SMS history': (page) => openHistory(page, 'No Edges', 'John Smith'),
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
