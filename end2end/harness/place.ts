import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from './database';

export type Engine = 'sqlite' | 'postgres';

/** An empty folder and, for PostgreSQL, an empty database: gone when done. */
export class Place {
  private constructor(
    readonly folder: string,
    private readonly database: Database | undefined,
  ) {}

  static async make(engine: Engine): Promise<Place> {
    const database = engine === 'postgres' ? await Database.create() : undefined;
    return new Place(mkdtempSync(join(tmpdir(), 'usher-e2e-')), database);
  }

  get databaseUrl(): string {
    return this.database?.url ?? `sqlite://${join(this.folder, 'usher.db')}`;
  }

  async clear(): Promise<void> {
    await this.database?.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
