import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { type Engine, Place } from './place';
import { command, Process } from './process';

/** `usher serve` as an administrator starts it: an empty database, and no Twilio account yet. */
export class Installation {
  private constructor(
    private readonly process: Process,
    private readonly place: Place,
    private readonly settings: Record<string, string>,
    readonly address: string,
    /** Where the first organization is made. */
    readonly welcomeLink: string,
  ) {}

  static async start(engine: Engine, log: string): Promise<Installation> {
    const place = await Place.make(engine);
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const settings = {
      BIND: `127.0.0.1:${port}`,
      PUBLIC_URL: address,
      DATABASE_URL: place.databaseUrl,
      SECRET_KEY: randomBytes(32).toString('base64'),
    };
    try {
      const process = await Process.start(place.folder, ['serve'], settings, log, [/first organization: (\S+)/]);
      const [welcomeLink = ''] = process.printed;
      return new Installation(process, place, settings, address, welcomeLink);
    } catch (error) {
      await place.clear();
      throw error;
    }
  }

  /** Another organization with one organizer; answers the link with which they set their password. */
  async invite(email: string): Promise<string> {
    const org = await this.run('org', 'create', '--name', 'Strangers');
    const user = ['--org', `${org['org_id']}`, '--email', email, '--role', 'organizer'];
    return `${(await this.run('user', 'create', ...user))['sign_in_link']}`;
  }

  async stop(): Promise<void> {
    try {
      await this.process.stop();
    } finally {
      await this.place.clear();
    }
  }

  private async run(...args: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await command(this.place.folder, args, this.settings)) as Record<string, unknown>;
  }
}

/** Links name the public address, so the port must be known before the start. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
