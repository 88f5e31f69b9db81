import { expect, openHistory, sendText, test } from '../harness';

const NOBODYS = '018f0000-0000-7000-8000-000000000000';

test('an open page goes to the sign-in page with the next update after signing out', async ({
  organizer: page,
  witness,
  browser,
  usher,
}) => {
  witness.expectToHear(/status of 401/);
  await openHistory(page, 'No Edges', 'Sofia Rossi');
  await expect(page.getByText('Live', { exact: true })).toBeVisible();

  const sameBrowser = await page.context().newPage();
  await sameBrowser.goto('/events');
  await sameBrowser.locator('.me > summary').click();
  await sameBrowser.getByRole('button', { name: 'Sign out' }).click();
  await expect(sameBrowser.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();

  const otherBrowser = await browser.newContext({ baseURL: usher.address });
  const other = await otherBrowser.newPage();
  await usher.signIn(other);
  await openHistory(other, 'No Edges', 'Sofia Rossi');
  await sendText(other, 'You should not see this.');
  await otherBrowser.close();

  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('You should not see this.')).toHaveCount(0);
});

test('what is not there is not found, in our words', async ({ organizer: page, witness, axe }) => {
  witness.expectToHear(/status of 404/);
  for (const path of ['/nowhere', '/events/nonsense', `/events/${NOBODYS}`, `/events/${NOBODYS}/attendees/${NOBODYS}`]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { level: 1, name: 'Not found' })).toBeVisible();
  }
  const stream = await page.request.get(`/live?event=${NOBODYS}`);
  expect(stream.status()).toBe(404);
  await axe(page);
});

test('without signing in, a page leads to the sign-in page, and a made-up link says that it does not work', async ({ visitor: page, axe }) => {
  await page.goto(`/events/${NOBODYS}`);
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  await page.goto('/sign-in/link/not-a-link');
  await expect(page.getByRole('heading', { level: 1, name: 'This link does not work' })).toBeVisible();
  await axe(page);
});
