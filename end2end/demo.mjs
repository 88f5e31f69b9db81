// A demo of its own and a browser beside it, for scripts that take pictures or measure.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

/** Starts both; the profile is cargo's, debug or release, unless USHER_BIN names a program. */
export async function startDemo(profile) {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const target = process.env.CARGO_TARGET_DIR ?? join(here, '..', 'target');
  const program = process.env.USHER_BIN ?? join(target, profile, 'usher');
  const data = mkdtempSync(join(tmpdir(), 'usher-demo-'));
  const args = ['demo', '--bind', '127.0.0.1:0', '--data', data];
  const demo = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const signInLink = await linkOf(demo);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  async function end() {
    await browser.close();
    const gone = new Promise((resolve) => demo.once('exit', resolve));
    demo.kill('SIGTERM');
    await gone;
    rmSync(data, { recursive: true, force: true });
  }
  return { browser, signInLink, end };
}

function linkOf(demo) {
  return new Promise((resolve, reject) => {
    let printed = '';
    demo.stdout.on('data', (chunk) => {
      printed += chunk;
      const link = /one click: (\S+)\s*\n/.exec(printed)?.[1];
      if (link) resolve(link);
    });
    demo.once('error', reject);
    demo.once('exit', () => reject(new Error(`usher demo ended early:\n${printed}`)));
  });
}
