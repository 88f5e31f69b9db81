import { type BrowserContext, expect } from '@playwright/test';

/** Sees what a person would only see with the developer tools open. */
export class Witness {
  private readonly seen = new Set<string>();
  private readonly expected: RegExp[] = [];

  constructor(context: BrowserContext, address: string) {
    // Chromium also tells the console what the content security policy refused, and what answered 4xx or 5xx.
    context.on('console', (message) => {
      // Where the address leads to a part of the page, that comes before the notice.
      if (message.text().startsWith('Autofocus processing was blocked')) return;
      this.seen.add(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.seen.add(`page error: ${error.error().message}`));
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== address) this.seen.add(`request to another host: ${request.url()}`);
    });
  }

  /** For what a test provokes, such as an answer of 404. */
  expectToHear(what: RegExp): void {
    this.expected.push(what);
  }

  expectSilence(): void {
    const surprises = [...this.seen].filter((line) => !this.expected.some((what) => what.test(line)));
    expect(surprises, 'the console is clean, and nothing is asked of another host').toEqual([]);
  }
}
