import { type ReactNode, Suspense } from "react";
import { ErrorBoundary } from "react-error-boundary";
import { useToasts } from "../ui/toasts";

/**
 * A dialog that is loaded when it opens. If it cannot be, or fails, it closes and shows an error;
 * the page below and what was typed stay.
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
