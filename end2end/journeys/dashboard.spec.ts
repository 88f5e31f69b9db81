import {
  badge,
  counted,
  downloaded,
  expect,
  expectNoSidewaysScrolling,
  filterBy,
  listed,
  openEvent,
  tab,
  test,
} from '../harness';

// From the whole event to one text: tabs, filters, reasons, the file and the text's own page. Nothing of it needs
// JavaScript; dashboard-without-javascript.spec.ts walks the same way.

test('a tab lists as many texts as it counts, and its address can be shared', async ({ organizer: page, axe }) => {
  await openEvent(page, 'No Edges');
  await axe(page);
  for (const word of [/failed/, /no receipt/, /not sent/]) {
    const texts = await counted(tab(page, word));
    await tab(page, word).click();
    await expect(tab(page, word)).toHaveAttribute('aria-current', 'true');
    await expect(listed(page)).toHaveCount(texts);
  }
  const shared = page.url();
  await page.goto('/events');
  await page.goto(shared);
  await expect(tab(page, /not sent/)).toHaveAttribute('aria-current', 'true');
});

test('a name is found without its accents, and the tabs count within the filter', async ({ organizer: page }) => {
  await openEvent(page, 'No Edges');
  await filterBy(page, { find: 'zoe muller' });
  await expect(listed(page).first()).toContainText('Zoë Müller');
  const texts = await counted(tab(page, /^\d+\s*texts?$/));
  expect(texts).toBeGreaterThan(0);
  await expect(listed(page)).toHaveCount(texts);
  await expect(page.getByLabel('Name or number')).toHaveValue('zoe muller');
  await page.getByRole('link', { name: 'Clear' }).click();
  expect(await counted(tab(page, /^\d+\s*texts?$/))).toBeGreaterThan(texts);
});

test('the file has exactly the texts of the filter', async ({ organizer: page }) => {
  await openEvent(page, 'No Edges');
  await filterBy(page, { type: 'Invitation', status: 'Undelivered' });
  const texts = await listed(page).count();
  expect(texts).toBeGreaterThan(0);
  const { name, lines } = await downloaded(page);
  expect(name).toMatch(/^texts-no-edges-.*-\d{4}-\d{2}-\d{2}-\d{4}\.csv$/);
  expect(lines[0]).toContain('"Name","Number","Type"');
  expect(lines).toHaveLength(1 + texts);
  for (const line of lines.slice(1)) expect(line).toContain('"Invitation"');
});

test('a reason leads to its texts, and a text to its own page', async ({ organizer: page, axe }) => {
  await openEvent(page, 'No Edges');
  await page.locator('#why').getByRole('link', { name: 'Landline' }).click();
  await expect(page.getByText('Only: Landline (Twilio 30006)')).toBeVisible();
  await expect(listed(page).first()).toContainText('Landline · 30006');
  await listed(page).first().getByRole('cell').nth(1).getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'What happened, step by step' })).toBeVisible();
  await expect(badge(page.getByRole('article'))).toHaveText('Status: Undelivered');
  await expect(page.getByRole('article')).toContainText('Landline');
  await expect(page.getByText(/^SM[0-9a-f]{32}$/)).toBeVisible();
  await axe(page);
});

test('nothing hangs over the edge of a phone', async ({ organizer: page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await openEvent(page, 'No Edges');
  await expectNoSidewaysScrolling(page);
  await listed(page).first().getByRole('cell').nth(1).getByRole('link').click();
  await expect(page.getByRole('article')).toBeVisible();
  await expectNoSidewaysScrolling(page);
});

test('older texts are a page further on, none of them twice', async ({ organizer: page }) => {
  await openEvent(page, 'No Edges');
  const total = await counted(tab(page, /^\d+\s*texts?$/));
  const seen = new Set<string>();
  for (;;) {
    for (const row of await listed(page).all()) seen.add((await row.getAttribute('id')) ?? '');
    const older = page.getByRole('link', { name: 'Older' });
    if ((await older.count()) === 0) break;
    await older.click();
    await page.waitForURL(/before=/);
  }
  expect(seen.size).toBe(total);
});
