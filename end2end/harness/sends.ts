import { expect, type Page } from '@playwright/test';
import { openEvent } from './steps';

/** From the list of events to an empty form for many. */
export async function openCompose(page: Page, event: string): Promise<void> {
  await openEvent(page, event);
  await page.goto(`${new URL(page.url()).pathname}/send`);
  await expect(page.getByRole('heading', { level: 2, name: 'Send a text' })).toBeVisible();
}

/** Ticks exactly these answers. */
export async function chooseAnswers(page: Page, ...answers: string[]): Promise<void> {
  await page.getByRole('radio', { name: 'By their answer' }).check();
  for (const answer of ['Invited', 'Confirmed', 'Declined', 'Waitlisted', 'Canceled']) {
    await page.getByRole('checkbox', { name: answer }).setChecked(answers.includes(answer));
  }
}

export async function writeWords(page: Page, words: string): Promise<void> {
  const field = page.getByLabel('Text', { exact: true });
  await field.fill(words);
  // The field grows with its words. Without JavaScript a click would wait for ever for what is below to stand still.
  await expect(async () => {
    const before = await field.boundingBox();
    expect(await field.boundingBox()).toEqual(before);
  }).toPass();
}

export async function goOnToCheck(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check before sending' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Check before sending' })).toBeVisible();
}

/** The one button that sends. */
export function confirmButton(page: Page) {
  return page.getByRole('button', { name: /^Send [\d,]+ texts?/ });
}
