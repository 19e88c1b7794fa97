import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { useKey } from "./keys";
import { PaletteContext } from "./palette-context";

const PaletteDialog = lazy(() => import("./commands"));

/** The command palette: every page, workspace and member from the keyboard. */
export function Palette({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState<boolean>();
  const openPalette = useCallback(() => setOpen(true), []);
  useKey("k", openPalette, true);
  const context = useMemo(() => ({ openPalette }), [openPalette]);
  return (
    <PaletteContext value={context}>
      {children}
      <Suspense>
        {open !== undefined && <PaletteDialog open={open} onClose={() => setOpen(false)} />}
      </Suspense>
    </PaletteContext>
  );
}
