import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';

type Settings = Record<string, string>;

const READY_WITHIN = 150_000;
const GONE_WITHIN = 10_000;

/** One run of the program that goes on until it is stopped. */
export class Process {
  private constructor(
    private readonly child: ChildProcess,
    private readonly name: string,
    /** What it printed. */
    private readonly log: string,
    /** The first group of each line waited for. */
    readonly printed: string[],
  ) {}

  /** Waits until the program has printed each of these lines. */
  static async start(
    folder: string,
    args: string[],
    settings: Settings,
    log: string,
    lines: RegExp[],
  ): Promise<Process> {
    const name = `usher ${args[0]}`;
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, '');
    const child = spawn(program(), args, { cwd: folder, env: environment(folder, settings), stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
    child.stderr.on('data', (chunk: Buffer) => appendFileSync(log, chunk));
    try {
      return new Process(child, name, log, await wait(child, name, log, lines));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Fails unless the program stops by itself when asked to. */
  async stop(): Promise<void> {
    const { child, name, log } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const late = () => `${name} did not stop when asked to. ${lastWords(log)}`;
      await within(GONE_WITHIN, gone, late).catch((error) => {
        child.kill('SIGKILL');
        throw error;
      });
    }
    if (child.exitCode !== 0) {
      const how = child.signalCode ?? `code ${child.exitCode}`;
      throw new Error(`${name} ended with ${how} instead of 0. ${lastWords(log)}`);
    }
  }
}

/** One run of the program that ends by itself; answers what it printed. */
export async function command(folder: string, args: string[], settings: Settings): Promise<string> {
  const { stdout } = await promisify(execFile)(program(), args, { cwd: folder, env: environment(folder, settings) });
  return stdout;
}

// Neither a developer's settings nor a .env file may reach it.
function environment(folder: string, settings: Settings): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: folder, RUST_BACKTRACE: '1', ...settings };
}

function program(): string {
  const target = process.env.CARGO_TARGET_DIR ?? 'target';
  const path = process.env.USHER_BIN ?? resolve(__dirname, '../..', target, 'debug/usher');
  if (!existsSync(path)) throw new Error(`${path} does not exist. Run cargo build first, or ./test --e2e.`);
  return path;
}

function wait(child: ChildProcess, name: string, log: string, lines: RegExp[]): Promise<string[]> {
  const found = new Promise<string[]>((resolve, reject) => {
    let printed = '';
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      const words = lines.map((line) => line.exec(printed)?.[1] ?? '');
      if (words.every(Boolean)) resolve(words);
    };
    child.stdout?.on('data', look);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${name} ended early. ${lastWords(log)}`)));
  });
  return within(READY_WITHIN, found, () => `${name} was not ready in time. ${lastWords(log)}`);
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
