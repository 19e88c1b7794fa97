import { type ReactNode, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { useToasts } from "../ui/toasts";

/**
 * A dialog whose code is loaded when it opens. If it fails to load or throws, it closes and an
 * error is shown. The page below it keeps its state and the user's input.
 */
export function DialogPart({
  isOpen,
  onFail,
  children,
}: {
  isOpen: boolean;
  onFail: () => void;
  children: ReactNode;
}) {
  const toasts = useToasts();
  const fail = () => {
    toasts.problem("This could not be opened. A new version may be available: reload the page.");
    onFail();
  };
  return (
    <ErrorBoundary fallback={null} resetKeys={[isOpen]} onError={fail}>
      <Suspense>{children}</Suspense>
    </ErrorBoundary>
  );
}
