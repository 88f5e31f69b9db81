import { expect, expectNoSidewaysScrolling, openHistory, sendText, test } from '../harness';

test('home, the guide and a page that is not there suit everyone', async ({ organizer: page, witness, axe, picture }) => {
  witness.expectToHear(/404/);
  await expect(page.getByRole('heading', { level: 1, name: 'Home' })).toBeVisible();
  for (const path of ['/', '/guide?find=3000', '/nowhere']) {
    await page.goto(path);
    await axe(page);
    await picture(page, `home ${path}`);
    await page.setViewportSize({ width: 390, height: 844 });
    await expectNoSidewaysScrolling(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  }
  await expect(page.getByRole('main')).toContainText('Request ');
});

test('home follows a text that arrives, without a reload', async ({ organizer: page, context, javaScript }) => {
  test.skip(!javaScript, 'an open page follows only with JavaScript');
  const day = page.getByRole('region', { name: 'The last 24 hours' });
  const before = await day.innerText();
  await page.evaluate(() => Object.assign(window, { untouched: true }));
  const other = await context.newPage();
  await openHistory(other, 'No Edges', 'John Smith');
  await sendText(other, 'Doors at 7');
  await expect.poll(() => day.innerText(), { timeout: 15_000 }).not.toBe(before);
  expect(await page.evaluate(() => Object.hasOwn(window, 'untouched')), 'nothing was reloaded').toBe(true);
});

test('a code leads to its place in the guide', async ({ organizer: page }) => {
  await page.goto('/guide#30003');
  await expect(page.locator('tr:target')).toContainText('Phone off or out of range');
});

test('home and histories print without what cannot be pressed on paper', async ({ organizer: page, picture }) => {
  await openHistory(page, 'No Edges', 'Bob Wilson');
  const history = page.url();
  await page.emulateMedia({ media: 'print' });
  await page.goto('/');
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeHidden();
  await picture(page, 'home on paper');
  await page.goto(history);
  await expect(page.getByRole('button').first()).toBeHidden();
  await picture(page, 'history on paper');
});
