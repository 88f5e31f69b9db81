import {
  addAttendee,
  expect,
  expectNoSidewaysScrolling,
  openAttendees,
  openEvent,
  openHistory,
  openSend,
  sendText,
  test,
} from '../harness';

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true });

const LONG = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(6).slice(0, 200);

test('no page scrolls sideways on a phone, whatever the name', async ({ organizer: page, axe, picture }) => {
  await expectNoSidewaysScrolling(page);
  await page.goto('/events/new');
  await expectNoSidewaysScrolling(page);
  await openEvent(page, 'No Edges');
  await expectNoSidewaysScrolling(page);
  await axe(page);
  await picture(page, 'event');

  await openAttendees(page, 'No Edges');
  await addAttendee(page, LONG, '12');
  await expectNoSidewaysScrolling(page);
  await addAttendee(page, LONG, '+1 555 010 3311');
  await expect(page.locator('#flash').getByRole('status')).toContainText('is on the list');
  await expectNoSidewaysScrolling(page);
  await picture(page, 'attendees');

  await openHistory(page, 'No Edges', LONG);
  await openSend(page);
  await expectNoSidewaysScrolling(page);
  await page.goBack();
  const text = await sendText(page, LONG);
  await text.locator('summary').first().click();
  await text.getByText('Raw', { exact: true }).first().click();
  await expectNoSidewaysScrolling(page);
  await axe(page);
  await picture(page, 'history');
  await openEvent(page, 'No Edges');
  await expectNoSidewaysScrolling(page);

  await page.setViewportSize({ width: 1280, height: 800 });
  await expectNoSidewaysScrolling(page);
  await openAttendees(page, 'No Edges');
  await expectNoSidewaysScrolling(page);
});

test('the menu opens inside the screen', async ({ organizer: page, axe }) => {
  await page.locator('.me > summary').tap();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport({ ratio: 1 });
  await axe(page);
});
