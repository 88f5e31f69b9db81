import { addAttendee, expect, expectRefused, openAttendees, openHistory, openSend, test } from '../harness';

test.use({ javaScript: false });

test('without JavaScript, a bad number keeps every word typed and says at the field what to mend', async ({
  organizer: page,
}) => {
  await openAttendees(page, 'No Edges');
  await addAttendee(page, 'Zoë <b> "Ann"', '12');
  await expectRefused(page.getByLabel('Mobile number'), /too short/);
  await expect(page.getByLabel('Mobile number')).toHaveValue('12');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Zoë <b> "Ann"');
});

test('without JavaScript, a text of nothing but blanks is refused at the field', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  await openSend(page);
  await page.getByLabel('Text', { exact: true }).fill('   ');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expectRefused(page.getByLabel('Text', { exact: true }), /./);
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('   ');
});
