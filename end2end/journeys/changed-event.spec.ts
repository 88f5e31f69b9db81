import { chooseAnswers, confirmButton, expect, goOnToCheck, test, writeWords } from '../harness';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('texts that wait say the new place of their event, or are canceled', async ({ organizer: page, axe, picture }) => {
      const flash = page.locator('#flash').getByRole('status');
      await page.goto('/events/new');
      await page.getByLabel('Name', { exact: true }).fill('Cellar supper');
      await page.getByLabel('Starts').fill('2027-05-01T19:00');
      await page.getByLabel('Where').fill('Cellar');
      await page.getByRole('button', { name: 'Make the event' }).click();
      const event = new URL(page.url()).pathname.replace('/attendees', '');
      await page.getByText('Add somebody').click();
      await page.getByLabel('Name', { exact: true }).fill('Pia');
      await page.getByLabel('Mobile number').fill('+1 555 234 0781');
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await expect(flash).toContainText('Pia is on the list.');

      await page.goto(`${event}/send`);
      await chooseAnswers(page, 'Invited');
      await writeWords(page, 'Hi {{first_name}}, come to {{location}} at {{time}}. Reply STOP to opt out.');
      await page.getByRole('radio', { name: 'At a time' }).check();
      await page.getByLabel('Date and time').fill(`${new Date(Date.now() + 172_800_000).toISOString().slice(0, 10)}T12:00`);
      await goOnToCheck(page);
      await confirmButton(page).click();
      await page.waitForURL(/\/sends\//);
      const waits = async () => {
        await page.goto(`${event}/edit`);
        return page.locator('#waiting').count();
      };
      await expect.poll(waits).toBe(1);

      await page.getByLabel('Where').fill('The roof');
      await page.getByRole('button', { name: 'Save the event' }).click();
      await expect(flash).toContainText('1 text that waits was written before');
      if (javaScriptEnabled) await axe(page);
      await picture(page, 'texts that wait');
      await page.getByRole('button', { name: 'Bring them up to date' }).click();
      await expect(flash).toContainText('1 text is up to date now.');
      await page.goto(event);
      await expect(page.getByRole('main')).toContainText('come to The roof at 7:00 PM');

      await page.goto(`${event}/edit`);
      await page.getByRole('link', { name: 'Cancel what waits…' }).click();
      await page.getByRole('button', { name: 'Cancel 1 text' }).click();
      await expect(flash).toContainText('1 text is canceled.');
    });
  });
}
