import { addAttendee, expect, expectRefused, openAttendees, openHistory, openSend, test } from '../harness';

test('a bad number keeps every word typed and says at the field what to mend', async ({ organizer: page, axe }) => {
  await openAttendees(page, 'No Edges');
  await page.getByText('Add somebody').click();
  await page.locator('#add').getByLabel('RSVP').selectOption('Waitlisted');
  await addAttendee(page, 'Zoë <b> "Ann"', '12');

  const number = page.getByLabel('Mobile number');
  await expectRefused(number, /too short/);
  await expect(number).toHaveValue('12');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Zoë <b> "Ann"');
  await expect(page.locator('#add').getByLabel('RSVP')).toHaveValue('waitlisted');
  await expect(page.getByRole('alert'), 'what to mend is what is read first').toBeFocused();
  await axe(page);

  await page.getByRole('alert').getByRole('link').click();
  await expect(number).toBeFocused();
});

test('a text of nothing but blanks is refused at the field, and its type is kept', async ({ organizer: page, axe }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  await openSend(page);
  await page.getByLabel('Type').selectOption('Match reveal');
  await page.getByLabel('Text', { exact: true }).fill('   ');
  await page.getByRole('button', { name: 'Send', exact: true }).click();

  await expectRefused(page.getByLabel('Text', { exact: true }), /./);
  await expect(page.getByLabel('Text', { exact: true })).toHaveValue('   ');
  await expect(page.getByLabel('Type').locator('option:checked')).toHaveText('Match reveal');
  await axe(page);
});

test('an empty text is stopped before it leaves the page', async ({ organizer: page }) => {
  await openHistory(page, 'No Edges', 'John Smith');
  await openSend(page);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.getByLabel('Text', { exact: true })).toBeFocused();
  await expect(page.getByRole('heading', { level: 1, name: 'Send a text' })).toBeVisible();
});

test('a wrong password keeps the email and not the password', async ({ visitor: page, axe }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill('ana@foundry.example');
  await page.getByLabel('Password').fill('not her password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not fit together');
  await expect(page.getByLabel('Email')).toHaveValue('ana@foundry.example');
  await expect(page.getByLabel('Password')).toHaveValue('');
  await axe(page);
});
