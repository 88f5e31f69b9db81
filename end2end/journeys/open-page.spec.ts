import {
  badge,
  expect,
  expectSamePage,
  markPage,
  openAttendees,
  openHistory,
  sendText,
  test,
  texts,
} from '../harness';

// What an update must not take from whoever is looking at the page. Two tabs: one looks, the other one sends.

test('an open trail, the focus and the place on the page survive an update', async ({ organizer: page, context }) => {
  await openHistory(page, 'No Edges', 'Priya Raman');
  const oldest = texts(page).last();
  const trail = oldest.locator('details').first();
  await trail.locator('summary').first().click();
  const raw = trail.getByText('Raw', { exact: true }).first();
  await raw.click();
  await raw.focus();
  const scrolled = await page.evaluate(() => scrollY);
  await markPage(page);

  const other = await context.newPage();
  await openHistory(other, 'No Edges', 'Priya Raman');
  const text = await sendText(other, 'The doors are open.');
  await expect(badge(text)).toHaveText('Status: Delivered');

  const arrived = texts(page).filter({ hasText: 'The doors are open.' });
  await expect(badge(arrived)).toHaveText('Status: Delivered');
  await expectSamePage(page);
  await expect(trail).toHaveAttribute('open');
  await expect(trail.locator('.payload').first()).toBeVisible();
  await expect(raw).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBeGreaterThanOrEqual(scrolled);
});

test('half-typed words survive an update', async ({ organizer: page, context }) => {
  await openAttendees(page, 'No Edges');
  const row = page.getByRole('row').filter({ hasText: 'Yuki Sato' });
  await expect(row).not.toContainText('Announcement');
  await page.getByText('Add somebody').click();
  await page.getByLabel('Name', { exact: true }).fill('Half a na');
  await page.getByLabel('Mobile number').pressSequentially('+1 555');
  await markPage(page);

  const other = await context.newPage();
  await openHistory(other, 'No Edges', 'Yuki Sato');
  await sendText(other, 'The doors are open.');

  await expect(row).toContainText('Announcement');
  await expectSamePage(page);
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Half a na');
  await expect(page.getByLabel('Mobile number')).toBeFocused();
  await page.keyboard.type(' 010 4477');
  await expect(page.getByLabel('Mobile number')).toHaveValue('+1 555 010 4477');
});

test('counters and list of an open event follow a text to its end', async ({ organizer: page, context }) => {
  await page.goto('/events');
  await page.getByRole('main').getByRole('link', { name: 'Founders’ Supper' }).click();
  await expect(page.getByText('No texts yet').last()).toBeVisible();
  await markPage(page);

  const other = await context.newPage();
  await openHistory(other, 'Founders’ Supper', 'John Smith');
  await sendText(other, 'Your seat is at table 9.');

  await expect(page.getByRole('link', { name: /^1\s*delivered/ })).toBeVisible();
  await expect(badge(page.getByRole('row').filter({ hasText: 'John Smith' }))).toHaveText('Status: Delivered');
  await expectSamePage(page);
});
