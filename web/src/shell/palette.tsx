import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { AFTER } from "./ahead";
import { useKey } from "./keys";
import { PaletteContext } from "./palette-context";

const PaletteDialog = lazy(() => import("./commands"));

/** The command palette: every page, workspace and member from the keyboard. */
export function Palette({ children }: { children: ReactNode }) {
  const [{ open, nth }, setState] = useState({ open: false, nth: 0 });
  const openPalette = useCallback(
    () => setState((now) => (now.open ? now : { open: true, nth: now.nth + 1 })),
    [],
  );
  const [ahead, setAhead] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setAhead(true), AFTER);
    return () => clearTimeout(timer);
  }, []);
  const close = useCallback(() => setState((now) => ({ ...now, open: false })), []);
  useKey("k", openPalette, true);
  const context = useMemo(() => ({ openPalette }), [openPalette]);
  return (
    <PaletteContext value={context}>
      {children}
      <Suspense fallback={open && <span hidden data-covers />}>
        {/* Each time a new one, or it would begin with the text of one that is just closing. */}
        {(ahead || nth > 0) && <PaletteDialog key={Math.max(nth, 1)} open={open} onClose={close} />}
      </Suspense>
    </PaletteContext>
  );
}
