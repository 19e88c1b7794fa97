import type { BrowserContext } from "@playwright/test";
import { Api } from "./api.ts";
import { linkIn, type Mailbox, tokenOf } from "./mailbox.ts";
import type { Program } from "./program.ts";

export const PASSWORD = "plum kettle orbit sundial";

export type Role = "WORKSPACE_ADMIN" | "GATEWAY_OPERATOR" | "SECURITY_AUDITOR";
export type Person = { email: string; name: string; api: Api };
export type Workspace = { id: string; slug: string; name: string };

/** A workspace with its first admin, who adds the others. */
export class Team {
  readonly workspace: Workspace;
  readonly admin: Person;
  readonly #program: Program;
  readonly #mailbox: Mailbox;

  private constructor(program: Program, mailbox: Mailbox, admin: Person, workspace: Workspace) {
    this.#program = program;
    this.#mailbox = mailbox;
    this.admin = admin;
    this.workspace = workspace;
  }

  /** Sets up an empty installation with Ana Silva as the admin of Acme AI. */
  static async setUp(program: Program, mailbox: Mailbox): Promise<Team> {
    const email = "ana@acme.example";
    const input = {
      token: tokenOf(program.setUpPath),
      email,
      firstName: "Ana",
      lastName: "Silva",
      password: PASSWORD,
      workspaceName: "Acme AI",
      transport: "BEARER",
    };
    const { sessionToken, viewer } = await new Api(program.url).mutate(
      "setUp",
      input,
      "sessionToken viewer { activeWorkspace { id slug name } }",
    );
    const admin = { email, name: "Ana Silva", api: new Api(program.url, sessionToken) };
    return new Team(program, mailbox, admin, viewer.activeWorkspace);
  }

  /** Returns the path of a page of the workspace. */
  path(page = "team"): string {
    return `/w/${this.workspace.slug}/${page}`;
  }

  /** Invites a person. Returns the link in their email. */
  async invite(email: string, name: string, role: Role, workspaceIds = [this.workspace.id]) {
    const [firstName, lastName] = name.split(" ");
    const before = this.#mailbox.to(email).length;
    const input = { invitees: [{ email, firstName, lastName, role }], workspaceIds };
    await this.admin.api.mutate("inviteUsers", input, "outcomes { result }");
    return linkIn(await this.#mailbox.wait(email, "invite", before + 1));
  }

  /** Creates a person who was invited and has accepted. */
  async member(email: string, name: string, role: Role): Promise<Person> {
    const link = await this.invite(email, name, role);
    const input = { token: tokenOf(link), password: PASSWORD, transport: "BEARER" };
    const api = new Api(this.#program.url);
    const { sessionToken } = await api.mutate("acceptInvitation", input, "sessionToken");
    return { email, name, api: new Api(this.#program.url, sessionToken) };
  }

  /** Invites many people: `p0@many.example` and so on. */
  async many(count: number): Promise<void> {
    for (let start = 0; start < count; start += 100) {
      const invitees = Array.from({ length: Math.min(100, count - start) }, (_, index) => ({
        email: `p${start + index}@many.example`,
        firstName: `Person ${String(start + index).padStart(4, "0")}`,
        role: "GATEWAY_OPERATOR",
      }));
      await this.admin.api.mutate("inviteUsers", { invitees }, "outcomes { result }");
    }
  }

  /** Allows invitations to these domains only. */
  async allowOnly(...allowedEmailDomains: string[]): Promise<void> {
    const input = { workspaceId: this.workspace.id, allowedEmailDomains };
    await this.admin.api.mutate("updateWorkspace", input, "");
  }

  /** Returns the ID of a person's membership. */
  async membershipOf(email: string): Promise<string> {
    const { workspace } = await this.admin.api.run(
      "query($email: String!) { workspace { members(search: $email) { nodes { id email } } } }",
      { email },
    );
    const found = workspace.members.nodes.find((each: { email: string }) => each.email === email);
    return found.id;
  }
}

/** Signs a browser in without the form, for tests of other pages. */
export async function signIn(context: BrowserContext, email: string, password = PASSWORD) {
  const query =
    "mutation($input: SignInInput!) { signIn(input: $input) { viewer { user { id } } userErrors { message } } }";
  const response = await context.request.post("/graphql", {
    data: { query, variables: { input: { email, password } } },
  });
  const { data } = await response.json();
  if (!data?.signIn?.viewer)
    throw new Error(`${email} could not sign in: ${await response.text()}`);
}
