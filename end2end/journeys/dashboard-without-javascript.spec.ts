import { counted, downloaded, expect, filterBy, listed, openEvent, tab, test } from '../harness';

test.use({ javaScript: false });

test('tabs, filters and the file work without JavaScript', async ({ organizer: page }) => {
  await openEvent(page, 'No Edges');
  const failed = await counted(tab(page, /failed/));
  await tab(page, /failed/).click();
  await expect(listed(page)).toHaveCount(failed);
  await filterBy(page, { type: 'Invitation' });
  const texts = await listed(page).count();
  expect(texts).toBe(await counted(tab(page, /failed/)));
  expect((await downloaded(page)).lines).toHaveLength(1 + texts);
  await page.getByText('As a table').click();
  await expect(page.getByRole('region', { name: 'Texts over time' })).toBeVisible();
});

test('an address that means nothing is said to', async ({ organizer: page }) => {
  await openEvent(page, 'No Edges');
  await page.goto(`${page.url()}?from=soon&purpose=everything`);
  await expect(page.getByText('The filter was not understood')).toBeVisible();
  await expect(page.getByLabel('From day')).toHaveAttribute('aria-invalid', 'true');
});
