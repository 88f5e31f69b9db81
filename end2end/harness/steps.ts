import { expect, type Locator, type Page } from '@playwright/test';

/** From the list of events to everything one person has been texted. */
export async function openHistory(page: Page, event: string, person: string): Promise<void> {
  await openAttendees(page, event);
  await page.getByRole('main').getByRole('link', { name: person, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: person })).toBeVisible();
}

export async function openAttendees(page: Page, event: string): Promise<void> {
  await openEvent(page, event);
  await page.getByRole('main').getByRole('link', { name: 'Attendees' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Attendees' })).toBeVisible();
}

export async function openEvent(page: Page, event: string): Promise<void> {
  await page.goto('/events');
  await page.getByRole('main').getByRole('link', { name: event }).click();
  await expect(page.getByRole('heading', { level: 1, name: event })).toBeVisible();
}

export async function openSend(page: Page): Promise<void> {
  await page.getByRole('main').getByRole('link', { name: 'Send a text' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Send a text' })).toBeVisible();
}

/** From a person's history to the same page with one text more, which is returned. */
export async function sendText(page: Page, body: string): Promise<Locator> {
  const history = new URL(page.url()).pathname;
  await openSend(page);
  await page.getByLabel('Text', { exact: true }).fill(body);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.waitForURL((url) => url.pathname === history);
  const text = texts(page).first();
  await expect(text).toContainText(body);
  return text;
}

/** What the page shows, newest first. */
export function texts(page: Page): Locator {
  return page.getByRole('article');
}

/** Says `Status: Delivered`; the first word is for those who hear the page. */
export function badge(text: Locator): Locator {
  return text.locator('.badge[data-status]').first();
}

export function retryButton(text: Locator): Locator {
  return text.getByRole('button', { name: /^Retry/ });
}

/** Something that a reload would wipe away. */
export async function markPage(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { stillTheSamePage: true }));
}

export async function expectSamePage(page: Page): Promise<void> {
  const same = await page.evaluate(() => 'stillTheSamePage' in window);
  expect(same, 'the page was not loaded again').toBe(true);
}

/** What a person without JavaScript does: load the page again until it says so. */
export async function expectAfterReloads(locator: Locator, expected: string): Promise<void> {
  const page = locator.page();
  const reloaded = async () => {
    await page.reload();
    return (await locator.textContent())?.trim();
  };
  await expect.poll(reloaded, { timeout: 10_000 }).toBe(expected);
}

/** On the list of attendees: one more person, or a refusal. */
export async function addAttendee(page: Page, name: string, phone: string): Promise<void> {
  const form = page.locator('#add');
  if ((await form.getAttribute('open')) === null) await form.getByText('Add somebody').click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Mobile number').fill(phone);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
}

/** What a person without a mouse does: Tab until they are there. */
export async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${target} cannot be reached with the Tab key`);
}

/** What is wrong with a field, as a screen reader tells it. */
export async function expectRefused(field: Locator, why: RegExp): Promise<void> {
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(field).toHaveAccessibleDescription(why);
  const summary = field.page().getByRole('alert');
  await expect(summary.getByRole('link', { name: why })).toHaveAttribute('href', `#${await field.getAttribute('id')}`);
}
