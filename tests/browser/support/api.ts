/** A GraphQL client for the setup of tests. The tests themselves use the browser. */
export class Api {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Runs an operation that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: responses of any shape
  async run(query: string, variables: object = {}): Promise<any> {
    const response = await fetch(`${this.#url}/graphql`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(this.#token && { Authorization: `Bearer ${this.#token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Runs a mutation that must have no errors of either kind. Returns its payload. */
  // biome-ignore lint/suspicious/noExplicitAny: responses of any shape
  async mutate(name: string, input: object, selection: string): Promise<any> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
    const { [name]: payload } = await this.run(
      `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message } } }`,
      { input },
    );
    if (payload.userErrors.length) throw new Error(JSON.stringify(payload.userErrors));
    return payload;
  }
}
