import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { Database } from './database';

export type Engine = 'sqlite' | 'postgres';

interface Addresses {
  /** Where the product is. */
  address: string;
  /** Opens a session as the sample organization's owner, as often as wanted. */
  signInLink: string;
  /** Where the built-in Twilio is. */
  simulator: string;
}

const LINES = [
  /^Usher is ready: (\S+)\s*\n/m,
  /^Sign in with one click: (\S+)\s*\n/m,
  /^Twilio simulator: (\S+)\s*\n/m,
];
const READY_WITHIN = 30_000;
const GONE_WITHIN = 10_000;

/** The whole product as one process with fresh sample data, on ports of its own. */
export class Usher {
  private constructor(
    readonly address: string,
    readonly simulator: string,
    /** What the process printed. */
    readonly log: string,
    private readonly signInLink: string,
    private readonly process: ChildProcess,
    private readonly data: string,
    private readonly database: Database | undefined,
  ) {}

  static async start(engine: Engine, log: string): Promise<Usher> {
    const data = mkdtempSync(join(tmpdir(), 'usher-e2e-'));
    const database = engine === 'postgres' ? await Database.create() : undefined;
    const process = launch(data, log, database?.url);
    try {
      const { address, signInLink, simulator } = await addresses(process, log);
      return new Usher(address, simulator, log, signInLink, process, data, database);
    } catch (error) {
      process.kill('SIGKILL');
      await database?.drop();
      rmSync(data, { recursive: true, force: true });
      throw error;
    }
  }

  async signIn(page: Page): Promise<void> {
    await page.goto(this.signInLink);
  }

  /** Fails unless the product stops by itself when asked to. */
  async stop(): Promise<void> {
    try {
      await stopped(this.process, this.log);
    } finally {
      await this.database?.drop();
      rmSync(this.data, { recursive: true, force: true });
    }
  }
}

function launch(data: string, log: string, databaseUrl: string | undefined): ChildProcess {
  const binary = program();
  mkdirSync(dirname(log), { recursive: true });
  writeFileSync(log, '');
  const bind = ['--bind', '127.0.0.1:0', '--simulator-bind', '127.0.0.1:0', '--data', data];
  const args = ['demo', ...bind, ...(databaseUrl ? ['--database-url', databaseUrl] : [])];
  // Neither a developer's settings nor a .env file may reach it.
  const env = { PATH: process.env.PATH, HOME: data, RUST_BACKTRACE: '1' };
  const child = spawn(binary, args, { cwd: data, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
  child.stderr.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
  return child;
}

function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? 'target';
  const path = process.env.USHER_BIN ?? resolve(__dirname, '../..', target, 'debug/usher');
  if (!existsSync(path)) throw new Error(`${path} does not exist. Run cargo build first, or ./test --e2e.`);
  return path;
}

async function addresses(child: ChildProcess, log: string): Promise<Addresses> {
  const found = new Promise<Addresses>((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [address, signInLink, simulator] = LINES.map((line) => line.exec(printed)?.[1]);
      if (address && signInLink && simulator) resolve({ address, signInLink, simulator });
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`usher demo ended early. ${lastWords(log)}`)));
  });
  return within(READY_WITHIN, found, () => `usher demo was not ready in time. ${lastWords(log)}`);
}

async function stopped(child: ChildProcess, log: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const late = () => `usher demo did not stop when asked to. ${lastWords(log)}`;
    await within(GONE_WITHIN, gone, late).catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });
  }
  if (child.exitCode !== 0) {
    const how = child.signalCode ?? `code ${child.exitCode}`;
    throw new Error(`usher demo ended with ${how} instead of 0. ${lastWords(log)}`);
  }
}

function lastWords(log: string): string {
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return `It printed:\n${lines.slice(-20).join('\n')}`;
}

async function within<T>(milliseconds: number, promise: Promise<T>, otherwise: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise())), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
