import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
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
  const close = useCallback(() => setState((now) => ({ ...now, open: false })), []);
  useKey("k", openPalette, true);
  const context = useMemo(() => ({ openPalette }), [openPalette]);
  return (
    <PaletteContext value={context}>
      {children}
      <Suspense>
        {/* Each time a new one, or it would begin with the text of one that is just closing. */}
        {nth > 0 && <PaletteDialog key={nth} open={open} onClose={close} />}
      </Suspense>
    </PaletteContext>
  );
}
