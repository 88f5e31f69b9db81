import { expect, expectNoSidewaysScrolling, expectRefused, test } from '../harness';

test('a number is opted out by hand, found, and lifted with a reason', async ({ organizer: page, axe, picture }) => {
  await page.goto('/opt-outs');
  await page.getByText('Add a number').click();
  await page.getByLabel('Number', { exact: true }).fill('12');
  await page.getByLabel('Why').fill('asked us by phone');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expectRefused(page.getByLabel('Number', { exact: true }), /not a phone number|too short/);
  await expect(page.getByLabel('Why')).toHaveValue('asked us by phone');
  await page.getByLabel('Number', { exact: true }).fill('+44 7400 123456');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('+44 7400 123456 is texted no more');
  await axe(page);
  await picture(page, 'opt-outs');

  await page.getByLabel('Name or number').fill('07400 123456');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: /^Lift the opt-out of/ }).click();
  await page.getByLabel('Why it may be texted again').fill('a mistake');
  await page.getByRole('button', { name: 'Lift the opt-out' }).click();
  await expect(page.locator('#flash').getByRole('status')).toContainText('can be texted again');
  await page.goto('/opt-outs?shown=lifted');
  await expect(page.getByText('a mistake')).toBeVisible();
  await axe(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test('opt-outs and unknown numbers fit', async ({ organizer: page, picture }) => {
    for (const path of ['/opt-outs', '/opt-outs?shown=lifted', '/unlinked']) {
      await page.goto(path);
      await expectNoSidewaysScrolling(page);
      await picture(page, `phone ${path}`);
    }
  });
});
