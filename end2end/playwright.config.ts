import { defineConfig, devices } from '@playwright/test';
import { chromium } from './harness/chromium';
import type { Worlds } from './harness';

export default defineConfig<object, Worlds>({
  testDir: 'journeys',
  outputDir: 'test-results',
  reporter: 'list',
  forbidOnly: process.env.CI === 'true',
  // A flaky test hidden by a retry is a bug with a costume.
  retries: 0,
  // Journeys claim that something happens within two seconds, so nothing else may run beside them.
  workers: 1,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  use: {
    ...devices['Desktop Chrome'],
    // What moves cannot be clicked, least of all in a page without JavaScript, where nobody waits until it rests.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'sqlite', use: { engine: 'sqlite' } },
    { name: 'postgres', use: { engine: 'postgres' } },
  ],
});
