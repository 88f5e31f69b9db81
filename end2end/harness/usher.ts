import type { Page } from '@playwright/test';
import { type Engine, Place } from './place';
import { Process } from './process';

const LINES = [
  /^Usher is ready: (\S+)\s*\n/m,
  /^Sign in with one click: (\S+)\s*\n/m,
  /^Twilio simulator: (\S+)\s*\n/m,
];

/** The whole product as one process with fresh sample data, on ports of its own. */
export class Usher {
  private constructor(
    private readonly process: Process,
    private readonly place: Place,
    readonly address: string,
    /** Opens a session as the sample organization's owner, as often as wanted. */
    private readonly signInLink: string,
    /** Where the built-in Twilio is. */
    readonly simulator: string,
  ) {}

  static async start(engine: Engine, log: string): Promise<Usher> {
    const place = await Place.make(engine);
    const bind = ['--bind', '127.0.0.1:0', '--simulator-bind', '127.0.0.1:0'];
    const args = ['demo', ...bind, '--database-url', place.databaseUrl];
    try {
      const process = await Process.start(place.folder, args, {}, log, LINES);
      const [address = '', signInLink = '', simulator = ''] = process.printed;
      return new Usher(process, place, address, signInLink, simulator);
    } catch (error) {
      await place.clear();
      throw error;
    }
  }

  async signIn(page: Page): Promise<void> {
    await page.goto(this.signInLink);
  }

  async stop(): Promise<void> {
    try {
      await this.process.stop();
    } finally {
      await this.place.clear();
    }
  }
}
