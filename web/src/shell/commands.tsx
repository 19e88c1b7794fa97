import { Autocomplete } from "@base-ui/react/autocomplete";
import { Building2, KeyRound, Search, UserPlus, UserRound } from "lucide-react";
import { type ComponentType, useDeferredValue, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { useQuery } from "urql";
import { FindMembersDocument } from "#generated/operations";
import { problemOf } from "../api/problem";
import { usePrevious } from "../api/use-previous";
import { BareDialog } from "../ui/dialog";
import popup from "../ui/popup.module.css";
import { PAGES } from "./frame";
import styles from "./palette.module.css";
import { type Here, useHereIfAny, useSession } from "./session";

type Command = {
  value: string;
  label: string;
  about?: string;
  icon: ComponentType<{ "aria-hidden": "true" }>;
  to: string;
};

/** The palette once it is open. */
export default function PaletteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const went = useRef(false);
  const finalFocus = () =>
    (went.current && document.querySelector<HTMLElement>("main h1")) || (true as const);
  return (
    <BareDialog open={open} onClose={onClose} label="Find anything" finalFocus={finalFocus}>
      <Commands
        onDone={() => {
          went.current = true;
          onClose();
        }}
      />
    </BareDialog>
  );
}

function Commands({ onDone }: { onDone: () => void }) {
  const here = useHereIfAny();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const fixed = useFixed(here);
  const words = text.trim().toLowerCase();
  const { found, searching, problem } = useMembers(here, useDeferredValue(text.trim()));
  const items = [...fixed.filter(({ label }) => label.toLowerCase().includes(words)), ...found];
  const none = problem ?? (searching ? "Searching…" : "Nothing found.");
  const go = (command: Command) => {
    onDone();
    navigate(command.to);
  };
  return (
    <Autocomplete.Root
      open
      inline
      items={items}
      mode="none"
      value={text}
      onValueChange={setText}
      itemToStringValue={(item: Command) => item.label}
      autoHighlight="always"
      keepHighlight
    >
      <div className={styles.search}>
        <Search aria-hidden="true" />
        <Autocomplete.Input
          className={styles.input}
          aria-label="Find a page, workspace or member"
          placeholder="Find a page, workspace or member"
        />
        <kbd>Esc</kbd>
      </div>
      <Autocomplete.Empty className={styles.none}>{none}</Autocomplete.Empty>
      <Autocomplete.List className={styles.list}>
        {(command: Command) => (
          <Autocomplete.Item
            key={command.value}
            value={command}
            className={popup.item}
            onClick={() => go(command)}
          >
            <command.icon aria-hidden="true" />
            <span className={popup.text}>
              <bdi>{command.label}</bdi>
              {command.about && <bdi className={popup.about}>{command.about}</bdi>}
            </span>
          </Autocomplete.Item>
        )}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}

/** What can be found without asking the server. */
function useFixed(here: Here | undefined): Command[] {
  const { places } = useSession();
  const pages = PAGES.filter(({ needs }) => here?.can(needs)).map(({ page, label, icon }) => ({
    value: page,
    label,
    icon,
    to: here?.path(page) ?? "/",
  }));
  const invite = here?.can("TEAM_MANAGE")
    ? [{ value: "invite", label: "Invite people", icon: UserPlus, to: here.path("invite") }]
    : [];
  const account = [
    { value: "account", label: "My account", icon: UserRound, to: "/account" },
    { value: "password", label: "Change password", icon: KeyRound, to: "/account#password" },
  ];
  const workspaces = places
    .filter((place) => place.workspace.id !== here?.id)
    .map(({ workspace }) => ({
      value: workspace.id,
      label: `Switch to ${workspace.name}`,
      icon: Building2,
      to: `/w/${workspace.slug}/team`,
    }));
  return [...invite, ...pages, ...account, ...workspaces];
}

type Members = { found: Command[]; searching: boolean; problem: string | undefined };

function useMembers(here: Here | undefined, search: string): Members {
  const pause = !here?.can("TEAM_VIEW") || search.length < 2;
  const [{ data, fetching, stale, error }] = useQuery({
    query: FindMembersDocument,
    variables: { workspaceId: here?.id ?? "", search },
    pause,
  });
  const nodes = usePrevious(data?.workspace?.members?.nodes);
  const searching = !pause && (fetching || stale);
  const problem = error && !fetching ? problemOf(error).message : undefined;
  if (pause || !here || !nodes) return { found: [], searching, problem };
  const found = nodes.map((member) => ({
    value: member.id,
    label: member.name ?? "",
    about: member.email ?? "",
    icon: UserRound,
    to: here.path(`team/${member.id}`),
  }));
  return { found, searching, problem };
}
