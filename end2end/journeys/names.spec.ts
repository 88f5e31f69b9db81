import { addAttendee, expect, openAttendees, openEvent, openHistory, sendText, test } from '../harness';

const NAMES = {
  'in Arabic': 'محمد بن عبد الله',
  'with emoji': 'Mia 👩‍👩‍👧‍👦🏳️‍🌈 Sørensen',
  'of 200 characters': 'Maria Ana '.repeat(20).trim().padEnd(200, 'x'),
  'that would be a script': '<script>alert(1)</script> & "Sons"',
};

for (const [index, [kind, name]] of Object.entries(NAMES).entries()) {
  test(`a name ${kind} is shown as it was written`, async ({ organizer: page, axe }) => {
    await openAttendees(page, 'No Edges');
    await addAttendee(page, name, `+1 555 010 22${10 + index}`);
    await expect(page.locator('#flash').getByRole('status')).toHaveText(`${name} is on the list.`);

    await openHistory(page, 'No Edges', name);
    await expect(page).toHaveTitle(`SMS history for ${name} · Usher`);
    await sendText(page, `Hello ${name}`);
    await axe(page);

    await openEvent(page, 'No Edges');
    await expect(page.getByRole('main').getByRole('link', { name, exact: true }).first()).toBeVisible();
  });
}
