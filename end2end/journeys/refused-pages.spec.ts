import type { Page } from '@playwright/test';
import { expect, lookUp, openAttendees, openEvent, openHistory, test } from '../harness';

/** Where a form stands that refuses to be empty or absurd, and what it posts to. */
const FORMS: Record<string, { open: (page: Page) => Promise<unknown>; action: string; fill?: Record<string, string> }> = {
  'opt-outs': { open: (page) => page.goto('/opt-outs'), action: 'add-opt-out' },
  'opting somebody out': { open: (page) => lookUp(page, 'hannah cohen').then(() => openPerson(page, 'Hannah Cohen')), action: 'opt-out-contact' },
  'another number': {
    open: (page) => lookUp(page, 'hannah cohen').then(() => openPerson(page, 'Hannah Cohen')),
    action: 'fix-number',
    fill: { phone: '12' },
  },
  'a name': { open: (page) => lookUp(page, 'hannah cohen').then(() => openPerson(page, 'Hannah Cohen')), action: 'name-contact', fill: { name: '' } },
  'an attendee': { open: (page) => openAttendees(page, 'No Edges'), action: 'add-attendee' },
  'an attendee who is changed': {
    open: async (page) => {
      await openHistory(page, 'No Edges', 'John Smith');
      await page.getByRole('link', { name: 'Edit', exact: true }).click();
    },
    action: 'edit-attendee',
    fill: { phone: '12', timezone: 'Mars/Olympus', email: 'nobody' },
  },
  'a new event': { open: (page) => page.goto('/events/new'), action: 'make-event' },
  'a changed event': { open: (page) => openEvent(page, 'Makers’ Market').then(() => page.goto(`${page.url()}/edit`)), action: 'save-event', fill: { name: '' } },
  'a list': { open: (page) => openEvent(page, 'Makers’ Market').then(() => page.goto(`${page.url()}/import`)), action: 'import' },
  'a send': { open: (page) => openEvent(page, 'Makers’ Market').then(() => page.goto(`${page.url()}/send`)), action: 'write-send' },
  'a template': { open: (page) => page.goto('/templates/new'), action: 'write-template' },
  'an invitation': { open: (page) => page.goto('/settings/people'), action: 'invite-person' },
  'a key': { open: (page) => page.goto('/settings/keys'), action: 'make-key' },
  limits: { open: (page) => page.goto('/settings'), action: 'save-limits', fill: { texts_per_hour: '0' } },
  'a test to oneself': { open: (page) => page.goto('/settings/texting'), action: 'text-yourself', fill: { phone: '12' } },
};

for (const [name, { open, action, fill }] of Object.entries(FORMS)) {
  test(`the refused form of ${name} suits everyone and says what to mend`, async ({ organizer: page, axe }) => {
    await open(page);
    const form = page.locator(`main form[action$="/${action}"]`).first();
    // At once, before the page follows a change; the browser would stop the form before we do.
    await form.evaluate((form: HTMLFormElement, fill) => {
      for (const [name, value] of Object.entries(fill ?? {})) (form.elements.namedItem(name) as HTMLInputElement).value = value;
      form.noValidate = true;
      form.requestSubmit(form.querySelector<HTMLButtonElement>('button.primary, button.danger, button:last-of-type'));
    }, fill);
    await expect(page.getByRole('alert').or(page.locator('#flash [data-tone=refusal]')).first()).toBeVisible();
    await axe(page);
  });
}

async function openPerson(page: Page, name: string): Promise<void> {
  await page.getByRole('main').getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}
