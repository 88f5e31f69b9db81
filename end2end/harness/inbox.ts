import { expect, type Page } from '@playwright/test';
import type { Usher } from './usher';

/** The number that the sample organization's texts come from. */
const NUMBER = '+15550100199';

export async function openInbox(page: Page): Promise<void> {
  await page.goto('/inbox');
  await expect(page.getByRole('heading', { level: 1, name: 'Inbox' })).toBeVisible();
}

/** Somebody with this number texts the sample organization. */
export async function textFrom(usher: Usher, phone: string, body: string): Promise<void> {
  const messages = await fetch(`${usher.simulator}/_simulator/messages`);
  const [account] = (await messages.text()).match(/AC[0-9a-f]{32}/) ?? [];
  const text = { url: `${usher.address}/api/webhooks/twilio/inbound`, account_sid: account, from: phone, to: NUMBER, body };
  const answer = await fetch(`${usher.simulator}/_simulator/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(text),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}
