import { stored, useStored } from "../ui/stored";

export type Theme = "system" | "light" | "dark";
const KEY = "theme";

/** Applies the chosen theme, or the theme of the system if none is chosen. */
export function applyTheme(theme = stored(KEY)) {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
}

/** Returns the chosen theme, and a function to change it. */
export function useTheme() {
  const [theme, setTheme] = useStored<Theme>(KEY, ["system", "light", "dark"]);
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  return [theme, choose] as const;
}
