import {
  ChevronsUpDown,
  ClipboardCheck,
  History,
  LogOut,
  Monitor,
  Moon,
  Search,
  Settings,
  Sun,
  UserRound,
  Users,
} from "lucide-react";
import { type ReactNode, useRef } from "react";
import { NavLink, useNavigate } from "react-router";
import { useMutation } from "urql";
import { type Permission, SignOutDocument } from "#generated/operations";
import { Avatar } from "../ui/elements";
import { Menu, MenuChoice, MenuItem, MenuLine, MenuLink } from "../ui/menu";
import { useToasts } from "../ui/toasts";
import { AddressNotice } from "./address-notice";
import { useFocusKept } from "./focus";
import styles from "./frame.module.css";
import { usePalette } from "./palette-context";
import {
  type CurrentWorkspace,
  useCurrentWorkspaceIfAny,
  useRoleName,
  useSession,
} from "./session";
import { type Theme, useTheme } from "./theme";

/** The pages of a workspace, and the permission that each requires. */
export const PAGES: { page: string; label: string; icon: typeof Users; needs: Permission }[] = [
  { page: "team", label: "Team", icon: Users, needs: "TEAM_VIEW" },
  { page: "review", label: "Access review", icon: ClipboardCheck, needs: "TEAM_REVIEW" },
  { page: "history", label: "Access history", icon: History, needs: "ACCESS_HISTORY_VIEW" },
  { page: "settings", label: "Settings", icon: Settings, needs: "WORKSPACE_MANAGE" },
];

/** The layout, with navigation, of every page for signed-in users. */
export function Frame({ children }: { children: ReactNode }) {
  const current = useCurrentWorkspaceIfAny();
  const { service } = useSession();
  const main = useRef<HTMLElement>(null);
  useFocusKept(main);
  return (
    <div className={styles.frame}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className={styles.side}>
        <Switcher current={current} />
        <Find />
        {current && (
          <nav aria-label={current.name} className={styles.nav}>
            <ul>
              {PAGES.filter(({ needs }) => current.can(needs)).map(
                ({ page, label, icon: Icon }) => (
                  <li key={page}>
                    <NavLink to={current.path(page)}>
                      <Icon aria-hidden="true" />
                      {label}
                    </NavLink>
                  </li>
                ),
              )}
            </ul>
          </nav>
        )}
        <div className={styles.foot}>
          <Account />
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1} className={styles.main}>
        <AddressNotice publicUrl={service?.publicUrl} />
        {children}
      </main>
    </div>
  );
}

function Find() {
  const { openPalette } = usePalette();
  return (
    <button
      type="button"
      className={styles.find}
      onClick={openPalette}
      aria-keyshortcuts="Control+K Meta+K"
    >
      <Search aria-hidden="true" />
      <span className={styles.words}>Find anything</span>
      <kbd>{/Mac|iPhone/u.test(navigator.userAgent) ? "⌘K" : "Ctrl K"}</kbd>
    </button>
  );
}

function Switcher({ current }: { current: CurrentWorkspace | undefined }) {
  const { memberships } = useSession();
  const roleName = useRoleName();
  const navigate = useNavigate();
  const name = current?.name ?? "Choose a workspace";
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={styles.who}>
          <Avatar name={name} square />
          <span className={styles.name}>
            <bdi className={styles.strong}>{name}</bdi>
            <span className={styles.small}>{roleName(current?.role)}</span>
          </span>
          <span className="visually-hidden">Switch workspace</span>
          <ChevronsUpDown aria-hidden="true" />
        </button>
      }
    >
      <MenuChoice
        label="Workspaces"
        value={current?.slug ?? ""}
        onChange={(slug) => navigate(`/w/${slug}/team`)}
        options={memberships.map((membership) => ({
          value: membership.workspace.slug,
          label: (
            <>
              <bdi>{membership.workspace.name}</bdi>
              <span className={styles.small}>{roleName(membership.role)}</span>
            </>
          ),
        }))}
      />
      <MenuLine />
      <MenuLink to="/account#workspaces">All workspaces</MenuLink>
    </Menu>
  );
}

const THEMES: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: "system", label: "System", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

function Account() {
  const { user } = useSession();
  const [theme, setTheme] = useTheme();
  const toasts = useToasts();
  const [, signOut] = useMutation(SignOutDocument);
  const leave = async () => {
    const { error } = await signOut({});
    if (!error?.networkError) location.assign("/sign-in");
    else toasts.problem("You may still be signed in: the server did not answer. Try again.");
  };
  return (
    <Menu
      trigger={
        <button type="button" className={styles.who}>
          <Avatar name={user.name ?? ""} />
          <span className={styles.name}>
            <bdi className={styles.strong}>{user.name}</bdi>
            <bdi className={styles.small}>{user.email}</bdi>
          </span>
          <span className="visually-hidden">Account menu</span>
          <ChevronsUpDown aria-hidden="true" />
        </button>
      }
    >
      <MenuLink icon={UserRound} to="/account">
        My account
      </MenuLink>
      <MenuLine />
      <MenuChoice label="Theme" value={theme} onChange={setTheme} options={THEMES} />
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={leave}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
