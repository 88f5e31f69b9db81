import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { expectAccessible, takePicture } from './looks';
import { Installation } from './installation';
import type { Engine } from './place';
import { Usher } from './usher';
import { Witness } from './witness';

export { expect } from '@playwright/test';
export { expectNoSidewaysScrolling } from './looks';
export * from './dashboard';
export * from './failures';
export * from './inbox';
export * from './keyboard';
export * from './look-up';
export * from './people';
export * from './sends';
export * from './steps';

/** Each combination is a world of its own: another product process with fresh data. */
export interface Worlds {
  engine: Engine;
  /** `test.use({ javaScript: false })` on top of a file is a person whose browser has none. */
  javaScript: boolean;
}

interface Started {
  usher: Usher;
}

interface People {
  witness: Witness;
  /** A fresh one, with nobody in it. */
  installation: Installation;
  /** Somebody who has not signed in. */
  visitor: Page;
  /** The owner of the sample organization, on the list of events. */
  organizer: Page;
  axe: (page: Page) => Promise<void>;
  picture: (page: Page, name: string) => Promise<void>;
}

export const test = base.extend<People, Worlds & Started>({
  engine: ['sqlite', { option: true, scope: 'worker' }],
  javaScript: [true, { option: true, scope: 'worker' }],

  usher: [
    async ({ engine }, use, worker) => {
      const log = join(worker.project.outputDir, `usher-${engine}-${worker.workerIndex}.log`);
      const usher = await Usher.start(engine, log);
      await use(usher);
      await usher.stop();
    },
    // Four weeks of sample data are lived through first.
    { scope: 'worker', timeout: 180_000 },
  ],

  baseURL: ({ usher }, use) => use(usher.address),
  javaScriptEnabled: ({ javaScript }, use) => use(javaScript),

  witness: ({ context, usher }, use) => use(new Witness(context, usher.address)),
  installation: async ({ engine }, use, testInfo) => {
    const installation = await Installation.start(engine, testInfo.outputPath('installation.log'));
    await use(installation);
    await installation.stop();
  },
  visitor: async ({ page, witness }, use) => {
    await use(page);
    witness.expectSilence();
  },
  organizer: async ({ visitor, usher }, use) => {
    await usher.signIn(visitor);
    await use(visitor);
  },

  axe: ({}, use) => use(expectAccessible),
  picture: ({}, use, testInfo) => use((page, name) => takePicture(page, testInfo, name)),
});
