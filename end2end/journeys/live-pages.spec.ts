import type { Page } from '@playwright/test';
import { expect, expectSamePage, markPage, openEvent, openHistory, sendText, test, textFrom } from '../harness';
import type { Usher } from '../harness/usher';

const ASKS = '+15552226601';
const STOPS = '+15552226602';

/** What is looked at, what happens meanwhile, and what then stands there. */
const LISTS: Record<string, { open: (page: Page) => Promise<unknown>; happens: (usher: Usher) => Promise<void>; shows: string | RegExp }> = {
  inbox: { open: (page) => page.goto('/inbox'), happens: (usher) => textFrom(usher, ASKS, 'Is the sun out?'), shows: 'Is the sun out?' },
  'list of people': { open: (page) => page.goto('/people?find=6601'), happens: (usher) => textFrom(usher, ASKS, 'Hello?'), shows: '+1 555-222-6601' },
  'list of opt-outs': { open: (page) => page.goto('/opt-outs'), happens: (usher) => textFrom(usher, STOPS, 'STOP'), shows: '+1 555-222-6602' },
};

for (const [name, { open, happens, shows }] of Object.entries(LISTS)) {
  test(`the ${name} suits everyone once it has changed by itself`, async ({ organizer: page, usher, axe }) => {
    await open(page);
    await markPage(page);
    await happens(usher);
    await expect(page.getByRole('main').getByText(shows).first()).toBeVisible();
    await expectSamePage(page);
    await axe(page);
  });
}

test('failures and an event suit everyone once a text has failed', async ({ organizer: page, context, axe }) => {
  test.slow();
  const failures = await context.newPage();
  await failures.goto('/failures');
  const event = await context.newPage();
  await openEvent(event, 'No Edges');
  await openHistory(page, 'No Edges', 'Mei Tanaka');
  await sendText(page, 'Nobody hears this one.');
  await expect(page.getByRole('article').first()).toContainText('30003');
  await axe(page);
  await event.bringToFront();
  await expect(event.getByRole('main').getByText('Mei Tanaka').first()).toBeVisible();
  await axe(event);
  await failures.bringToFront();
  await expect(failures.getByRole('main')).toContainText('30003');
  await axe(failures);
});
