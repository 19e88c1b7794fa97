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
import { type CurrentWorkspace, useCurrentWorkspaceIfAny, useSession } from "./session";

type Command = {
  value: string;
  label: string;
  about?: string;
  icon: ComponentType<{ "aria-hidden": "true" }>;
  to: string;
};

/** The dialog of the command palette. After navigation, focus moves to the heading of the page. */
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
  const current = useCurrentWorkspaceIfAny();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const fixed = useFixed(current);
  const words = text.trim().toLowerCase();
  const { found, searching, problem } = useMembers(current, useDeferredValue(text.trim()));
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

/** Returns the commands that need no request to the server: pages, account and workspaces. */
function useFixed(current: CurrentWorkspace | undefined): Command[] {
  const { memberships } = useSession();
  const pages = PAGES.filter(({ needs }) => current?.can(needs)).map(({ page, label, icon }) => ({
    value: page,
    label,
    icon,
    to: current?.path(page) ?? "/",
  }));
  const invite = current?.can("TEAM_MANAGE")
    ? [{ value: "invite", label: "Invite people", icon: UserPlus, to: current.path("invite") }]
    : [];
  const account = [
    { value: "account", label: "My account", icon: UserRound, to: "/account" },
    { value: "password", label: "Change password", icon: KeyRound, to: "/account#password" },
  ];
  const workspaces = memberships
    .filter((membership) => membership.workspace.id !== current?.id)
    .map(({ workspace }) => ({
      value: workspace.id,
      label: `Switch to ${workspace.name}`,
      icon: Building2,
      to: `/w/${workspace.slug}/team`,
    }));
  return [...invite, ...pages, ...account, ...workspaces];
}

type Members = { found: Command[]; searching: boolean; problem: string | undefined };

function useMembers(current: CurrentWorkspace | undefined, search: string): Members {
  const pause = !current?.can("TEAM_VIEW") || search.length < 2;
  const [{ data, fetching, stale, error }] = useQuery({
    query: FindMembersDocument,
    variables: { workspaceId: current?.id ?? "", search },
    pause,
  });
  const nodes = usePrevious(data?.workspace?.members?.nodes);
  const searching = !pause && (fetching || stale);
  const problem = error && !fetching ? problemOf(error).message : undefined;
  if (pause || !current || !nodes) return { found: [], searching, problem };
  const found = nodes.map((member) => ({
    value: member.id,
    label: member.name ?? "",
    about: member.email ?? "",
    icon: UserRound,
    to: current.path(`team/${member.id}`),
  }));
  return { found, searching, problem };
}
