import { chooseAnswers, confirmButton, expect, goOnToCheck, openCompose, test, writeWords } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, a text to many is checked, previewed, confirmed and followed', async ({ organizer: page }) => {
  await openCompose(page, 'No Edges');
  await chooseAnswers(page, 'Waitlisted', 'Declined');
  await writeWords(page, 'Hi {{first_name}}, it’s on. Reply STOP to opt out.');
  await page.getByRole('button', { name: 'Check the words' }).click();
  await expect(page.locator('#look')).toContainText('Unicode text');
  await page.getByRole('button', { name: 'Replace with plain ones' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/it's on/);
  await expect(page.getByRole('checkbox', { name: 'Waitlisted' })).toBeChecked();

  await goOnToCheck(page);
  const first = await page.locator('#preview bdi').textContent();
  await page.getByRole('link', { name: /Next|Previous/ }).first().click();
  await expect(page.locator('#preview bdi')).not.toHaveText(first ?? '');
  await page.getByRole('link', { name: '← Change something' }).click();
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue(/it's on/);
  await goOnToCheck(page);

  await confirmButton(page).click();
  await page.waitForURL(/\/sends\//);
  const reloaded = async () => {
    await page.reload();
    return page.locator('#so-far').textContent();
  };
  await expect.poll(reloaded, { timeout: 15_000 }).toContain('Done: every one of');
});
