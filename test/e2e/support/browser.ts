/** As much of a browser as a form needs: it keeps cookies and follows no redirect. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  async get(path: string): Promise<{ status: number; location: string; text: string }> {
    return this.#fetch(path, {});
  }

  /** Fills in the form of a page: reads the page first for its CSRF token. */
  async submit(path: string, fields: Readonly<Record<string, string>>) {
    const { text } = await this.get(path);
    const [, token = ''] = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(text) ?? [];
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, ...fields });
    return this.#fetch(path, { method: 'POST', body, headers: { referer: this.#origin + path } });
  }

  async #fetch(
    path: string,
    init: { method?: string; body?: URLSearchParams; headers?: Record<string, string> },
  ) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(this.#origin + path, {
      ...init,
      headers: { ...init.headers, cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      this.#cookies.set(name, value);
    }
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
    };
  }
}
