import { stored, useStored } from "../ui/stored";

export type Theme = "system" | "light" | "dark";
const KEY = "theme";

/** Puts the chosen theme on; without a choice the system's holds. */
export function applyTheme(theme = stored(KEY)) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

/** The chosen theme, and how to choose another one. */
export function useTheme() {
  const [theme, setTheme] = useStored<Theme>(KEY, ["system", "light", "dark"]);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  return [theme, choose] as const;
}
