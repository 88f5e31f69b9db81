import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A database that nobody else knows, on the server that TEST_DATABASE_URL names. */
export class Database {
  private constructor(
    readonly url: string,
    private readonly server: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<Database> {
    const server = process.env.TEST_DATABASE_URL;
    if (!server) {
      throw new Error('TEST_DATABASE_URL is not set. Run ./test --e2e, which starts a server, or use --project=sqlite.');
    }
    const name = `usher_e2e_${randomBytes(6).toString('hex')}`;
    await sql(server, `create database ${name}`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    return new Database(url.href, server, name);
  }

  async drop(): Promise<void> {
    await sql(this.server, `drop database ${this.name} with (force)`);
  }
}

async function sql(server: string, statement: string): Promise<void> {
  await run('psql', ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--command=${statement}`, server]);
}
