import { expect, expectNoSidewaysScrolling, openImport, people, test, uploadList } from '../harness';

const LIST = 'Name,Phone,Seat\nImported Ana,(555) 777-0001,4\nImported Zoë,+49 151 77700002,5\nImported Bob,12,6\n';

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });

    test('a file is checked first, then taken over, and what is wrong in it is told in its cell', async ({ organizer: page, axe }) => {
      await openImport(page, 'Founders');
      if (javaScriptEnabled) await axe(page);
      await uploadList(page, `list-${javaScriptEnabled}.csv`, LIST);
      await expect(page.getByRole('heading', { name: '1 row is left out' })).toBeVisible();
      await expect(page.getByRole('row', { name: /Imported Bob/ })).toContainText('Number is too short');
      if (javaScriptEnabled) await axe(page);
      await expectNoSidewaysScrolling(page);
      await page.getByRole('button', { name: /^Import 2 people/ }).click();
      await expect(page.locator('#flash')).toContainText('1 row was left out');
      await expect(people(page).filter({ hasText: 'Imported Ana' })).toHaveCount(1);
      await expect(people(page).filter({ hasText: 'Imported Bob' })).toHaveCount(0);

      await openImport(page, 'Founders');
      await uploadList(page, `list-${javaScriptEnabled}.csv`, LIST);
      await expect(page.getByText('This very file was imported before')).toBeVisible();
    });

    test('whoever would be renamed is shown before, and what is left out comes as a file', async ({ organizer: page, axe }) => {
      await openImport(page, 'Founders');
      await uploadList(page, `first-${javaScriptEnabled}.csv`, 'name,phone\nRenamed Ida,+15557770021\n');
      await page.getByRole('button', { name: /^Import 1 person/ }).click();
      await openImport(page, 'No Edges');
      await uploadList(page, `second-${javaScriptEnabled}.csv`, 'name,phone\nRenamed Eve,+15557770021\n=cmd(),12\n');
      const change = page.getByRole('region', { name: '1 person you know would change' }).getByRole('row', { name: /Renamed/ });
      await expect(change).toContainText('Renamed Ida');
      await expect(change).toContainText('Renamed Eve');
      if (javaScriptEnabled) await axe(page);
      await expectNoSidewaysScrolling(page);
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download these rows' }).click()]);
      expect(file.suggestedFilename()).toBe('left-out-rows.csv');
      await page.getByLabel('Keep the names, emails and zones that we have').check();
      await page.getByRole('button', { name: /^Import 1 person/ }).click();
      await expect(people(page).filter({ hasText: 'Renamed Ida' })).toHaveCount(1);
      await expect(people(page).filter({ hasText: 'Renamed Eve' })).toHaveCount(0);
    });

    test('what is pasted is kept when it is no list', async ({ organizer: page }) => {
      await openImport(page, 'Founders');
      const pasted = Array.from({ length: 60 }, (_, n) => `x${n}`).join(',');
      await page.getByLabel('Or paste the list').fill(pasted);
      await page.getByRole('button', { name: 'Look at it' }).click();
      await expect(page.getByLabel('Or paste the list')).toHaveValue(pasted);
      await expect(page.getByRole('alert')).toContainText('60 columns');
    });
  });
}
