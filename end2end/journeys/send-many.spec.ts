import {
  chooseAnswers,
  confirmButton,
  expect,
  expectNoSidewaysScrolling,
  expectSamePage,
  goOnToCheck,
  markPage,
  openCompose,
  test,
  writeWords,
} from '../harness';

const DOORS = 'Hi {{first_name}}, doors open at half past six. Reply STOP to opt out.';

test('a text to many is checked, confirmed by a double click once, and done on the open page', async ({
  organizer: page,
  axe,
  picture,
}) => {
  await openCompose(page, 'No Edges');
  await chooseAnswers(page, 'Waitlisted');
  await writeWords(page, DOORS);
  await axe(page);
  await picture(page, 'compose');
  await goOnToCheck(page);
  await expect(page.locator('.bubble')).toContainText('doors open at half past six');
  await axe(page);
  await picture(page, 'check');
  const many = Number(/\d+/.exec((await confirmButton(page).textContent()) ?? '')?.[0]);
  const check = page.url();
  await confirmButton(page).dblclick();
  await page.waitForURL(/\/sends\//);
  const send = page.url();
  await markPage(page);
  await expect(page.locator('#so-far')).toContainText(`Done: every one of ${many} text`, { timeout: 15_000 });
  await expectSamePage(page);
  await axe(page);
  await picture(page, 'progress');

  await page.goto(check);
  expect(page.url(), 'the way back leads to the same send').toBe(send);
});

test('what is typed is checked while it is typed', async ({ organizer: page, axe }) => {
  await openCompose(page, 'No Edges');
  await chooseAnswers(page, 'Waitlisted');
  await writeWords(page, `${'Doors open early. '.repeat(5)} don’t be late`);
  const look = page.locator('#look');
  await expect(look).toContainText('“’” makes this Unicode text: 2 segments where 1 would do.');
  await axe(page);
  await page.getByRole('button', { name: 'Replace with plain ones' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/don't be late$/);
  await expect(look).toContainText('1 segment each (plain GSM text)');
  await page.getByRole('button', { name: 'Bring back the words before' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/don’t be late$/);

  await writeWords(page, 'Hi {{frist_name}}');
  await expect(look).toContainText('Did you mean {{first_name}}?');
  await writeWords(page, 'x'.repeat(1_614));
  await expect(look).toContainText('You have 14 characters too many.');
  await writeWords(page, 'Hi ');
  await page.getByRole('button', { name: '{{first_name}}' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('Hi {{first_name}}');
  await expect(page.locator('.bubble')).toContainText('Hi ');
});

test('a send can be paused, resumed, and canceled after a question', async ({ organizer: page, axe }) => {
  await openCompose(page, 'No Edges');
  await chooseAnswers(page, 'Confirmed');
  await writeWords(page, 'Please bring your badge. Reply STOP to opt out.');
  await page.getByRole('radio', { name: 'At a time' }).check();
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('Date and time').fill(`${day}T11:00`);
  await goOnToCheck(page);
  await confirmButton(page).click();
  await page.waitForURL(/\/sends\//);
  await expect(page.getByText('Waits for the time that was chosen.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Paused.' })).toBeVisible();
  await axe(page);
  await page.getByRole('button', { name: 'Resume' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'It goes on' })).toBeVisible();
  await page.getByRole('link', { name: 'Cancel…' }).click();
  await expect(page.getByRole('heading', { name: 'Cancel what has not left?' })).toBeVisible();
  await axe(page);
  await page.getByRole('button', { name: /^Cancel \d+ texts?/ }).click();
  await expect(page.locator('#so-far')).toContainText('Canceled: 0 texts had left before');
});

test('a wrong form comes back with every word and says at the field what to mend', async ({ organizer: page, axe }) => {
  await openCompose(page, 'No Edges');
  await chooseAnswers(page);
  await writeWords(page, 'Hi {{nobody}}');
  await page.getByLabel('Type', { exact: true }).selectOption('Match reveal');
  await page.getByRole('button', { name: 'Check before sending' }).click();
  const words = page.getByLabel('Text', { exact: true });
  await expect(words).toHaveAttribute('aria-invalid', 'true');
  await expect(words).toHaveAccessibleDescription(/There is no variable {{nobody}}/);
  await expect(words).toHaveValue('Hi {{nobody}}');
  await expect(page.getByLabel('Type', { exact: true }).locator('option:checked')).toHaveText('Match reveal');
  await expect(page.getByRole('alert')).toContainText('Choose at least one group.');
  await axe(page);
});

test('no page of a send scrolls sideways on a phone', async ({ organizer: page, axe, picture }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await openCompose(page, 'No Edges');
  await chooseAnswers(page, 'Waitlisted');
  await writeWords(page, DOORS);
  await expectNoSidewaysScrolling(page);
  await axe(page);
  await picture(page, 'compose');
  await page.getByRole('radio', { name: 'Whom a filter finds' }).check();
  await expectNoSidewaysScrolling(page);
  await page.getByRole('radio', { name: 'By their answer' }).check();
  await goOnToCheck(page);
  await expectNoSidewaysScrolling(page);
  await picture(page, 'check');
  await confirmButton(page).click();
  await page.waitForURL(/\/sends\//);
  await expectNoSidewaysScrolling(page);
  await picture(page, 'progress');
  await page.getByRole('link', { name: 'Sends' }).click();
  await expectNoSidewaysScrolling(page);
  await axe(page);
  await picture(page, 'sends');
});

test('who was sent the same words lately is told of and left out', async ({ organizer: page, axe, picture }) => {
  const write = async () => {
    await openCompose(page, 'Founders');
    await chooseAnswers(page, 'Confirmed');
    await writeWords(page, 'The side door is open. Reply STOP to opt out.');
    await goOnToCheck(page);
  };
  await write();
  await confirmButton(page).click();
  await page.waitForURL(/\/sends\//);
  await write();
  await expect(page.getByRole('heading', { name: /people were sent these same words in the last 24 hours$/ })).toBeVisible();
  await axe(page);
  await picture(page, 'check of the same words');
  await page.getByRole('button', { name: 'Leave them out' }).click();
  await expect(page.getByRole('heading', { name: /people are left out$/ })).toBeVisible();
  await expect(confirmButton(page)).toBeDisabled();
  await axe(page);
  await page.getByRole('button', { name: 'Text them too' }).click();
  await expect(confirmButton(page)).toBeEnabled();
});
