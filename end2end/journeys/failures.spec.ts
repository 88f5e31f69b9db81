import { expect, expectNoSidewaysScrolling, numberBeside, openFailures, test } from '../harness';

test('what did not arrive stands by what to do, and all that can work is retried', async ({ organizer: page, axe, picture }) => {
  await openFailures(page);
  await expect(page.getByRole('heading', { name: 'Can be retried now' })).toBeVisible();
  await axe(page);
  await picture(page, 'failures');
  const before = await numberBeside(page, 'Failures');
  expect(before).toBeGreaterThan(0);

  await page.getByRole('link', { name: /^Retry (all|the)/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Retry texts' })).toBeVisible();
  await axe(page);
  await picture(page, 'retry check');
  await expect(page.getByRole('heading', { name: /belong to 2 events that are over$/ })).toBeVisible();
  await page.getByRole('link', { name: /^Retry those [\d,]+ too$/ }).click();
  await axe(page);
  await page.getByRole('link', { name: 'Leave them out' }).click();
  await expect(page.getByRole('link', { name: /^Retry those/ })).toBeVisible();
  await page.getByRole('button', { name: /^Retry/ }).dblclick();
  await page.waitForURL(/\/retries\//);
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: /^Retried/ })).toBeVisible({ timeout: 25_000 });
  await axe(page);
  await picture(page, 'retry run');
});

test('a failure is dismissed with a reason and put back', async ({ organizer: page, axe, picture }) => {
  await openFailures(page);
  await page.getByRole('link', { name: 'Landline', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Landline' })).toBeVisible();
  await axe(page);
  await picture(page, 'one reason');
  const before = await numberBeside(page, 'Failures');
  await page.getByRole('link', { name: /^Dismiss the text to/ }).first().click();
  await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await expect(page.getByLabel('Why')).toBeFocused();
  await page.getByLabel('Why').fill('told them in person');
  await page.getByRole('button', { name: 'Dismiss', exact: true }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('dismissed');
  expect(await numberBeside(page, 'Failures')).toBe(before - 1);

  await page.goto('/failures?shown=dismissed');
  await expect(page.getByText('told them in person')).toBeVisible();
  await axe(page);
  await page.getByRole('button', { name: /^Put back/ }).first().click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('among the failures again');
  expect(await numberBeside(page, 'Failures')).toBe(before);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('no page of failures scrolls sideways', async ({ organizer: page, picture }) => {
    for (const path of ['/failures', '/failures?open=30006', '/failures?open=30006&dismiss=all', '/failures/retry']) {
      await page.goto(path);
      await expectNoSidewaysScrolling(page);
      await picture(page, `phone ${path}`);
    }
  });
});
