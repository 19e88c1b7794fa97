import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { useToasts } from "../ui/toasts";
import { useKey } from "./keys";
import { PaletteContext } from "./palette-context";
import { usePrefetch } from "./prefetch";

const load = () => import("./commands");
const PaletteDialog = lazy(load);

/** Provides the command palette, which finds pages, workspaces and members from the keyboard. */
export function Palette({ children }: { children: ReactNode }) {
  const [{ open, nth }, setState] = useState({ open: false, nth: 0 });
  const openPalette = useCallback(
    () => setState((now) => (now.open ? now : { open: true, nth: now.nth + 1 })),
    [],
  );
  const toasts = useToasts();
  const [loaded, setLoaded] = useState(false);
  usePrefetch(useMemo(() => [() => load().then(() => setLoaded(true))], []));
  const close = useCallback(() => setState((now) => ({ ...now, open: false })), []);
  useKey("k", openPalette, true);
  const context = useMemo(() => ({ openPalette }), [openPalette]);
  return (
    <PaletteContext value={context}>
      {children}
      <ErrorBoundary
        fallback={null}
        onError={() => toasts.problem("Search couldn’t be loaded. Reload the page to search.")}
      >
        <Suspense fallback={open && <span hidden data-covers />}>
          {/* The key resets the search text, even if the palette reopens while it is closing. */}
          {(loaded || nth > 0) && (
            <PaletteDialog key={Math.max(nth, 1)} open={open} onClose={close} />
          )}
        </Suspense>
      </ErrorBoundary>
    </PaletteContext>
  );
}
