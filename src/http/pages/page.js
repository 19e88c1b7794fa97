// What the pages share: the link's token, questions to the API, and forms that show its answers.

export const byId = (id) => document.getElementById(id);

export const show = (...ids) => ids.forEach((id) => (byId(id).hidden = false));

export const hide = (...ids) => ids.forEach((id) => (byId(id).hidden = true));

/// Says how things stand; screen readers read it out.
export const say = (text) => (byId("message").textContent = text);

/// Takes the token out of the address bar. It stays with this tab's history entry, so that a reload
/// does not cut the link.
export function takeToken() {
  addEventListener("hashchange", () => location.reload());
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState({ token }, "", location.pathname);
  }
  return history.state?.token ?? "";
}

/// Runs an operation and gives its data. A GraphQL error is thrown as a sentence for people.
export async function ask(query, variables = {}) {
  let answer;
  try {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    answer = await response.json();
  } catch {
    throw new Error("The server did not answer. Check your connection and try again.");
  }
  const error = answer.errors?.[0];
  if (error) {
    const at = error.extensions?.retryAt;
    throw new Error(at ? `Too many attempts. Try again after ${time(at)}.` : error.message);
  }
  return answer.data;
}

/// What is wrong with an input, as the API tells it.
class Refused extends Error {
  constructor(problems) {
    super(problems[0].message);
    this.problems = problems;
  }
}

/// Runs a mutation and gives its payload. User errors are thrown, for [onSubmit] to show.
export async function change(name, input, selection = "") {
  const type = `${name[0].toUpperCase()}${name.slice(1)}Input`;
  const data = await ask(
    `mutation($input: ${type}!) {
      ${name}(input: $input) { ${selection} userErrors { message field } }
    }`,
    { input },
  );
  const payload = data[name];
  if (payload.userErrors.length) {
    throw new Refused(payload.userErrors);
  }
  return payload;
}

/// A moment in the reader's own time zone, written as mails write it.
export const moment = (text) =>
  new Date(text).toLocaleString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "numeric",
    minute: "numeric",
    timeZoneName: "short",
  });

const time = (text) => new Date(text).toLocaleTimeString("en-GB", { timeStyle: "medium" });

/// One line for each pair of a workspace and what is said of it.
export function list(id, pairs) {
  const lines = pairs.map(([name, about]) => {
    const line = document.createElement("li");
    const parts = [name, about].map((text) => {
      // Names may be written from right to left.
      const part = document.createElement("bdi");
      part.textContent = text;
      return part;
    });
    line.append(...parts);
    return line;
  });
  byId(id).replaceChildren(...lines);
}

export function hintAtPasswords(minLength) {
  for (const hint of document.querySelectorAll("[data-password-hint]")) {
    hint.textContent = `${minLength} characters or more. Several unrelated words are hard to guess and easy to remember.`;
  }
}

/// Sends a form with `send`. What it throws is shown, user errors at their fields.
export function onSubmit(id, send) {
  const form = byId(id);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    clear(form);
    try {
      await send(Object.fromEntries(new FormData(form)));
    } catch (error) {
      (error.problems ?? [error]).forEach((problem) => note(form, problem));
    }
    button.disabled = false;
    form.querySelector("[aria-invalid]")?.focus();
  });
}

function clear(form) {
  form.querySelectorAll(".problem").forEach((problem) => problem.remove());
  form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
}

function note(form, { message, field }) {
  const line = document.createElement("span");
  line.className = "problem";
  line.setAttribute("role", "alert");
  line.textContent = message;
  const input = form.elements.namedItem(field?.at(-1) ?? "");
  if (input) {
    input.setAttribute("aria-invalid", "true");
    input.after(line);
  } else {
    form.append(line);
  }
}
